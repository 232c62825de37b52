"""The office's own commands on the clocks of a case: stand still for a ground the law lists, go on, count anew."""

from __future__ import annotations

import re
from datetime import datetime

import sqlalchemy as sa

from engine import tables
from engine.answers import Done
from engine.errors import Conflict, Rejection
from engine.office import people
from engine.run import guard, lawful
from engine.run.open_case import OpenCase, answer, current_case, law_of, read_case
from engine.run.port import Command
from engine.run.post import write_command
from engine.store import Session, Store

#: A document is named by its number, never by what a person wrote about it: the record is public.
DOCUMENT = re.compile(r"(?=.*\d)[\w〔〕（）()\[\]－—-]{1,40}")


def pause(
    session: Session, number: str, ground: str, *, document: str, actor: str, at: datetime, simulated: bool = False
) -> Done:
    """Let every clock that lists the ground stand still, on the strength of a document (许可法 art. 45).

    Raises Rejection ``stop.not_listed`` (naming what is listed), ``stop.no_document``, ``item.not_yours`` …
    """
    if not DOCUMENT.fullmatch(document.strip()):
        raise Rejection("stop.no_document", document=document)
    data = {"ground": ground, "document": document.strip()}
    return _command(session, number, "pause", data, actor, at, simulated)


def unpause(session: Session, number: str, ground: str, *, actor: str, at: datetime, simulated: bool = False) -> Done:
    """The ground is over: its clocks run on from the next day. Raises Rejection ``stop.not_stopped`` …"""
    return _command(session, number, "unpause", {"ground": ground}, actor, at, simulated)


def _command(
    session: Session, number: str, type_: str, data: dict[str, str], actor: str, at: datetime, simulated: bool
) -> Done:
    case = current_case(session, number)
    guard.has_post(people.known(session, actor), case.definitions)
    counted(case)
    command = Command(type=type_, actor=actor, data=data)
    return answer(session, write_command(session, case, command, at, simulated=simulated))


def counted(case: OpenCase) -> str:
    """The clocks of a case. Raises Rejection ``limit.first_edition`` for one from before limits were counted."""
    if case.clocks is None:
        raise Rejection("limit.first_edition", case=case.number)
    return case.clocks


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
