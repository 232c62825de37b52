"""From measures to what is drawn: boxes, corners and labels of one scene and, inside its boxes, of the scenes below."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bpmn.drawing import Box, Label, PlacedFlow, PlacedNode, PlacedPool, Point
from bpmn.grid.captions import Exit, at_exit
from bpmn.grid.metric import Metric
from bpmn.grid.planning import Sized
from bpmn.grid.routing import Route
from bpmn.grid.scene import PARTICIPANT
from bpmn.grid.shapes import (
    BELOW_HOST,
    BOUNDARY,
    Caption,
    as_lines,
    block_height,
    block_width,
    event_slot,
    title_height,
)
from bpmn.grid.space import Space, alone
from bpmn.grid.tracks import Leg
from bpmn.grid.words import Words
from bpmn.places import NUMBER_RADIUS, RISK_HEIGHT, RISK_WIDTH


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A scene with everything in its place, in points from its own left and top."""

    width: float
    height: float
    nodes: tuple[PlacedNode, ...]
    flows: tuple[PlacedFlow, ...]
    labels: tuple[Label, ...]
    pools: tuple[PlacedPool, ...] = ()
    #: Left and right border of each lane.
    lanes: tuple[tuple[float, float], ...] = ()

    def shifted(self, dx: float, dy: float) -> Placed:
        return replace(
            self,
            nodes=tuple(replace(node, box=node.box.shifted(dx, dy)) for node in self.nodes),
            flows=tuple(replace(flow, points=tuple((x + dx, y + dy) for x, y in flow.points)) for flow in self.flows),
            labels=tuple(replace(label, box=label.box.shifted(dx, dy)) for label in self.labels),
            pools=tuple(replace(pool, box=pool.box.shifted(dx, dy)) for pool in self.pools),
            lanes=tuple((left + dx, right + dx) for left, right in self.lanes),
        )


def place(sized: Sized, words: Words) -> Placed:
    """Everything of a scene, and inside its expanded sub-processes everything of theirs."""
    metric, exits = sized.metric, sized.exits
    routes, legs = sized.plan.routes, sized.plan.legs
    insides = {id_: place(inside, words) for id_, inside in sized.insides.items()}
    scene = metric.scene
    boxes = _boxes(metric)
    hung = _hung_boxes(metric, boxes)
    flows = {index: _flow(metric, boxes | hung, index, routes[index], chain) for index, chain in legs.items()}
    inner = [_moved_inside(metric, boxes[id_], id_, inside) for id_, inside in insides.items()]
    labels = [
        *_captions(metric, boxes),
        *_hung_labels(metric, hung, words),
        *_answers(metric, flows, exits),
        *(label for inside in inner for label in inside.labels),
    ]
    nodes = [
        *(PlacedNode(id=id_, box=box, lines=metric.shapes[id_].lines) for id_, box in _cells(metric, boxes)),
        *(node for inside in inner for node in inside.nodes),
        *(PlacedNode(id=id_, box=box) for id_, box in hung.items()),
    ]
    taken = [node.box for node in nodes if node.id not in scene.insides]
    steps = [box for id_, box in boxes.items() if scene.nodes[id_].kind in ("task", "sub")]
    arrows = [(flow.id, flow.points) for flow in flows.values()]
    arrows += [("", _outline(boxes[id_])) for id_ in scene.insides]
    space = Space(
        [*taken, *(label.box for label in labels)],
        arrows,
        (border for lane in metric.lanes for border in lane),
        Box(left=0, top=0, right=metric.width, bottom=metric.height),
        (mark for box in steps for mark in _marks(box)),
    )
    labels += _free_names(metric, flows, exits, space)
    return Placed(
        width=metric.width,
        height=metric.height,
        nodes=tuple(nodes),
        flows=(*flows.values(), *(flow for inside in inner for flow in inside.flows)),
        labels=tuple(labels),
        pools=tuple(_participants(metric, boxes, words)),
        lanes=metric.lanes,
    )


# -- nodes ----------------------------------------------------------------------------------------------------------


def _boxes(metric: Metric) -> dict[str, Box]:
    """Boxes of all cells around the centres of their places."""
    boxes = {}
    for id_, shape in metric.shapes.items():
        x, y = metric.mesh.cell[id_]
        boxes[id_] = _around((metric.x[x], metric.y[y]), shape.width, shape.height)
    return boxes


def _hung_boxes(metric: Metric, boxes: Mapping[str, Box]) -> dict[str, Box]:
    """Boundary events, half on their host's bottom border."""
    return {
        event.id: _around((metric.hung_x(host, event.id), boxes[host].bottom), BOUNDARY, BOUNDARY)
        for host, events in metric.scene.hung.items()
        for event in events
    }


def _cells(metric: Metric, boxes: Mapping[str, Box]) -> Iterator[tuple[str, Box]]:
    return ((id_, box) for id_, box in boxes.items() if metric.scene.nodes[id_].type != PARTICIPANT)


def _participants(metric: Metric, boxes: Mapping[str, Box], words: Words) -> Iterator[PlacedPool]:
    """Pools that stand as a box among the cells."""
    for id_, box in boxes.items():
        node = metric.scene.nodes[id_]
        if node.type == PARTICIPANT:
            name = words.name(id_, node.name)
            yield PlacedPool(id=id_, name=name, box=box, head=box.height, lines=metric.shapes[id_].lines)


def _moved_inside(metric: Metric, box: Box, id_: str, inside: Placed) -> Placed:
    """The inside of a sub-process, centred below its title strip."""
    return inside.shifted(box.centre[0] - inside.width / 2, box.top + title_height(metric.shapes[id_].lines))


# -- arrows ---------------------------------------------------------------------------------------------------------


def _flow(metric: Metric, boxes: Mapping[str, Box], index: int, route: Route, chain: Sequence[Leg]) -> PlacedFlow:
    link = metric.scene.links[index]
    points = [_end(metric, boxes, chain[0], link.leaves, link.source, route.leave, first=True)]
    for leg, next_ in itertools.pairwise(chain):
        here, there = metric.across(leg), metric.across(next_)
        points.append((there, here) if leg.axis == "H" else (here, there))
    points.append(_end(metric, boxes, chain[-1], link.arrives, link.target, route.arrive, first=False))
    return PlacedFlow(id=link.id, source=link.leaves, target=link.arrives, points=_simple(points), kind=link.kind)


def _end(
    metric: Metric, boxes: Mapping[str, Box], leg: Leg, element: str, cell: str, side: str, *, first: bool
) -> Point:
    """Where an arrow touches its element's border."""
    across = metric.across(leg)
    if side == "wall":
        left, right = metric.scene.walls[cell]
        point = leg.first if first else leg.last
        is_left = point[0] < metric.mesh.margins[left][0]
        return (metric.lanes[left][0] if is_left else metric.lanes[right][1], across)
    box = boxes[element]
    if side in ("left", "right"):
        return (box.left if side == "left" else box.right, across)
    return (across, box.top if side == "top" else box.bottom)


def _simple(points: Sequence[Point]) -> tuple[Point, ...]:
    """Without double points and without corners that are none."""
    kept = [points[0]]
    for point, next_ in itertools.pairwise(points):
        last = kept[-1]
        straight = _same(last[0], point[0], next_[0]) or _same(last[1], point[1], next_[1])
        if not straight and not _same(last[0] + last[1], point[0] + point[1]):
            kept.append(point)
    return (*kept, points[-1])


def _same(*values: float) -> bool:
    return max(values) - min(values) < 1e-6


# -- words ----------------------------------------------------------------------------------------------------------


def _captions(metric: Metric, boxes: Mapping[str, Box]) -> Iterator[Label]:
    """Names beside events and plain gateways."""
    anchors = {"below": "middle", "upper-left": "end"}
    for id_, shape in metric.shapes.items():
        if shape.caption is not None:
            box = _caption_box(boxes[id_], shape.caption)
            yield Label(owner=id_, box=box, lines=shape.caption.lines, anchor=anchors.get(shape.caption.place, "start"))


def _caption_box(node: Box, caption: Caption) -> Box:
    x, y = node.centre
    width, height = caption.width, caption.height
    if caption.place == "below":
        return _around((x, node.bottom + 3 + height / 2), width, height)
    if caption.place == "right":
        return _around((node.right + 3 + width / 2, y), width, height)
    if caption.place == "upper-right":
        return _around((x + 12 + width / 2, y - 11 - height / 2), width, height)
    return _around((x - 13 - width / 2, y - 10 - height / 2), width, height)


def _hung_labels(metric: Metric, hung: Mapping[str, Box], words: Words) -> Iterator[Label]:
    """Names of boundary events, right of the arrow that leaves them downwards."""
    for host, events in metric.scene.hung.items():
        for place, event in enumerate(events):
            slot = event_slot(place, len(events), metric.shapes[host].width)
            size = metric.profile.small_size
            lines = as_lines(words.name(event.id, event.name), size, slot.room, "name", max_lines=6)
            if lines:
                x, y = hung[event.id].centre
                width, height = block_width(lines), block_height(lines)
                top = y + BELOW_HOST
                box = Box(left=x + 14, top=top, right=x + 14 + width, bottom=top + height)
                yield Label(owner=event.id, box=box, lines=lines)


def _answers(metric: Metric, flows: Mapping[int, PlacedFlow], exits: Mapping[int, Exit]) -> Iterator[Label]:
    """The names of arrows that have their place at a gateway's exit."""
    for index, exit_ in exits.items():
        if exit_.place in ("free", "aside"):
            continue
        flow = flows[index]
        anchor = "end" if exit_.place == "left" else "start"
        yield Label(
            owner=flow.id,
            box=at_exit(exit_, flow.points[0], metric.shapes[flow.source]),
            lines=exit_.lines,
            anchor=anchor,
        )


def _free_names(
    metric: Metric, flows: Mapping[int, PlacedFlow], exits: Mapping[int, Exit], space: Space
) -> Iterator[Label]:
    """The other names of arrows, each where it disturbs least."""
    for index, exit_ in exits.items():
        if exit_.place in ("free", "aside"):
            flow = flows[index]
            others = [other for other in flows.values() if other.id != flow.id]
            siblings = [other.points for other in others if other.source == flow.source]
            rivals = [other.points for other in others if other.target == flow.target]
            box, lines = space.best(flow.id, exit_.text, alone(flow.points, siblings, rivals), metric.profile)
            space.add(box)
            yield Label(owner=flow.id, box=box, lines=lines)


def _marks(box: Box) -> Iterator[Box]:
    """Where number, status, type and risk mark of a step stand, half outside its border."""
    for corner in ((box.left, box.top), (box.right, box.top), (box.right, box.bottom)):
        yield _around(corner, 2 * NUMBER_RADIUS, 2 * NUMBER_RADIUS)
    yield _around((box.left, box.bottom), RISK_WIDTH, RISK_HEIGHT)


def _outline(box: Box) -> tuple[Point, ...]:
    """The border of an expanded sub-process: no name shall stand on it."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    return ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))


def _around(centre: Point, width: float, height: float) -> Box:
    x, y = centre
    return Box(left=x - width / 2, top=y - height / 2, right=x + width / 2, bottom=y + height / 2)
