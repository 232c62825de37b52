"""The documents of a case: what was issued, and their bytes for whoever may read them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine import tables
from engine.answers import Issued
from engine.errors import Rejection
from engine.record import canonical
from engine.record.canonical import read_instant
from engine.store import Session

FORMS = ("html", "pdf")


def documents(session: Session, number: str) -> list[Issued]:
    """Everything issued in a case, in order; names and numbers are public."""
    rows = session.execute(
        sa.select(tables.step.c.seq, tables.step.c.at, tables.step.c.element, tables.step.c.body)
        .join_from(tables.step, tables.case, tables.case.c.id == tables.step.c.case_id)
        .where(tables.case.c.number == number, tables.step.c.kind == "document issued")
        .order_by(tables.step.c.seq)
    )
    return [_issued(row) for row in rows]


def document(session: Session, number: str, step: int, form: str) -> bytes:
    """The bytes of one document, ``html`` or ``pdf``. Raises Rejection ``document.unknown``, ``document.erased``."""
    table = tables.document.c
    row = session.execute(
        sa.select(table.html, table.pdf)
        .join_from(tables.document, tables.case, tables.case.c.id == table.case_id)
        .where(tables.case.c.number == number, table.seq == step)
    ).one_or_none()
    if row is None or form not in FORMS:
        raise Rejection("document.unknown", case=number, step=step)
    kept = row.html if form == "html" else row.pdf
    if kept is None:
        raise Rejection("document.erased", case=number, step=step)
    return bytes(kept)


def _issued(row: Any) -> Issued:
    body = canonical.loads(row.body)
    return Issued(
        step=row.seq,
        at=read_instant(row.at),
        element=row.element or "",
        name=body["document"],
        number=body["number"],
        digests={form: body[form] for form in FORMS},
    )
