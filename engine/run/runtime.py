"""Commands on the process of a case: one command is one transaction, opened and committed by the edge that calls.

Each verb reads the case once, guards, and hands the command to ``write_command``. A rejection writes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bpmn.model import Node
from engine import benchmarks, catalogue, files, tables
from engine.answers import Done, Person, Receipt
from engine.errors import Rejection
from engine.law.discretion import NAME, places
from engine.office import people
from engine.record import canonical, private, receipt
from engine.run import departure, guard
from engine.run.issue import issue_all
from engine.run.lawful import too_early
from engine.run.open_case import OpenCase, answer, law_of, must_be, open_item, read_case
from engine.run.opening import new_case
from engine.run.port import Command
from engine.run.post import write_command
from engine.store import Session


def start_case(
    session: Session,
    key: str,
    *,
    actor: str,
    data: Mapping[str, Any] | None = None,
    at: datetime,
    command_id: str | None = None,
    simulated: bool = False,
    version: int | None = None,
) -> Done:
    """Open a case of the latest version of ``key``.

    For a power, ``data`` is the application: it is checked against the form of the ``apply`` step, and that step is
    done in the same transaction. For an exercise its keys become case data. Raises Rejection (``definition.unknown``,
    ``user.unknown``, ``item.not_yours``, ``form.invalid`` …).
    """
    command_id = command_id or uuid.uuid4().hex
    repeated = _repeated(session, command_id, "start")
    if repeated is not None:
        return answer_again(session, repeated, command_id)
    info = catalogue.definition(session, key, version)
    package = catalogue.package_of(session, info.id)
    person = _person(session, actor)
    guard.may_start(person, package.definitions, info.is_power)
    process = package.definitions.main
    apply = process.power.apply if process and process.power else ""
    first = {} if apply else dict(data or {})
    guard.no_form(package, first)
    case = new_case(session, info, package, at, simulated)
    code = receipt.query_code(_code_key(session), case.number, command_id)
    case = replace(case, code_hmac=receipt.stored_code(_code_key(session), code))
    command = Command(type="start", actor=guard.actor_name(person), item="", data=first, private={})
    case = write_command(session, case, command, at, command_id=command_id, simulated=simulated)
    # The applicant opens a case by applying; an officer may open it and fill the form later.
    if apply and (data or person is None):
        done = complete(session, case.number, apply, actor=actor, data=data, at=at, simulated=simulated)
    else:
        done = answer(session, case)
    return replace(done, receipt=Receipt(code=code, step=done.step, hash=done.hash))


def complete(
    session: Session,
    number: str,
    item: str,
    *,
    actor: str,
    data: Mapping[str, Any] | None = None,
    at: datetime,
    command_id: str | None = None,
    simulated: bool = False,
) -> Done:
    """Do a work item, by its address or by its bare element id where one is open.

    Raises Rejection: ``case.unknown``, ``case.not_open``, ``item.unknown``, ``item.done`` (who and when),
    ``item.claimed``, ``item.not_yours``, ``item.people``, ``form.invalid``, ``discretion.*``, ``at.before_last`` …
    """
    command_id = command_id or uuid.uuid4().hex
    case = read_case(session, number, command_id, actor)
    if case is None:
        return answer_again(session, number, command_id)
    must_be(case, "open")
    row = open_item(session, case, item)
    person = case.actor
    if person is None and actor != people.APPLICANT:
        raise Rejection("user.unknown", name=actor)
    node = case.node(row.item)
    guard.may_act(person, case.definitions, node)
    if row.person not in (None, actor):
        raise Rejection("item.claimed", item=row.item, by=row.person)
    guard.not_too_early(too_early(law_of(session, case), case.clocks, row.element, at), node)
    given = guard.sort_data(case.package, node, data or {}, row.arrows)
    _files_are_there(session, case, node, data or {})
    departure.check(case.definitions, node, case.data, given)
    second = people.person(session, given.second) if given.second else None
    guard.second_officer(node, given, actor, second)
    salts = {name: (private.new_salt(), canonical.encode(value)) for name, value in given.private.items()}
    command = Command(
        type="complete",
        actor=guard.actor_name(person),
        item=row.item,
        data=given.public,
        private={name: private.commitment(salt, value) for name, (salt, value) in salts.items()},
    )
    extra: dict[str, Any] = {"with": second.name} if second else {}
    if guard.on_behalf(person, case.definitions, node):
        extra["on_behalf"] = people.APPLICANT
    case = write_command(
        session, case, command, at, command_id=command_id, simulated=simulated, extra=extra, salts=salts
    )
    files.use(session, case.id, given.private.values())
    case = compared(session, case, row.element, node, at, simulated)
    case = issue_all(session, case, node, row.element, actor=command.actor, at=at, simulated=simulated)
    return answer(session, case)


def _files_are_there(session: Session, case: OpenCase, node: Node | None, data: Mapping[str, Any]) -> None:
    """Raises Rejection ``form.invalid`` for a file that was never sent, or is dropped by now."""
    schema = case.package.form(node.step.form) if node is not None and node.step is not None else None
    wrong = files.unknown(session, schema or {}, data)
    if wrong:
        raise Rejection("form.invalid", errors=wrong, fields=", ".join(error.field for error in wrong))


def compared(
    session: Session, case: OpenCase, element: str, node: Node | None, at: datetime, simulated: bool
) -> OpenCase:
    """The case after a decision was compared with like ones: far from them, a card asks why (同案同罚)."""
    clause = node.step.discretion if node is not None and node.step is not None else None
    found = case.data.get(NAME)
    if clause is None or clause.part != "decision" or not isinstance(found, dict) or "decided" not in found:
        return case
    said = benchmarks.unlike(session, case.data, case.number, places(found, found["decided"]))
    if said is None or case.clocks is None:
        return case
    command = Command(type="unlike", actor=people.SYSTEM, item=element, data=said, private={})
    return write_command(session, case, command, at, simulated=simulated)


def fire(
    session: Session, number: str, timer: str, *, at: datetime, simulated: bool = False, kind: str = "timer"
) -> Done:
    """A timer is due, or a ``limit`` or ``card`` of the law: applied under its due instant.

    Raises Rejection ``timer.unknown``, ``limit.unknown``, ``card.state`` when it no longer waits.
    """
    case = read_case(session, number)
    assert case is not None  # only a command id makes it None
    if kind == "timer":
        must_be(case, "open")
    command = Command(type=_DUE[kind], actor=people.SYSTEM, item=timer, data={}, private={})
    return answer(session, write_command(session, case, command, at, simulated=simulated))


#: Which command applies what has come due, by the kind of its row.
_DUE = {"timer": "timer", "limit": "limit", "card": "unanswered"}


def _person(session: Session, actor: str) -> Person | None:
    return None if actor == people.APPLICANT else people.known(session, actor)


def _repeated(session: Session, command_id: str, type_: str) -> str | None:
    """Number of the case that recorded this command already. Raises Rejection when it was another command."""
    row = session.execute(
        sa.select(tables.case.c.number, tables.step.c.body)
        .join_from(tables.step, tables.case, tables.case.c.id == tables.step.c.case_id)
        .where(tables.step.c.command_id == command_id)
    ).one_or_none()
    if row is None:
        return None
    if canonical.loads(row.body)["type"] != type_:
        raise Rejection("command.other_data", command=command_id)
    return str(row.number)


def answer_again(session: Session, number: str, command_id: str) -> Done:
    """The answer to a command that is recorded already: what is open now."""
    case = read_case(session, number)
    assert case is not None
    owner = _repeated_in(session, case, command_id)
    done = answer(session, case, repeated=True)
    if owner == "start":
        code = receipt.query_code(_code_key(session), number, command_id)
        done = replace(done, receipt=Receipt(code=code, step=done.step, hash=done.hash))
    return done


def _repeated_in(session: Session, case: OpenCase, command_id: str) -> str:
    """Type of the recorded command. Raises Rejection ``command.other_data`` when it belongs to another case."""
    body = session.execute(
        sa.select(tables.step.c.body).where(tables.step.c.command_id == command_id, tables.step.c.case_id == case.id)
    ).scalar_one_or_none()
    if body is None:
        raise Rejection("command.other_data", command=command_id)
    return str(canonical.loads(body)["type"])


def _code_key(session: Session) -> bytes:
    return bytes(session.get_execution_options()["code_key"])
