"""Deciding and writing one command: pure decision, chained steps, and the rows that follow from them.

The one way in to change a case, and the one way in to its journal. Nothing here commits.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine import catalogue, tables
from engine.answers import DefinitionInfo, DefinitionRef
from engine.errors import Conflict, Rejection
from engine.office import people
from engine.record import canonical, chain
from engine.record.canonical import instant, read_instant
from engine.run import projection, spiff
from engine.run.due import clock_rows
from engine.run.open_case import OpenCase
from engine.run.perform import EDITION, perform
from engine.run.port import Command, Draft, Rejected
from engine.store import Session, upsert


@dataclass(frozen=True)
class Written:
    """A command that was written: the case as it then stands, the steps it made, and what it waits for since."""

    case: OpenCase
    steps: list[chain.Sealed]
    #: Address → what is awaited there (``spiff.awaited``).
    awaited: dict[str, dict[str, str]]


def write_one(
    session: Session,
    case: OpenCase,
    command: Command,
    at: datetime,
    *,
    command_id: str | None = None,
    simulated: bool = False,
    extra: Mapping[str, Any] | None = None,
    salts: Mapping[str, tuple[bytes, Any]] | None = None,
) -> Written:
    """Decide, chain and write one command. What leaves the case or is awaited by it is the caller's to carry on."""
    command_id = command_id or uuid.uuid4().hex
    when = _when(case, at, simulated and command.actor != people.SYSTEM)
    program = catalogue.program_of(session, case.definition_id)
    moved = _moved_to(session, case, command)
    try:
        body = command_body(command, command_id, simulated, extra)
        outcome = perform(
            program,
            case.tokens,
            case.data,
            command,
            at=read_instant(when),
            target=catalogue.program_of(session, moved.id) if moved else None,
            clocks=case.clocks,
            calendar=case.calendar,
            seq=case.version + (1 if case.version else 2),
        )
        drafts = [Draft(kind="command", element=None, body=body), *outcome.drafts]
        if not case.version:
            own = opened_body(case.definition, program, case.conversation if case.conversation != case.number else "")
            drafts.insert(1, Draft(kind="case opened", element=None, body=own))
        steps = chain.seal(case.number, case.version, case.head, when, [(d.kind, d.element, d.body) for d in drafts])
    except Rejected as rejected:
        raise Rejection(rejected.code, **rejected.params) from rejected
    except canonical.Uncanonical as error:
        raise Rejection("data.unrecordable", reason=str(error)) from error
    if moved:
        ref = DefinitionRef(key=moved.key, version=moved.version, digest=moved.digest, name=moved.name)
        package = catalogue.package_of(session, moved.id)
        case = replace(case, definition_id=moved.id, definition=ref, package=package)
    change = projection.change(case.items, steps, case.definitions, command.actor, outcome.clocks is not None)
    change.end_timers(spiff.open_timers(case.tokens), spiff.open_timers(outcome.state))
    change.timer_rows |= clock_rows(case, outcome.clocks)
    change.incidents_moved = bool(spiff.open_incidents(case.tokens))
    after = replace(
        case,
        state=change.state or case.state,
        version=steps[-1].seq,
        head=steps[-1].hash,
        tokens=outcome.state,
        data=outcome.data,
        clocks=outcome.clocks,
        simulated=case.simulated or simulated,
        changed_at=when,
        closed_at=when if change.state in ("closed", "cancelled") else case.closed_at,
        items=change.items,
    )
    _write(session, case, after, steps, command_id, change, salts or {})
    _keep_families(session, case, after)
    before, now = spiff.awaited(case.tokens), spiff.awaited(after.tokens)
    new = {item: what for item, what in now.items() if item not in before}
    _subscribe(session, after, [item for item in before if item not in now], new)
    # While it was suspended nothing was handed over: what came waits beside it.
    return Written(after, steps, now if command.type == "resume" else new)


def _keep_families(session: Session, case: OpenCase, after: OpenCase) -> None:
    """Note which instances are to be cases of their own, and which are wanted no more; ``children`` sees to them."""
    table = tables.family
    before, now = spiff.open_children(case.tokens), spiff.open_children(after.tokens)
    if gone := [item for item in before if item not in now]:
        ended = sa.update(table).where(table.c.case_id == case.id, table.c.item.in_(gone)).values(state="ended")
        session.execute(ended)
    fresh = {"case_id": case.id, "begun": 0, "state": "open"}
    if new := [{**fresh, "item": item, **one._asdict()} for item, one in now.items() if item not in before]:
        session.execute(sa.insert(table), new)


def _subscribe(session: Session, case: OpenCase, gone: list[str], new: dict[str, dict[str, str]]) -> None:
    """What the case waits for no more, and what it waits for now."""
    table = tables.subscription
    if gone:
        session.execute(sa.delete(table).where(table.c.case_id == case.id, table.c.item.in_(gone)))
    if new:
        session.execute(sa.insert(table), [{"case_id": case.id, "item": i, **address(case, w)} for i, w in new.items()])


def address(case: OpenCase, what: Mapping[str, str]) -> dict[str, str]:
    """Kind, name and key of what is awaited; a message without a key is meant for the conversation of the case."""
    if "signal" in what:
        return {"kind": "signal", "name": what["signal"], "key": ""}
    return {"kind": "message", "name": what["message"], "key": what.get("key", case.conversation)}


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


def opened_body(
    definition: DefinitionRef, program: str, conversation: str = "", edition: int = EDITION
) -> dict[str, Any]:
    """What ``case opened`` records: which version runs, which versions it calls, under which edition of the rules.

    ``conversation``: the case whose message opened this one.
    """
    body: dict[str, Any] = {
        "definition": {"key": definition.key, "version": definition.version, "digest": definition.digest},
        "edition": edition,
    }
    if called := spiff.load(program).called:
        body["called"] = called
    if conversation:
        body["conversation"] = conversation
    return body


def _moved_to(session: Session, case: OpenCase, command: Command) -> DefinitionInfo | None:
    """The version a ``migrate`` goes to."""
    if command.type != "migrate":
        return None
    return catalogue.definition(session, case.definition.key, int(command.data["version"]))


def _when(case: OpenCase, at: datetime, chosen: bool) -> str:
    """The recorded instant: never before the case's last step; a timer that its case overtook is recorded late.

    Raises Rejection when the instant was ``chosen`` by somebody (a simulated clock), who can choose a later one.
    """
    when = instant(at)
    if when >= case.changed_at:
        return when
    if chosen:
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
    session.execute(_INSERT_STEPS, rows)
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
    upsert(session, tables.card, [{"case_id": after.id, **row} for row in change.card_rows.values()])
    if change.discretion_row is not None:
        upsert(session, tables.discretion, [{"case_id": after.id, **change.discretion_row}])
    upsert(session, tables.incident, [{"case_id": after.id, **row} for row in change.incident_rows.values()])
    if change.incidents_moved:
        _end_incidents(session, after)


def _end_incidents(session: Session, after: OpenCase) -> None:
    """Incidents the tokens no longer hold are resolved."""
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
        "clocks": after.clocks,
        "definition_id": after.definition_id,
        "simulated": after.simulated,
        "changed_at": after.changed_at,
        "closed_at": after.closed_at,
    }
    if before.version == 0:
        session.execute(
            sa.insert(table).values(
                id=after.id,
                number=after.number,
                opened_at=after.opened_at,
                code_hmac=after.code_hmac,
                conversation=after.conversation,
                **values,
            )
        )
        return
    done = session.execute(_UPDATE_CASE, {"this": after.id, "read": before.version, **values})
    if done.rowcount != 1:
        raise Conflict("conflict", case=after.number)


#: Built once, as is the compare-and-swap: putting a statement together costs more than running it.
_INSERT_STEPS = sa.insert(tables.step)
#: The compare-and-swap: only the case as it was read is changed.
_UPDATE_CASE = (
    sa.update(tables.case)
    .where(tables.case.c.id == sa.bindparam("this"), tables.case.c.version == sa.bindparam("read"))
    .values({name: sa.bindparam(name) for name in (
        "state", "version", "head", "tokens", "data", "clocks", "definition_id", "simulated", "changed_at", "closed_at"
    )})
)  # fmt: skip
