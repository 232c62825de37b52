"""Counting the running clocks of all cases anew when a calendar was published, one recorded command a case."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from engine import tables
from engine.errors import Conflict
from engine.office import people
from engine.run import lawful
from engine.run.open_case import OpenCase, law_of, read_case
from engine.run.port import Command
from engine.run.post import write_command
from engine.run.stops import counted
from engine.store import Session, Store


def recount(store: Store, at: datetime, simulated: bool = False) -> int:
    """Count the running clocks of every case anew by the calendar in force; answers in how many cases a date changed.

    This is an edge: each case is its own transaction, and one that has nothing to change is not written.
    """
    done, after = 0, 0
    while True:
        with store.read() as session:
            rows = session.execute(_RUNNING, {"after": after}).all()
        if not rows:
            return done
        after = rows[-1].id
        for row in rows:
            done += _recount(store, row.number, at, simulated)


def _recount(store: Store, number: str, at: datetime, simulated: bool) -> bool:
    command = Command(type="recount", actor=people.SYSTEM)
    while True:
        try:
            with store.begin() as session:
                case = read_case(session, number)
                assert case is not None  # only a command id makes it None
                if case.state not in _STATES or not _changes(session, case, command, at):
                    return False
                write_command(session, case, command, at, simulated=simulated)
                return True
        except Conflict:
            continue  # somebody acted on the case meanwhile; it is looked at again


def _changes(session: Session, case: OpenCase, command: Command, at: datetime) -> bool:
    law = law_of(session, case)
    _, drafts = lawful.perform(law, counted(case), command, at=at, calendar=case.calendar, seq=case.version + 1)
    return bool(drafts)


#: States of a case whose clocks run, or stand still, on.
_STATES = ("open", "suspended")
_RUNNING = (
    sa.select(tables.case.c.id, tables.case.c.number)
    .where(
        tables.case.c.state.in_(_STATES),
        tables.case.c.clocks.like('%"clocks"%'),
        tables.case.c.id > sa.bindparam("after"),
    )
    .order_by(tables.case.c.id)
    .limit(500)
)
