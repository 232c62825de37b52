"""Timers are rows. ``due`` finds those whose time has come, ``tick`` fires them, one transaction each."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine import catalogue, tables
from engine.errors import Conflict, Rejection
from engine.office import people
from engine.record.canonical import instant, read_instant
from engine.run import spiff
from engine.run.open_case import read_case
from engine.run.port import Command
from engine.run.post import Message, carry_on, open_by, write_command
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
    """Fire every timer due by ``at`` under its own due instant, and let signals reach their cases; answers how many.

    This is an edge: each timer is its own transaction, so one that cannot fire does not hold back the others. A timer
    another worker or a clerk was faster with is simply gone.
    """
    fired = _open_cases(store, at, simulated) + deliver_signals(store, simulated)
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


def _open_cases(store: Store, at: datetime, simulated: bool) -> int:
    """Open the cases that timers of start events open, once for each due instant, of the latest versions only."""
    opened = 0
    while True:
        with store.read() as session:
            row = session.execute(_DUE_STARTS, {"by": instant(at)}).first()
        if row is None:
            return opened
        with suppress(Conflict), store.begin() as session:
            opened += _open_case(session, row.definition_id, row.due_at, row.fired + 1, simulated)


def _open_case(session: Session, definition_id: int, due_at: str, fired: int, simulated: bool) -> int:
    table, when = tables.trigger, read_instant(due_at)
    again = spiff.next_due(spiff.load(catalogue.program_of(session, definition_id)), due_at, fired, when)
    claimed = session.execute(
        sa.update(table)
        .where(table.c.definition_id == definition_id, table.c.due_at == due_at)
        .values(due_at=again, fired=fired)
    )
    if not claimed.rowcount:
        return 0
    by = Message(f"timer/{definition_id}/{due_at}", "", "", {}, people.SYSTEM)
    carry_on(session, open_by(session, definition_id, by, when, simulated), when, simulated)
    return 1


_later = tables.definition.alias()
_DUE_STARTS = (
    sa.select(tables.trigger)
    .join_from(tables.trigger, tables.definition, tables.definition.c.id == tables.trigger.c.definition_id)
    .where(tables.trigger.c.due_at <= sa.bindparam("by"))
    .where(~sa.exists().where(_later.c.key == tables.definition.c.key, _later.c.version > tables.definition.c.version))
    .order_by(tables.trigger.c.due_at)
    .limit(1)
)


def deliver_signals(store: Store, simulated: bool = False) -> int:
    """Let noted signals reach their cases, each in a transaction of its own; answers how many did.

    This is an edge. A case that waits no more, or is not open, has missed it.
    """
    table, reached = tables.delivery, 0
    with store.read() as session:
        rows = session.execute(sa.select(table).where(~table.c.done).order_by(table.c.at).limit(1_000)).all()
    for row in rows:
        try:
            with store.begin() as session:
                reached += _deliver_signal(session, row, simulated)
        except (Conflict, Rejection):
            continue  # the next look finds it again, or finds it done
    return reached


def _deliver_signal(session: Session, row: Any, simulated: bool) -> int:
    table, case = tables.delivery, tables.case.c
    claimed = session.execute(
        sa.update(table)
        .where(table.c.signal == row.signal, table.c.case_id == row.case_id, table.c.item == row.item, ~table.c.done)
        .values(done=True)
    )
    number = session.execute(
        sa.select(case.number)
        .join_from(tables.case, tables.subscription, tables.subscription.c.case_id == case.id)
        .where(case.id == row.case_id, tables.subscription.c.item == row.item, case.state == "open")
    ).scalar_one_or_none()
    found = read_case(session, number) if number is not None and claimed.rowcount else None
    if found is None:
        return 0
    command = Command(type="message", actor=people.SYSTEM, item=row.item)
    command_id = f"s:{row.signal}/{row.case_id}/{row.item}"[:64]
    write_command(
        session, found, command, read_instant(row.at), command_id=command_id, simulated=simulated,
        extra={"message": row.signal},
    )  # fmt: skip
    return 1
