"""The office's own commands on the clocks of a case: stand still for a ground the law lists, and go on."""

from __future__ import annotations

import re
from datetime import datetime

from engine.answers import Done
from engine.errors import Rejection
from engine.office import people
from engine.run import guard
from engine.run.open_case import OpenCase, answer, current_case
from engine.run.port import Command
from engine.run.post import write_command
from engine.store import Session

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
