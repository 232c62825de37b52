"""The search for deadlocks looks at few of the ways through a model and finds what looking at all of them finds."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

import pytest

from bpmn.control_flow import ControlFlow
from bpmn.linter import lint
from bpmn.package import load
from bpmn.reader import read
from bpmn.soundness import defects
from bpmn.tokens import Marking, TokenGame
from bpmn.wording import say
from tests.conftest import FIXTURES
from tests.engine.run.models import xml
from tests.engine.run.random_models import RandomModel

#: Larger models are left to the reduced search.
MOST = 4_000


def control_of(data: bytes) -> ControlFlow:
    process = read(data).main
    assert process is not None
    return ControlFlow({node.id: node for node in process.nodes}, process.flows)


def everything(game: TokenGame) -> tuple[set[str], bool] | None:
    """Joins that get stuck and whether an arrow ever holds two, looking at every order; None where that is too much."""
    seen: set[Marking] = {game.start}
    waiting, stuck, doubled = deque([game.start]), set(), False
    while waiting:
        marking = waiting.popleft()
        ready = game.ready(marking)
        if not ready:
            stuck |= {game.target(place) for place in marking}
        for node_id, choices in ready.items():
            for taken in choices:
                for move in game.moves(node_id, taken):
                    after = move.after(marking)
                    after = tuple(a for a, b in pairwise((*after, "")) if a != b or a not in game.repeatable)
                    if any(a == b for a, b in pairwise(after)):
                        doubled = True
                    elif after not in seen:
                        if len(seen) > MOST:
                            return None
                        seen.add(after)
                        waiting.append(after)
    return stuck, doubled


@pytest.mark.parametrize("part", range(10))
def test_few_ways_show_what_all_ways_show(part: int) -> None:
    compared = 0
    for seed in range(part * 40, part * 40 + 40):
        model = RandomModel(seed, depth=2)
        if seed % 2:
            model.spoil()
        control = control_of(xml(model.nodes, model.arrows, model.inside))
        scopes = [None, *(n.id for n in control.nodes.values() if n.kind == "sub" and control.inside(n.id))]
        all_ways = [everything(TokenGame(control, scope)) for scope in scopes]
        if None in all_ways:
            continue
        compared += 1
        found = list(defects(control))
        stuck = {defect.element for defect in found if defect.kind == "deadlock"}
        doubled = any(defect.kind == "twice" for defect in found)
        all_stuck = {node for ways in all_ways if ways for node in ways[0]}
        assert doubled == any(ways[1] for ways in all_ways if ways), seed
        # Behind a doubled token neither looks on, so what else is wrong may come to light when that is mended.
        assert stuck <= all_stuck if doubled else stuck == all_stuck, seed
    assert compared > 10


def test_the_way_there_is_told_in_words() -> None:
    (deadlock,) = (f for f in lint(load(FIXTURES / "exclusive-into-parallel.bpmn")) if f.rule == "sound.deadlock")
    assert "开始 → 齐全？（是） → 办理" in say(deadlock.rule, "zh", **deadlock.params).message
    assert "“补正”" in say(deadlock.rule, "zh", **deadlock.params).message


def test_a_reminder_that_comes_again_is_no_double_work() -> None:
    """An event that leaves its host at work may happen again; what follows it is meant to be done again."""
    timer = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
    nodes = {node: "userTask" for node in ("Do", "Remind")} | {node: "endEvent" for node in ("End", "Told")}
    nodes |= {"Start": "startEvent", "Ask": "exclusiveGateway"}
    nodes["Late"] = f'boundaryEvent attachedToRef="Do" cancelActivity="false"|{timer}'
    arrows = "Start>Do Do>Ask Ask>Do[again = true] Ask>End! Late>Remind Remind>Told"
    assert not list(defects(control_of(xml(nodes, arrows))))


def test_thirty_diamonds_of_branches_are_looked_at_in_a_moment() -> None:
    nodes, arrows = {"s": "startEvent", "e": "endEvent"}, ["s>p0"]
    for n in range(30):
        nodes |= {f"p{n}": "parallelGateway", f"j{n}": "parallelGateway"} | {f"t{n}{b}": "userTask" for b in "abc"}
        arrows += [f"p{n}>t{n}{b} t{n}{b}>j{n}" for b in "abc"] + [f"j{n}>{f'p{n + 1}' if n < 29 else 'e'}"]
    assert not list(defects(control_of(xml(nodes, " ".join(arrows)))))
