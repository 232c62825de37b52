"""What is wrong with a drawing: an independent witness that shares no code with the layout.

Hard flaws make a chart wrong or unreadable (something missing, overlapping, cut off); soft ones make it less pretty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from bpmn import places
from bpmn.drawing import Box, Drawing, Line, PlacedFlow, PlacedLane, PlacedNode, PlacedPool, Point
from bpmn.geometry import cross, crosses_box, inside, on_border, overlap, reaches_rhombus, shared
from bpmn.measure import line_height, width
from bpmn.model import Definitions, Flow, MessageFlow, Node

#: What may touch without harm, in points.
_TOUCH = 1.5


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """One thing that is wrong: ``kind`` is a key of the word files (``draw.<kind>``), ``elements`` what it concerns."""

    kind: str
    #: hard or soft
    severity: str
    elements: tuple[str, ...]
    params: dict[str, object] = field(default_factory=dict)


def check(definitions: Definitions, drawing: Drawing) -> list[Flaw]:
    """Every flaw of a drawing of these definitions, hard ones first.

    Hard: missing_node, missing_arrow, doubled, node_overlap, text_overflow, arrow_through_node, arrow_loose,
    outside_lane, outside_parent, outside_drawing, lane_overlap, lane_order. Soft: label_on_node, label_on_mark,
    label_on_label, label_on_arrow, arrows_overlap, corners_meet, crossing.
    """
    return list(_Inspector(definitions, drawing).flaws())


class _Inspector:
    def __init__(self, definitions: Definitions, drawing: Drawing) -> None:
        self.definitions, self.drawing = definitions, drawing
        self.boxes = {node.id: node.box for node in drawing.nodes}
        self.lanes = {lane.id: lane for lane in drawing.lanes}
        self.above = {id_: self._ancestors(id_) for id_ in definitions.nodes}
        self.open = {above for id_ in self.boxes for above in self.above.get(id_, ())}
        self.segments = [(flow, pair) for flow in drawing.flows for pair in pairwise(flow.points)]

    def flaws(self) -> Iterator[Flaw]:
        yield from self._missing_nodes()
        yield from self._missing_arrows()
        yield from self._overlaps()
        yield from self._overflows()
        yield from self._arrows_through_nodes()
        yield from self._loose_arrows()
        yield from self._outside()
        yield from self._lane_flaws()
        yield from self._label_flaws()
        yield from self._crossings()

    # -- everything there? --------------------------------------------------------------------------------------

    def _ancestors(self, id_: str) -> tuple[str, ...]:
        """Enclosing sub-processes, innermost first."""
        chain: list[str] = []
        parent = self.definitions.nodes[id_].parent
        while parent is not None and parent not in chain and parent in self.definitions.nodes:
            chain.append(parent)
            parent = self.definitions.nodes[parent].parent
        return tuple(chain)

    def _stands_for(self, id_: str) -> str:
        """The node itself or, inside collapsed sub-processes, the outermost of these."""
        for outer in reversed(self.above.get(id_, ())):
            if not self.definitions.nodes[outer].expanded:
                return outer
        return id_

    def _missing_nodes(self) -> Iterator[Flaw]:
        drawn = Counter(node.id for node in self.drawing.nodes)
        for node in self.definitions.nodes.values():
            if node.kind != "artifact" and self._stands_for(node.id) == node.id and not drawn[node.id]:
                yield _hard("missing_node", node.id)
        yield from (_hard("doubled", id_) for id_, times in drawn.items() if times > 1)

    def _missing_arrows(self) -> Iterator[Flaw]:
        drawn = Counter(flow.id for flow in self.drawing.flows)
        arrows: list[Flow | MessageFlow] = [*self.definitions.flows.values(), *self.definitions.message_flows]
        for arrow in arrows:
            source, target = self._stands_for(arrow.source), self._stands_for(arrow.target)
            visible = source != target or arrow.source == arrow.target
            if visible and not drawn[arrow.id]:
                yield _hard("missing_arrow", arrow.id, arrow.source, arrow.target)
        yield from (_hard("doubled", id_) for id_, times in drawn.items() if times > 1)

    # -- nodes --------------------------------------------------------------------------------------------------

    def _overlaps(self) -> Iterator[Flaw]:
        things = [(node.id, node.box) for node in self.drawing.nodes]
        things += [(pool.id, pool.box) for pool in self.drawing.pools if pool.head >= pool.box.height - 1]
        things.sort(key=lambda thing: thing[1].left)
        for index, (first, box) in enumerate(things):
            for second, other in things[index + 1 :]:
                if other.left >= box.right - _TOUCH:
                    break
                if overlap(box, other, _TOUCH) and not self._belong_together(first, second):
                    yield _hard("node_overlap", *sorted((first, second)))

    def _belong_together(self, first: str, second: str) -> bool:
        """One holds the other, or hangs on it."""
        nodes = self.definitions.nodes
        holds = first in self.above.get(second, ()) or second in self.above.get(first, ())
        hangs = any(
            a in nodes and nodes[a].attached_to == b and abs(self.boxes[a].centre[1] - self.boxes[b].bottom) < 2
            for a, b in ((first, second), (second, first))
        )
        return holds or hangs

    def _overflows(self) -> Iterator[Flaw]:
        for placed in self.drawing.nodes:
            excess = self._excess(placed, self.definitions.nodes[placed.id]) if placed.lines else 0
            if excess > 0.5:
                yield _hard("text_overflow", placed.id, points=round(excess, 1))
        for owner, lines, box in self._texts():
            wide = max((width(line.text, line.size) for line in lines), default=0) - box.width
            high = sum(line_height(line.size) for line in lines) - box.height
            if max(wide, high) > 0.5:
                yield _hard("text_overflow", owner, points=round(max(wide, high), 1))

    def _texts(self) -> Iterator[tuple[str, tuple[Line, ...], Box]]:
        """Labels and headings: owner, lines, room."""
        yield from ((label.owner, label.lines, label.box) for label in self.drawing.labels)
        heads: list[PlacedLane | PlacedPool] = [*self.drawing.lanes, *self.drawing.pools]
        for head in heads:
            box = head.box
            yield head.id, head.lines, Box(left=box.left, top=box.top, right=box.right, bottom=box.top + head.head)

    def _excess(self, placed: PlacedNode, node: Node) -> float:
        """By how many points the text leaves its shape."""
        box, lines = placed.box, placed.lines
        high = sum(line_height(line.size) for line in lines)
        room = box.height
        if node.id in self.open:
            room = min(self.boxes[id_].top for id_, above in self.above.items() if _first(above) == node.id) - box.top
        if node.kind != "gateway":
            return max(high - room, *(width(line.text, line.size) + 4 - box.width for line in lines))
        tight = 1.2 / 1.32  # a question is set closer
        top = -high * tight / 2
        excess = high * tight - box.height
        for line in lines:
            bottom = top + line_height(line.size) * tight
            reach = max(abs(top), abs(bottom)) - 2
            excess = max(excess, width(line.text, line.size) - box.width * (1 - 2 * reach / box.height))
            top = bottom
        return excess

    # -- arrows -------------------------------------------------------------------------------------------------

    def _arrows_through_nodes(self) -> Iterator[Flaw]:
        nodes = sorted(self.drawing.nodes, key=lambda node: node.box.left)
        found: set[tuple[str, str]] = set()
        for flow, segment in self.segments:
            around = {*self.above.get(flow.source, ()), *self.above.get(flow.target, ())}
            left, right = min(segment[0][0], segment[1][0]), max(segment[0][0], segment[1][0])
            for node in nodes:
                if node.box.left > right:
                    break
                if node.box.right < left or node.id in around or (flow.id, node.id) in found:
                    continue
                if crosses_box(segment, node.box, 2):
                    found.add((flow.id, node.id))
                    yield _hard("arrow_through_node", flow.id, node.id)

    def _loose_arrows(self) -> Iterator[Flaw]:
        """An arrow touches what it leaves and what it reaches."""
        borders = {pool.id: [pool.box] for pool in self.drawing.pools}
        for lane in self.drawing.lanes:
            borders.setdefault(lane.pool, []).append(lane.box)
        for flow in self.drawing.flows:
            for id_, point in ((flow.source, flow.points[0]), (flow.target, flow.points[-1])):
                boxes = [self.boxes[id_]] if id_ in self.boxes else borders.get(id_, [])
                if not any(on_border(point, box) for box in boxes):
                    yield _hard("arrow_loose", flow.id, id_)

    # -- places -------------------------------------------------------------------------------------------------

    def _outside(self) -> Iterator[Flaw]:
        page = Box(left=0, top=0, right=self.drawing.width, bottom=self.drawing.height)
        for id_, box in self.boxes.items():
            node = self.definitions.nodes[id_]
            lane = self.lanes.get(node.lane or "")
            if lane is not None and node.parent is None and not inside(box, lane.box):
                yield _hard("outside_lane", id_, lane.id)
            if node.parent in self.boxes and not inside(box, self.boxes[node.parent or ""]):
                yield _hard("outside_parent", id_, node.parent or "")
            if not inside(box, page):
                yield _hard("outside_drawing", id_)
        for label in self.drawing.labels:
            if not inside(label.box, page):
                yield _hard("outside_drawing", label.owner)
        for flow in self.drawing.flows:
            if not all(0 <= x <= page.right and 0 <= y <= page.bottom for x, y in flow.points):
                yield _hard("outside_drawing", flow.id)

    def _lane_flaws(self) -> Iterator[Flaw]:
        for first, second in combinations(self.drawing.lanes, 2):
            if overlap(first.box, second.box, 0.5):
                yield _hard("lane_overlap", first.id, second.id)
        declared = [lane_id for lane_id in self.definitions.lanes if lane_id in self.lanes]
        places = {lane_id: self.lanes[lane_id].box.left for lane_id in declared}
        for before, after in pairwise(declared):
            lanes = self.definitions.lanes
            if lanes[before].process == lanes[after].process and places[before] > places[after]:
                yield _hard("lane_order", before, after)

    # -- soft ---------------------------------------------------------------------------------------------------

    def _label_flaws(self) -> Iterator[Flaw]:
        labels = self.drawing.labels
        for label in labels:
            for id_, box in self.boxes.items():
                if self.definitions.nodes[id_].kind == "gateway" and not reaches_rhombus(label.box, box):
                    continue
                inner = id_ in self.open  # a label inside an open sub-process touches only its border
                if overlap(label.box, box, 2) and not (inner and inside(label.box, box)) and id_ != label.owner:
                    yield _soft("label_on_node", label.owner, id_)
            yield from (
                _soft("label_on_mark", label.owner, id_)
                for id_, box in self._marks()
                if id_ != label.owner and overlap(label.box, box, 2)
            )
            touched = {
                flow.id
                for flow, segment in self.segments
                if flow.id != label.owner and crosses_box(segment, label.box, 2)
            }
            yield from (_soft("label_on_arrow", label.owner, id_) for id_ in sorted(touched))
        for first, second in combinations(labels, 2):
            if overlap(first.box, second.box, 2):
                yield _soft("label_on_label", first.owner, second.owner)

    def _marks(self) -> Iterator[tuple[str, Box]]:
        """Number, risk mark and type of every node; of what is round all but the corners of its square."""
        for placed in self.drawing.nodes:
            node = self.definitions.nodes[placed.id]
            if placed.number:
                yield placed.id, _square(places.number_place(placed), places.NUMBER_RADIUS * 0.8)
            if places.risk_level(node):
                left, top = places.risk_place(placed)
                right, bottom = left + places.RISK_WIDTH, top + places.RISK_HEIGHT
                yield placed.id, Box(left=left, top=top, right=right, bottom=bottom)
            if type_place := places.type_place(node, placed):
                yield placed.id, _square(type_place, places.TYPE * 0.4)

    def _crossings(self) -> Iterator[Flaw]:
        spans = [(flow, _bounds(flow)) for flow in self.drawing.flows]
        spans.sort(key=lambda span: span[1].left)
        for index, (first, bounds) in enumerate(spans):
            for second, other in spans[index + 1 :]:
                if other.left > bounds.right:
                    break
                if other.top <= bounds.bottom and bounds.top <= other.bottom:
                    yield from _meetings(first, second)


def _corners_meet(first: PlacedFlow, second: PlacedFlow) -> Iterator[Flaw]:
    """Both turn at one point, away from each other: they look like two that cross, each with the other's end."""
    ours, theirs = (dict(_corners(flow)) for flow in (first, second))
    if any(not ours[point] & theirs[point] for point in ours.keys() & theirs.keys()):
        yield _soft("corners_meet", first.id, second.id)


def _corners(flow: PlacedFlow) -> Iterator[tuple[Point, set[tuple[int, int]]]]:
    """Every turn of an arrow, to a point, and the two directions it has from there."""
    for before, (x, y), after in zip(flow.points, flow.points[1:], flow.points[2:], strict=False):
        ways = {(_sign(to_x - x), _sign(to_y - y)) for to_x, to_y in (before, after)}
        yield (round(x), round(y)), ways


def _sign(length: float) -> int:
    return (length > 0.5) - (length < -0.5)


def _meetings(first: PlacedFlow, second: PlacedFlow) -> Iterator[Flaw]:
    """How two arrows cross, and whether unrelated ones lie on each other."""
    pairs = [(a, b) for a in pairwise(first.points) for b in pairwise(second.points)]
    times = sum(cross(a, b) for a, b in pairs)
    if times:
        yield _soft("crossing", first.id, second.id, times=times)
    yield from _corners_meet(first, second)
    related = first.source == second.source or first.target == second.target
    length = 0.0 if related else sum(shared(a, b) for a, b in pairs)
    if length > 4:
        yield _soft("arrows_overlap", first.id, second.id, points=round(length))


def _square(centre: Point, reach: float) -> Box:
    x, y = centre
    return Box(left=x - reach, top=y - reach, right=x + reach, bottom=y + reach)


def _hard(kind: str, *elements: str, **params: object) -> Flaw:
    return Flaw(kind=kind, severity="hard", elements=elements, params=params)


def _soft(kind: str, *elements: str, **params: object) -> Flaw:
    return Flaw(kind=kind, severity="soft", elements=elements, params=params)


def _first(chain: tuple[str, ...]) -> str | None:
    return chain[0] if chain else None


def _bounds(flow: PlacedFlow) -> Box:
    xs, ys = [x for x, _ in flow.points], [y for _, y in flow.points]
    return Box(left=min(xs), top=min(ys), right=max(xs), bottom=max(ys))
