"""Forms that are not sent yet: what was entered so far, for a week, for whoever knows the key.

No part of any record. A draft is dropped when its form is sent, when its writer says so, and after ``KEPT_FOR``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine import files, tables
from engine.record import canonical
from engine.record.canonical import instant
from engine.store import Session, upsert

KEPT_FOR = timedelta(days=7)


def save_draft(session: Session, key: str, data: Mapping[str, Any], at: datetime) -> None:
    """Keep what was entered under a key, in place of what was kept there; what cannot be recorded is left out."""
    kept = {name: value for name, value in data.items() if _recordable(value)}
    table = tables.form_draft
    session.execute(sa.delete(table).where(table.c.saved_at < instant(at - KEPT_FOR)))
    body = canonical.dumps(canonical.encode(kept)).decode()
    files.keep_on(session, kept.values(), at)
    upsert(session, table, [{"key": _hidden(key), "data": body, "saved_at": instant(at)}])


def draft(session: Session, key: str, at: datetime) -> dict[str, Any] | None:
    """What is kept under a key; None where there is nothing, or nothing any more."""
    table = tables.form_draft.c
    body = session.execute(
        sa.select(table.data).where(table.key == _hidden(key), table.saved_at >= instant(at - KEPT_FOR))
    ).scalar()
    found: dict[str, Any] | None = canonical.decode(canonical.loads(body)) if body is not None else None
    return found


def drop_draft(session: Session, key: str) -> None:
    """Forget what is kept under a key."""
    session.execute(sa.delete(tables.form_draft).where(tables.form_draft.c.key == _hidden(key)))


def _hidden(key: str) -> str:
    """Keys are secrets of browsers: whoever reads the table cannot use them."""
    return canonical.bytes_digest(key.encode())


def _recordable(value: Any) -> bool:
    try:
        canonical.dumps(canonical.encode({"value": value}))
    except canonical.Uncanonical:
        return False
    return True
