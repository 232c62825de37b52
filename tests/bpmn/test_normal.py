"""What BPMN leaves open is settled the same way every time, and nothing is inserted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bpmn.normal import normalise
from bpmn.reader import read
from tests.engine.run.models import xml


def normal(nodes: dict[str, str], arrows: str, inside: dict[str, str] | None = None) -> dict[str, Any]:
    process = read(xml(nodes, arrows, inside)).main
    assert process is not None
    return normalise(process)


def test_every_node_and_arrow_keeps_its_drawn_id_and_no_other_is_there() -> None:
    nodes = {"A": "userTask", "B": "task", "C": "userTask", "E": "endEvent"}
    program = normal(nodes, "A>B A>C B>E C>E")
    assert set(program["nodes"]) == set(nodes) and set(program["flows"]) == {"A_B", "A_C", "B_E", "C_E"}
    assert program["nodes"]["A"]["out"] == ["A_B", "A_C"] and program["nodes"]["E"]["in"] == ["B_E", "C_E"]


def test_it_goes_through_json_unchanged_and_is_the_same_twice() -> None:
    nodes = {"S": "startEvent", "P": "subProcess", "A": "userTask", "E": "endEvent"}
    program = normal(nodes, "S>P P>E", {"A": "P"})
    assert json.loads(json.dumps(program)) == program == normal(nodes, "S>P P>E", {"A": "P"})


@pytest.mark.parametrize(
    ("nodes", "arrows", "starts"),
    [
        ({"S": "startEvent", "A": "task"}, "S>A", ["S"]),
        ({"A": "task", "B": "task", "E": "endEvent"}, "A>E B>E", ["A", "B"]),
        ({"A": "task", "T": 'boundaryEvent attachedToRef="A"|<timerEventDefinition/>'}, "", ["A"]),
    ],
)
def test_where_a_process_begins(nodes: dict[str, str], arrows: str, starts: list[str]) -> None:
    assert normal(nodes, arrows)["starts"] == {"": starts}


def test_a_sub_process_begins_inside_and_an_empty_one_is_work() -> None:
    program = normal({"P": "subProcess", "Q": "subProcess", "A": "task"}, "P>Q", {"A": "P"})
    assert program["starts"]["P"] == ["A"] and program["nodes"]["A"]["scope"] == "P"
    assert (program["nodes"]["P"]["act"], program["nodes"]["Q"]["act"]) == ("sub", "work")


@pytest.mark.parametrize(
    ("arrows", "choice"),
    [("S>G G>A G>B", True), ("S>G G>A G>B!", True), ("S>G G>A[x] G>B!", False), ("S>G G>A", False)],
)
def test_a_question_without_conditions_is_a_persons(arrows: str, choice: bool) -> None:
    nodes = {"S": "startEvent", "G": "exclusiveGateway", "A": "task", "B": "task"}
    assert normal(nodes, arrows)["nodes"]["G"]["choice"] is choice


@pytest.mark.parametrize(
    ("element", "act"),
    [
        ("userTask", "work"), ("manualTask", "work"), ("task", "work"), ("receiveTask", "work"),
        ("serviceTask", "pass"), ("sendTask", "pass"), ("scriptTask", "script"), ("parallelGateway", "pass"),
        ("eventBasedGateway", "events"), ("startEvent|<timerEventDefinition/>", "pass"), ("endEvent", "end"),
        ("endEvent|<messageEventDefinition/>", "end"), ("endEvent|<terminateEventDefinition/>", "terminate"),
        ("endEvent|<errorEventDefinition/>", "error"), ("intermediateCatchEvent|<messageEventDefinition/>", "work"),
        ("intermediateCatchEvent|<conditionalEventDefinition/>", "work"),
        ("intermediateCatchEvent|<timerEventDefinition/>", "timer"),
        ("intermediateThrowEvent|<messageEventDefinition/>", "pass"),
    ],
)  # fmt: skip
def test_what_each_kind_of_node_does(element: str, act: str) -> None:
    assert normal({"X": element}, "")["nodes"]["X"]["act"] == act


def test_a_border_for_any_error_says_so_and_interrupts() -> None:
    border = 'boundaryEvent attachedToRef="A" cancelActivity="false"|<errorEventDefinition/>'
    node = normal({"A": "task", "C": border}, "")["nodes"]["C"]
    assert node["error"] == "" and node["interrupting"] is True
