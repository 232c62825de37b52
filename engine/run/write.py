"""Deciding and writing one command: pure decision, chained steps, and the rows that follow from them.

The one way in to change a case, and the one way in to its journal. Nothing here commits.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from engine import catalogue, tables
from engine.answers import DefinitionInfo, DefinitionRef
from engine.errors import Rejection
from engine.office import people
from engine.prepared import Order, Prepared, write_all
from engine.record import canonical, chain
from engine.record.canonical import instant, read_instant
from engine.run import projection, spiff
from engine.run.due import clock_rows
from engine.run.open_case import OpenCase
from engine.run.perform import EDITION, perform
from engine.run.port import Command, Draft, Rejected
from engine.store import Session, upserting


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
        steps = chain.seal(case.number, case.version, case.head, when, drafts)
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
    """The rows of one command, sent together. Raises Conflict when another writer has changed the case meanwhile."""
    if not before.version:
        _insert_case(session, after)
    swap, insert = _statements(session.dialect)
    # Which version the command was decided on: another one is left alone.
    changing = [{"this": after.id, "read": before.version, **_changing(after)}]
    orders = [Order(swap, changing, swaps=True)] if before.version else []
    told = [_step_row(after.id, step, command_id if step is steps[0] else None) for step in steps]
    orders.append(Order(insert, told))
    for table, rows in _rows_of(after.id, change):
        if rows:
            orders.append(Order(upserting(session.dialect, table, tuple(rows[0])), rows))
    write_all(session, orders)
    if salts:
        session.execute(sa.insert(tables.private_data), _private_rows(after.id, steps[0].seq, salts))
    if change.incidents_moved:
        _end_incidents(session, after)


def _rows_of(case_id: int, change: projection.Change) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    """The rows that follow from the steps, by table."""
    yield tables.work_item, [row.values(case_id) for row in change.changed_items]
    own = {
        tables.timer: change.timer_rows.values(),
        tables.card: change.card_rows.values(),
        tables.discretion: [change.discretion_row] if change.discretion_row is not None else [],
        tables.incident: change.incident_rows.values(),
    }
    for table, rows in own.items():
        yield table, [{"case_id": case_id, **row} for row in rows]


def _step_row(case_id: int, step: chain.Sealed, command_id: str | None) -> dict[str, Any]:
    return {"case_id": case_id, **step._asdict(), "command_id": command_id}


def _private_rows(case_id: int, seq: int, salts: Mapping[str, tuple[bytes, Any]]) -> list[dict[str, Any]]:
    return [
        {"case_id": case_id, "seq": seq, "name": name, "salt": salt, "value": canonical.dumps(value).decode()}
        for name, (salt, value) in salts.items()
    ]


def _end_incidents(session: Session, after: OpenCase) -> None:
    """Incidents the tokens no longer hold are resolved."""
    incident = tables.incident.c
    stuck = spiff.open_incidents(after.tokens)
    session.execute(
        sa.update(tables.incident)
        .where(incident.case_id == after.id, incident.resolved_at.is_(None), incident.item.notin_(list(stuck)))
        .values(resolved_at=after.changed_at)
    )


def _insert_case(session: Session, case: OpenCase) -> None:
    session.execute(
        sa.insert(tables.case).values(
            id=case.id,
            number=case.number,
            opened_at=case.opened_at,
            code_hmac=case.code_hmac,
            conversation=case.conversation,
            **_changing(case),
        )
    )


#: What a command may change of a case.
_CHANGING = (
    "state", "version", "head", "tokens", "data", "clocks", "definition_id", "simulated", "changed_at", "closed_at"
)  # fmt: skip


def _changing(case: OpenCase) -> dict[str, Any]:
    """Those columns as they are kept."""
    values = {name: getattr(case, name) for name in _CHANGING}
    return values | {"data": canonical.dumps(canonical.encode(case.data)).decode()}


@lru_cache(maxsize=8)
def _statements(dialect: sa.Dialect) -> tuple[Prepared, Prepared]:
    """The compare-and-swap, by which only the case as it was read is changed, and the INSERT of its steps."""
    case = tables.case.c
    swap = sa.update(tables.case).where(case.id == sa.bindparam("this"), case.version == sa.bindparam("read"))
    swap = swap.values({name: sa.bindparam(name) for name in _CHANGING})
    return Prepared(swap, dialect), Prepared(sa.insert(tables.step), dialect, tables.step.c.keys())
