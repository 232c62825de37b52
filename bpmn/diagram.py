"""Definitions and their drawing → DOT with everything pinned (facts/drawing: Graphviz draws, it does not lay out).

Without a status the chart is bare: ``svg.dress`` adds symbols and slots for the web. With one, symbols, badges and
colours are baked in as native nodes, which is what PDF and PNG show.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpmn import bake, frame
from bpmn.dot import Dot, Point, label, spline
from bpmn.drawing import Box, Drawing, Line, PlacedFlow, PlacedNode
from bpmn.drawing import Label as PlacedLabel
from bpmn.marks import PictureStatus
from bpmn.model import Definitions, Node
from bpmn.palette import FONT, LOOKS, colour
from bpmn.places import markers

INCH = 72
#: Length of an arrow head; the last leg of a route is shortened by it.
HEAD = 6.5
CORNER = 5
#: Graphviz draws the second border of a double one this far outside.
RING = 4
DETAIL_ROLES = frozenset({"post", "limit", "lane", "detail"})


def to_dot(
    definitions: Definitions,
    drawing: Drawing,
    status: PictureStatus | None = None,
    *,
    framed: frame.Frame | None = None,
) -> str:
    """The chart as DOT for ``neato -n2``.

    ``status`` None draws it bare; an (even empty) status bakes symbols, numbers and marks in. ``framed`` adds what
    stands around a printed chart. Keys: n0… nodes, e0… arrows, l0… labels, c0… lanes, p0… pools, by their place in
    ``drawing``; ``origin`` is a point at the drawing's left top.
    """
    return str(_Diagram(definitions, drawing, status, framed).dot)


def bezier(points: Sequence[Point], radius: float = CORNER) -> list[Point]:
    """A polyline as cubic splines with rounded corners."""
    out = [points[0]]
    current = points[0]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, _distance(before, corner) / 2, _distance(corner, after) / 2)
        start, end = _towards(corner, before, reach), _towards(corner, after, reach)
        out += [*_straight(current, start), corner, corner, end]
        current = end
    return out + _straight(current, points[-1])


class _Diagram:
    def __init__(
        self, definitions: Definitions, drawing: Drawing, status: PictureStatus | None, framed: frame.Frame | None
    ) -> None:
        self.definitions, self.drawing, self.status = definitions, drawing, status
        self.keys = {placed.id: f"n{i}" for i, placed in enumerate(drawing.nodes)}
        self.hosts = {node.attached_to for node in definitions.nodes.values() if node.attached_to}
        self.dot = self._empty()
        self._pools_and_lanes()
        # Containers first: what lies inside an open sub-process is drawn over it.
        for i in sorted(range(len(drawing.nodes)), key=lambda i: -self._container_area(drawing.nodes[i])):
            self._node(f"n{i}", drawing.nodes[i])
        for i, placed in enumerate(drawing.labels):
            self._label(f"l{i}", placed)
        if status is not None:
            bake.bake(self.dot, definitions, drawing, status)
        if framed is not None:
            frame.draw(self.dot, framed, drawing.height)
            for name, x, y in framed.legend if status is not None else ():
                bake.draw_sign(self.dot, drawing.height, name, x, y)
        for i, flow in enumerate(drawing.flows):
            self._flow(f"e{i}", flow)

    def _empty(self) -> Dot:
        height = self.drawing.height
        dot = Dot(
            bb=f"0,0,{self.drawing.width:.1f},{height:.1f}",
            charset="UTF-8",
            notranslate="true",
            splines="true",
            pad="0.08",
            fontname=FONT,
            outputorder="edgesfirst" if self.status is None else "nodesfirst",
        )
        dot.defaults(
            "node", fontname=FONT, fixedsize="true", margin="0", color=colour("fc-line"), fontcolor=colour("ink")
        )
        dot.defaults("edge", fontname=FONT, color=colour("fc-line"), arrowsize="0.65", penwidth="1.2")
        # Graphviz moves the picture to its lower left content: this point tells by how much.
        origin: dict[str, str | float] = {"shape": "box", "label": "", "width": 0.001, "height": 0.001}
        dot.node("origin", id="origin", pos=f"0,{height:.2f}", color="transparent", **origin)
        dot.node("far", pos=f"{self.drawing.width:.2f},0", style="invis", **origin)
        return dot

    def _pools_and_lanes(self) -> None:
        for i, pool in enumerate(self.drawing.pools):
            self._band(f"p{i}", pool.box, pool.head, pool.lines)
        for i, lane in enumerate(self.drawing.lanes):
            self._band(f"c{i}", lane.box, lane.head, lane.lines, shade=i % 2 == 1)

    def _band(self, key: str, box: Box, head: float, lines: tuple[Line, ...], *, shade: bool = False) -> None:
        x, y = box.centre[0], box.top + head / 2
        self.dot.cluster(
            key,
            id=key,
            bb=f"{box.left:.1f},{self._y(box.bottom):.1f},{box.right:.1f},{self._y(box.top):.1f}",
            lp=f"{x:.1f},{self._y(y):.1f}",
            label=label((line.text, line.size, colour("ink"), True) for line in lines),
            style="filled",
            fillcolor=colour("fc-lane-alt" if shade else "fc-lane"),
            color=colour("fc-rule"),
        )

    def _node(self, key: str, placed: PlacedNode) -> None:
        node = node_of(self.definitions, placed.id)
        box = placed.box
        shape = _shape(node, bool(placed.lines))
        doubled = RING * 2 if shape.get("peripheries") == "2" else 0
        look = LOOKS[self.status.status_of(placed.id)] if self.status and self.status.status_of(placed.id) else None
        ink = colour(look.ink) if look else colour("ink")
        attributes: dict[str, str | float] = {
            "id": key,
            "pos": self._pos(box.centre),
            "width": (box.width - doubled) / INCH,
            "height": (box.height - doubled) / INCH,
            "label": label(
                ((line.text, line.size, _ink(line, ink), False) for line in placed.lines),
                room_above=4 if node.expanded else 0,
                room_below=self._room_below(node, placed),
            ),
            **shape,
        }
        if look:
            pen = max(look.pen, float(shape["penwidth"]))
            attributes |= {"fillcolor": colour(look.fill), "color": colour(look.line), "penwidth": pen}
            attributes["style"] = ",".join(filter(None, [str(shape["style"]), look.dash]))
        self.dot.node(key, **attributes)

    def _room_below(self, node: Node, placed: PlacedNode) -> float:
        """Room for the markers at the foot of an activity, as far as the box has it to spare."""
        if node.kind not in ("task", "sub") or node.expanded or not placed.lines:
            return 0
        wanted = 12 if (node.id in self.hosts or markers(node)) else 0
        spare = placed.box.height - sum(line.size * 1.3 for line in placed.lines) - 4
        return max(0.0, min(wanted, spare))

    def _label(self, key: str, placed: PlacedLabel) -> None:
        align = {"start": "LEFT", "end": "RIGHT"}.get(placed.anchor, "CENTER")
        self.dot.node(
            key,
            id=key,
            shape="plaintext",
            pos=self._pos(placed.box.centre),
            width=placed.box.width / INCH,
            height=placed.box.height / INCH,
            label=label(((line.text, line.size, colour("fc-label"), False) for line in placed.lines), align=align),
        )

    def _flow(self, key: str, flow: PlacedFlow) -> None:
        if len(flow.points) < 2:
            return
        look = self._flow_look(flow)
        tail = self.keys.get(flow.source) or self._anchor(f"{key}_tail", flow.points[0])
        head = self.keys.get(flow.target) or self._anchor(f"{key}_head", flow.points[-1])
        self.dot.edge(tail, head, id=key, pos=self._route(flow), **look)

    def _flow_look(self, flow: PlacedFlow) -> dict[str, str | float]:
        look: dict[str, str | float] = {}
        if flow.kind != "sequence":
            look |= {"style": "dashed", "arrowhead": "empty"}
        elif self.definitions.flows[flow.id].returns:
            look |= {"style": "dashed"}
        if self.status is not None and self.status.is_case:
            taken = self.status.arrows.get(flow.id, 0) > 0
            look |= {"color": colour("current"), "penwidth": 2.6} if taken else {"color": colour("fc-not")}
        return look

    def _route(self, flow: PlacedFlow) -> str:
        points = bezier(flow.points)
        # Baked arrows are drawn over the nodes: the tip stops before the border.
        end = _towards(flow.points[-1], flow.points[-2], 0 if self.status is None else 2)
        points[-1] = _towards(end, flow.points[-2], HEAD)
        tip = f"e,{end[0]:.2f},{self._y(end[1]):.2f} "
        return tip + spline([(x, self._y(y)) for x, y in points])

    def _anchor(self, key: str, point: Point) -> str:
        """An invisible end for a message to the border of a pool."""
        self.dot.node(key, shape="point", style="invis", label="", width=0.01, height=0.01, pos=self._pos(point))
        return key

    def _container_area(self, placed: PlacedNode) -> float:
        node = node_of(self.definitions, placed.id)
        return placed.box.width * placed.box.height if node.expanded or node.type == "group" else 0

    def _y(self, y: float) -> float:
        return self.drawing.height - y

    def _pos(self, point: Point) -> str:
        return f"{point[0]:.2f},{self._y(point[1]):.2f}"


def node_of(definitions: Definitions, node_id: str) -> Node:
    """The node or artifact a placed node stands for."""
    found = definitions.nodes.get(node_id)
    if found is None:
        found = next((artifact for artifact in definitions.artifacts if artifact.id == node_id), None)
    return found or Node(id=node_id, type="task")


def _ink(line: Line, ink: str) -> str:
    return colour("ink-2") if line.role in DETAIL_ROLES and ink == colour("ink") else ink


def _shape(node: Node, has_text: bool) -> dict[str, str | float]:
    """DOT shape of a node (BPMN 2.0.2 tables 7.2, 10.x; a government terminator is an event with its text inside)."""
    if node.kind == "gateway":
        return {"shape": "diamond", "style": "filled", "fillcolor": colour("fc-shape"), "penwidth": "1.4"}
    if node.kind == "event":
        return _event_shape(node, has_text)
    if node.kind == "artifact":
        return _artifact_shape(node)
    shape: dict[str, str | float] = {"shape": "box", "style": "rounded,filled", "fillcolor": colour("fc-shape")}
    shape["penwidth"] = "3.2" if node.type == "callActivity" else "1.4"
    if node.type == "transaction":
        shape["peripheries"] = "2"
    if node.triggered_by_event:
        shape["style"] = "rounded,filled,dotted"
    if node.expanded:
        shape |= {"labelloc": "t", "fillcolor": colour("fc-lane")}
    return shape


def _event_shape(node: Node, has_text: bool) -> dict[str, str | float]:
    shape: dict[str, str | float] = {"shape": "circle", "style": "filled", "fillcolor": colour("fc-shape")}
    if has_text:
        shape |= {"shape": "box", "style": "rounded,filled"}
    shape["penwidth"] = "3.4" if node.type == "endEvent" else "1.4"
    if not has_text and node.type in ("boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"):
        shape["peripheries"] = "2"
    if not node.interrupting:
        shape["style"] = f"{shape['style']},dashed"
    return shape


def _artifact_shape(node: Node) -> dict[str, str | float]:
    shapes = {"dataStoreReference": "cylinder", "textAnnotation": "plaintext", "group": "box"}
    style = {"group": "rounded,dashed", "textAnnotation": ""}.get(node.type, "filled")
    return {
        "shape": shapes.get(node.type, "note"),
        "style": style,
        "fillcolor": colour("fc-lane"),
        "penwidth": "1.2",
    }


def _distance(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _towards(start: Point, end: Point, reach: float) -> Point:
    length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
    if not length:
        return start
    return (start[0] + (end[0] - start[0]) * reach / length, start[1] + (end[1] - start[1]) * reach / length)


def _straight(start: Point, end: Point) -> list[Point]:
    dx, dy = end[0] - start[0], end[1] - start[1]
    return [(start[0] + dx / 3, start[1] + dy / 3), (start[0] + 2 * dx / 3, start[1] + 2 * dy / 3), end]
