"""Timers are rows. ``due`` finds those whose time has come, ``tick`` fires them, one transaction each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine import catalogue, tables
from engine.errors import Conflict, Lost, Rejection
from engine.office import people
from engine.record import chain
from engine.record.canonical import instant, read_instant
from engine.run import children, spiff
from engine.run.open_case import read_case
from engine.run.port import Command
from engine.run.post import Message, carry_on, deliver_again, open_by, undelivered, write_command
from engine.run.runtime import fire
from engine.store import Session, Store

#: How many due timers one look takes.
BATCH = 500

#: Due instant, case and name of a timer: its place in the order in which timers fire.
Place = tuple[str, int, str]
#: Case, timer and due instant of what was tried in one tick.
Passed = set[tuple[str, str, str]]


def due(
    session: Session, at: datetime, limit: int = BATCH, after: Place = ("", 0, "")
) -> list[tuple[str, str, datetime]]:
    """(case, timer, due instant) of waiting timers of open cases due by ``at``, earliest first."""
    found = _looked(session, at, limit, after)
    return [(row.number, row.timer, read_instant(row.due_at)) for row in found if row.state == "open"]


def catch_up(session: Session, number: str, at: datetime, simulated: bool = False) -> int:
    """Fire all that is due in one case by ``at``, in the order it is due, in this transaction; answers how many."""
    fired = 0
    while row := session.execute(_DUE_IN, {"number": number, "by": instant(at)}).first():
        fire(session, number, row.timer, at=read_instant(row.due_at), simulated=simulated, kind=row.kind)
        fired += 1
    return fired


def _looked(session: Session, at: datetime, limit: int, after: Place) -> list[Any]:
    """A batch of due timers in the order of their index; those of cases that stand still are among them."""
    due_at, case_id, timer = after
    wanted = {"by": instant(at), "most": limit, "due_at": due_at, "case_id": case_id, "timer": timer}
    return list(session.execute(_DUE, wanted))


#: The condition is written out, not a parameter: only so is the partial index of waiting timers used. What is due is
#: cut off before the cases are looked at; joined first, a planner may begin with all cases.
_FIRST = (
    sa.select(tables.timer.c.case_id, tables.timer.c.timer, tables.timer.c.due_at, tables.timer.c.kind)
    .where(sa.text("state = 'waiting'"), tables.timer.c.due_at <= sa.bindparam("by"))
    .where(
        sa.tuple_(tables.timer.c.due_at, tables.timer.c.case_id, tables.timer.c.timer)
        > sa.tuple_(sa.bindparam("due_at"), sa.bindparam("case_id"), sa.bindparam("timer"))
    )
    .order_by(tables.timer.c.due_at, tables.timer.c.case_id, tables.timer.c.timer)
    .limit(sa.bindparam("most"))
    .subquery()
)
_DUE = (
    sa.select(tables.case.c.number, tables.case.c.state, _FIRST)
    .join_from(_FIRST, tables.case, tables.case.c.id == _FIRST.c.case_id)
    .order_by(_FIRST.c.due_at, _FIRST.c.case_id, _FIRST.c.timer)
)


def tick(store: Store, at: datetime, simulated: bool = False) -> int:
    """Fire every timer due by ``at`` under its own due instant, and let signals reach their cases; answers how many.

    This is an edge: each timer is its own transaction, so one that cannot fire does not hold back the others; what
    broke is raised when they are done. A timer another worker or a clerk was faster with is simply gone. Raises Lost or
    Unusable at once when the database goes away.
    """
    broken: list[Exception] = []
    fired = _open_cases(store, at, simulated, broken) + _deliver_signals(store, simulated, broken)
    passed: Passed = set()
    while (again := _pass(store, at, simulated, passed, broken)) > 0:
        # What fired may have set timers that were due before it.
        fired += again
    fired += _tend_children(store, at, simulated, broken) + _deliver_messages(store, at, simulated, broken)
    _tell(broken)
    return fired


@contextmanager
def _apart(broken: list[Exception]) -> Iterator[None]:
    """One of many: who was faster has done it, a bug of ours or a damaged case is kept for the end."""
    try:
        yield
    except Lost:
        raise
    except (Conflict, Rejection):
        pass
    except Exception as error:
        broken.append(error)


def _tell(broken: list[Exception]) -> None:
    if broken:
        raise broken[0]


def _pass(store: Store, at: datetime, simulated: bool, passed: Passed, broken: list[Exception]) -> int:
    """Once through all that is due, in the order it is due; ``passed`` are those tried before."""
    fired, after = 0, ("", 0, "")
    while True:
        with store.read() as session:
            batch = _looked(session, at, BATCH, after)
        if not batch:
            return fired
        for row, following in zip(batch, [*batch[1:], None], strict=True):
            after = _place(row)
            if not _may_fire(row) or (row.number, row.timer, row.due_at) in passed:
                continue
            passed.add((row.number, row.timer, row.due_at))
            sooner = False
            with _apart(broken):
                with store.begin() as session:
                    due_at = read_instant(row.due_at)
                    fire(session, row.number, row.timer, at=due_at, simulated=simulated, kind=row.kind)
                    sooner = following is not None and _is_sooner(session, at, after, _place(following))
                fired += 1
            if sooner:
                break


def _deliver_messages(store: Store, at: datetime, simulated: bool, broken: list[Exception]) -> int:
    """Hand over what cases sent beyond those that one command may reach."""
    reached = 0
    with store.read() as session:
        ids = undelivered(session)
    for id_ in ids:
        with _apart(broken), store.begin() as session:
            reached += deliver_again(session, id_, at, simulated)
    return reached


def _tend_children(store: Store, at: datetime, simulated: bool, broken: list[Exception]) -> int:
    """Open, tell of and end the instances that are cases of their own, until nothing of it is left to do now."""
    done = 0
    while True:
        with store.read() as session:
            deeds = children.due(session)
        before = done
        for deed in deeds:
            with _apart(broken), store.begin() as session:
                done += deed(session, at, simulated)
        if done == before:
            return done


def _may_fire(row: Any) -> bool:
    """Timers stand still with their case; the law's time passes all the same, and a card waits for its answer."""
    return row.state in _STATES[row.kind]


#: States of a case in which what has come due is applied, by the kind of its row.
_STATES = {
    "timer": ("open",),
    "limit": ("open", "suspended"),
    "card": ("open", "suspended", "closed", "cancelled"),
}


#: What is due in one case; the same as ``_may_fire``, asked of the database.
_DUE_IN = (
    sa.select(tables.timer.c.timer, tables.timer.c.due_at, tables.timer.c.kind)
    .join_from(tables.timer, tables.case, tables.case.c.id == tables.timer.c.case_id)
    .where(tables.case.c.number == sa.bindparam("number"), tables.timer.c.state == "waiting")
    .where(tables.timer.c.due_at <= sa.bindparam("by"))
    .where(
        sa.or_(
            *(sa.and_(tables.timer.c.kind == kind, tables.case.c.state.in_(states)) for kind, states in _STATES.items())
        )
    )
    .order_by(tables.timer.c.due_at, tables.timer.c.timer)
    .limit(1)
)


def _place(row: Any) -> Place:
    return (row.due_at, row.case_id, row.timer)


def _is_sooner(session: Session, at: datetime, after: Place, following: Place) -> bool:
    """Is a timer that was set just now due before the next one of the batch? Then a new batch is needed."""
    return any(_place(row) < following for row in _looked(session, at, 1, after))


def _open_cases(store: Store, at: datetime, simulated: bool, broken: list[Exception]) -> int:
    """Open the cases that timers of start events open, once for each due instant, of the latest versions only."""
    opened = 0
    while True:
        with store.read() as session:
            due = session.execute(_DUE_STARTS, {"by": instant(at)}).all()
        before = opened
        for row in due:
            with _apart(broken), store.begin() as session:
                opened += _open_case(session, row.definition_id, row.due_at, row.fired + 1, simulated)
        if opened == before:
            return opened


def _open_case(session: Session, definition_id: int, due_at: str, fired: int, simulated: bool) -> int:
    table, when = tables.trigger, read_instant(due_at)
    again = _next_opening(session, definition_id, fired + 1)
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


def _next_opening(session: Session, definition_id: int, count: int) -> str | None:
    """When a version opens a case for the ``count``-th time, as its start event says."""
    info = catalogue.info_of(session, definition_id)
    kind, text = spiff.start_timer(spiff.load(catalogue.program_of(session, definition_id)))
    return spiff.opening(kind, text, info.published_at, count)


_later = tables.definition.alias()
_DUE_STARTS = (
    sa.select(tables.trigger)
    .join_from(tables.trigger, tables.definition, tables.definition.c.id == tables.trigger.c.definition_id)
    .where(tables.trigger.c.due_at <= sa.bindparam("by"))
    .where(~sa.exists().where(_later.c.key == tables.definition.c.key, _later.c.version > tables.definition.c.version))
    .order_by(tables.trigger.c.due_at, tables.trigger.c.definition_id)
)


def deliver_signals(store: Store, simulated: bool = False) -> int:
    """Let noted signals reach their cases, each in a transaction of its own; answers how many did.

    This is an edge, as ``tick`` is. A case that is suspended gets it when it goes on; one that waits no more, or is
    over, has missed it.
    """
    broken: list[Exception] = []
    reached = _deliver_signals(store, simulated, broken)
    _tell(broken)
    return reached


def _deliver_signals(store: Store, simulated: bool, broken: list[Exception]) -> int:
    reached = 0
    with store.read() as session:
        rows = session.execute(_UNDELIVERED).all()
    for row in rows:
        with _apart(broken), store.begin() as session:
            # What lost against another writer the next look finds again, or finds done.
            reached += _deliver_signal(session, row, simulated)
    return reached


#: Those for suspended cases are left out here, so that they cannot fill the batch before the others.
_UNDELIVERED = (
    sa.select(tables.delivery)
    .join_from(tables.delivery, tables.case, tables.case.c.id == tables.delivery.c.case_id)
    .where(~tables.delivery.c.done, tables.case.c.state != "suspended")
    .order_by(tables.delivery.c.at)
    .limit(1_000)
)


def _deliver_signal(session: Session, row: Any, simulated: bool) -> int:
    table, case = tables.delivery, tables.case.c
    waits = session.execute(
        sa.select(case.number, case.state)
        .join_from(tables.case, tables.subscription, tables.subscription.c.case_id == case.id)
        .where(case.id == row.case_id, tables.subscription.c.item == row.item)
    ).one_or_none()
    if waits is not None and waits.state == "suspended":
        return 0  # since it was looked at: the signal waits for it
    claimed = session.execute(
        sa.update(table)
        .where(table.c.signal == row.signal, table.c.case_id == row.case_id, table.c.item == row.item, ~table.c.done)
        .values(done=True)
    )
    found = read_case(session, waits.number) if waits is not None and claimed.rowcount else None
    if found is None:
        return 0
    command = Command(type="message", actor=people.SYSTEM, item=row.item)
    command_id = chain.command_id(f"s:{row.signal}", row.case_id, row.item)
    write_command(
        session, found, command, read_instant(row.at), command_id=command_id, simulated=simulated,
        extra={"message": row.signal},
    )  # fmt: skip
    return 1
