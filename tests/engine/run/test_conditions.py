"""Conditional events in corners: data nobody can change, expressions that fail, conditions that hold at once."""

from __future__ import annotations

from engine.run import spiff
from tests.engine.run.models import Run


def until(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{text}</condition></conditionalEventDefinition>"


NODES = {"S": "startEvent", "C": f"intermediateCatchEvent|{until('paid = true')}", "E": "endEvent"}


def test_a_condition_that_holds_is_not_waited_for() -> None:
    run = Run.of(NODES, "S>C C>E", paid=True)
    assert run.closed and run.told("condition evaluated") == ["C"]


def test_waiting_for_data_that_nobody_can_change_is_an_incident() -> None:
    run = Run.of(NODES, "S>C C>E", paid=False)
    assert not run.closed and spiff.open_incidents(run.state) == ["C#1"]
    run.do("retry", "C#1", paid=True)
    assert run.closed and run.told("incident resolved") == ["C"]


def test_a_join_beside_a_condition_is_not_what_is_stuck() -> None:
    nodes = NODES | {"F": "parallelGateway", "A": "userTask", "J": "parallelGateway"}
    run = Run.of(nodes, "S>F F>A F>C A>J C>J J>E", paid=False).complete("A")
    assert run.told("incident raised") == ["C"]
    run.do("retry", "C#1", paid=True)
    assert run.closed


def test_a_condition_that_cannot_be_told_is_an_incident_and_its_work_goes_on() -> None:
    border = f'boundaryEvent attachedToRef="A"|{until("every i in 1..9999999 satisfies i &gt; x")}'
    nodes = {"S": "startEvent", "A": "userTask", "E": "endEvent", "C": border, "L": "endEvent"}
    run = Run.of(nodes, "S>A A>E C>L", x=0)
    assert run.open == ["A"] and spiff.open_incidents(run.state) == ["A#1"]
    assert run.complete("A").closed and run.told("incident resolved") == ["A"]


def test_what_a_script_sets_for_a_moment_is_seen() -> None:
    on, off = (f"scriptTask|<script>paid := {value}</script>" for value in ("true", "false"))
    nodes = NODES | {"F": "parallelGateway", "A": "userTask", "On": on, "Off": off, "B": "userTask", "G": "endEvent"}
    run = Run.of(nodes, "S>F F>C F>A C>E A>On On>Off Off>B B>G", paid=False).complete("A")
    assert run.open == ["B"] and run.data["paid"] is False and "E" in run.told("element entered")
