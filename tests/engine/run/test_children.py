"""More than 200 instances of a published flow: each is a case of its own, and its parent waits for all of them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

import engine
from bpmn.package import load
from engine import tables
from engine.errors import Rejection
from engine.store import Store
from tests.conftest import Clock, add_people
from tests.engine.run.models import xml

SIGN = xml({"B": "startEvent", "Sign": "userTask", "D": "endEvent"}, "B>Sign Sign>D")


def calling(number: str = "201", more: str = "", sequential: str = "false", border: bool = False) -> bytes:
    """A flow that calls ``sign`` so many times; with a deadline on its border, or not."""
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopCardinality>{number}</loopCardinality>'
        f"{more}</multiInstanceLoopCharacteristics>"
    )
    nodes = {"S": "startEvent", "Call": f'callActivity calledElement="sign"|{loop}', "E": "endEvent"}
    arrows = "S>Call Call>E"
    if border:
        nodes["Late"] = (
            'boundaryEvent attachedToRef="Call"|<timerEventDefinition><timeDuration>P1D</timeDuration>'
            "</timerEventDefinition>"
        )
        arrows += " Late>E"
    return xml(nodes, arrows)


@pytest.fixture
def begin(store: Store, clock: Clock) -> Callable[..., str]:
    """Publish both flows and open a case of the caller."""

    def begin(model: bytes, **data: object) -> str:
        with store.begin() as session:
            add_people(session)
            engine.publish(session, load(SIGN), key="sign", author="modeller", at=clock())
            engine.publish(session, load(model), key="all", author="modeller", at=clock())
            return engine.start_case(session, "all", actor="clerk", data=data, at=clock()).case

    return begin


def children(store: Store, state: str = "open") -> list[str]:
    with store.read() as session:
        return [
            row.case for row in engine.cases(session, limit=500) if row.definition.key == "sign" and row.state == state
        ]


def sign(store: Store, clock: Clock, cases: list[str]) -> None:
    for case in cases:
        with store.begin() as session:
            engine.complete(session, case, "Sign", actor="clerk", at=clock())


def state(store: Store, case: str) -> str:
    with store.read() as session:
        return engine.show(session, case).state


def replays(store: Store) -> None:
    with store.read() as session:
        assert engine.verify(session).differences == ()
        assert engine.replay(session).differences == ()


def test_each_instance_is_a_case_and_the_parent_waits_for_all(
    store: Store, clock: Clock, begin: Callable[..., str]
) -> None:
    case = begin(calling(), topic="dam")
    assert children(store) == []  # the clock opens them, not whoever acts on the parent
    engine.tick(store, clock.forward(minutes=1))
    opened = children(store)
    assert len(opened) == 201
    with store.read() as session:
        views = [engine.show(session, child) for child in opened]
        assert sorted(view.data["loopCounter"] for view in views) == list(range(1, 202))
        assert {view.data["topic"] for view in views} == {"dam"}
        before = engine.show(session, case)
    sign(store, clock, opened[:-1])
    engine.tick(store, clock.forward(minutes=1))
    assert before.elements["Call"].status == "current"
    with store.read() as session:
        view = engine.show(session, case)
    assert view.state == "open"
    assert [(one.element, one.flow, one.count, one.ended) for one in view.children] == [("Call", "sign", 201, 200)]
    sign(store, clock, opened[-1:])
    engine.tick(store, clock.forward(minutes=1))
    assert state(store, case) == "closed"
    with store.read() as session:
        steps = engine.steps(session, case)
    told = [number for step in steps if step.kind == "children ended" for number in step.body["numbers"]]
    assert sorted(told) == list(range(1, 202))
    assert engine.tick(store, clock.forward(minutes=1)) == 0
    replays(store)


def test_a_family_that_was_altered_is_found(store: Store, clock: Clock, begin: Callable[..., str]) -> None:
    case = begin(calling())
    engine.tick(store, clock.forward(minutes=1))
    with store.begin() as session:
        session.execute(sa.update(tables.child).where(tables.child.c.number == 7).values(told=True))
    with store.read() as session:
        (found,) = engine.verify(session, case).differences
    assert (found.field, found.recorded, found.found) == ("children Call#1", "1 of 201", "0 of 201")


def test_two_hundred_run_inside_the_case(store: Store, clock: Clock, begin: Callable[..., str]) -> None:
    case = begin(calling("count(people)"), people=["somebody"] * 200)
    engine.tick(store, clock.forward(minutes=1))
    with store.read() as session:
        assert len(engine.todo(session, case).work_items) == 200
    assert children(store) == []


def test_how_many_may_come_from_the_data(store: Store, clock: Clock, begin: Callable[..., str]) -> None:
    case = begin(calling("number"), number=10_001)
    with store.read() as session:
        (incident,) = engine.show(session, case).incidents
    assert (incident.code, incident.params["limit"]) == ("instances.number", 10_000)


def test_one_after_the_other(store: Store, clock: Clock, begin: Callable[..., str]) -> None:
    until = "<completionCondition>enough</completionCondition>"
    case = begin(calling("300", until, sequential="true"), enough=False)
    for round_ in range(3):
        engine.tick(store, clock.forward(minutes=1))
        (child,) = children(store)
        with store.read() as session:
            assert engine.show(session, child).data["loopCounter"] == round_ + 1
        sign(store, clock, [child])
    assert state(store, case) == "open"
    replays(store)


def test_what_is_interrupted_ends_its_instances(store: Store, clock: Clock, begin: Callable[..., str]) -> None:
    case = begin(calling(border=True))
    engine.tick(store, clock.forward(minutes=1))
    sign(store, clock, children(store)[:3])
    engine.tick(store, clock.forward(days=1))
    assert state(store, case) == "closed"
    assert children(store) == [] and len(children(store, "closed")) == 3
    assert len(children(store, "cancelled")) == 198
    assert engine.tick(store, clock.forward(minutes=1)) == 0
    replays(store)


def test_a_cancelled_parent_ends_its_instances(store: Store, clock: Clock, begin: Callable[..., str]) -> None:
    case = begin(calling())
    engine.tick(store, clock.forward(minutes=1))
    with store.begin() as session:
        engine.cancel(session, case, actor="clerk", reason="no longer needed", at=clock())
    engine.tick(store, clock.forward(minutes=1))
    assert children(store) == [] and len(children(store, "cancelled")) == 201
    replays(store)


def test_a_suspended_parent_opens_none_and_is_told_later(store: Store, clock: Clock, begin: Callable[..., str]) -> None:
    case = begin(calling())
    with store.begin() as session:
        engine.suspend(session, case, actor="clerk", reason="a complaint", at=clock())
    assert engine.tick(store, clock.forward(minutes=1)) == 0
    with store.begin() as session:
        engine.resume(session, case, actor="clerk", reason="settled", at=clock())
    engine.tick(store, clock.forward(minutes=1))
    with store.begin() as session:
        engine.suspend(session, case, actor="clerk", reason="another", at=clock())
    sign(store, clock, children(store))
    assert engine.tick(store, clock.forward(minutes=1)) == 0
    with store.begin() as session:
        engine.resume(session, case, actor="clerk", reason="settled", at=clock())
    engine.tick(store, clock.forward(minutes=1))
    assert state(store, case) == "closed"
    replays(store)


def test_an_instance_that_is_cancelled_holds_nothing_up(store: Store, clock: Clock, begin: Callable[..., str]) -> None:
    case = begin(calling())
    engine.tick(store, clock.forward(minutes=1))
    first, *others = children(store)
    with store.begin() as session:
        engine.cancel(session, first, actor="clerk", reason="moved away", at=clock())
    sign(store, clock, others)
    engine.tick(store, clock.forward(minutes=1))
    assert state(store, case) == "closed"


def test_two_clocks_open_each_instance_once(store: Store, clock: Clock, begin: Callable[..., str]) -> None:
    begin(calling("250"))
    at = clock.forward(minutes=1)
    with ThreadPoolExecutor(2) as two:
        list(two.map(lambda _: engine.tick(store, at), range(2)))
    opened = children(store)
    with store.read() as session:
        numbers = [engine.show(session, child).data["loopCounter"] for child in opened]
    assert sorted(numbers) == list(range(1, 251))
    replays(store)


def test_more_than_200_inside_a_case_are_refused(store: Store, clock: Clock) -> None:
    model = calling().replace(b"callActivity", b"userTask").replace(b' calledElement="sign"', b"")
    with store.begin() as session:
        add_people(session)
        with pytest.raises(Rejection, match=r"loop\.instances"):
            engine.publish(session, load(model), key="x", author="modeller", at=clock())
