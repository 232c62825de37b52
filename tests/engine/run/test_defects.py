"""What SpiffWorkflow 3.2.0 does wrong by itself, shown on it, and that our adapter does it right."""

from __future__ import annotations

import itertools
import os

import pytest
from SpiffWorkflow.util.task import TaskState

from bpmn.errors import Refused
from engine.run.port import Rejected
from tests.engine.run.models import Run, package, xml
from tests.engine.run.plain import plain, ready, run

LOOP = {"S": "startEvent", "A": "userTask", "B": "userTask", "G": "exclusiveGateway", "E": "endEvent"}
LOOP_ARROWS = "S>A A>B B>G G>A[{}] G>E!"


def test_a_long_case_is_not_called_completed() -> None:
    workflow = plain(LOOP, LOOP_ARROWS.format("again"), again=True)
    rounds = 0
    while not workflow.is_completed():
        name = next(iter(ready(workflow)))
        run(workflow, name)
        rounds += name == "B"
        assert rounds < 600, "SpiffWorkflow no longer hides tasks below depth 1000"
    assert any(task.state == TaskState.READY for task in workflow.tasks.values()), "open, and called completed"

    ours = Run.of(LOOP, LOOP_ARROWS.format("again"), again=True)
    size = None
    for number in range(2_000):
        ours.complete("A", "B")
        assert not ours.closed and ours.open == ["A"]
        size = size or len(ours.state or "")
        assert len(ours.state or "") <= size + 32, "the state grows with the history"
        if number % 500 == 0:
            ours.history.clear()
    ours.complete("A")
    ours.complete("B", again=False)
    assert ours.closed and ours.told("element left")[-1] == "E"


AND_LOOP = {
    "S": "startEvent", "M": "exclusiveGateway", "F": "parallelGateway", "A": "userTask", "B": "userTask",
    "J": "parallelGateway", "Sign": "userTask", "G": "exclusiveGateway", "E": "endEvent",
}  # fmt: skip
AND_ARROWS = "S>M M>F F>A F>B A>J B>J J>Sign Sign>G G>M[{}] G>E!"


def test_an_and_join_in_a_loop_waits_for_every_arrow() -> None:
    early = 0
    for orders in itertools.product(("AB", "BA"), repeat=3):
        workflow = plain(AND_LOOP, AND_ARROWS.format("again"), again=True)
        try:
            for order in orders:
                run(workflow, order[0])
                early += "Sign" in ready(workflow)
                run(workflow, order[1])
                run(workflow, "Sign")
        except KeyError:
            early += 1
    assert early, "SpiffWorkflow now joins right in loops"

    for orders in itertools.product(("AB", "BA"), repeat=3):
        ours = Run.of(AND_LOOP, AND_ARROWS.format("again"), again=True)
        for order in orders:
            ours.complete(order[0])
            assert ours.open == [order[1]]
            ours.complete(order[1])
            assert ours.open == ["Sign"]
            ours.complete("Sign")
        assert sorted(ours.open) == ["A", "B"]
        assert ours.told("element entered").count("J") == 3


FORK = {
    "S": "startEvent", "F": "parallelGateway", "A": "userTask", "B": "userTask", "J": "parallelGateway",
    "Z": "userTask", "E": "endEvent",
}  # fmt: skip
FORK_ARROWS = "S>F F>A F>B A>J B>J J>Z Z>E"


def test_no_update_is_lost_at_a_join() -> None:
    workflow = plain(FORK, FORK_ARROWS, amount=1)
    run(workflow, "A", amount=500)
    run(workflow, "B")
    assert ready(workflow)["Z"].data["amount"] == 1, "SpiffWorkflow now keeps the later value"

    for order in ("AB", "BA"):
        ours = Run.of(FORK, FORK_ARROWS, amount=1)
        for name in order:
            ours.complete(name, **({"amount": 500} if name == "A" else {}))
        assert ours.data == {"amount": 500}


def diamonds(count: int) -> tuple[dict[str, str], str]:
    nodes, arrows = {"S": "startEvent", "E": "endEvent"}, []
    before = "S"
    for n in range(count):
        nodes |= {f"F{n}": "parallelGateway", f"A{n}": "userTask", f"B{n}": "userTask", f"J{n}": "parallelGateway"}
        arrows.append(f"{before}>F{n} F{n}>A{n} F{n}>B{n} A{n}>J{n} B{n}>J{n}")
        before = f"J{n}"
    return nodes, " ".join([*arrows, f"{before}>E"])


def test_parallel_diamonds_do_not_explode() -> None:
    assert len(plain(*diamonds(9)).tasks) > 4_000, "SpiffWorkflow no longer predicts every path"

    ours = Run.of(*diamonds(30))
    for n in range(30):
        assert sorted(ours.open) == [f"A{n}", f"B{n}"] and len(ours.state or "") < 1_500
        ours.complete(f"A{n}", f"B{n}")
    assert ours.closed


def test_a_condition_is_never_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUNPATH_PROOF", raising=False)
    hostile = "__import__('os').environ.setdefault('SUNPATH_PROOF','1')"
    workflow = plain(LOOP, LOOP_ARROWS.format(hostile))
    run(workflow, "A")
    run(workflow, "B")
    assert os.environ.pop("SUNPATH_PROOF", None) == "1", "SpiffWorkflow no longer evaluates Python"

    with pytest.raises(Refused) as refused:
        Run.of(LOOP, LOOP_ARROWS.format(hostile))
    assert (refused.value.code, refused.value.element) == ("condition.syntax", "G_A")
    assert "SUNPATH_PROOF" not in os.environ


TWICE = {"S": "startEvent", "A": "userTask", "G": "exclusiveGateway", "B": "userTask", "E": "endEvent"}


def test_every_arrow_taken_is_remembered() -> None:
    # Two arrows lead from the gateway to the same task: only their ids tell which was taken.
    text = xml(TWICE, "S>A A>G G>B[amount > 1] B>E").replace(
        b"</process>", b'<sequenceFlow id="Other" sourceRef="G" targetRef="B"/></process>'
    ).replace(b'id="G"', b'id="G" default="Other"')  # fmt: skip
    from bpmn.package import load
    from engine.run import spiff

    for amount, arrow in ((5, "G_B"), (1, "Other")):
        ours = Run(spiff.load(spiff.compile(load(text))))
        ours.do("start", amount=amount)
        ours.complete("A", "B")
        assert ours.told("arrow taken") == ["S_A", "A_G", arrow, "B_E"]


def test_only_what_is_open_can_be_done() -> None:
    workflow = plain(FORK, FORK_ARROWS)
    task = ready(workflow)["A"]
    task.run()
    assert task.run() is True, "SpiffWorkflow now guards run()"

    ours = Run.of(FORK, FORK_ARROWS)
    first = next(iter(ours.program.nodes))
    assert first
    ours.do("complete", "A#1")
    for item in ("A#1", "Z#1", "Z", "nothing"):
        with pytest.raises(Rejected):
            ours.do("complete", item)


def test_a_model_is_never_changed_by_a_case() -> None:
    loaded = package(FORK, FORK_ARROWS)
    from engine.run import spiff

    text = spiff.compile(loaded)
    program = spiff.load(text)
    before = {name: (list(s._inputs), list(s._outputs)) for name, s in program.spec.task_specs.items()}
    for _ in range(3):
        ours = Run(program)
        ours.do("start")
        ours.complete("A", "B", "Z")
        assert ours.closed
    assert before == {name: (list(s._inputs), list(s._outputs)) for name, s in program.spec.task_specs.items()}
