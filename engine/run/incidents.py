"""Getting a stuck case going again: try once more, correct what it decides by, or go past it where the model allows.

All three are recorded commands on the incident, and none of them loses anything: the token stays where it is until the
element can be left, other branches go on meanwhile. They are for those who have a post in the flow.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.answers import Done
from engine.errors import Rejection
from engine.office import people
from engine.run import departure, guard
from engine.run.open_case import OpenCase, answer, must_be, open_incident, read_case
from engine.run.port import Command
from engine.run.post import write_command
from engine.run.reason import NONE
from engine.run.reason import reason as why
from engine.run.runtime import answer_again
from engine.store import Session


def retry(
    session: Session,
    number: str,
    item: str,
    *,
    actor: str,
    at: datetime,
    command_id: str | None = None,
    simulated: bool = False,
) -> Done:
    """Try a stuck element again: what it waited for may be there now. Raises Rejection ``incident.unknown`` …"""
    return _resolve(session, number, item, "retry", actor, at, command_id, simulated)


def correct(
    session: Session,
    number: str,
    item: str,
    *,
    actor: str,
    data: Mapping[str, Any],
    reason: str,
    at: datetime,
    command_id: str | None = None,
    simulated: bool = False,
) -> Done:
    """Correct public case data, with a reason, and try again.

    In a power only what a form calls public can be corrected. Raises Rejection: ``reason.missing``, ``data.missing``,
    ``form.none``, ``data.unrecordable``, ``incident.unknown`` …
    """
    if not data:
        raise Rejection("data.missing")
    return _resolve(session, number, item, "correct", actor, at, command_id, simulated, dict(data), reason)


def skip(
    session: Session,
    number: str,
    item: str,
    *,
    actor: str,
    reason: str,
    at: datetime,
    take: str | None = None,
    command_id: str | None = None,
    simulated: bool = False,
) -> Done:
    """Go past a stuck element, with a reason, where its ``sun:step`` says ``skip="true"``.

    ``take`` is the arrow to take at a gateway where no condition holds. Raises Rejection: ``skip.not_allowed``,
    ``take.unknown``, ``reason.missing``, ``incident.unknown`` …
    """
    data = {"take": take} if take else {}
    return _resolve(session, number, item, "skip", actor, at, command_id, simulated, data, reason)


def _resolve(
    session: Session,
    number: str,
    item: str,
    type_: str,
    actor: str,
    at: datetime,
    command_id: str | None,
    simulated: bool,
    data: dict[str, Any] | None = None,
    reason: str | None = None,
) -> Done:
    command_id = command_id or uuid.uuid4().hex
    case = read_case(session, number, command_id, actor)
    if case is None:
        return answer_again(session, number, command_id)
    must_be(case, "open")
    _may(case, actor)
    guard.recordable(data or {})
    guard.public_fields(case.package, {name: value for name, value in (data or {}).items() if name != "take"})
    departure.frozen(case.data, data or {})
    said = why(reason) if reason is not None else NONE
    command = Command(
        type=type_,
        actor=actor,
        item=open_incident(session, case, item),
        data=data or {},
        private=said.committed,
    )
    case = write_command(session, case, command, at, command_id=command_id, simulated=simulated, salts=said.salts)
    return answer(session, case)


def _may(case: OpenCase, actor: str) -> None:
    """Raises Rejection ``user.unknown``, ``item.not_yours`` unless the actor has a post in the flow."""
    if case.actor is None or actor == people.APPLICANT:
        raise Rejection("user.unknown", name=actor)
    guard.has_post(case.actor, case.definitions)
