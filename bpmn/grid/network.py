"""The mesh as a street map with numbered points, and the traffic on it: which arrows run where, and what company costs.

Numbers keep the search quick: a point is one number, a state of the search (point and direction) another.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence

from bpmn.grid.mesh import GridPoint, Mesh
from bpmn.grid.ports import DOWN, LEFT, RIGHT, UP

#: Directions by number; the opposite of a direction is its number with the last bit turned.
DIRECTIONS = (RIGHT, LEFT, DOWN, UP)
#: Lengths of one step, about points, and what passing through a foreign pool adds.
CHANNEL, CENTRE, ROW, _THROUGH_POOL = 34, 80, 46, 120
_CROSSING, _CORNER, _CROWD, _SHARED = 75, 25, 9, 300
#: Two arrows that turn at one point look like two that cross there, each with the other's end.
_KNEE = 400
#: Direction, next point, length, number of the stretch, is the stretch on a centre line?
Step = tuple[int, int, float, int, bool]


class Network:
    """The free points of a mesh and the steps between them."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self._steps: dict[int, list[Step]] = {}

    def number(self, point: GridPoint) -> int:
        return point[0] * self.mesh.height + point[1]

    def point(self, number: int) -> GridPoint:
        return divmod(number, self.mesh.height)

    def is_tight(self, number: int) -> bool:
        """Lies a point on two centre lines, where no track keeps arrows apart?"""
        x, y = self.point(number)
        return y % 2 == 1 and not self.mesh.verticals[x].is_channel

    def steps(self, number: int) -> list[Step]:
        """The ways on from a point."""
        if number not in self._steps:
            point = self.point(number)
            self._steps[number] = [
                self._step(point, next_, direction)
                for direction, (dx, dy) in enumerate(DIRECTIONS)
                if self.mesh.is_free(next_ := (point[0] + dx, point[1] + dy))
                and (dx or not self.mesh.verticals[point[0]].is_bare)
            ]
        return self._steps[number]

    def stretches(self, points: Sequence[GridPoint]) -> list[int]:
        """Numbers of the stretches along a route."""
        return [self._stretch(a, b) for a, b in itertools.pairwise(points)]

    def _step(self, point: GridPoint, next_: GridPoint, direction: int) -> Step:
        level = point[1] == next_[1]
        is_centre = point[1] % 2 == 1 if level else not self.mesh.verticals[point[0]].is_channel
        length = self._length(point, next_, level)
        return (direction, self.number(next_), length, self._stretch(point, next_), is_centre)

    def _stretch(self, a: GridPoint, b: GridPoint) -> int:
        return 2 * self.number(min(a, b)) + (a[1] == b[1])

    def _length(self, point: GridPoint, next_: GridPoint, level: bool) -> float:
        here, there = self.mesh.verticals[point[0]], self.mesh.verticals[next_[0]]
        if not level:
            return ROW if here.is_channel else ROW + 6  # channels are a little better than empty cells
        length = sum(CHANNEL if vertical.is_channel else CENTRE for vertical in (here, there)) / 2
        if there.is_channel:
            return length
        return length + (14 if point[1] % 2 else 0) + (_THROUGH_POOL if there.is_bare else 0)


class Traffic:
    """Which links run on which stretches and through which points."""

    def __init__(self, network: Network, kin: Sequence[frozenset[int]]) -> None:
        self.network, self.kin = network, kin
        self.users: dict[int, set[int]] = defaultdict(set)
        #: Point → link → H, V or T (a corner).
        self.marks: dict[int, dict[int, str]] = defaultdict(dict)

    def enter(self, link: int, points: Sequence[GridPoint], first_axis: str, last_axis: str) -> None:
        """A link runs through these points, leaving its source and reaching its target along the given axes."""
        for stretch in self.network.stretches(points):
            self.users[stretch].add(link)
        axes = [first_axis, *("H" if a[1] == b[1] else "V" for a, b in itertools.pairwise(points)), last_axis]
        for point, (before, after) in zip(points, itertools.pairwise(axes), strict=True):
            self.marks[self.network.number(point)][link] = before if before == after else "T"

    def leave(self, link: int, points: Sequence[GridPoint]) -> None:
        """The link does not run there any more."""
        for stretch in self.network.stretches(points):
            self.users[stretch].discard(link)
        for point in points:
            self.marks[self.network.number(point)].pop(link, None)

    def company(self, link: int, step: Step, share: bool) -> float:
        """Price of the others on a step; infinite where a stranger holds a centre and may not be joined."""
        direction, next_, _, stretch, is_centre = step
        kin = self.kin[link]
        price = 0.0
        users = self.users.get(stretch)
        if users and not users <= kin:
            if is_centre and not share:
                return float("inf")
            price += len(users - kin) * (_CROWD + (_SHARED if is_centre else 0))
        marks = self.marks.get(next_)
        if marks:
            across = "V" if direction < 2 else "H"
            corner = _KNEE if self.network.is_tight(next_) else _CORNER
            for other, mark in marks.items():
                if other not in kin:
                    price += corner if mark == "T" else _CROSSING if mark == across else 0
        return price
