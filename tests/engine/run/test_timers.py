"""What is due is done: under its own instant, in the order it is due, whatever stands still or is broken beside it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

import engine
from bpmn.package import FlowPackage, load
from engine import tables
from engine.record.canonical import instant
from engine.store import Store
from tests.conftest import Clock, add_people
from tests.engine.run.models import xml
from tests.engine.run.plans import plans

CLOCK = "<timerEventDefinition><{0}>{1}</{0}></timerEventDefinition>"
REPEATED = 'boundaryEvent attachedToRef="A" cancelActivity="false"|' + CLOCK
ONCE = 'boundaryEvent attachedToRef="A"|' + CLOCK


def model(arrows: str, **nodes: str) -> FlowPackage:
    return load(xml({"S": "startEvent", "E": "endEvent"} | nodes, arrows))


@pytest.fixture
def reminded(store: Store, clock: Clock) -> Store:
    """A task of which one is reminded after each hour, three times, and which ends after five."""
    package = model(
        "S>A A>E T>B B>F L>G",
        A="userTask",
        T=REPEATED.format("timeCycle", "R3/PT1H"),
        B="userTask",
        F="endEvent",
        L=ONCE.format("timeDuration", "PT5H"),
        G="endEvent",
    )
    with store.begin() as session:
        add_people(session)
        engine.publish(session, package, key="reminded", author="modeller", at=clock())
    return store


def start(store: Store, clock: Clock, simulated: bool = False) -> str:
    with store.begin() as session:
        return engine.start_case(session, "reminded", actor="clerk", at=clock(), simulated=simulated).case


def fired(store: Store, case: str) -> list[tuple[str, str]]:
    with store.read() as session:
        assert engine.verify(session).differences == () and engine.replay(session).differences == ()
        return [(str(s.element), instant(s.at)) for s in engine.steps(session, case) if s.kind == "timer fired"]


@pytest.mark.parametrize("simulated", [False, True])
def test_what_one_sets_comes_before_what_is_due_later(reminded: Store, clock: Clock, simulated: bool) -> None:
    """A tick that comes late does what ticks in time would have done."""
    case, begin = start(reminded, clock, simulated), clock()
    assert engine.tick(reminded, clock.forward(hours=6), simulated) == 4
    hours = [("T", 1), ("T", 2), ("T", 3), ("L", 5)]
    assert fired(reminded, case) == [(name, instant(begin + timedelta(hours=n))) for name, n in hours]


@pytest.mark.parametrize("simulated", [False, True])
def test_a_timer_overtaken_by_its_case_fires_late(reminded: Store, clock: Clock, simulated: bool) -> None:
    """The record never goes back: what was due while the case stood still is recorded when it went on."""
    case = start(reminded, clock, simulated)
    with reminded.begin() as session:
        engine.suspend(session, case, actor="clerk", reason="x", at=clock(), simulated=simulated)
    assert engine.tick(reminded, clock.forward(hours=2), simulated) == 0
    with reminded.begin() as session:
        engine.resume(session, case, actor="clerk", reason="x", at=clock(), simulated=simulated)
    assert engine.tick(reminded, clock(), simulated) == 2
    assert {at for _, at in fired(reminded, case)} == {instant(clock())}


def test_one_that_is_broken_holds_back_nobody(reminded: Store, clock: Clock) -> None:
    """A case somebody tampered with: the others' timers fire, then the error is told."""
    broken, other = start(reminded, clock), start(reminded, clock)
    with reminded.begin() as session:
        session.execute(sa.update(tables.case).where(tables.case.c.number == broken).values(tokens="{"))
    with pytest.raises(Exception, match="Expecting"):
        engine.tick(reminded, clock.forward(hours=6))
    with reminded.read() as session:
        assert [s.element for s in engine.steps(session, other) if s.kind == "timer fired"] == ["T", "T", "T", "L"]


def test_what_is_due_is_found_by_the_index(reminded: Store, clock: Clock) -> None:
    """However many wait, only what is due is looked at."""
    case = start(reminded, clock)
    with reminded.begin() as session:
        id_ = session.execute(sa.select(tables.case.c.id).where(tables.case.c.number == case)).scalar_one()
        rows = [
            {"case_id": id_, "timer": f"X#{n}", "due_at": instant(clock() + timedelta(days=n)), "state": "waiting"}
            for n in range(20_000)
        ]
        session.execute(sa.insert(tables.timer), rows)
    plan = plans(reminded, lambda session: engine.due(session, clock.forward(hours=1)))
    assert "ix_timer_waiting" in plan and not re.search(r"SCAN timer(?! USING)|Seq Scan on timer", plan), plan
