"""Each construct we execute, right: what is open, which arrows are taken, what is told. One model a behaviour."""

from __future__ import annotations

import pytest

from bpmn.errors import Refused
from engine.run import spiff
from engine.run.port import Rejected
from tests.engine.run.models import Run, package, xml

TIMER = (
    'boundaryEvent attachedToRef="A"{}|<timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>'
)
STEP = {"S": "startEvent", "A": "userTask", "B": "userTask", "E": "endEvent", "L": "endEvent"}


def test_an_interrupting_timer_takes_the_work_away() -> None:
    run = Run.of(STEP | {"T": TIMER.format("")}, "S>A A>E T>B B>L")
    assert list(spiff.open_timers(run.state).values()) == ["2026-03-05T01:00:00.000Z"]
    run.do("timer", "T")
    assert run.open == ["B"] and spiff.open_timers(run.state) == {}
    with pytest.raises(Rejected):
        run.complete("A#1")
    run.complete("B")
    assert run.closed and run.told("element cancelled") == ["A", "A"]


def test_a_non_interrupting_timer_adds_work() -> None:
    run = Run.of(STEP | {"T": TIMER.format(' cancelActivity="false"')}, "S>A A>E T>B B>L")
    run.do("timer", "T")
    assert sorted(run.open) == ["A", "B"]
    run.complete("A")
    assert not run.closed
    run.complete("B")
    assert run.closed


def test_done_in_time_withdraws_the_timer() -> None:
    run = Run.of(STEP | {"T": TIMER.format("")}, "S>A A>E T>B B>L")
    run.complete("A")
    assert run.closed and spiff.open_timers(run.state) == {} and run.told("timer fired") == []


EVENTS = {
    "S": "startEvent",
    "G": "eventBasedGateway",
    "M": "intermediateCatchEvent|<messageEventDefinition/>",
    "T1": "intermediateCatchEvent|<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>",
    "T2": "intermediateCatchEvent|<timerEventDefinition><timeDuration>P2D</timeDuration></timerEventDefinition>",
    "E1": "endEvent", "E2": "endEvent", "E3": "endEvent",
}  # fmt: skip


@pytest.mark.parametrize(("event", "end"), [("M", "E1"), ("T1", "E2"), ("T2", "E3")])
def test_the_first_event_wins(event: str, end: str) -> None:
    run = Run.of(EVENTS, "S>G G>M G>T1 G>T2 M>E1 T1>E2 T2>E3")
    assert run.open == ["M"] and len(spiff.open_timers(run.state)) == 2
    run.do("complete" if event == "M" else "timer", event)
    assert run.closed and run.told("arrow taken") == ["S_G", f"G_{event}", f"{event}_{end}"]
    assert run.told("element entered") == ["S", "G", event, end]


SUB = {"S": "startEvent", "P1": "subProcess", "I": "startEvent", "A": "userTask", "X": "endEvent", "E": "endEvent"}
INSIDE = {"I": "P1", "A": "P1", "X": "P1"}


def test_a_sub_process_ends_when_everything_inside_did() -> None:
    nodes = SUB | {"B": "userTask", "F": "parallelGateway", "Y": "endEvent"}
    run = Run.of(nodes, "S>P1 P1>E I>F F>A F>B A>X B>Y", INSIDE | {"B": "P1", "F": "P1", "Y": "P1"})
    assert list(spiff.open_items(run.state)) == ["P1/A#1", "P1/B#1"]
    run.complete("A")
    assert not run.closed
    run.complete("P1/B#1")
    assert run.closed
    assert run.told("element entered") == ["S", "P1", "P1/I", "P1/F", "P1/A", "P1/B", "P1/X", "P1/Y", "E"]


def test_a_timer_on_a_sub_process_cancels_what_is_inside() -> None:
    timer = TIMER.format("").replace('"A"', '"P1"')
    run = Run.of(SUB | {"T": timer, "L": "endEvent"}, "S>P1 P1>E I>A A>X T>L", INSIDE)
    run.do("timer", "T")
    assert run.closed and run.open == []
    assert run.told("element cancelled") == ["P1/A", "P1/A", "P1"]


def test_an_error_is_caught_on_the_border() -> None:
    nodes = SUB | {
        "X": 'endEvent|<errorEventDefinition errorRef="Bad"/>',
        "C": 'boundaryEvent attachedToRef="P1"|<errorEventDefinition errorRef="Bad"/>',
        "B": "userTask", "L": "endEvent",
    }  # fmt: skip
    run = Run.of(nodes, "S>P1 P1>E I>A A>X C>B B>L", INSIDE).complete("A")
    assert run.open == ["B"]
    assert run.complete("B").closed and "E" not in run.told("element entered")


def test_an_uncaught_error_is_an_incident_not_a_success() -> None:
    nodes = SUB | {"X": 'endEvent|<errorEventDefinition errorRef="Bad"/>'}
    run = Run.of(nodes, "S>P1 P1>E I>A A>X", INSIDE).complete("A")
    assert not run.closed and run.told("incident raised") == ["P1/X"]


def test_terminate_ends_everything_else() -> None:
    nodes = {"S": "startEvent", "F": "parallelGateway", "A": "userTask", "B": "userTask", "E": "endEvent",
             "T": "endEvent|<terminateEventDefinition/>"}  # fmt: skip
    run = Run.of(nodes, "S>F F>A F>B A>T B>E").complete("A")
    assert run.closed and run.told("element cancelled") == ["B", "B"]


@pytest.mark.parametrize("parallel", [True, False])
def test_several_instances(parallel: bool) -> None:
    sequence = "false" if parallel else "true"
    nodes = {
        "S": "startEvent", "E": "endEvent",
        "A": f'userTask|<multiInstanceLoopCharacteristics isSequential="{sequence}">'
             "<loopCardinality>3</loopCardinality><completionCondition>enough = true"
             "</completionCondition></multiInstanceLoopCharacteristics>",
    }  # fmt: skip
    run = Run.of(nodes, "S>A A>E")
    assert list(spiff.open_items(run.state)) == (["A#1.1", "A#1.2", "A#1.3"] if parallel else ["A#1.1"])
    run.complete("A#1.1").complete("A#1.2")
    assert not run.closed
    assert run.complete("A#1.3").closed

    early = Run.of(nodes, "S>A A>E").complete("A#1.1", enough=True)
    assert early.closed and early.open == []


def test_two_hundred_instances_end() -> None:
    many = "<multiInstanceLoopCharacteristics><loopCardinality>200</loopCardinality></multiInstanceLoopCharacteristics>"
    run = Run.of({"S": "startEvent", "A": f"userTask|{many}", "E": "endEvent"}, "S>A A>E")
    for number in range(1, 201):
        assert not run.closed
        run.complete(f"A#1.{number}")
    assert run.closed


OR = {
    "S": "startEvent", "F": "inclusiveGateway", "A": "userTask", "B": "userTask", "C": "userTask",
    "J": "inclusiveGateway", "Z": "userTask", "E": "endEvent",
}  # fmt: skip
OR_ARROWS = "S>F F>A[a] F>B[b] F>C! A>J B>J C>J J>Z Z>E"


@pytest.mark.parametrize(
    ("data", "opened"), [((True, True), "AB"), ((True, False), "A"), ((False, True), "B"), ((False, False), "C")]
)
def test_an_or_join_waits_for_what_can_still_come(data: tuple[bool, bool], opened: str) -> None:
    run = Run.of(OR, OR_ARROWS, a=data[0], b=data[1])
    assert sorted(run.open) == list(opened)
    for number, name in enumerate(opened, 1):
        run.complete(name)
        assert run.open == (["Z"] if number == len(opened) else list(opened[number:]))
    assert run.complete("Z").closed


CHOICE = {"S": "startEvent", "G": "exclusiveGateway", "A": "userTask", "B": "userTask", "E": "endEvent"}


def test_a_gateway_without_conditions_is_decided_by_a_person() -> None:
    run = Run.of(CHOICE, "S>G G>A G>B A>E B>E")
    assert run.open == ["G"]
    (offered,) = (draft for draft in run.history if draft.kind == "work item offered")
    assert offered.body == {"item": "G#1", "choices": ["G_A", "G_B"]}
    for wrong in ({}, {"take": "A_E"}, {"take": ["G_A", "G_B"]}, {"take": []}):
        with pytest.raises(Rejected, match=r"take\.unknown"):
            run.do("complete", "G", **wrong)
    run.complete("G", take="G_B")
    assert run.open == ["B"] and "take" not in run.data


def test_no_way_out_is_an_incident_that_can_be_mended() -> None:
    run = Run.of(CHOICE, 'S>G G>A[kind = "a"] G>B[kind = "b"] A>E B>E', kind="c")
    assert run.open == [] and not run.closed and spiff.open_incidents(run.state) == ["G#1"]
    run.do("retry", "G#1")
    assert spiff.open_incidents(run.state) == ["G#1"] and run.told("incident resolved") == ["G"]
    run.do("retry", "G#1", kind="b")
    assert run.open == ["B"] and spiff.open_incidents(run.state) == []
    with pytest.raises(Rejected):
        run.do("retry", "G#1")


def test_a_script_assigns_feel_values() -> None:
    nodes = {
        "S": "startEvent",
        "C": "scriptTask|<script>total := price * 2; big := total > 10</script>",
        "E": "endEvent",
    }
    run = Run.of(nodes, "S>C C>E", price=7)
    assert run.closed and run.data == {"price": 7, "total": 14, "big": True}


def test_an_endless_automatic_loop_stops_visibly() -> None:
    nodes = {"S": "startEvent", "A": "serviceTask", "B": "serviceTask"}
    run = Run.of(nodes, "S>A A>B B>A")
    (incident,) = (draft for draft in run.history if draft.kind == "incident raised")
    assert incident.body["code"] == "loop.endless" and not run.closed


def test_a_join_that_can_never_fire_is_an_incident() -> None:
    nodes = {"S": "startEvent", "G": "exclusiveGateway", "A": "userTask", "B": "userTask", "J": "parallelGateway",
             "E": "endEvent"}  # fmt: skip
    run = Run.of(nodes, "S>G G>A[x] G>B! A>J B>J J>E").complete("B")
    assert not run.closed and run.told("incident raised") == ["J"]


def test_several_arrows_out_of_a_task() -> None:
    nodes = {"S": "startEvent", "A": "userTask", "B": "userTask", "C": "userTask", "E": "endEvent"}
    both = Run.of(nodes, "S>A A>B A>C B>E C>E").complete("A")
    assert sorted(both.open) == ["B", "C"]
    one = Run.of(nodes, "S>A A>B[x > 1] A>C! B>E C>E", x=0).complete("A")
    assert one.open == ["C"]


def test_a_link_jumps() -> None:
    nodes = {"S": "startEvent", "O": 'intermediateThrowEvent|<linkEventDefinition name="k"/>',
             "I": 'intermediateCatchEvent|<linkEventDefinition name="k"/>', "A": "userTask",
             "E": "endEvent"}  # fmt: skip
    run = Run.of(nodes, "S>O I>A A>E")
    assert run.open == ["A"]
    assert run.complete("A").closed and run.told("arrow taken") == ["S_O", "I_A", "A_E"]


def test_without_a_start_event_everything_nothing_leads_to_starts() -> None:
    run = Run.of({"A": "userTask", "B": "userTask", "E": "endEvent"}, "A>E B>E")
    assert sorted(run.open) == ["A", "B"]


def test_a_model_without_end_event_ends_where_its_arrows_end() -> None:
    assert Run.of({"S": "startEvent", "A": "userTask"}, "S>A").complete("A").closed


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ("complexGateway", "gateway.complex"),
        ("adHocSubProcess", "task.ad-hoc"),
        ("userTask isForCompensation=\"true\"", "event.compensation"),
        ("userTask|<standardLoopCharacteristics/>", "loop.standard"),
        ("userTask|<multiInstanceLoopCharacteristics><loopDataInputRef>n</loopDataInputRef>"
         "</multiInstanceLoopCharacteristics>", "loop.instances"),
        ('intermediateThrowEvent|<linkEventDefinition name="nowhere"/>', "event.link-unpaired"),
        ("intermediateThrowEvent|<compensateEventDefinition/>", "event.compensation"),
    ],
)  # fmt: skip
def test_what_is_not_executed_right_is_refused(element: str, code: str) -> None:
    with pytest.raises(Refused, match=code.replace(".", r"\.")) as refused:
        spiff.compile(package({"S": "startEvent", "X": element, "E": "endEvent"}, "S>X X>E"))
    assert refused.value.element == "X"


def test_cancelling_takes_everything_back() -> None:
    run = Run.of(SUB, "S>P1 P1>E I>A A>X", INSIDE)
    run.do("cancel")
    assert run.told("element cancelled") == ["P1/A", "P1/A", "P1"] and run.history[-1].kind == "case cancelled"
    assert run.open == [] and not run.closed


def test_the_same_text_gives_the_same_program() -> None:
    first, second = (spiff.compile(package(OR, OR_ARROWS)) for _ in range(2))
    assert first == second and xml(OR, OR_ARROWS) == xml(OR, OR_ARROWS)
