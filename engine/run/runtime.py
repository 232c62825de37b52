"""Commands on cases: one command is one transaction, opened and committed by the edge that calls.

Each verb reads the case once, guards, lets ``perform`` decide in pure code, chains the steps, and writes the journal
and what follows from it. Nothing below the edge commits; a rejection writes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bpmn.model import Definitions, Node
from bpmn.package import FlowPackage
from engine import catalogue, tables
from engine.answers import DefinitionRef, Done, Incident, Person, Receipt
from engine.errors import Conflict, Rejection
from engine.office import people
from engine.record import canonical, chain, private, receipt
from engine.record.canonical import instant, read_instant
from engine.run import guard, projection, spiff
from engine.run.perform import EDITION, perform
from engine.run.port import Command, Draft, Rejected
from engine.store import Session, upsert


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """A case read for one command: its row, its version's texts, and the work items open now."""

    id: int
    number: str
    state: str
    version: int
    head: bytes
    tokens: str | None
    data: dict[str, Any]
    simulated: bool
    changed_at: str
    definition_id: int
    definition: DefinitionRef
    package: FlowPackage
    items: dict[str, projection.ItemRow]
    code_hmac: str = ""
    opened_at: str = ""
    closed_at: str | None = None

    @property
    def definitions(self) -> Definitions:
        return self.package.definitions

    def node(self, item: str) -> Node | None:
        """The model's node of a work item address."""
        return self.definitions.nodes.get(projection.element_id(item))


# -- the verbs --------------------------------------------------------------------------------------------------------


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
        return _answer_again(session, repeated, command_id)
    info = catalogue.definition(session, key, version)
    package = catalogue.package_of(session, info.id)
    person = _person(session, actor)
    guard.may_start(person, package.definitions, info.is_power)
    process = package.definitions.main
    apply = process.power.apply if process and process.power else ""
    first = {} if apply else dict(data or {})
    case = _new_case(session, info.id, info, package, at, simulated)
    code = receipt.query_code(_code_key(session), case.number, command_id)
    case = replace(case, code_hmac=receipt.stored_code(_code_key(session), code))
    command = Command(type="start", actor=guard.actor_name(person), item="", data=first, private={})
    case = _run(session, case, command, at, command_id=command_id, simulated=simulated)
    if apply and data:
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
    ``item.claimed``, ``item.not_yours``, ``item.people``, ``form.invalid``, ``take.missing``, ``at.before_last`` …
    """
    command_id = command_id or uuid.uuid4().hex
    case = read_case(session, number, command_id)
    if case is None:
        return _answer_again(session, number, command_id)
    _must_be(case, "open")
    row = _open_item(session, case, item)
    person = _person(session, actor)
    node = case.node(row.item)
    guard.may_act(person, case.definitions, node)
    if row.person not in (None, actor):
        raise Rejection("item.claimed", item=row.item, by=row.person)
    given = guard.sort_data(case.package, node, data or {}, row.choices)
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
    case = _run(session, case, command, at, command_id=command_id, simulated=simulated, extra=extra, salts=salts)
    return answer(session, case)


def claim(session: Session, number: str, item: str, *, actor: str, at: datetime, simulated: bool = False) -> Done:
    """Take a work item onto one's own desk. Raises Rejection ``item.claimed`` when somebody else has it."""
    case = _current(session, number)
    row = _open_item(session, case, item)
    person = people.known(session, actor)
    guard.may_act(person, case.definitions, case.node(row.item))
    if row.person is not None:
        raise Rejection("item.claimed", item=row.item, by=row.person)
    return _office(session, case, "claim", actor, at, simulated, item=row.item)


def release(session: Session, number: str, item: str, *, actor: str, at: datetime, simulated: bool = False) -> Done:
    """Give a claimed work item back. Raises Rejection ``item.not_claimed`` unless it is the actor's."""
    case = _current(session, number)
    row = _open_item(session, case, item)
    if row.person != actor:
        raise Rejection("item.not_claimed", item=row.item, by=row.person or "")
    return _office(session, case, "release", actor, at, simulated, item=row.item)


def retry(
    session: Session,
    number: str,
    item: str,
    *,
    actor: str,
    data: Mapping[str, Any] | None = None,
    at: datetime,
    simulated: bool = False,
) -> Done:
    """Try a stuck element again, with corrected public data where given. Raises Rejection ``incident.unknown``."""
    case = _current(session, number)
    person = people.known(session, actor)
    posts = guard.posts_of(case.definitions)
    if posts and not person.posts & posts:
        raise Rejection("item.not_yours", name=actor, post=", ".join(sorted(posts)))
    address = _open_incident(session, case, item)
    command = Command(type="retry", actor=actor, item=address, data=dict(data or {}), private={})
    return answer(session, _run(session, case, command, at, simulated=simulated))


def suspend(session: Session, number: str, *, actor: str, reason: str, at: datetime, simulated: bool = False) -> Done:
    """Stop a case; nothing can be done on it until it is resumed. Raises Rejection ``reason.missing``."""
    return _office(session, _current(session, number), "suspend", actor, at, simulated, reason=reason)


def resume(session: Session, number: str, *, actor: str, reason: str, at: datetime, simulated: bool = False) -> Done:
    """Let a suspended case go on."""
    case = _current(session, number, state="suspended")
    return _office(session, case, "resume", actor, at, simulated, reason=reason)


def cancel(session: Session, number: str, *, actor: str, reason: str, at: datetime, simulated: bool = False) -> Done:
    """End a case for good, on the record, with a reason."""
    return _office(session, _current(session, number), "cancel", actor, at, simulated, reason=reason)


def fire(session: Session, number: str, timer: str, *, at: datetime, simulated: bool = False) -> Done:
    """A timer is due: applied under its due instant. Raises Rejection ``timer.unknown`` when it no longer waits."""
    case = _current(session, number)
    command = Command(type="timer", actor=people.SYSTEM, item=timer, data={}, private={})
    return answer(session, _run(session, case, command, at, simulated=simulated))


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
    return answer(session, _run(session, case, command, at, simulated=simulated, extra=extra))


# -- reading ----------------------------------------------------------------------------------------------------------


def read_case(session: Session, number: str, command_id: str | None = None) -> OpenCase | None:
    """The case with its open items in one statement; None when ``command_id`` is recorded already.

    Raises Rejection ``case.unknown``.
    """
    rows = session.execute(_READ_CASE, {"wanted": number, "given": command_id}).all()
    if not rows:
        raise Rejection("case.unknown", case=number)
    if command_id is not None and rows[0].seen:
        return None
    return _open_case(session, rows)


def _case_statement() -> sa.Select[Any]:
    case, item, version = tables.case, tables.work_item, tables.definition
    seen = sa.select(sa.func.count()).where(tables.step.c.command_id == sa.bindparam("given")).scalar_subquery()
    columns = [version.c.key, version.c.version.label("edition"), version.c.digest, version.c.name]
    return (
        sa.select(case, seen.label("seen"), *columns, *projection.ITEM_COLUMNS)
        .join_from(case, version, version.c.id == case.c.definition_id)
        .outerjoin(item, sa.and_(item.c.case_id == case.c.id, item.c.ended_at.is_(None)))
        .where(case.c.number == sa.bindparam("wanted"))
    )


#: Built once: putting a statement together costs more than running it.
_READ_CASE = _case_statement()


def answer(session: Session, case: OpenCase, repeated: bool = False) -> Done:
    """What is open now, as the verbs answer it. Incidents are looked up only where the tokens say there are any."""
    return Done(
        case=case.number,
        state=case.state,
        step=case.version,
        hash=case.head.hex(),
        work_items=tuple(projection.work_item(row, case.number, case.definitions) for row in case.items.values()),
        incidents=_incidents(session, case),
        definition=case.definition,
        repeated=repeated,
    )


def _open_case(session: Session, rows: Any) -> OpenCase:
    first = rows[0]._mapping
    case = tables.case.c
    definition_id = first[case.definition_id]
    return OpenCase(
        id=first[case.id],
        number=first[case.number],
        state=first[case.state],
        version=first[case.version],
        head=first[case.head],
        tokens=first[case.tokens],
        data=canonical.decode(canonical.loads(first[case.data])),
        simulated=first[case.simulated],
        opened_at=first[case.opened_at],
        changed_at=first[case.changed_at],
        closed_at=first[case.closed_at],
        code_hmac=first[case.code_hmac],
        definition_id=definition_id,
        definition=DefinitionRef(
            key=first[tables.definition.c.key],
            version=first["edition"],
            digest=first[tables.definition.c.digest],
            name=first[tables.definition.c.name],
        ),
        package=catalogue.package_of(session, definition_id),
        items={row.item: projection.item_row(row._mapping) for row in rows if row.item},
    )


def _current(session: Session, number: str, state: str = "open") -> OpenCase:
    case = read_case(session, number)
    assert case is not None  # only a command id makes it None
    _must_be(case, state)
    return case


def _must_be(case: OpenCase, state: str) -> None:
    if case.state != state:
        raise Rejection(
            "case.not_open" if state == "open" else "case.not_suspended", case=case.number, state=case.state
        )


def _open_item(session: Session, case: OpenCase, item: str) -> projection.ItemRow:
    if item in case.items:
        return case.items[item]
    same = [row for row in case.items.values() if item in (row.element, projection.element_id(row.item))]
    if len(same) == 1:
        return same[0]
    if same:
        raise Rejection("item.ambiguous", item=item, addresses=", ".join(row.item for row in same))
    _say_who_did_it(session, case, item)
    raise Rejection("item.unknown", item=item, case=case.number, open=", ".join(case.items))


def _say_who_did_it(session: Session, case: OpenCase, item: str) -> None:
    table = tables.work_item.c
    row = session.execute(
        sa.select(table.item, table.person, table.ended_at, table.state)
        .where(table.case_id == case.id, sa.or_(table.item == item, table.element == item), table.ended_at.isnot(None))
        .order_by(table.ended_at.desc())
        .limit(1)
    ).one_or_none()
    if row is not None:
        raise Rejection(f"item.{row.state}", item=row.item, by=row.person or "", at=row.ended_at)


def _open_incident(session: Session, case: OpenCase, item: str) -> str:
    for incident in _incidents(session, case):
        if item in (incident.item, incident.element, projection.element_id(incident.item)):
            return incident.item
    raise Rejection("incident.unknown", item=item, case=case.number)


def _incidents(session: Session, case: OpenCase) -> tuple[Incident, ...]:
    if not spiff.open_incidents(case.tokens):
        return ()
    table = tables.incident
    rows = session.execute(
        sa.select(table).where(table.c.case_id == case.id, table.c.resolved_at.is_(None)).order_by(table.c.raised_at)
    )
    return tuple(projection.incident(row, case.number, case.definitions) for row in rows)


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


def _answer_again(session: Session, number: str, command_id: str) -> Done:
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


# -- writing ----------------------------------------------------------------------------------------------------------


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
    salts: dict[str, tuple[bytes, Any]] = {}
    if reason is not None:
        person = people.known(session, actor)
        posts = guard.posts_of(case.definitions)
        if posts and not person.posts & posts:
            raise Rejection("item.not_yours", name=actor, post=", ".join(sorted(posts)))
        if not reason.strip():
            raise Rejection("reason.missing")
        salts["reason"] = (private.new_salt(), reason.strip())
    commitments = {name: private.commitment(salt, value) for name, (salt, value) in salts.items()}
    command = Command(type=type_, actor=actor, item=item, data={}, private=commitments)
    return answer(session, _run(session, case, command, at, simulated=simulated, salts=salts))


def _new_case(
    session: Session, definition_id: int, info: DefinitionRef, package: FlowPackage, at: datetime, simulated: bool
) -> OpenCase:
    id_ = 1 + session.execute(sa.select(sa.func.coalesce(sa.func.max(tables.case.c.id), 0))).scalar_one()
    process = package.definitions.main
    letters = process.power.type if process and process.power else "EX"
    return OpenCase(
        id=id_,
        number=f"{letters}-{at.year}-{id_:06d}",
        state="new",
        version=0,
        head=chain.START,
        tokens=None,
        data={},
        simulated=simulated,
        changed_at=instant(at),
        opened_at=instant(at),
        definition_id=definition_id,
        definition=DefinitionRef(key=info.key, version=info.version, digest=info.digest, name=info.name),
        package=package,
        items={},
    )


def _run(
    session: Session,
    case: OpenCase,
    command: Command,
    at: datetime,
    *,
    command_id: str | None = None,
    simulated: bool = False,
    extra: Mapping[str, Any] | None = None,
    salts: Mapping[str, tuple[bytes, Any]] | None = None,
) -> OpenCase:
    """Decide, chain and write one command; answers the case as it then stands."""
    command_id = command_id or uuid.uuid4().hex
    when = _when(case, at, simulated)
    try:
        body = command_body(command, command_id, simulated, extra)
        outcome = perform(
            catalogue.program_of(session, case.definition_id),
            case.tokens,
            case.data,
            command,
            at=read_instant(when),
        )
    except Rejected as rejected:
        raise Rejection(rejected.code, **rejected.params) from rejected
    except canonical.Uncanonical as error:
        raise Rejection("data.unrecordable", reason=str(error)) from error
    first = Draft(kind="command", element=None, body=body)
    opened = [] if case.version else [Draft(kind="case opened", element=None, body=opened_body(case.definition))]
    drafts = [first, *opened, *outcome.drafts]
    steps = chain.seal(case.number, case.version, case.head, when, [(d.kind, d.element, d.body) for d in drafts])
    change = projection.change(case.items, steps, case.definitions, command.actor)
    change.timers_moved = spiff.open_timers(case.tokens).keys() != spiff.open_timers(outcome.state).keys()
    change.incidents_moved = bool(spiff.open_incidents(case.tokens))
    after = replace(
        case,
        state=change.state or case.state,
        version=steps[-1].seq,
        head=steps[-1].hash,
        tokens=outcome.state,
        data=outcome.data,
        simulated=case.simulated or simulated,
        changed_at=when,
        closed_at=when if change.state in ("closed", "cancelled") else case.closed_at,
        items=change.items,
    )
    _write(session, case, after, steps, command_id, change, salts or {})
    return after


def command_body(
    command: Command, command_id: str, simulated: bool, extra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """How a command stands in the record: only what was given."""
    body: dict[str, Any] = {"type": command.type, "actor": command.actor, "id": command_id}
    if command.item:
        body["item"] = command.item
    if command.data:
        body["data"] = canonical.encode(dict(command.data))
    if command.private:
        body["private"] = dict(command.private)
    if simulated:
        body["simulated"] = True
    return body | dict(extra or {})


def opened_body(definition: DefinitionRef) -> dict[str, Any]:
    """What ``case opened`` records: which version runs, under which edition of the rules that make steps."""
    return {
        "definition": {"key": definition.key, "version": definition.version, "digest": definition.digest},
        "edition": EDITION,
    }


def _when(case: OpenCase, at: datetime, simulated: bool) -> str:
    """The recorded instant: never before the case's last step. Raises Rejection when a simulated clock goes back."""
    when = instant(at)
    if when >= case.changed_at:
        return when
    if simulated:
        raise Rejection("at.before_last", at=when, last=case.changed_at)
    return case.changed_at


def _write(
    session: Session,
    before: OpenCase,
    after: OpenCase,
    steps: list[chain.Sealed],
    command_id: str,
    change: projection.Change,
    salts: Mapping[str, tuple[bytes, Any]],
) -> None:
    _write_case(session, before, after)
    rows = [
        {
            "case_id": after.id,
            "seq": step.seq,
            "kind": step.kind,
            "element": step.element,
            "at": step.at,
            "body": step.body,
            "prev_hash": step.prev_hash,
            "hash": step.hash,
            "command_id": command_id if step is steps[0] else None,
        }
        for step in steps
    ]
    session.execute(sa.insert(tables.step), rows)
    if salts:
        session.execute(
            sa.insert(tables.private_data),
            [
                {
                    "case_id": after.id,
                    "seq": steps[0].seq,
                    "name": name,
                    "salt": salt,
                    "value": canonical.dumps(value).decode(),
                }
                for name, (salt, value) in salts.items()
            ],
        )
    upsert(session, tables.work_item, [row.values(after.id) for row in change.changed_items])
    upsert(session, tables.timer, [{"case_id": after.id, **row} for row in change.timer_rows.values()])
    upsert(session, tables.incident, [{"case_id": after.id, **row} for row in change.incident_rows.values()])
    _end_timers_and_incidents(session, after, change)


def _end_timers_and_incidents(session: Session, after: OpenCase, change: projection.Change) -> None:
    """Timers and incidents the tokens no longer hold: fired, withdrawn or resolved. Only where a step says so."""
    if change.timers_moved:
        table = tables.timer.c
        waiting = spiff.open_timers(after.tokens)
        session.execute(
            sa.update(tables.timer)
            .where(table.case_id == after.id, table.state == "waiting", table.timer.notin_(list(waiting)))
            .values(state=sa.case((table.timer.in_(change.fired), "fired"), else_="withdrawn"))
        )
    if change.incidents_moved:
        incident = tables.incident.c
        stuck = spiff.open_incidents(after.tokens)
        session.execute(
            sa.update(tables.incident)
            .where(incident.case_id == after.id, incident.resolved_at.is_(None), incident.item.notin_(list(stuck)))
            .values(resolved_at=after.changed_at)
        )


def _write_case(session: Session, before: OpenCase, after: OpenCase) -> None:
    table = tables.case
    values = {
        "state": after.state,
        "version": after.version,
        "head": after.head,
        "tokens": after.tokens,
        "data": canonical.dumps(canonical.encode(after.data)).decode(),
        "simulated": after.simulated,
        "changed_at": after.changed_at,
        "closed_at": after.closed_at,
    }
    if before.version == 0:
        session.execute(
            sa.insert(table).values(
                id=after.id,
                number=after.number,
                definition_id=after.definition_id,
                opened_at=after.opened_at,
                code_hmac=after.code_hmac,
                **values,
            )
        )
        return
    done = session.execute(_UPDATE_CASE, {"this": after.id, "read": before.version, **values})
    if done.rowcount != 1:
        raise Conflict("conflict", case=after.number)


#: The compare-and-swap: only the case as it was read is changed.
_UPDATE_CASE = (
    sa.update(tables.case)
    .where(tables.case.c.id == sa.bindparam("this"), tables.case.c.version == sa.bindparam("read"))
    .values({name: sa.bindparam(name) for name in (
        "state", "version", "head", "tokens", "data", "simulated", "changed_at", "closed_at"
    )})
)  # fmt: skip


def _code_key(session: Session) -> bytes:
    return bytes(session.get_execution_options()["code_key"])
