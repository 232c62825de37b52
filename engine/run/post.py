"""Writing a command, and carrying on what it sends: messages reach whoever waits for them in the same transaction.

A message is addressed by its name and a key; the key it has without one is the conversation, which a case shares with
those its messages opened. One that nobody waits for yet waits itself, and is handed over the moment somebody does.
Signals are for all who wait when they are thrown: they are noted here, and reach each case in a transaction of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine import catalogue, tables
from engine.errors import Conflict, Rejection
from engine.office import people
from engine.record import canonical, chain
from engine.record.canonical import instant
from engine.run import guard, spiff
from engine.run.open_case import OpenCase, read_case
from engine.run.opening import new_case
from engine.run.port import Command
from engine.run.write import Written, write_one
from engine.store import Session, one_at_a_time

#: Cases that one command may reach through messages; two that write to each other for ever go on with the next tick.
MAX_REACHED = 50


@dataclass(frozen=True)
class Message:
    """A message in the inbox."""

    id: str
    name: str
    key: str
    data: dict[str, Any]
    actor: str
    #: The conversation of the case that sent it; '' from outside.
    conversation: str = ""


def write_command(
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
    """Decide, chain and write one command, and all that follows from what it sends; answers the case as it then stands.

    The one way in to change a case, and the one way in to its journal. Nothing here commits.
    """
    written = write_one(
        session, case, command, at, command_id=command_id, simulated=simulated, extra=extra, salts=salts
    )
    reached = carry_on(session, written, at, simulated)
    if case.number in reached:
        again = read_case(session, case.number)
        assert again is not None  # only a command id makes it None
        return again
    return written.case


def carry_on(session: Session, written: Written, at: datetime, simulated: bool) -> set[str]:
    """Hand over what was sent, and what waits for those who wait now. Answers the numbers of the cases reached."""
    reached: set[str] = set()
    queue = deque([written])
    hops = 0
    while queue and hops < MAX_REACHED:
        here = queue.popleft()
        for step in here.steps:
            if step.kind == "message sent":
                follows = _sent(session, here.case, step.seq, canonical.loads(step.body), at, simulated)
                queue += follows
        for item, what in here.awaited.items():
            if "message" in what and (message := _waiting(session, here.case, what)) is not None:
                queue.append(hand_over(session, message, here.case.number, item, at, simulated))
        hops += 1
        reached |= {one.case.number for one in queue}
    for left in queue:
        _put_off(session, left, at)
    return reached


def _put_off(session: Session, left: Written, at: datetime) -> None:
    """What a case sends beyond those that one command may reach: it lies in the inbox until the clock's next tick.

    Raises Rejection ``message.endless`` for a signal that would open a case then: those have no inbox to wait in.
    """
    for step in left.steps:
        if step.kind != "message sent":
            continue
        body = canonical.loads(step.body)
        if "signal" not in body:
            _put_in(session, _message(left.case, step.seq, body), at)
        elif starters(session, "signal", body["signal"]):
            raise Rejection("message.endless", name=body["signal"], limit=MAX_REACHED)
        else:
            _note_signal(session, left.case, f"{left.case.number}/{step.seq}", body["signal"], at)


def receive(
    session: Session, message: Message, at: datetime, simulated: bool, *, from_case: bool = False
) -> Written | None:
    """Put a message into the inbox and hand it over if somebody waits for it; None while nobody does.

    Raises Rejection ``message.ambiguous`` when two cases, or two flows, wait for the same one, ``form.none`` for data
    the receiver does not take. One that comes from a case stays in the inbox then: who acted there has done nothing
    wrong, and their step must not fail for it.
    """
    _meet(session, message.name, message.key)
    _put_in(session, message, at)
    try:
        return _reach(session, message, at, simulated)
    except Rejection as rejection:
        if from_case and rejection.code in _STAYS:
            _not_taken(session, message.id, rejection.code)
            return None
        raise


#: Why a message that a case sent stays in the inbox. All are found before anything is written.
_STAYS = ("message.ambiguous", "form.none")


def _put_in(session: Session, message: Message, at: datetime) -> None:
    session.execute(
        sa.insert(tables.message).values(
            id=message.id,
            name=message.name,
            key=message.key,
            data=canonical.dumps(canonical.encode(message.data)).decode(),
            actor=message.actor,
            sent_at=instant(at),
            conversation=message.conversation,
            reason="",
        )
    )


def _reach(session: Session, message: Message, at: datetime, simulated: bool) -> Written | None:
    """Hand a message of the inbox to who waits for it; None while nobody does. Raises as ``receive``."""
    case, table = tables.case.c, tables.subscription.c
    waiting = session.execute(
        sa.select(case.number, table.item)
        .join_from(tables.subscription, tables.case, case.id == table.case_id)
        .where(table.kind == "message", table.name == message.name, table.key == message.key, case.state == "open")
        .limit(2)
    ).all()
    if len(waiting) > 1:
        raise Rejection("message.ambiguous", name=message.name, key=message.key)
    if waiting:
        return hand_over(session, message, waiting[0].number, waiting[0].item, at, simulated)
    return _open_case(session, message, at, simulated)


def undelivered(session: Session) -> list[str]:
    """Ids of messages that wait although somebody waits for them: those of who wrote to each other for ever."""
    message, awaited, start = tables.message.c, tables.subscription.c, tables.trigger.c
    case = sa.select(awaited.case_id).join_from(tables.subscription, tables.case, tables.case.c.id == awaited.case_id)
    case = case.where(awaited.kind == "message", awaited.name == message.name, awaited.key == message.key)
    opens = sa.exists().where(start.kind == "message", start.name == message.name)
    query = (
        sa.select(message.id)
        .where(message.case_id.is_(None), message.aside_at.is_(None), message.reason == "")
        .where(sa.or_(case.where(tables.case.c.state == "open").exists(), opens))
        .order_by(message.sent_at, message.id)
    )
    return list(session.execute(query.limit(1_000)).scalars())


def deliver_again(session: Session, id_: str, at: datetime, simulated: bool) -> bool:
    """Hand a message that still waits to who waits for it; answers whether it was taken."""
    row = waiting_row(session, id_)
    if row is None:
        return False
    _meet(session, row.name, row.key)
    message = _read(row)
    try:
        written = _reach(session, message, at, simulated)
    except Rejection as rejection:
        if rejection.code not in _STAYS:
            raise
        _not_taken(session, id_, rejection.code)
        return False
    if written is not None:
        carry_on(session, written, at, simulated)
    return written is not None


def waiting_row(session: Session, id_: str) -> Any:
    """A message of the inbox that was neither taken nor set aside; None when there is none of this id."""
    table = tables.message.c
    query = sa.select(tables.message).where(table.id == id_, table.case_id.is_(None), table.aside_at.is_(None))
    return session.execute(query).one_or_none()


def _not_taken(session: Session, id_: str, reason: str) -> None:
    session.execute(sa.update(tables.message).where(tables.message.c.id == id_).values(reason=reason))


def _read(row: Any) -> Message:
    data = canonical.decode(canonical.loads(row.data))
    return Message(row.id, row.name, row.key, data, row.actor, row.conversation)


def hand_over(session: Session, message: Message, number: str, item: str, at: datetime, simulated: bool) -> Written:
    """The recorded command by which a message reaches what waits for it."""
    case = read_case(session, number)
    assert case is not None  # only a command id makes it None
    if item not in spiff.awaited(case.tokens):
        raise Conflict("conflict", case=number)  # somebody was faster between the looking and the reading
    guard.public_fields(case.package, message.data)
    command = Command(type="message", actor=message.actor, item=item, data=message.data)
    written = write_one(
        session,
        case,
        command,
        at,
        command_id=chain.command_id(f"m:{message.id}"),
        simulated=simulated,
        extra={"message": message.id},
    )
    _take(session, message.id, case.id, at)
    return written


def open_by(session: Session, definition_id: int, message: Message, at: datetime, simulated: bool) -> Written:
    """A case that a message, a signal or a timer opens, of a version."""
    info, package = catalogue.info_of(session, definition_id), catalogue.package_of(session, definition_id)
    guard.public_fields(package, message.data)
    case = new_case(session, info, package, at, simulated, message.conversation)
    command = Command(type="start", actor=message.actor, data=message.data)
    command_id = _opening_id(message.id, info.key)
    return write_one(
        session, case, command, at, command_id=command_id, simulated=simulated, extra={"message": message.id}
    )


def _open_case(session: Session, message: Message, at: datetime, simulated: bool) -> Written | None:
    """Open a case of the flow whose start event waits for this message, in its latest version."""
    opens = starters(session, "message", message.name)
    if len(opens) > 1:
        raise Rejection("message.ambiguous", name=message.name, key=message.key)
    if not opens:
        return None
    written = open_by(session, opens[0], message, at, simulated)
    _take(session, message.id, written.case.id, at)
    return written


def starters(session: Session, kind: str, name: str) -> list[int]:
    """Versions whose start event waits for this: the latest of each flow only."""
    table, trigger = tables.definition.c, tables.trigger.c
    later = tables.definition.alias()
    return list(
        session.execute(
            sa.select(trigger.definition_id)
            .join_from(tables.trigger, tables.definition, table.id == trigger.definition_id)
            .where(trigger.kind == kind, trigger.name == name)
            .where(~sa.exists().where(later.c.key == table.key, later.c.version > table.version))
            .order_by(trigger.definition_id)
        ).scalars()
    )


def _sent(
    session: Session, case: OpenCase, seq: int, body: dict[str, Any], at: datetime, simulated: bool
) -> list[Written]:
    """What a ``message sent`` of a case sets going."""
    id_ = f"{case.number}/{seq}"
    if "signal" in body:
        _note_signal(session, case, id_, body["signal"], at)
        opened = Message(id_, body["signal"], "", {}, people.SYSTEM, case.conversation)
        return [open_by(session, one, opened, at, simulated) for one in starters(session, "signal", body["signal"])]
    reached = receive(session, _message(case, seq, body), at, simulated, from_case=True)
    return [reached] if reached is not None else []


def _message(case: OpenCase, seq: int, body: dict[str, Any]) -> Message:
    """What a ``message sent`` of a case sends."""
    data = canonical.decode(body.get("data", {}))
    key = body.get("key", case.conversation)
    return Message(f"{case.number}/{seq}", body["message"], key, data, people.SYSTEM, case.conversation)


def _note_signal(session: Session, case: OpenCase | None, id_: str, name: str, at: datetime) -> int:
    """Note for whom a signal is: all other cases that wait for it now. Answers how many."""
    table = tables.subscription.c
    query = sa.select(table.case_id, table.item).where(table.kind == "signal", table.name == name)
    rows = session.execute(query if case is None else query.where(table.case_id != case.id)).all()
    if rows:
        values = [{"signal": id_, "case_id": r.case_id, "item": r.item, "at": instant(at), "done": False} for r in rows]
        session.execute(sa.insert(tables.delivery), values)
    return len(rows)


def note_signal(session: Session, id_: str, name: str, at: datetime) -> int:
    """A signal from outside: note for whom it is."""
    return _note_signal(session, None, id_, name, at)


def reached_before(session: Session, id_: str, opens: list[int]) -> int:
    """How many cases a signal was for when it was thrown; ``opens`` are the versions it opens cases of."""
    noted = sa.select(sa.func.count()).select_from(tables.delivery).where(tables.delivery.c.signal == id_)
    ids = [_opening_id(id_, catalogue.info_of(session, one).key) for one in opens]
    opened = sa.select(sa.func.count()).select_from(tables.step).where(tables.step.c.command_id.in_(ids))
    return int(session.execute(sa.select(noted.scalar_subquery() + opened.scalar_subquery())).scalar_one())


def _opening_id(message: str, key: str) -> str:
    """A message, signal or due instant opens one case of a flow."""
    return chain.command_id(f"m:{message}", key)


def _waiting(session: Session, case: OpenCase, what: Mapping[str, str]) -> Message | None:
    """The oldest message in the inbox that is for this and that the flow takes; others stay, and are listed."""
    _meet(session, what["message"], what.get("key", case.conversation))
    table = tables.message
    rows = session.execute(
        sa.select(table)
        .where(table.c.case_id.is_(None), table.c.aside_at.is_(None), table.c.name == what["message"])
        .where(table.c.key == what.get("key", case.conversation))
        .order_by(table.c.sent_at, table.c.id)
    )
    for row in rows.all():
        message = _read(row)
        if not guard.not_public(case.package, message.data):
            return message
        _not_taken(session, message.id, "form.none")
    return None


def _meet(session: Session, name: str, key: str) -> None:
    """Who sends and who begins to wait at the same moment come one after the other, or neither would see the other."""
    one_at_a_time(session, f"message {name} {key}")


def _take(session: Session, id_: str, case_id: int, at: datetime) -> None:
    table = tables.message
    session.execute(sa.update(table).where(table.c.id == id_).values(case_id=case_id, taken_at=instant(at)))
