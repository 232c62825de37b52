"""The witness sees what is wrong: every way of spoiling a good drawing is caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bpmn.drawing import Box, Drawing, Label, Line
from bpmn.layout import PROFILES, lay_out
from bpmn.model import Definitions
from bpmn.quality import Flaw, check
from bpmn.reader import read

ROOT = Path(__file__).resolve().parents[2]


@cache
def licence() -> tuple[Definitions, Drawing]:
    definitions = read((ROOT / "flows/xk-general/process.bpmn").read_bytes())
    return definitions, lay_out(definitions, PROFILES["wide"])


def hard(definitions: Definitions, drawing: Drawing) -> set[str]:
    return {flaw.kind for flaw in check(definitions, drawing) if flaw.severity == "hard"}


def moved(drawing: Drawing, id_: str, dx: float, dy: float) -> Drawing:
    nodes = tuple(replace(node, box=node.box.shifted(dx, dy)) if node.id == id_ else node for node in drawing.nodes)
    return replace(drawing, nodes=nodes)


def onto_the_next_node(drawing: Drawing) -> Drawing:
    boxes = {node.id: node.box for node in drawing.nodes}
    here, there = boxes["Apply"], boxes["FormalReview"]
    return moved(drawing, "Apply", there.left - here.left, there.top - here.top)


def shrunk(drawing: Drawing) -> Drawing:
    nodes = []
    for node in drawing.nodes:
        x, y = node.box.centre
        box = Box(left=x - 20, top=y - 12, right=x + 20, bottom=y + 12)
        nodes.append(replace(node, box=box) if node.id == "Apply" else node)
    return replace(drawing, nodes=tuple(nodes))


def longer_text(drawing: Drawing) -> Drawing:
    line = Line(text="在线填报或到窗口提交全部申请材料", size=15)
    nodes = tuple(replace(node, lines=(line,)) if node.id == "Apply" else node for node in drawing.nodes)
    return replace(drawing, nodes=nodes)


def question_too_long(drawing: Drawing) -> Drawing:
    gateway = next(node for node in drawing.nodes if any(line.role == "question" for line in node.lines))
    lines = gateway.lines * 3
    nodes = tuple(replace(node, lines=lines) if node.id == gateway.id else node for node in drawing.nodes)
    return replace(drawing, nodes=nodes)


def rerouted(drawing: Drawing) -> Drawing:
    """An arrow straight through the box of its source and out at the other side."""
    flow = drawing.flows[0]
    (x, y), *rest = flow.points
    flows = (replace(flow, points=((x, y), (x, y - 60), (x + 1, y + 200), *rest)), *drawing.flows[1:])
    return replace(drawing, flows=flows)


def cut_short(drawing: Drawing) -> Drawing:
    flow = drawing.flows[0]
    (x, y), *_ = flow.points
    return replace(drawing, flows=(replace(flow, points=((x, y), (x, y + 5))), *drawing.flows[1:]))


def lanes_exchanged(drawing: Drawing) -> Drawing:
    first, second, *rest = drawing.lanes
    return replace(drawing, lanes=(replace(first, box=second.box), replace(second, box=first.box), *rest))


def label_off_the_page(drawing: Drawing) -> Drawing:
    label = drawing.labels[0]
    return replace(drawing, labels=(replace(label, box=label.box.shifted(-5000, 0)), *drawing.labels[1:]))


MUTANTS: list[tuple[Callable[[Drawing], Drawing], str]] = [
    (onto_the_next_node, "node_overlap"),
    (lambda drawing: moved(drawing, "Apply", 0, 13), "arrow_loose"),
    (lambda drawing: moved(drawing, "Apply", 260, 0), "outside_lane"),
    (lambda drawing: moved(drawing, "Apply", -900, 0), "outside_drawing"),
    (shrunk, "text_overflow"),
    (longer_text, "text_overflow"),
    (question_too_long, "text_overflow"),
    (rerouted, "arrow_through_node"),
    (cut_short, "arrow_loose"),
    (lambda drawing: replace(drawing, flows=drawing.flows[1:]), "missing_arrow"),
    (lambda drawing: replace(drawing, nodes=drawing.nodes[1:]), "missing_node"),
    (lambda drawing: replace(drawing, flows=(*drawing.flows, drawing.flows[0])), "doubled"),
    (lanes_exchanged, "lane_order"),
    (lambda drawing: replace(drawing, lanes=(drawing.lanes[0],) * 2), "lane_overlap"),
    (label_off_the_page, "outside_drawing"),
]


def test_the_good_drawing_has_no_hard_flaw() -> None:
    assert hard(*licence()) == set()


@pytest.mark.parametrize(("spoil", "kind"), MUTANTS, ids=[f"{kind}-{i}" for i, (_, kind) in enumerate(MUTANTS)])
def test_a_spoilt_drawing_is_caught(spoil: Callable[[Drawing], Drawing], kind: str) -> None:
    definitions, drawing = licence()
    assert kind in hard(definitions, spoil(drawing))


def test_soft_flaws_name_what_touches() -> None:
    definitions, drawing = licence()
    boxes = {node.id: node.box for node in drawing.nodes}
    line = drawing.flows[0].points[0]
    lines = (Line(text="齐全", size=12),)
    on_node = Label(owner="elsewhere", box=boxes["Apply"], lines=lines)
    on_arrow = Label(
        owner="elsewhere", box=Box(left=line[0] - 30, top=line[1], right=line[0] + 30, bottom=line[1] + 20), lines=lines
    )
    spoilt = replace(drawing, labels=(*drawing.labels, on_node, on_arrow, on_arrow))
    new = [flaw for flaw in check(definitions, spoilt) if "elsewhere" in flaw.elements]
    assert Flaw(kind="label_on_node", severity="soft", elements=("elsewhere", "Apply")) in new
    assert {"label_on_node", "label_on_mark", "label_on_arrow", "label_on_label"} <= {flaw.kind for flaw in new}


def test_an_arrow_on_another_is_seen() -> None:
    definitions, drawing = licence()
    first = next(flow for flow in drawing.flows if len(flow.points) > 3)
    other = next(flow for flow in drawing.flows if not {flow.source, flow.target} & {first.source, first.target})
    spoilt = replace(drawing, flows=(first, replace(other, points=first.points)))
    found = [flaw for flaw in check(definitions, spoilt) if flaw.kind == "arrows_overlap"]
    assert found and set(found[0].elements) == {first.id, other.id}


def test_two_arrows_that_turn_at_one_point_are_seen() -> None:
    """The same two lines as a crossing has; where both go the same way on, they only join."""
    definitions, drawing = licence()
    first, other = drawing.flows[:2]
    turn = replace(first, points=((0, 50), (50, 50), (50, 100)))
    for points, seen in ((((50, 0), (50, 50), (100, 50)), True), (((100, 50), (50, 50), (50, 100)), False)):
        spoilt = replace(drawing, flows=(turn, replace(other, points=points)))
        assert ("corners_meet" in {flaw.kind for flaw in check(definitions, spoilt)}) is seen
