"""Timers are rows. ``due`` finds those whose time has come, ``tick`` fires them, one transaction each."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from engine import tables
from engine.errors import Conflict, Rejection
from engine.record.canonical import instant, read_instant
from engine.run.runtime import fire
from engine.store import Session, Store

#: How many due timers one look takes.
BATCH = 500


def due(session: Session, at: datetime, limit: int = BATCH) -> list[tuple[str, str, datetime]]:
    """(case, timer, due instant) of waiting timers of open cases due by ``at``, earliest first."""
    timer, case = tables.timer.c, tables.case.c
    rows = session.execute(
        sa.select(case.number, timer.timer, timer.due_at)
        .join_from(tables.timer, tables.case, case.id == timer.case_id)
        .where(timer.state == "waiting", timer.due_at <= instant(at), case.state == "open")
        .order_by(timer.due_at, case.number, timer.timer)
        .limit(limit)
    )
    return [(row.number, row.timer, read_instant(row.due_at)) for row in rows]


def tick(store: Store, at: datetime, simulated: bool = False) -> int:
    """Fire every timer due by ``at`` under its own due instant; answers how many fired.

    This is an edge: each timer is its own transaction, so one that cannot fire does not hold back the others. A timer
    another worker or a clerk was faster with is simply gone.
    """
    fired = 0
    passed: set[tuple[str, str]] = set()
    while True:
        with store.read() as session:
            waiting = [entry for entry in due(session, at) if entry[:2] not in passed]
        if not waiting:
            return fired
        for case, timer, when in waiting:
            passed.add((case, timer))
            try:
                with store.begin() as session:
                    fire(session, case, timer, at=when, simulated=simulated)
                fired += 1
            except (Conflict, Rejection):
                continue
