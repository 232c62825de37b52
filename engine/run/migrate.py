"""Moving cases to another version of their flow: a plan, a dry run, and the recorded command.

Nothing recorded changes: the steps before stay as they are and are shown on the chart of the version they were made
under. Going back is another migration, to the version before.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine import catalogue, tables
from engine.answers import DefinitionInfo, Done, Plan
from engine.errors import Rejection
from engine.office import people
from engine.run import spiff
from engine.run.open_case import OpenCase, answer, read_case
from engine.run.perform import perform
from engine.run.port import Command, Rejected
from engine.run.post import write_command
from engine.run.reason import reason as why
from engine.run.runtime import answer_again
from engine.store import Session


def plan(
    session: Session, number: str, version: int, *, renamed: Mapping[str, str] | None = None, at: datetime
) -> Plan:
    """What a migration would do, without doing it. Raises Rejection ``case.unknown``, ``definition.unknown`` …"""
    case = _case(session, number)
    target = _target(session, case, version)
    old, new = _program(session, case.definition_id), _program(session, target.id)
    assert case.tokens is not None
    places = tuple(spiff.places(old, new, case.tokens, renamed or {}))
    found = Plan(case=number, key=case.definition.key, old=case.definition.version, new=version, places=places)
    if not found.is_possible:
        return found
    try:
        outcome = perform(
            catalogue.program_of(session, case.definition_id),
            case.tokens,
            case.data,
            _command(target, renamed or {}, people.SYSTEM, {}),
            at=at,
            target=catalogue.program_of(session, target.id),
            clocks=case.clocks,
            calendar=case.calendar,
            seq=case.version + 1,
        )
    except Rejected as rejected:
        raise Rejection(rejected.code, **rejected.params) from rejected
    return Plan(
        **{name: getattr(found, name) for name in ("case", "key", "old", "new", "places")},
        items=tuple(spiff.open_items(outcome.state)),
        timers=tuple(spiff.open_timers(outcome.state)),
    )


def migrate(
    session: Session,
    number: str,
    version: int,
    *,
    actor: str,
    reason: str,
    renamed: Mapping[str, str] | None = None,
    at: datetime,
    command_id: str | None = None,
    simulated: bool = False,
) -> Done:
    """Move a case to another version of its flow, on the record, with a reason; back is the same the other way.

    Raises Rejection: ``migrate.cannot`` (the element and why), ``migrate.same``, ``migrate.closed``,
    ``reason.missing``, ``definition.unknown``, ``role.missing`` (publishers and admins may) …
    """
    command_id = command_id or uuid.uuid4().hex
    people.require(people.known(session, actor), "publisher", "admin")
    said = why(reason)
    if read_case(session, number, command_id) is None:
        return answer_again(session, number, command_id)
    case = _case(session, number)
    target = _target(session, case, version)
    command = _command(target, renamed or {}, actor, said.committed)
    after = write_command(session, case, command, at, command_id=command_id, simulated=simulated, salts=said.salts)
    return answer(session, after)


def cases_of(session: Session, key: str, version: int | None = None) -> list[str]:
    """Numbers of the cases of a flow (of one version) that are not over, oldest first."""
    case, definition = tables.case.c, tables.definition.c
    query = (
        sa.select(case.number)
        .join_from(tables.case, tables.definition, definition.id == case.definition_id)
        .where(definition.key == key, case.state.in_(("open", "suspended")))
        .order_by(case.id)
    )
    return list(session.execute(query if version is None else query.where(definition.version == version)).scalars())


def _case(session: Session, number: str) -> OpenCase:
    case = read_case(session, number)
    assert case is not None  # only a command id makes it None
    if case.state not in ("open", "suspended"):
        raise Rejection("migrate.closed", case=number, state=case.state)
    return case


def _target(session: Session, case: OpenCase, version: int) -> DefinitionInfo:
    if version == case.definition.version:
        raise Rejection("migrate.same", case=case.number, version=version)
    return catalogue.definition(session, case.definition.key, version)


def _program(session: Session, definition_id: int) -> spiff.Program:
    return spiff.load(catalogue.program_of(session, definition_id))


def _command(target: DefinitionInfo, renamed: Mapping[str, str], actor: str, private_: Mapping[str, str]) -> Command:
    to: dict[str, Any] = {"version": target.version, "digest": target.digest}
    return Command(type="migrate", actor=actor, data=to | ({"map": dict(renamed)} if renamed else {}), private=private_)
