"""What must hold after any fault: asked through ``verify`` and ``replay``, and of the tables directly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

import engine
from engine import tables
from engine.record import canonical
from engine.store import Session, Store


class Acknowledged(NamedTuple):
    """A command somebody was told is done: its id, the case, the number of the case's last step then."""

    command: str
    case: str
    step: int


def check(store: Store, acknowledged: Iterable[Acknowledged]) -> int:
    """Assert every invariant; answers how many commands are recorded.

    * acknowledged commands are recorded, each once, in their case;
    * the steps of a case are numbered 1..n without gap, chained to its head, and n is its version;
    * every command is recorded under one id, and work items, timers, incidents and data are what the steps say;
    * re-running the commands gives the same bytes;
    * a timer fires once, and is marked fired exactly if it did.
    """
    with store.read() as session:
        recorded = _recorded(session)
        for told in acknowledged:
            assert recorded.get(told.command, ("", 0))[0] == told.case, f"{told} was acknowledged and is not recorded"
            assert recorded[told.command][1] <= told.step, f"{told} is recorded later than acknowledged"
        _no_gaps(session)
        _fired_once(session)
        assert engine.verify(session).differences == ()
        assert engine.replay(session).differences == ()
    return len(recorded)


def _recorded(session: Session) -> dict[str, tuple[str, int]]:
    step, case = tables.step.c, tables.case.c
    rows = session.execute(
        sa.select(step.command_id, case.number, step.seq)
        .join_from(tables.step, tables.case, case.id == step.case_id)
        .where(step.kind == "command")
    ).all()
    assert all(row.command_id for row in rows), "a command without an id"
    assert len({row.command_id for row in rows}) == len(rows), "a command is recorded twice"
    return {row.command_id: (row.number, row.seq) for row in rows}


def _no_gaps(session: Session) -> None:
    step, case = tables.step.c, tables.case.c
    rows = session.execute(
        sa.select(case.number, case.version, sa.func.count(step.seq), sa.func.min(step.seq), sa.func.max(step.seq))
        .join_from(tables.case, tables.step, case.id == step.case_id)
        .group_by(case.number, case.version)
    )
    for number, version, count, first, last in rows:
        assert (first, last, count) == (1, version, version), f"steps of {number}"


def _fired_once(session: Session) -> None:
    step, timer = tables.step.c, tables.timer.c
    bodies = session.execute(sa.select(step.case_id, step.body).where(step.kind == "timer fired"))
    fired = Counter((row.case_id, canonical.loads(row.body)["timer"]) for row in bodies)
    assert set(fired.values()) <= {1}, f"fired more than once: {fired.most_common(3)}"
    marked = session.execute(sa.select(timer.case_id, timer.timer).where(timer.state == "fired"))
    assert {tuple(row) for row in marked} == set(fired)
