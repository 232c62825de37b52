"""Cases move to another version on the record: what maps goes on, what cannot is told why, and back is the same way."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from bpmn.package import load
from engine.errors import Rejection
from engine.run import spiff
from engine.run.port import Command, Rejected
from engine.store import Session, Store
from tests.conftest import Clock, add_people
from tests.engine.run.models import Run, package, xml
from tests.engine.run.random_models import VALUES, RandomModel

BORDER = 'boundaryEvent attachedToRef="B"|<timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition>'
OLD = {"S": "startEvent", "A": "userTask", "B": "userTask", "Ask": "exclusiveGateway", "C": "userTask", "E": "endEvent"}
OLD_ARROWS = "S>A A>B B>Ask Ask>C[x = 1] Ask>E! C>E"
NEW = OLD | {"D": "userTask", "Late": BORDER, "F": "endEvent"}
NEW_ARROWS = "S>A A>B B>Ask Ask>C[x > 0] Ask>D! D>E C>E Late>F"


@pytest.fixture
def moving(session: Session, clock: Clock) -> str:
    """A case of version 1 that waits at B, and version 2 with another way out, another condition, a timer on B."""
    engine.add_person(session, "publisher", roles=["publisher"])
    for nodes, arrows in ((OLD, OLD_ARROWS), (NEW, NEW_ARROWS)):
        engine.publish(session, load(xml(nodes, arrows)), key="flow", author="modeller", at=clock())
    info = engine.definition(session, "flow", 1)
    case = engine.start_case(session, "flow", actor="clerk", at=clock(), version=info.version).case
    engine.complete(session, case, "A", actor="clerk", at=clock())
    return case


def whole(session: Session) -> None:
    assert engine.verify(session).differences == () and engine.replay(session).differences == ()


def test_a_plan_says_what_would_be_and_writes_nothing(session: Session, clock: Clock, moving: str) -> None:
    steps = len(engine.steps(session, moving))
    plan = engine.plan(session, moving, 2, at=clock())
    assert plan.is_possible and [(place.old, place.new) for place in plan.places] == [("B", "B")]
    assert (plan.items, plan.timers) == (("B#1",), ("Late#1",))
    assert len(engine.steps(session, moving)) == steps


def test_a_case_goes_on_in_the_new_version_and_old_steps_stay_on_the_old_chart(
    session: Session, clock: Clock, moving: str
) -> None:
    before = engine.steps(session, moving)
    done = engine.migrate(session, moving, 2, actor="publisher", reason="new rules", at=clock())
    assert done.definition.version == 2 and [item.item for item in done.work_items] == ["B#1"]
    assert engine.steps(session, moving)[: len(before)] == before
    assert engine.show(session, moving, step=len(before)).definition.version == 1
    assert engine.show(session, moving).definition.version == 2
    done = engine.complete(session, moving, "B", actor="clerk", data={"x": 0}, at=clock())
    assert [item.element for item in done.work_items] == ["D"]
    whole(session)
    assert engine.complete(session, moving, "D", actor="clerk", at=clock()).state == "closed"
    whole(session)


def test_what_the_new_version_adds_on_the_border_is_set_and_goes_again_with_it(
    session: Session, clock: Clock, moving: str
) -> None:
    engine.migrate(session, moving, 2, actor="publisher", reason="new rules", at=clock())
    back = engine.migrate(session, moving, 1, actor="publisher", reason="too early", at=clock())
    assert back.definition.version == 1
    assert engine.due(session, clock() + timedelta(days=6)) == []
    done = engine.complete(session, moving, "B", actor="clerk", data={"x": 0}, at=clock())
    assert done.state == "closed"
    whole(session)


@pytest.mark.parametrize(
    ("change", "arrows", "reason"),
    [
        ({"B": None}, "S>A A>Ask Ask>C[x = 1] Ask>E! C>E", "missing"),
        ({"B": "scriptTask|<script>n := 1</script>"}, OLD_ARROWS, "kind"),
        ({"B": "userTask|<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
               "</multiInstanceLoopCharacteristics>"}, OLD_ARROWS, "instances"),
    ],
)  # fmt: skip
def test_what_does_not_map_is_told_why(
    session: Session, clock: Clock, moving: str, change: dict[str, str | None], arrows: str, reason: str
) -> None:
    nodes = {name: element for name, element in (OLD | change).items() if element is not None}
    version = engine.publish(session, load(xml(nodes, arrows)), key="flow", author="modeller", at=clock()).version
    plan = engine.plan(session, moving, version, at=clock())
    assert [(place.old, place.reason) for place in plan.places] == [("B", reason)]
    with pytest.raises(Rejection, match=rf"migrate\.cannot.*B.*{reason}"):
        engine.migrate(session, moving, version, actor="publisher", reason="x", at=clock())
    whole(session)


def test_an_event_sub_process_comes_and_goes_with_its_version(session: Session, clock: Clock, moving: str) -> None:
    timer = "<timerEventDefinition><timeDuration>P2D</timeDuration></timerEventDefinition>"
    nodes = OLD | {"X": 'subProcess triggeredByEvent="true"', "XS": f"startEvent|{timer}", "XE": "endEvent"}
    model = load(xml(nodes, f"{OLD_ARROWS} XS>XE", {"XS": "X", "XE": "X"}))
    version = engine.publish(session, model, key="flow", author="modeller", at=clock()).version
    engine.migrate(session, moving, version, actor="publisher", reason="x", at=clock())
    assert len(engine.due(session, clock() + timedelta(days=3))) == 1
    whole(session)
    engine.migrate(session, moving, 1, actor="publisher", reason="x", at=clock())
    assert engine.due(session, clock() + timedelta(days=3)) == []
    assert engine.complete(session, moving, "B", actor="clerk", data={"x": 0}, at=clock()).state == "closed"
    whole(session)


def test_who_may_and_what_is_needed(session: Session, clock: Clock, moving: str) -> None:
    with pytest.raises(Rejection, match=r"role\.missing"):
        engine.migrate(session, moving, 2, actor="clerk", reason="x", at=clock())
    with pytest.raises(Rejection, match=r"reason\.missing"):
        engine.migrate(session, moving, 2, actor="publisher", reason=" ", at=clock())
    with pytest.raises(Rejection, match=r"migrate\.same"):
        engine.migrate(session, moving, 1, actor="publisher", reason="x", at=clock())
    with pytest.raises(Rejection, match=r"definition\.unknown"):
        engine.migrate(session, moving, 9, actor="publisher", reason="x", at=clock())
    one = engine.migrate(session, moving, 2, actor="publisher", reason="x", at=clock(), command_id="m" * 8)
    two = engine.migrate(session, moving, 2, actor="publisher", reason="x", at=clock(), command_id="m" * 8)
    assert two.repeated and two.hash == one.hash


def test_a_suspended_case_moves_and_stays_suspended(session: Session, clock: Clock, moving: str) -> None:
    engine.suspend(session, moving, actor="clerk", reason="x", at=clock())
    assert engine.migrate(session, moving, 2, actor="publisher", reason="x", at=clock()).state == "suspended"
    assert engine.cases_of(session, "flow", 2) == [moving]
    whole(session)


def test_on_either_database(store: Store, clock: Clock) -> None:
    with store.begin() as session:
        add_people(session)
        engine.add_person(session, "publisher", roles=["publisher"])
        for nodes, arrows in ((OLD, OLD_ARROWS), (NEW, NEW_ARROWS)):
            engine.publish(session, load(xml(nodes, arrows)), key="flow", author="modeller", at=clock())
        case = engine.start_case(session, "flow", actor="clerk", at=clock(), version=1).case
    with store.begin() as session:
        engine.migrate(session, case, 2, actor="publisher", reason="x", at=clock())
    with store.read() as session:
        whole(session)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6))
def test_any_case_moves_to_a_version_that_keeps_all_it_had(seed: int) -> None:
    """A branch nobody came to, another condition, a node after the last: the case goes on, and back again."""
    random = Random(seed)
    model = RandomModel(seed, depth=2)
    old = spiff.load(spiff.compile(package(model.nodes, model.arrows, model.inside)))
    changed = model.arrows
    for name in VALUES:
        changed = changed.replace(f"[{name} = 0]", f"[{name} != 1]")
    nodes = model.nodes | {"Extra": "userTask", "Gone": "endEvent"}
    new = spiff.load(spiff.compile(package(nodes, f"{changed} s0>Extra Extra>Gone", model.inside)))
    run = Run(old)
    run.do("start", n=0, **{name: random.randint(0, 1) for name in VALUES})
    for _ in range(random.randint(0, 8)):
        open_ = sorted(spiff.open_items(run.state))
        if not open_:
            break
        run.do("complete", random.choice(open_), **{name: random.randint(0, 1) for name in VALUES})
    if run.closed or not spiff.open_items(run.state):
        return
    command = Command(type="migrate", actor="p", data={"version": 2})
    try:
        there = spiff.migrate(old, new, run.state or "", {}, run.data, command, run.at)
    except Rejected as rejected:
        pytest.fail(f"seed {seed}: {rejected}")
    assert spiff.open_items(there.state) == spiff.open_items(run.state)
    assert spiff.open_timers(there.state) == spiff.open_timers(run.state)
    back = spiff.migrate(new, old, there.state, {}, run.data, command, run.at)
    assert back.state == run.state
