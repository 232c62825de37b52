"""Where the small things of a node stand: symbols, markers, number, risk mark, status badge. Points, y down.

The web picture and the printed one ask here, so that both show the same thing at the same place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bpmn.drawing import Drawing, PlacedFlow, PlacedNode, Point
from bpmn.icons import EVENTS, GATEWAYS, MARKERS, TASKS, Icon
from bpmn.model import Node

NUMBER_RADIUS = 9
#: Side of the square around the disc with a task's type.
TYPE = 18
RISK_WIDTH, RISK_HEIGHT = 26, 22
BADGE = 20
MARKER = 13


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A symbol in a square: its name among the icons, left top corner and side."""

    name: str
    icon: Icon
    left: float
    top: float
    side: float


@dataclass(frozen=True, kw_only=True)
class BadgePlace:
    """Left top corner of the status badge and its scale; cards and counts stand left of it."""

    left: float
    top: float
    scale: float


def symbols(node: Node, placed: PlacedNode) -> Iterator[Placed]:
    """The BPMN symbols of a node."""
    box = placed.box
    x, y = box.centre
    if node.kind == "gateway" and not placed.lines and node.type in GATEWAYS:
        yield _centred(node.type, GATEWAYS[node.type], x, y, 24)
    elif node.kind == "event" and not placed.lines and node.trigger:
        name = _event_symbol(node)
        yield _centred(name, EVENTS[name], x, y, box.width / 2)
    elif node.kind in ("task", "sub"):
        names = markers(node)
        left = x - len(names) * (MARKER + 3) / 2
        for i, name in enumerate(names):
            yield Placed(
                name=name, icon=MARKERS[name], left=left + i * (MARKER + 3), top=box.bottom - MARKER - 2, side=MARKER
            )


def markers(node: Node) -> list[str]:
    """The markers at the foot of an activity, in BPMN's order (10.3.8, 10.3.5)."""
    if node.kind not in ("task", "sub"):
        return []
    names = []
    if node.loop:
        names.append({"standard": "loop"}.get(node.loop.kind, node.loop.kind))
    if node.for_compensation:
        names.append("compensation")
    if node.kind == "sub" and not node.expanded:
        names.append("sub")
    if node.type == "adHocSubProcess":
        names.append("adhoc")
    return names


def type_place(node: Node, placed: PlacedNode) -> Point | None:
    """Centre of the disc with a task's type, at its lower right; None for a node without."""
    return (placed.box.right - 1, placed.box.bottom - 1) if node.type in TASKS else None


def risk_level(node: Node) -> str:
    """The highest level of the node's risk points: high, medium, low or ''."""
    levels = {risk.level for risk in node.step.risks} if node.step else set()
    return next((level for level in ("high", "medium", "low") if level in levels), "any" if levels else "")


def risk_place(placed: PlacedNode) -> Point:
    """Left top corner of the risk triangle, at the node's lower left."""
    return placed.box.left - 12, placed.box.bottom - 13


def number_place(placed: PlacedNode) -> Point:
    """Centre of the number bubble, at the node's upper left."""
    return placed.box.left + 1, placed.box.top + 1


def badge_place(node: Node, placed: PlacedNode) -> BadgePlace:
    """Where the status of a node is shown: at the upper right, beside small symbols at the left."""
    box = placed.box
    if node.kind in ("task", "sub"):
        return BadgePlace(left=box.right - 10, top=box.top - 9, scale=1)
    if node.kind == "gateway" and placed.lines:
        # On the upper right side of the diamond: its corner belongs to the arrow that leaves there.
        x, y = box.centre
        return BadgePlace(left=x + box.width * 0.28 - 8, top=y - box.height * 0.28 - 11, scale=0.8)
    if placed.lines:
        return BadgePlace(left=box.right - 15, top=box.top - 6, scale=0.8)
    if node.kind == "gateway":
        return BadgePlace(left=box.left - 1, top=box.bottom - 15, scale=0.75)
    return BadgePlace(left=box.left - 7, top=box.top - 6, scale=0.75)


def times_place(drawing: Drawing, flow: PlacedFlow) -> Point:
    """Centre of an arrow's ×n: after its label, else in the middle of its longest leg."""
    for label in drawing.labels:
        if label.owner == flow.id:
            x = label.box.left - 13 if label.anchor == "end" else label.box.right + 13
            return x, label.box.centre[1]
    legs = pairwise(flow.points)
    a, b = max(legs, key=lambda leg: abs(leg[0][0] - leg[1][0]) + abs(leg[0][1] - leg[1][1]))
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _event_symbol(node: Node) -> str:
    throws = node.type in ("endEvent", "intermediateThrowEvent")
    name = node.trigger if node.trigger in EVENTS else "multiple"
    return f"{name}-thrown" if throws and f"{name}-thrown" in EVENTS else name


def _centred(name: str, icon: Icon, x: float, y: float, side: float) -> Placed:
    return Placed(name=name, icon=icon, left=x - side / 2, top=y - side / 2, side=side)
