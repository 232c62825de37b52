"""Words at arrows: an answer stands at its diamond's exit, in room kept for it; other names where there is space."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bpmn.drawing import Box, Line, Point
from bpmn.grid.profile import Profile
from bpmn.grid.routing import Route
from bpmn.grid.scene import Scene
from bpmn.grid.shapes import GATEWAY, Shape, as_lines, block_height, block_width
from bpmn.grid.words import Words

Segment = tuple[Point, Point]


@dataclass(frozen=True, kw_only=True)
class Exit:
    """The name of an arrow. ``place``: below, below-left, right or left of the gateway it leaves; else free."""

    lines: tuple[Line, ...]
    place: str
    text: str

    @property
    def width(self) -> float:
        return block_width(self.lines)

    @property
    def height(self) -> float:
        return block_height(self.lines)


def exits(
    scene: Scene, routes: Mapping[int, Route], shapes: Mapping[str, Shape], words: Words, profile: Profile
) -> dict[int, Exit]:
    """Lines and place of every arrow's name, by index of the link."""
    found: dict[int, Exit] = {}
    taken: set[tuple[str, str]] = set()
    for index, route in routes.items():
        link = scene.links[index]
        name = words.name(link.id, link.name).strip()
        if not name:
            continue
        node = scene.nodes.get(link.leaves)
        place = _place(route.leave) if node is not None and node.kind == "gateway" else "free"
        if (link.leaves, place) in taken:
            place = "below-left" if place == "below" and (link.leaves, "below-left") not in taken else "free"
        taken.add((link.leaves, place))
        room = _room(place, shapes.get(link.leaves), profile)
        size = profile.small_size
        lines = as_lines(name, size, max(room, 3 * size + 1), "name", max_lines=8)
        found[index] = Exit(lines=lines, place=place, text=name)
    return found


def _place(side: str) -> str:
    return {"bottom": "below", "right": "right", "left": "left"}.get(side, "free")


def _room(place: str, shape: Shape | None, profile: Profile) -> float:
    if place == "free" or shape is None:
        return profile.text_width * 0.8
    if place in ("below", "below-left"):
        return profile.box_width / 2 - 6
    if shape.width <= GATEWAY:
        return profile.box_width / 2 - shape.width / 2 - 3
    return 4 * profile.small_size + 1


def at_exit(exit_: Exit, start: Point, *, symbol: bool) -> Box:
    """Box of an answer beside the first point of its arrow; left of a plain symbol it stands below the line."""
    x, y = start
    width, height = exit_.width, exit_.height
    if exit_.place == "below":
        return _box(x + 4, y + 1, width, height)
    if exit_.place == "below-left":
        return _box(x - 4 - width, y + 1, width, height)
    if exit_.place == "right":
        return _box(x + 2, y - 2 - height, width, height)
    return _box(x - 2 - width, y + 1 if symbol else y - 2 - height, width, height)


class Space:
    """What is already on the chart, to find room for a name beside its arrow."""

    def __init__(
        self, boxes: Iterable[Box], segments: Iterable[tuple[str, Segment]], borders: Iterable[float], page: Box
    ) -> None:
        self.boxes = list(boxes)
        self.segments = [(owner, *_bounds(segment)) for owner, segment in segments]
        self.borders = list(borders)
        self.page = page

    def add(self, box: Box) -> None:
        self.boxes.append(box)

    def best(self, owner: str, text: str, points: Sequence[Point], profile: Profile) -> tuple[Box, tuple[Line, ...]]:
        """The least disturbing box beside a polyline for ``text``."""
        size = profile.small_size
        best: tuple[float, int, Box, tuple[Line, ...]] | None = None
        for attempt, share in enumerate((0.8, 0.5, 0.34)):
            lines = as_lines(text, size, max(profile.text_width * share, 3 * size + 1), "name", max_lines=8)
            cost, box = self._beside(owner, points, block_width(lines), block_height(lines))
            if best is None or cost < best[0]:
                best = (cost, attempt, box, lines)
            if cost < 15:
                break
        assert best is not None
        return best[2], best[3]

    def _beside(self, owner: str, points: Sequence[Point], width: float, height: float) -> tuple[float, Box]:
        near = self._near(points, width, height)
        best: tuple[float, Box] | None = None
        for number, (a, b) in enumerate(itertools.pairwise(points)):
            for share in (0.15, 0.3, 0.5, 0.7, 0.85):
                x, y = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
                level = abs(a[1] - b[1]) < 1
                corners = (
                    ((x - width / 2, y - 2 - height), (x - width / 2, y + 2))
                    if level
                    else (
                        (x + 4, y - height / 2),
                        (x - 4 - width, y - height / 2),
                    )
                )
                for left, top in corners:
                    box = self._on_page(_box(left, top, width, height))
                    cost = near.cost(owner, box) + number * 0.8 + abs(share - 0.5)
                    if best is None or cost < best[0]:
                        best = (cost, box)
        assert best is not None
        return best

    def _near(self, points: Sequence[Point], width: float, height: float) -> Space:
        """Only what a label at this polyline could touch."""
        left, right = min(x for x, _ in points) - width - 6, max(x for x, _ in points) + width + 6
        top, bottom = min(y for _, y in points) - height - 6, max(y for _, y in points) + height + 6
        area = Box(left=left, top=top, right=right, bottom=bottom)
        near = Space((), (), self.borders, self.page)
        near.boxes = [box for box in self.boxes if touches(box, area)]
        near.segments = [segment for segment in self.segments if touches(segment[1], area)]
        return near

    def _on_page(self, box: Box) -> Box:
        """The box moved so far that nothing of it is cut off."""
        dx = max(0, self.page.left - box.left) or min(0, self.page.right - box.right)
        dy = max(0, self.page.top - box.top) or min(0, self.page.bottom - box.bottom)
        return box.shifted(dx, dy)

    def cost(self, owner: str, box: Box) -> float:
        """What is wrong with this place: boxes and arrows under it, borders of lanes."""
        inner = Box(left=box.left + 1, top=box.top + 1, right=box.right - 1, bottom=box.bottom - 1)
        cost = 40.0 * sum(touches(inner, other) for other in self.boxes)
        for name, bounds in self.segments:
            if touches(inner, bounds):
                cost += 15 if name == owner else 25
        return cost + 6 * sum(box.left < border < box.right for border in self.borders)


def touches(a: Box, b: Box) -> bool:
    """Do two boxes share more than a border? (A segment's bounds may be flat.)"""
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom


def _bounds(segment: Segment) -> tuple[Box]:
    (x1, y1), (x2, y2) = segment
    e = 0.01
    return (Box(left=min(x1, x2) - e, top=min(y1, y2) - e, right=max(x1, x2) + e, bottom=max(y1, y2) + e),)


def _box(left: float, top: float, width: float, height: float) -> Box:
    return Box(left=left, top=top, right=left + width, bottom=top + height)
