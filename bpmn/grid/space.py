"""Room for the other names of arrows: where they stand beside their arrow and disturb least.

A name stands only where its arrow runs alone: on a stretch that is shared with others it would seem to be theirs too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from bpmn.drawing import Box, Line, Point
from bpmn.grid.profile import Profile
from bpmn.grid.shapes import as_lines, block_height, block_width, word_room

#: What a place costs: something under it, a mark, its own arrow, another's arrow, a border; a later stretch.
_ON_BOX, _ON_MARK, _ON_OWN, _ON_ARROW, _ON_BORDER, _LATER = 40, 12, 15, 25, 6, 2
#: An arrow that is shared along nearly its whole length is named on any stretch.
_LEAST_ALONE = 12


class Space:
    """What is already on the chart, to find room for a name beside its arrow; ``marks`` stand over all of it."""

    def __init__(
        self,
        boxes: Iterable[Box],
        arrows: Iterable[tuple[str, Sequence[Point]]],
        borders: Iterable[float],
        page: Box,
        marks: Iterable[Box] = (),
    ) -> None:
        self.boxes = list(boxes)
        self.marks = list(marks)
        self.stretches = [(owner, _bounds(a, b)) for owner, points in arrows for a, b in pairwise(points)]
        self.borders = list(borders)
        self.page = page

    def add(self, box: Box) -> None:
        """Nothing else shall stand here."""
        self.boxes.append(box)

    def best(self, owner: str, text: str, points: Sequence[Point], profile: Profile) -> tuple[Box, tuple[Line, ...]]:
        """The least disturbing box beside a polyline for ``text``, and the text broken to fit it."""
        size = profile.small_size
        found = []
        for attempt, (share, least) in enumerate(((0.8, 3), (0.5, 3), (0.34, 3), (0, 2))):
            room = max(profile.text_width * share, least * size + 1)
            lines = as_lines(text, size, max(room, word_room(text, size, room)), "name", max_lines=8)
            cost, box = self._beside(owner, points, block_width(lines), block_height(lines))
            found.append((cost, attempt, box, lines))
            if cost < _ON_OWN:
                break
        _, _, box, lines = min(found, key=lambda option: option[:2])
        return box, lines

    def _beside(self, owner: str, points: Sequence[Point], width: float, height: float) -> tuple[float, Box]:
        near = self._near(points, width, height)
        options = []
        for number, stretch in enumerate(pairwise(points)):
            for away, box in _places(*stretch, width, height):
                box = self._on_page(box)
                options.append((near._cost(owner, box) + number * _LATER + away, box))
        return min(options, key=lambda option: option[0])

    def _near(self, points: Sequence[Point], width: float, height: float) -> Space:
        """Only what a name at this polyline could touch."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        area = Box(
            left=min(xs) - width - 6, top=min(ys) - height - 6, right=max(xs) + width + 6, bottom=max(ys) + height + 6
        )
        near = Space((), (), self.borders, self.page)
        near.boxes = [box for box in self.boxes if _touch(box, area)]
        near.marks = [box for box in self.marks if _touch(box, area)]
        near.stretches = [stretch for stretch in self.stretches if _touch(stretch[1], area)]
        return near

    def _on_page(self, box: Box) -> Box:
        """The box moved so far that nothing of it is cut off."""
        dx = max(self.page.left - box.left, min(0, self.page.right - box.right))
        dy = max(self.page.top - box.top, min(0, self.page.bottom - box.bottom))
        return box.shifted(dx, dy)

    def _cost(self, owner: str, box: Box) -> float:
        """What is wrong with this place: boxes and arrows under it, borders of lanes."""
        inner = Box(left=box.left + 1, top=box.top + 1, right=box.right - 1, bottom=box.bottom - 1)
        cost = float(_ON_BOX * sum(_touch(inner, other) for other in self.boxes))
        cost += _ON_MARK * sum(_touch(inner, mark) for mark in self.marks)
        for name, bounds in self.stretches:
            if _touch(inner, bounds):
                cost += _ON_OWN if name == owner else _ON_ARROW
        return cost + _ON_BORDER * sum(box.left < border < box.right for border in self.borders)


def alone(
    points: Sequence[Point], siblings: Iterable[Sequence[Point]], rivals: Iterable[Sequence[Point]]
) -> list[Point]:
    """The part of an arrow after it has parted from those of the same source and before it meets those of the
    same target; all of it if that is hardly anything."""
    head = max((_common(points, other) for other in siblings), default=0.0)
    tail = max((_common(points[::-1], other[::-1]) for other in rivals), default=0.0)
    length = sum(_length(a, b) for a, b in pairwise(points))
    if length - head - tail >= _LEAST_ALONE:
        return _without(_without(points, head)[::-1], tail)[::-1]
    return _without(points, head) if length - head >= _LEAST_ALONE else list(points)


def _common(points: Sequence[Point], other: Sequence[Point]) -> float:
    """Length of the way two polylines have in common from their first point on."""
    common = 0.0
    for (a, b), (c, d) in zip(pairwise(points), pairwise(other), strict=False):
        if _length(a, c) > 1 or _direction(a, b) != _direction(c, d):
            break
        common += min(_length(a, b), _length(c, d))
        if _length(b, d) > 1:
            break
    return common


def _without(points: Sequence[Point], length: float) -> list[Point]:
    """The polyline less a length at its beginning."""
    rest = list(points)
    while len(rest) > 2 and length >= (first := _length(rest[0], rest[1])):
        length -= first
        rest.pop(0)
    share = min(1.0, length / (_length(rest[0], rest[1]) or 1))
    (x1, y1), (x2, y2) = rest[0], rest[1]
    return [(x1 + (x2 - x1) * share, y1 + (y2 - y1) * share), *rest[1:]]


def _places(a: Point, b: Point, width: float, height: float) -> Iterator[tuple[float, Box]]:
    """Boxes above and below a level stretch, right and left of an upright one; with their distance from its start."""
    length = _length(a, b) or 1
    level = abs(a[1] - b[1]) < 1
    first = ((width if level else height) / 2 + 6) / length
    for away, share in enumerate((min(first, 0.5), 0.15, 0.3, 0.5, 0.7, 0.85)):
        x, y = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
        if level:
            corners = [(x - width / 2, y - 2 - height), (x - width / 2, y + 2)]
        else:
            corners = [(x + 4, y - height / 2), (x - 4 - width, y - height / 2)]
        for left, top in corners:
            yield away / 5, Box(left=left, top=top, right=left + width, bottom=top + height)


def _length(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _direction(a: Point, b: Point) -> tuple[int, int]:
    return (_sign(b[0] - a[0]), _sign(b[1] - a[1]))


def _sign(value: float) -> int:
    return (value > 0.5) - (value < -0.5)


def _bounds(a: Point, b: Point) -> Box:
    return Box(left=min(a[0], b[0]), top=min(a[1], b[1]), right=max(a[0], b[0]), bottom=max(a[1], b[1]))


def _touch(a: Box, b: Box) -> bool:
    """Do two boxes touch? (The bounds of a stretch are flat.)"""
    return a.left < b.right + 0.01 and b.left < a.right + 0.01 and a.top < b.bottom + 0.01 and b.top < a.bottom + 0.01
