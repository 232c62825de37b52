"""Corners where an engine loses a token, makes two of one, or goes on in silence."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.package import load
from engine.run import spiff
from engine.run.port import Command, Rejected
from tests.engine.run.models import Run, xml

ONE = {"S": "startEvent", "A": "userTask", "E": "endEvent"}
ANY_ERROR = 'boundaryEvent attachedToRef="{}"|<errorEventDefinition/>'
FAILS = 'endEvent|<errorEventDefinition errorRef="Bad"/>'


def test_a_border_for_any_error_is_offered_to_nobody_and_catches() -> None:
    nodes = {"S": "startEvent", "P": "subProcess", "I": "startEvent", "A": "userTask", "X": FAILS, "E": "endEvent",
             "C": ANY_ERROR.format("P"), "B": "userTask", "L": "endEvent"}  # fmt: skip
    run = Run.of(nodes, "S>P P>E I>A A>X C>B B>L", {"I": "P", "A": "P", "X": "P"})
    assert run.open == ["A"]
    assert run.complete("A").open == ["B"] and run.told("element cancelled") == ["P"]


def test_an_error_goes_up_until_a_border_catches_it() -> None:
    nodes = {"S": "startEvent", "O": "subProcess", "I": "startEvent", "P": "subProcess", "J": "startEvent",
             "A": "userTask", "X": FAILS, "Y": "endEvent", "E": "endEvent", "C": ANY_ERROR.format("O"),
             "L": "endEvent"}  # fmt: skip
    inside = {"I": "O", "P": "O", "Y": "O", "J": "P", "A": "P", "X": "P"}
    run = Run.of(nodes, "S>O O>E I>P P>Y J>A A>X C>L", inside).complete("A")
    assert run.closed and run.told("element cancelled") == ["O/P", "O"] and run.told("arrow taken")[-1] == "C_L"


def test_an_or_join_fires_once_for_arrows_that_come_straight() -> None:
    nodes = {"S": "startEvent", "F": "inclusiveGateway", "M": "exclusiveGateway", "J": "inclusiveGateway",
             "Z": "userTask", "E": "endEvent"}  # fmt: skip
    run = Run.of(nodes, "S>F F>J[a] F>M[b] F>Z! M>J J>Z Z>E", a=True, b=True)
    assert run.open == ["Z"] and run.told("element entered").count("J") == 1


def test_an_or_join_waits_for_a_token_at_an_event_gateway() -> None:
    message = "intermediateCatchEvent|<messageEventDefinition/>"
    nodes = {"S": "startEvent", "F": "inclusiveGateway", "A": "userTask", "G": "eventBasedGateway", "M": message,
             "N": message, "B": "userTask", "X": "exclusiveGateway", "J": "inclusiveGateway", "Z": "userTask",
             "E": "endEvent"}  # fmt: skip
    run = Run.of(nodes, "S>F F>A[a] F>G[b] F>Z! A>J G>M G>N M>B N>X B>X X>J J>Z Z>E", a=True, b=True)
    run.complete("A", "M")
    assert run.open == ["B"]
    assert run.complete("B").open == ["Z"]


def test_a_join_that_can_never_fire_is_told_inside_a_sub_process_too() -> None:
    nodes = {"S": "startEvent", "P": "subProcess", "I": "startEvent", "G": "exclusiveGateway", "A": "userTask",
             "B": "userTask", "J": "parallelGateway", "X": "endEvent", "E": "endEvent"}  # fmt: skip
    run = Run.of(nodes, "S>P P>E I>G G>A[x] G>B! A>J B>J J>X", dict.fromkeys("IGABJX", "P")).complete("B")
    assert spiff.open_incidents(run.state) == ["P/J#1"]
    run.do("retry", "P/J#1")
    assert spiff.open_incidents(run.state) == ["P/J#2"] and not run.closed
    run.do("cancel")
    assert run.told("element cancelled") == ["P"] and spiff.open_incidents(run.state) == []


def timed(text: str, cancel: str = "false") -> dict[str, str]:
    definition = f"<timerEventDefinition>{text}</timerEventDefinition>"
    event = f'boundaryEvent attachedToRef="A" cancelActivity="{cancel}"|{definition}'
    return ONE | {"T": event, "R": "serviceTask", "L": "endEvent"}


def test_a_reminder_repeats_as_often_as_it_says() -> None:
    run = Run.of(timed("<timeCycle>R3/P7D</timeCycle>"), "S>A A>E T>R R>L")
    dues = []
    while timers := spiff.open_timers(run.state):
        ((address, due),) = timers.items()
        dues.append((address, due[:10]))
        run.do("timer", address)
    assert dues == [("T#1", "2026-03-09"), ("T#2", "2026-03-16"), ("T#3", "2026-03-23")]
    assert run.open == ["A"] and run.told("element left").count("L") == 3
    assert run.complete("A").closed


def test_a_reminder_without_number_ends_with_its_work() -> None:
    run = Run.of(timed("<timeCycle>R/P1D</timeCycle>"), "S>A A>E T>R R>L")
    for _ in range(5):
        run.do("timer", "T")
    assert run.complete("A").closed and spiff.open_timers(run.state) == {}


def test_a_reminder_whose_next_moment_cannot_be_told_is_an_incident() -> None:
    cycle = 'if n = 0 then "R/P1D" else string(count(for i in 1..9999999 return i))'
    nodes = timed(f"<timeCycle>{cycle}</timeCycle>") | {"F": "parallelGateway", "B": "userTask"}
    run = Run.of(nodes, "S>F F>A F>B B>E A>E T>R R>L", n=0).complete("B", n=1)
    run.do("timer", "T")
    assert run.open == ["A"] and "T" in run.told("element entered") and len(spiff.open_incidents(run.state)) == 1
    assert run.complete("A").closed


def test_a_timer_is_not_fired_before_its_time() -> None:
    run = Run.of(timed("<timeDuration>P3D</timeDuration>"), "S>A A>E T>R R>L")
    with pytest.raises(Rejected, match=r"timer\.not_due"):
        spiff.apply(run.program, run.state, run.data, Command(type="timer", actor="system", item="T#1"), at=run.at)


def test_work_whose_clock_cannot_be_set_is_offered_after_it_is_mended() -> None:
    run = Run.of(timed("<timeDate>day</timeDate>"), "S>A A>E T>R R>L")
    assert run.open == [] and spiff.open_incidents(run.state) == ["A#1"]
    run.do("retry", "A#1", day="2026-12-01T09:00:00+08:00")
    assert run.open == ["A"] and spiff.open_timers(run.state) == {"T#1": "2026-12-01T01:00:00.000Z"}
    assert run.told("work item offered") == ["A"] and run.told("incident resolved") == ["A"]


def test_what_may_happen_again_is_offered_again() -> None:
    event = 'boundaryEvent attachedToRef="A" cancelActivity="false"|<messageEventDefinition/>'
    run = Run.of(ONE | {"M": event, "B": "userTask", "L": "endEvent"}, "S>A A>E M>B B>L")
    run.complete("M#1").complete("M#2")
    assert sorted(run.open) == ["A", "B", "B", "M"]
    run.complete("A")
    assert sorted(run.open) == ["B", "B"] and run.told("element entered").count("M") == 2


def test_every_condition_asked_is_told_even_when_none_holds() -> None:
    nodes = {"S": "startEvent", "G": "exclusiveGateway", "A": "userTask", "B": "userTask", "E": "endEvent"}
    run = Run.of(nodes, 'S>G G>A[kind = "a"] G>B[size > 3] A>E B>E', kind="c", size=1)
    told = [draft.body for draft in run.history if draft.kind == "condition evaluated"]
    assert told == [
        {"expression": 'kind = "a"', "read": {"kind": "c"}, "result": False},
        {"expression": "size > 3", "read": {"size": 1}, "result": False},
    ]
    assert run.history[-1].kind == "incident raised" and run.history[-1].body["code"] == "route.none"
    assert run.told("element left") == ["S"]


def test_the_condition_that_ends_several_instances_is_told() -> None:
    many = (
        "userTask|<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>"
        "<completionCondition>votes &gt;= 2</completionCondition></multiInstanceLoopCharacteristics>"
    )
    run = Run.of(ONE | {"A": many}, "S>A A>E", votes=0)
    run.complete("A#1.1", votes=1).complete("A#1.3", votes=2)
    results = [draft.body["result"] for draft in run.history if draft.kind == "condition evaluated"]
    assert results == [False, True] and run.closed
    assert [d.body for d in run.history if d.kind == "element cancelled"] == [{"item": "A#1.2"}]


def test_the_default_of_a_task_stands_for_its_conditions() -> None:
    nodes = ONE | {"B": "userTask", "C": "userTask", "D": "userTask"}
    arrows = "S>A A>B A>C[x > 1] A>D! B>E C>E D>E"
    assert sorted(Run.of(nodes, arrows, x=0).complete("A").open) == ["B", "D"]
    assert sorted(Run.of(nodes, arrows, x=2).complete("A").open) == ["B", "C"]


def test_the_law_of_the_record_holds_for_what_a_command_brings() -> None:
    run = Run.of(ONE, "S>A A>E")
    wrong: list[dict[str, Any]] = [{"x": 1.5}, {"x": {"$number": "1"}}, {"$x": 1}, {"x": object()}]
    for data in wrong:
        with pytest.raises(Rejected, match=r"data\.unrecordable"):
            run.do("complete", "A", **data)
    run.do("complete", "A", b=2, a=[1, {"n": None}])
    told = [(draft.element, draft.body) for draft in run.history if draft.kind == "data set"]
    assert told == [("A", {"name": "a", "value": [1, {"n": None}]}), ("A", {"name": "b", "value": 2})]


def test_a_private_value_is_a_commitment_and_no_case_data() -> None:
    run = Run.of(ONE, "S>A A>E", phone="0800")
    command = Command(type="complete", actor="clerk", item="A#1", private={"phone": "c0ffee"})
    outcome = spiff.apply(run.program, run.state, run.data, command, at=run.at)
    assert outcome.data == {} and outcome.drafts[0].body == {"name": "phone", "commitment": "c0ffee"}


def test_a_way_back_returns_the_work_item_that_chose_it() -> None:
    nodes = ONE | {"M": "exclusiveGateway", "B": "userTask", "G": "exclusiveGateway"}
    back = b'<extensionElements><sun:arrow xmlns:sun="urn:sunpath:bpmn:1" return="true"/></extensionElements>'
    arrow = b'<sequenceFlow id="G_M" sourceRef="G" targetRef="M">'
    text = xml(nodes, "S>M M>A A>B B>G G>M[again] G>E!").replace(arrow, arrow + back)
    run = Run(spiff.load(spiff.compile(load(text))))
    run.do("start")
    run.complete("A").complete("B", again=True)
    returned = [(draft.element, draft.body) for draft in run.history if draft.kind == "work item returned"]
    assert returned == [("B", {"item": "B#1", "arrow": "G_M"})]
    assert list(spiff.open_items(run.state)) == ["A#2"]


def test_commands_that_do_not_fit_change_nothing() -> None:
    run = Run.of(ONE, "S>A A>E")
    state = run.state
    for type_, item, code in [
        ("start", "", "case.started"),
        ("dance", "", "command.unknown"),
        ("complete", "A#2", "item.unknown"),
        ("timer", "A#1", "timer.unknown"),
        ("retry", "A#1", "incident.unknown"),
        ("retry", "", "incident.unknown"),
    ]:
        with pytest.raises(Rejected) as rejected:
            run.do(type_, item)
        assert rejected.value.code == code
    with pytest.raises(Rejected, match=r"case\.not_started"):
        spiff.apply(run.program, None, {}, Command(type="complete", actor="clerk", item="A#1"), at=run.at)
    assert run.state == state


def test_a_command_tells_its_steps_in_the_order_of_cause() -> None:
    nodes = ONE | {"G": "exclusiveGateway", "B": "userTask"}
    run = Run.of(nodes, "S>A A>G G>B[big] G>E! B>E")
    outcome = run.do("complete", "A", big=True)
    assert [(draft.kind, draft.element) for draft in outcome.drafts] == [
        ("data set", "A"),
        ("work item completed", "A"),
        ("element left", "A"),
        ("arrow taken", "A_G"),
        ("element entered", "G"),
        ("condition evaluated", "G_B"),
        ("element left", "G"),
        ("arrow taken", "G_B"),
        ("element entered", "B"),
        ("work item offered", "B"),
    ]


def test_a_script_is_done_as_often_as_its_marker_says() -> None:
    many = "<multiInstanceLoopCharacteristics><loopCardinality>5</loopCardinality>{}</multiInstanceLoopCharacteristics>"
    script = "scriptTask|<script>n := n + 1</script>" + many
    assert Run.of(ONE | {"A": script.format("")}, "S>A A>E", n=0).data == {"n": 5}
    until = "<completionCondition>n &gt;= 3</completionCondition>"
    assert Run.of(ONE | {"A": script.format(until)}, "S>A A>E", n=0).data == {"n": 3}


def test_a_script_that_fails_has_set_nothing() -> None:
    # A duration in months is a value of FEEL, but none that is recorded.
    nodes = ONE | {"A": 'scriptTask|<script>n := n + 1; d := if mend then 1 else duration("P1M")</script>'}
    run = Run.of(nodes, "S>A A>E", n=0, mend=False)
    assert spiff.open_incidents(run.state) == ["A#1"] and run.data == {"n": 0, "mend": False}
    run.do("retry", "A#1", mend=True)
    assert run.closed and run.data == {"n": 1, "mend": True, "d": 1}
