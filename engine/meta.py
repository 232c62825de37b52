"""What is true of this database as a whole."""

from __future__ import annotations

import sqlalchemy as sa

from engine import tables
from engine.store import Session, upsert


def mark_demo(session: Session) -> None:
    """Say that this database was made by ``demo load``: only then is the demo sign-in offered."""
    upsert(session, tables.meta, [{"name": "demo", "value": "1"}])


def is_demo(session: Session) -> bool:
    """Was this database made by ``demo load``?"""
    return session.execute(sa.select(tables.meta.c.value).where(tables.meta.c.name == "demo")).scalar() == "1"
