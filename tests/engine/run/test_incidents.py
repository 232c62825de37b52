"""A stuck case loses nothing: it is tried again, corrected or, where the model allows, gone past, all on the record."""

from __future__ import annotations

import pytest

import engine
from bpmn.package import load
from engine.errors import Rejection
from engine.store import Session
from tests.conftest import Clock
from tests.engine.run.models import xml

SKIP = '<extensionElements><step xmlns="urn:sunpath:bpmn:1" skip="true"/></extensionElements>'
NODES = {
    "S": "startEvent", "Fork": "parallelGateway", "Other": "userTask", "Ask": f"exclusiveGateway|{SKIP}",
    "Many": "userTask", "Few": "userTask", "Merge": "exclusiveGateway", "Join": "parallelGateway", "E": "endEvent",
}  # fmt: skip
ARROWS = "S>Fork Fork>Other Fork>Ask Ask>Many[n > 10] Ask>Few[n < 10] Many>Merge Few>Merge Merge>Join Other>Join Join>E"


@pytest.fixture
def stuck(session: Session, clock: Clock) -> str:
    """A case stuck at a question, while another branch waits for somebody."""
    engine.publish(session, load(xml(NODES, ARROWS)), key="stuck", author="modeller", at=clock())
    return engine.start_case(session, "stuck", actor="clerk", data={"n": 10}, at=clock()).case


def test_trying_again_is_a_step_and_the_other_branch_goes_on(session: Session, clock: Clock, stuck: str) -> None:
    done = engine.retry(session, stuck, "Ask", actor="clerk", at=clock(), command_id="r" * 8)
    again = engine.retry(session, stuck, "Ask", actor="clerk", at=clock(), command_id="r" * 8)
    assert again.repeated and again.hash == done.hash and len(done.incidents) == 1
    done = engine.complete(session, stuck, "Other", actor="clerk", at=clock())
    assert [incident.element for incident in done.incidents] == ["Ask"] and done.state == "open"
    assert engine.replay(session).differences == ()


def test_correcting_data_needs_a_reason_that_stays_out_of_the_record(
    session: Session, clock: Clock, stuck: str
) -> None:
    with pytest.raises(Rejection, match=r"reason\.missing"):
        engine.correct(session, stuck, "Ask", actor="clerk", data={"n": 11}, reason=" ", at=clock())
    with pytest.raises(Rejection, match=r"data\.missing"):
        engine.correct(session, stuck, "Ask", actor="clerk", data={}, reason="x", at=clock())
    done = engine.correct(session, stuck, "Ask", actor="clerk", data={"n": 11}, reason="张三 counted wrong", at=clock())
    assert sorted(item.element for item in done.work_items) == ["Many", "Other"] and done.incidents == ()
    assert engine.show(session, stuck).data == {"n": 11}
    assert not [step for step in engine.steps(session, stuck) if "张三" in str(step.body)]
    assert engine.private_values(session, stuck)["reason"] == "张三 counted wrong"
    assert engine.verify(session).differences == () and engine.replay(session).differences == ()


def test_going_past_where_the_model_allows_it(session: Session, clock: Clock, stuck: str) -> None:
    with pytest.raises(Rejection, match=r"take\.unknown"):
        engine.skip(session, stuck, "Ask", actor="clerk", reason="x", take="Nowhere", at=clock())
    done = engine.skip(session, stuck, "Ask", actor="clerk", reason="ten is few", take="Ask_Few", at=clock())
    assert sorted(item.element for item in done.work_items) == ["Few", "Other"] and done.incidents == ()
    assert engine.replay(session).differences == ()


def test_going_past_where_it_does_not(session: Session, clock: Clock) -> None:
    strict = {name: element.replace(SKIP, "") for name, element in NODES.items()}
    engine.publish(session, load(xml(strict, ARROWS)), key="strict", author="modeller", at=clock())
    case = engine.start_case(session, "strict", actor="clerk", data={"n": 10}, at=clock()).case
    with pytest.raises(Rejection, match=r"skip\.not_allowed"):
        engine.skip(session, case, "Ask", actor="clerk", reason="x", take="Ask_Few", at=clock())
    with pytest.raises(Rejection, match=r"incident\.unknown"):
        engine.retry(session, case, "Other", actor="clerk", at=clock())


def test_a_script_that_fails_is_gone_past(session: Session, clock: Clock) -> None:
    script = "<script>n := for i in 1..4000, j in 1..4000 return i</script>"
    nodes = {"S": "startEvent", "Count": f"scriptTask|{SKIP}{script}", "Many": "userTask", "E": "endEvent"}
    engine.publish(session, load(xml(nodes, "S>Count Count>Many Many>E")), key="count", author="modeller", at=clock())
    done = engine.start_case(session, "count", actor="clerk", at=clock())
    assert [incident.code for incident in done.incidents] == ["script.failed"]
    done = engine.skip(session, done.case, "Count", actor="clerk", reason="counted by hand", at=clock())
    assert [item.element for item in done.work_items] == ["Many"]
    listed = engine.incidents(session, "clerk", resolved=True)
    assert [(one.case, one.flow, one.code) for one in listed] == [(done.case, "count", "script.failed")]
    assert engine.replay(session).differences == ()


def test_a_service_that_fails_three_times_stands_still_and_is_tried_again(session: Session, clock: Clock) -> None:
    """Its account works like an officer; what it answers is data of the record."""
    engine.add_person(session, "sms", roles=["clerk"], posts=["SMS"])
    step = '<extensionElements><step xmlns="urn:sunpath:bpmn:1" service="SMS"/></extensionElements>'
    nodes = {"S": "startEvent", "Send": f"serviceTask|{step}", "A": "userTask", "E": "endEvent"}
    engine.publish(session, load(xml(nodes, "S>Send Send>A A>E")), key="sms", author="modeller", at=clock())
    case = engine.start_case(session, "sms", actor="clerk", at=clock()).case
    assert [item.post for item in engine.desk(session, "sms", clock())] == ["SMS"]
    with pytest.raises(Rejection, match=r"item\.not_yours"):
        engine.complete(session, case, "Send", actor="clerk", at=clock())
    for attempt in range(3):
        done = engine.fail(session, case, "Send", actor="sms", reason="no network", at=clock())
        assert [incident.code for incident in done.incidents] == ([] if attempt < 2 else ["service.failed"])
    assert done.work_items == ()
    done = engine.retry(session, case, "Send", actor="sms", at=clock())
    assert [item.item for item in done.work_items] == ["Send#1"] and done.incidents == ()
    done = engine.complete(session, case, "Send", actor="sms", data={"receipt": "R1"}, at=clock())
    assert [item.element for item in done.work_items] == ["A"] and engine.show(session, case).data == {"receipt": "R1"}
    with pytest.raises(Rejection, match=r"fail\.no_service"):
        engine.fail(session, case, "A", actor="clerk", reason="x", at=clock())
    assert engine.verify(session).differences == () and engine.replay(session).differences == ()
