"""A second opinion on records: what tokens can do is believed, what they cannot is named at its step."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bpmn.model import Process
from bpmn.reader import read
from bpmn.trail import follow
from tests.engine.run.models import Run, xml

Steps = list[tuple[str, str | None, dict[str, object]]]

NODES = {
    "S": "startEvent", "Both": "parallelGateway", "A": "userTask", "B": "userTask", "Join": "parallelGateway",
    "Ask": "exclusiveGateway", "C": "userTask", "E": "endEvent",
    "Late": 'boundaryEvent attachedToRef="C"|<messageEventDefinition/>', "L": "endEvent",
}  # fmt: skip
ARROWS = "S>Both Both>A Both>B A>Join B>Join Join>Ask Ask>C[x = 1] Ask>E! C>E Late>L"


@pytest.fixture(scope="module")
def process() -> Process:
    """Two branches, a join, a question, a task that may be broken off."""
    main = read(xml(NODES, ARROWS)).main
    assert main is not None
    return main


def recorded() -> Steps:
    run = Run.of(NODES, ARROWS, x=0).complete("A", x=1).complete("B", "C")
    return [("case opened", None, {}), *((draft.kind, draft.element, draft.body) for draft in run.history)]


def without(kind: str, element: str) -> Callable[[Steps], Steps]:
    return lambda steps: [step for step in steps if step[:2] != (kind, element)]


def instead(kind: str, element: str, other: str) -> Callable[[Steps], Steps]:
    return lambda steps: [(kind, other, {}) if step[:2] == (kind, element) else step for step in steps]


def twice(kind: str, element: str) -> Callable[[Steps], Steps]:
    return lambda steps: [one for step in steps for one in [step] * (2 if step[:2] == (kind, element) else 1)]


def before(kind: str, element: str, new: tuple[str, str]) -> Callable[[Steps], Steps]:
    return lambda steps: [
        one for step in steps for one in ([(*new, {}), step] if step[:2] == (kind, element) else [step])
    ]


def cut(kind: str, element: str) -> Callable[[Steps], Steps]:
    return lambda steps: [*steps[: steps.index((kind, element, {})) + 1], ("case closed", "", {})]


def test_what_happened_was_possible(process: Process) -> None:
    assert follow(process, recorded()) is None


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (instead("arrow taken", "Ask_C", "Ask_E"), "not-arrived"),
        (twice("arrow taken", "Ask_C"), "arrow-too-many"),
        (before("arrow taken", "Ask_C", ("arrow taken", "Ask_E")), "arrow-too-many"),
        (without("arrow taken", "Ask_C"), "arrow-missing"),
        (without("arrow taken", "Both_B"), "arrow-missing"),
        (before("element entered", "B", ("element entered", "Join")), "not-arrived"),
        (twice("element entered", "C"), "not-arrived"),
        (twice("element left", "C"), "arrow-missing"),
        (without("element left", "A"), "not-left"),
        (before("element left", "C", ("element entered", "Late")), "not-at-work"),
        (before("case closed", "", ("element left", "A")), "not-at-work"),
        (instead("element entered", "S", "Nobody"), "nowhere"),
        (before("element entered", "A", ("element entered", "S")), "not-begun"),
        (
            lambda steps: [*steps[: steps.index(("element entered", "C", {})) + 1], ("case closed", "", {})],
            "unfinished",
        ),
    ],
)
def test_a_made_up_step_is_named(process: Process, forge: Callable[[Steps], Steps], reason: str) -> None:
    steps = [(kind, element or "", body) for kind, element, body in recorded()]
    forged = forge(steps)
    assert forged != steps
    wrong = follow(process, forged)
    assert wrong is not None and wrong.reason == reason
