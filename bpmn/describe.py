"""A node in one sentence, for those who hear the chart instead of seeing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpmn.chart_words import words
from bpmn.citing import cited
from bpmn.drawing import Drawing, PlacedNode
from bpmn.model import Definitions, Node
from bpmn.node_shapes import node_of
from bpmn.places import markers


def describe(
    definitions: Definitions, drawing: Drawing, placed: PlacedNode, beside: str, labels: Mapping[str, str]
) -> str:
    """The accessible name: exactly the visible text first (WCAG 2.5.3), then lane, kind, basis and risks.

    ``beside`` is the visible name that stands outside the node.
    """
    say = words(drawing.lang)["say"]
    node = node_of(definitions, placed.id)
    joint = "" if drawing.lang == "zh" else " "
    visible = joint.join(line.text for line in placed.lines) + (joint if placed.lines and beside else "") + beside
    number = f"{placed.number}{joint}" if placed.number else ""
    about = say["comma"].join(_about(node, drawing.lang, _lane(definitions, drawing, placed, labels)))
    details = _details(node, drawing.lang, labels)
    return str(say["semicolon"]).join([number + (visible + say["comma"] if visible else "") + about, *details])


def _lane(definitions: Definitions, drawing: Drawing, placed: PlacedNode, labels: Mapping[str, str]) -> str:
    """Whose lane it is; '' where the visible text says so already, as a line of its own or as the post."""
    node = node_of(definitions, placed.id)
    lane = next((lane.name for lane in drawing.lanes if lane.id == node.lane), "")
    if not lane and node.lane in definitions.lanes:
        lane = labels.get(node.lane, definitions.lanes[node.lane].name)
    post = node.step.post if node.step is not None else ""
    told = any(line.role == "lane" for line in placed.lines) or lane == labels.get(post, post)
    return "" if told else lane


def _about(node: Node, lang: str, lane: str) -> Iterator[str]:
    text = words(lang)
    if lane:
        yield lane
    yield text["type"].get(node.type, node.type)
    if node.trigger:
        yield text["trigger"].get(node.trigger, node.trigger)
    for marker in markers(node):
        yield text["marker"][marker]


def _details(node: Node, lang: str, labels: Mapping[str, str]) -> Iterator[str]:
    say, levels = words(lang)["say"], words(lang)["risk_level"]
    if node.step is None:
        return
    if node.step.bases:
        yield say["basis"].format(basis=say["semicolon"].join(cited(node.step.bases, lang, labels)))
    for risk in node.step.risks:
        yield say["risk"].format(level=levels.get(risk.level, risk.level), risk=labels.get(risk.text, risk.text))
