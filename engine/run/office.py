"""Commands of the office on a case: who has a work item, whether the case stands still, whether it ends early."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.answers import Done
from engine.errors import Rejection
from engine.office import people
from engine.run import guard
from engine.run.open_case import OpenCase, answer, current_case, open_item, read_case
from engine.run.port import Command
from engine.run.post import write_command
from engine.run.reason import NONE
from engine.run.reason import reason as why
from engine.store import Session


def claim(session: Session, number: str, item: str, *, actor: str, at: datetime, simulated: bool = False) -> Done:
    """Take a work item onto one's own desk. Raises Rejection ``item.claimed`` when somebody else has it."""
    case = current_case(session, number)
    row = open_item(session, case, item)
    person = people.known(session, actor)
    guard.may_act(person, case.definitions, case.node(row.item))
    if row.person is not None:
        raise Rejection("item.claimed", item=row.item, by=row.person)
    return _office(session, case, "claim", actor, at, simulated, item=row.item)


def release(session: Session, number: str, item: str, *, actor: str, at: datetime, simulated: bool = False) -> Done:
    """Give a claimed work item back. Raises Rejection ``item.not_claimed`` unless it is the actor's."""
    case = current_case(session, number)
    row = open_item(session, case, item)
    if row.person != actor:
        raise Rejection("item.not_claimed", item=row.item, by=row.person or "")
    return _office(session, case, "release", actor, at, simulated, item=row.item)


def suspend(session: Session, number: str, *, actor: str, reason: str, at: datetime, simulated: bool = False) -> Done:
    """Stop a case; nothing can be done on it until it is resumed. Raises Rejection ``reason.missing``."""
    return _office(session, current_case(session, number), "suspend", actor, at, simulated, reason=reason)


def resume(session: Session, number: str, *, actor: str, reason: str, at: datetime, simulated: bool = False) -> Done:
    """Let a suspended case go on."""
    case = current_case(session, number, state="suspended")
    return _office(session, case, "resume", actor, at, simulated, reason=reason)


def cancel(session: Session, number: str, *, actor: str, reason: str, at: datetime, simulated: bool = False) -> Done:
    """End a case for good, on the record, with a reason."""
    return _office(session, current_case(session, number), "cancel", actor, at, simulated, reason=reason)


def record(
    session: Session,
    number: str,
    type_: str,
    *,
    actor: str,
    at: datetime,
    extra: Mapping[str, Any],
    simulated: bool = False,
) -> Done:
    """Record a command that changes nothing in the process (an erasure), in whatever state the case is."""
    case = read_case(session, number)
    assert case is not None  # only a command id makes it None
    command = Command(type=type_, actor=actor, item="", data={}, private={})
    return answer(session, write_command(session, case, command, at, simulated=simulated, extra=extra))


def _office(
    session: Session,
    case: OpenCase,
    type_: str,
    actor: str,
    at: datetime,
    simulated: bool,
    *,
    item: str = "",
    reason: str | None = None,
) -> Done:
    """A command of the office on a case; its reason is kept beside the record, the record holds the commitment."""
    said = NONE
    if reason is not None:
        guard.has_post(people.known(session, actor), case.definitions)
        said = why(reason)
    command = Command(type=type_, actor=actor, item=item, data={}, private=said.committed)
    return answer(session, write_command(session, case, command, at, simulated=simulated, salts=said.salts))
