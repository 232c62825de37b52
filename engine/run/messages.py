"""Messages and signals from outside, and those that still wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bpmn.package import FlowPackage
from engine import catalogue, tables
from engine.answers import Person, Sent
from engine.errors import Rejection
from engine.office import people
from engine.record import canonical
from engine.record.canonical import read_instant
from engine.run import guard, spiff
from engine.run.open_case import current_case
from engine.run.post import (
    Message,
    carry_on,
    hand_over,
    note_signal,
    open_by,
    reached_before,
    receive,
    starters,
    waiting_row,
)
from engine.store import Session

MAX_ID = 60


def deliver(
    session: Session,
    id_: str,
    name: str,
    *,
    actor: str,
    key: str = "",
    data: Mapping[str, Any] | None = None,
    at: datetime,
    simulated: bool = False,
) -> Sent:
    """Send a message: it reaches the case that waits for this name and key, opens one, or waits in the inbox.

    The same id again is the same message. Raises Rejection: ``message.id``, ``message.other_data`` (the id was used for
    another), ``message.ambiguous``, ``form.none``, ``message.nobody``, ``data.unrecordable``, ``user.unknown``,
    ``role.missing``.
    """
    if not 0 < len(id_) <= MAX_ID or not name:
        raise Rejection("message.id", id=id_, limit=MAX_ID)
    _may_send(people.known(session, actor))
    guard.recordable(data or {})
    text = canonical.dumps(canonical.encode(dict(data or {}))).decode()
    row = session.execute(sa.select(tables.message).where(tables.message.c.id == id_)).one_or_none()
    if row is not None:
        if (row.name, row.key, row.data) != (name, key, text):
            raise Rejection("message.other_data", id=id_)
        return _sent(session, id_, repeated=True)
    written = receive(session, Message(id_, name, key, dict(data or {}), actor), at, simulated)
    if written is not None:
        carry_on(session, written, at, simulated)
    else:
        _somebody_takes(session, name, data or {})
    return _sent(session, id_)


def _somebody_takes(session: Session, name: str, data: Mapping[str, Any]) -> None:
    """Nobody waits yet, but it is known who may: data none of them takes must not lie in the inbox, for they may be
    somebody's. Raises Rejection ``form.none``; ``message.nobody`` when no flow knows the message at all."""
    packages = [catalogue.package_of(session, id_) for id_ in catalogue.at_work(session)] if data else []
    refused = [guard.not_public(package, data) for package in packages if name in _awaited(package)]
    if data and not refused:
        raise Rejection("message.nobody", name=name)
    if refused and all(refused):
        raise Rejection("form.none", fields=", ".join(refused[0]))


def _awaited(package: FlowPackage) -> set[str]:
    """Names of the messages a flow can wait for or begin with."""
    nodes = package.definitions.nodes.values()
    events = {
        name for node in nodes for event in node.events if event.kind == "message" for name in (event.ref, event.name)
    }
    return events | {node.message for node in nodes if node.type == "receiveTask"}


def signal(session: Session, id_: str, name: str, *, actor: str, at: datetime, simulated: bool = False) -> int:
    """Throw a signal from outside: all cases that wait for it now will get it (``tick``), flows it opens are opened.

    Answers how many cases it is for. The same id again is the same signal; one that was for nobody leaves no trace.
    Raises Rejection ``message.id``, ``user.unknown``, ``role.missing``.
    """
    if not 0 < len(id_) <= MAX_ID or not name:
        raise Rejection("message.id", id=id_, limit=MAX_ID)
    _may_send(people.known(session, actor))
    opens = starters(session, "signal", name)
    if already := reached_before(session, id_, opens):
        return already
    opened = [open_by(session, one, Message(id_, name, "", {}, actor), at, simulated) for one in opens]
    for written in opened:
        carry_on(session, written, at, simulated)
    return len(opened) + note_signal(session, id_, name, at)


def waiting(session: Session, limit: int = 200) -> list[Sent]:
    """Messages nobody has waited for yet, the oldest first."""
    table = tables.message.c
    here = sa.select(table.id).where(table.case_id.is_(None), table.aside_at.is_(None))
    rows = session.execute(here.order_by(table.sent_at, table.id).limit(limit))
    return [_sent(session, row.id) for row in rows]


def assign(session: Session, id_: str, number: str, *, actor: str, at: datetime, simulated: bool = False) -> Sent:
    """Give a message of the inbox to a case that waits for one of its name, whatever its key: an officer decides.

    Recorded as that officer's. Raises Rejection ``message.unknown``, ``message.not_awaited``, ``form.none``,
    ``case.unknown``, ``case.not_open``, ``user.unknown``, ``role.missing``.
    """
    row = _treated(session, id_, actor)
    case = current_case(session, number)
    items = [item for item, what in spiff.awaited(case.tokens).items() if what.get("message") == row.name]
    if not items:
        raise Rejection("message.not_awaited", name=row.name, case=number)
    data = canonical.decode(canonical.loads(row.data))
    message = Message(row.id, row.name, row.key, data, actor, row.conversation)
    carry_on(session, hand_over(session, message, number, items[0], at, simulated), at, simulated)
    return _sent(session, id_)


def set_aside(session: Session, id_: str, *, actor: str, reason: str, at: datetime) -> None:
    """Take a message nobody will wait for out of the inbox, with a reason; it is kept.

    Raises Rejection ``message.unknown``, ``reason.missing``, ``user.unknown``, ``role.missing``.
    """
    row = _treated(session, id_, actor)
    if not reason.strip():
        raise Rejection("reason.missing")
    table = tables.message
    session.execute(
        sa.update(table)
        .where(table.c.id == row.id)
        .values(aside_at=canonical.instant(at), aside_by=actor, aside=reason.strip())
    )


def _treated(session: Session, id_: str, actor: str) -> Any:
    """A message of the inbox that an officer may treat."""
    _may_send(people.known(session, actor))
    row = waiting_row(session, id_)
    if row is None:
        raise Rejection("message.unknown", id=id_)
    return row


def _sent(session: Session, id_: str, repeated: bool = False) -> Sent:
    table, case = tables.message.c, tables.case.c
    row = session.execute(
        sa.select(table.name, table.key, table.sent_at, table.reason, case.number)
        .join_from(tables.message, tables.case, case.id == table.case_id, isouter=True)
        .where(table.id == id_)
    ).one()
    return Sent(
        id=id_,
        name=row.name,
        key=row.key,
        case=row.number or "",
        sent_at=read_instant(row.sent_at),
        repeated=repeated,
        reason=row.reason,
    )


def _may_send(person: Person) -> None:
    """Messages are the office's to send, by hand or through a system that signs in as one of them."""
    people.require(person, "clerk", "publisher", "admin")
