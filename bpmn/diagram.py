"""Definitions and their drawing → DOT with everything pinned (facts/drawing: Graphviz draws, it does not lay out).

Without a status the chart is bare: ``svg.dress`` adds symbols and slots for the web. With one, symbols, badges and
colours are baked in as native nodes, which is what PDF and PNG show.
"""

from __future__ import annotations

from bpmn import bake, frame
from bpmn.curves import bezier, distance, slash, towards
from bpmn.dot import Dot, Point, label, spline
from bpmn.drawing import Box, Drawing, Line, PlacedFlow, PlacedNode
from bpmn.drawing import Label as PlacedLabel
from bpmn.marks import PictureStatus
from bpmn.model import Definitions, Node
from bpmn.node_shapes import DETAIL_ROLES, node_of, shape_of
from bpmn.palette import FONT, LOOKS, colour
from bpmn.places import markers

INCH = 72
#: Length of an arrow head; the last leg of a route is shortened by it.
HEAD = 6.5
#: Diameter of the circle where a message begins.
TAIL = 5.2
#: Graphviz draws the second border of a double one this far outside.
RING = 4


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
        shape = shape_of(node, bool(placed.lines))
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
        ink = colour("fc-label")
        align = {"start": "LEFT", "end": "RIGHT"}.get(placed.anchor, "CENTER")
        lines = ((line.text, line.size, ink, False) for line in placed.lines)
        self.dot.node(
            key,
            id=key,
            shape="plaintext",
            pos=self._pos(placed.box.centre),
            width=placed.box.width / INCH,
            height=placed.box.height / INCH,
            label=label(lines, align=align, width=placed.box.width),
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
            look |= {"style": "dashed", "arrowhead": "empty", "arrowtail": "odot", "dir": "both"}
        elif self.definitions.flows[flow.id].returns:
            look |= {"style": "dashed"}
        if self.status is not None and self.status.is_case:
            taken = self.status.arrows.get(flow.id, 0) > 0
            look |= {"color": colour("current"), "penwidth": 2.6} if taken else {"color": colour("fc-not")}
        return look

    def _route(self, flow: PlacedFlow) -> str:
        first, *_, last = flow.points
        # Baked arrows are drawn over the nodes: the tip stops before the border.
        end = towards(last, flow.points[-2], 0 if self.status is None else 2)
        tips = f"e,{self._pos(end)} "
        # The ends are shortened before the corners are rounded: a curve that turned back at its end would not be drawn.
        base = towards(end, flow.points[-2], min(HEAD, distance(end, flow.points[-2]) / 2))
        if flow.kind != "sequence":
            tips = f"s,{self._pos(first)} {tips}"
            first = towards(first, flow.points[1], min(TAIL, distance(first, flow.points[1]) / 2))
        points = bezier([first, *flow.points[1:-1], base])
        route = tips + spline([(x, self._y(y)) for x, y in points])
        if self._is_default(flow):
            route += ";" + spline([(x, self._y(y)) for x, y in slash(flow.points[0], flow.points[1])])
        return route

    def _is_default(self, flow: PlacedFlow) -> bool:
        """BPMN marks the default flow with a slash; the government chart says it in words."""
        source = self.definitions.nodes.get(flow.source)
        return self.drawing.notation == "bpmn" and source is not None and source.default == flow.id

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


def _ink(line: Line, ink: str) -> str:
    return colour("ink-2") if line.role in DETAIL_ROLES and ink == colour("ink") else ink
