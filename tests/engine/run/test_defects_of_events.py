"""What SpiffWorkflow 3.2.0 does wrong with events, instances and errors, shown on it, and ours beside it."""

from __future__ import annotations

import pytest
from SpiffWorkflow.exceptions import WorkflowException

from engine.run import spiff
from tests.engine.run.models import Run
from tests.engine.run.plain import plain, ready, run

LINK = {
    "S": "startEvent", "O": 'intermediateThrowEvent|<linkEventDefinition name="k"/>',
    "I": 'intermediateCatchEvent|<linkEventDefinition name="k"/>', "A": "userTask", "E": "endEvent",
}  # fmt: skip


def test_what_follows_a_link_is_not_dropped() -> None:
    workflow = plain(LINK, "S>O I>A A>E")
    assert workflow.is_completed() and "A" not in workflow.spec.task_specs, "SpiffWorkflow now follows links"

    ours = Run.of(LINK, "S>O I>A A>E")
    assert ours.open == ["A"] and not ours.closed
    assert ours.complete("A").closed


FAILING = {
    "S": "startEvent", "Q": "subProcess", "I": "startEvent", "A": "userTask", "Z": "userTask", "E": "endEvent",
    "X": "endEvent|<errorEventDefinition/>",
}  # fmt: skip
INSIDE = {"I": "Q", "A": "Q", "X": "Q"}


def test_an_error_nobody_catches_is_no_success() -> None:
    workflow = plain(FAILING, "S>Q Q>Z Z>E I>A A>X", INSIDE)
    run(workflow, "A")
    assert list(ready(workflow)) == ["Z"], "SpiffWorkflow no longer goes on after an error"

    ours = Run.of(FAILING, "S>Q Q>Z Z>E I>A A>X", INSIDE).complete("A")
    assert ours.open == [] and not ours.closed and spiff.open_incidents(ours.state) == ["Q/X#1"]


CROSSROADS = {"S": "startEvent", "A": "userTask", "G": "exclusiveGateway", "B": "userTask", "E": "endEvent"}


def test_no_way_out_keeps_what_was_done() -> None:
    # ``x == 1`` is Python, ``x = 1`` FEEL.
    workflow = plain(CROSSROADS, "S>A A>G G>B[x == 1] G>E[x == 2] B>E", x=3)
    with pytest.raises(WorkflowException):
        run(workflow, "A")

    ours = Run.of(CROSSROADS, "S>A A>G G>B[x = 1] G>E[x = 2] B>E", x=3).complete("A")
    assert ours.told("element left") == ["S", "A"] and spiff.open_incidents(ours.state) == ["G#1"]
    ours.do("retry", "G#1", x=1)
    assert ours.open == ["B"]


@pytest.mark.parametrize("interrupting", ["true", "false"])
@pytest.mark.parametrize("sequential", ["true", "false"])
def test_instances_may_follow_a_border(interrupting: str, sequential: str) -> None:
    loop = f'multiInstanceLoopCharacteristics isSequential="{sequential}"'
    nodes = {
        "S": "startEvent", "A": "userTask", "E": "endEvent", "L": "endEvent",
        # A text in quotes is a string in Python and in FEEL.
        "T": f'boundaryEvent attachedToRef="A" cancelActivity="{interrupting}"|<timerEventDefinition>'
             '<timeDuration>"PT0S"</timeDuration></timerEventDefinition>',
        "M": f"userTask|<{loop}><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>",
    }  # fmt: skip
    with pytest.raises(WorkflowException, match="non-predicted child"):
        plain(nodes, "S>A A>E T>M M>L")

    ours = Run.of(nodes, "S>A A>E T>M M>L")
    ours.do("timer", "T")
    ours.complete("M#1.1").complete("M#1.2")
    assert ours.told("element left").count("M") == 1 and ours.open == ([] if interrupting == "true" else ["A"])
