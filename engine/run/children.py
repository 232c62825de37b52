"""Instances of an activity that are cases of their own: opened, their ends told to the parent, ended with the activity.

More than 200 instances of a published flow do not run inside the case that calls it, whose state they would make large.
Each is a case of the version that was pinned, begins with the data its parent has, and bears a ``loopCounter`` (BPMN
2.0, table 10.28). The clock's tick sees to them, each in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from engine import catalogue, tables
from engine.errors import Conflict
from engine.office import people
from engine.record import chain
from engine.run import guard, spiff
from engine.run.open_case import read_case
from engine.run.opening import new_case
from engine.run.port import Command
from engine.run.post import carry_on, write_command
from engine.run.write import write_one
from engine.store import Session

#: Name under which an instance knows which one it is.
COUNTER = "loopCounter"
#: How many instances of a family one look takes; the numbers of so many stand in one step of the parent.
BATCH = 200

#: One thing to do in a transaction of its own, at an instant; is the clock simulated? Answers whether it was done.
Deed = Callable[[Session, datetime, bool], bool]


def due(session: Session) -> list[Deed]:
    """What is to be done now about the instances of all families: to open, to tell the parent, to end."""
    family, parent = tables.family, tables.case
    rows = session.execute(
        sa.select(family, parent.c.number.label("parent"), parent.c.state.label("stands"))
        .join_from(family, parent, parent.c.id == family.c.case_id)
        .where(sa.text("family.state <> 'over'"))
        .order_by(family.c.case_id, family.c.item)
    )
    return [deed for row in rows.all() for deed in _deeds(session, row)]


def _deeds(session: Session, row: Any) -> list[Deed]:
    untold = _untold(session, row)
    over = [one for one in untold if one.state in ("closed", "cancelled")]
    if row.state == "ended":
        return [partial(_end, child=one) for one in untold] or [partial(_finish, row=row)]
    if row.stands != "open":
        return []
    tell: list[Deed] = [partial(_tell, row=row, over=over)] if over else []
    most = row.instances if not row.in_turn else row.begun + (not untold)
    numbers = range(row.begun + 1, min(most, row.instances, row.begun + BATCH) + 1)
    return tell + [partial(_open, row=row, number=number) for number in numbers]


def _untold(session: Session, row: Any) -> list[Any]:
    """Instances whose end the parent does not know: those that are over first."""
    child, case = tables.child.c, tables.case.c
    query = (
        sa.select(child.case_id, child.number, case.number.label("case"), case.state)
        .join_from(tables.child, tables.case, case.id == child.case_id)
        .where(child.parent_id == row.case_id, child.item == row.item, ~child.told)
        .order_by(case.state.notin_(("closed", "cancelled")), child.number)
    )
    return list(session.execute(query.limit(BATCH)))


def _open(session: Session, at: datetime, simulated: bool, *, row: Any, number: int) -> bool:
    """Open instance ``number``, once: who counts it first opens it."""
    family = tables.family
    counted = session.execute(
        sa.update(family)
        .where(family.c.case_id == row.case_id, family.c.item == row.item, family.c.begun == number - 1)
        .where(family.c.state == "open")
        .values(begun=number)
    )
    parent = read_case(session, row.parent)
    if not counted.rowcount or parent is None:
        return False
    version = spiff.load(catalogue.program_of(session, parent.definition_id)).called[row.flow]["version"]
    info = catalogue.definition(session, row.flow, version)
    package = catalogue.package_of(session, info.id)
    case = new_case(session, info, package, at, simulated, parent.conversation)
    private = guard.not_public(package, parent.data)
    data = {name: value for name, value in parent.data.items() if name not in private} | {COUNTER: number}
    written = write_one(
        session,
        case,
        Command(type="start", actor=people.SYSTEM, data=data),
        at,
        command_id=chain.command_id(f"c:{parent.number}", row.item, number),
        simulated=simulated,
        extra={"parent": {"case": parent.number, "item": row.item}},
    )
    session.execute(
        sa.insert(tables.child).values(
            case_id=written.case.id, parent_id=row.case_id, item=row.item, number=number, told=False
        )
    )
    carry_on(session, written, at, simulated)
    return True


def _tell(session: Session, at: datetime, simulated: bool, *, row: Any, over: list[Any]) -> bool:
    """Tell the parent which instances are over; all of them may be, and it goes on."""
    parent = read_case(session, row.parent)
    if parent is None or row.item not in spiff.open_children(parent.tokens):
        return False
    _told(session, [one.case_id for one in over])
    numbers = [one.number for one in over]
    command = Command(type="children", actor=people.SYSTEM, item=row.item, data={"numbers": numbers})
    command_id = chain.command_id(f"o:{row.parent}", row.item, *numbers)
    write_command(session, parent, command, at, command_id=command_id, simulated=simulated)
    return True


def _end(session: Session, at: datetime, simulated: bool, *, child: Any) -> bool:
    """End an instance whose activity is left: it was interrupted, or enough of them were done."""
    _told(session, [child.case_id])
    case = read_case(session, child.case)
    if case is not None and case.state in ("open", "suspended"):
        command = Command(type="cancel", actor=people.SYSTEM, item="", data={}, private={})
        write_command(session, case, command, at, command_id=chain.command_id("e", case.number), simulated=simulated)
    return True


def _finish(session: Session, at: datetime, simulated: bool, *, row: Any) -> bool:
    """Nothing of a family is left."""
    family = tables.family
    here = sa.and_(family.c.case_id == row.case_id, family.c.item == row.item, family.c.state == "ended")
    return bool(session.execute(sa.update(family).where(here).values(state="over")).rowcount)


def _told(session: Session, cases: list[int]) -> None:
    """Raises Conflict when somebody else told of one of them."""
    child = tables.child
    done = session.execute(sa.update(child).where(child.c.case_id.in_(cases), ~child.c.told).values(told=True))
    if done.rowcount != len(cases):
        raise Conflict("conflict")
