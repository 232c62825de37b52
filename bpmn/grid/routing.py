"""Which lines each arrow takes: A* over the mesh for length, bends, crossings and sides, then rip up and route again.

On the centre of a row or sub-column only related arrows may share a stretch; in channels they get tracks later
(``tracks``). No arrow passes a cell, because cells are not on the way. Where all ways are taken a second search lets
arrows share, at a price, so that every arrow is drawn.
"""

from __future__ import annotations

import heapq
import itertools
from collections import defaultdict
from dataclasses import dataclass

from bpmn.grid.mesh import GridPoint, Mesh
from bpmn.grid.ports import DOWN, LEFT, RIGHT, UP, Gate, Ports
from bpmn.grid.scene import Scene

#: Lengths of one step, about points; and what else a way costs.
_CHANNEL, _CENTRE, _ROW = 34, 80, 46
_BEND, _CROSSING, _CORNER, _CROWD, _SHARED, _THROUGH_POOL, _UNDER_EVENT = 55, 75, 25, 9, 300, 120, 120
_PASSES = 3
_DIRECTIONS = (RIGHT, LEFT, DOWN, UP)
_State = tuple[GridPoint, tuple[int, int]]


@dataclass(frozen=True)
class Route:
    """The mesh points from beside the source to beside the target, and the sides left and reached."""

    points: tuple[GridPoint, ...]
    leave: str
    arrive: str


def route(scene: Scene, mesh: Mesh) -> dict[int, Route]:
    """Routes by index of ``scene.links``; a link without any possible way has none (it cannot happen in a chart)."""
    return _Router(scene, mesh).run()


class _Router:
    def __init__(self, scene: Scene, mesh: Mesh) -> None:
        self.scene, self.mesh = scene, mesh
        self.ports = Ports(scene, mesh)
        self.kin = _kin(scene)
        self.routes: dict[int, Route] = {}
        #: Unit stretch → links on it; point → link → H, V or T (a corner).
        self.users: dict[tuple[GridPoint, GridPoint], set[int]] = defaultdict(set)
        self.marks: dict[GridPoint, dict[int, str]] = defaultdict(dict)
        self.steps: dict[GridPoint, list[tuple[tuple[int, int], GridPoint, float, bool]]] = {}

    def run(self) -> dict[int, Route]:
        order = sorted(range(len(self.scene.links)), key=self._urgency)
        for index in order:
            self._place(index)
        for _ in range(_PASSES):
            changed = [self._again(index) for index in order if index in self.routes]
            if not any(changed):
                break
        return self.routes

    def _urgency(self, index: int) -> tuple[int, bool, int]:
        """Forward arrows first, straight ones before bent ones, short ones before long ones."""
        link = self.scene.links[index]
        if link.source not in self.mesh.cell or link.target not in self.mesh.cell:
            return (3, False, 0)
        (x1, y1), (x2, y2) = self.mesh.cell[link.source], self.mesh.cell[link.target]
        kind = 2 if link.kind == "message" else 1 if link.returns else 0
        return (kind, x1 != x2, abs(x1 - x2) + abs(y1 - y2))

    def _place(self, index: int) -> None:
        found = self._search(index, share=False) or self._search(index, share=True)
        if found is not None:
            self._commit(index, found)

    def _again(self, index: int) -> bool:
        old = self.routes[index]
        self._rip(index)
        self._commit(index, self._search(index, share=False) or self._search(index, share=True) or old)
        return self.routes[index] != old

    # -- book-keeping -------------------------------------------------------------------------------------------

    def _commit(self, index: int, route: Route) -> None:
        self.routes[index] = route
        self.ports.take(index, route.leave, route.arrive)
        points = route.points
        for pair in itertools.pairwise(points):
            self.users[_stretch(*pair)].add(index)
        axes = [_axis_of_side(route.leave)]
        axes += ["H" if a[1] == b[1] else "V" for a, b in itertools.pairwise(points)]
        axes.append(_axis_of_side(route.arrive))
        for point, before, after in zip(points, axes, axes[1:], strict=False):
            self.marks[point][index] = before if before == after else "T"

    def _rip(self, index: int) -> None:
        route = self.routes.pop(index)
        self.ports.free(index, route.leave, route.arrive)
        for pair in zip(route.points, route.points[1:], strict=False):
            self.users[_stretch(*pair)].discard(index)
        for point in route.points:
            self.marks[point].pop(index, None)

    # -- search -------------------------------------------------------------------------------------------------

    def _search(self, index: int, *, share: bool) -> Route | None:
        endings: dict[_State, Gate] = {}
        for gate in self.ports.endings(index):
            endings[gate.point, gate.direction] = gate
        beginnings = self.ports.beginnings(index)
        if not endings or not beginnings:
            return None
        estimate = _Estimate(list(endings.values()))
        best: dict[_State, float] = {}
        came: dict[_State, _State | None] = {}
        side: dict[_State, str] = {}
        queue: list[tuple[float, int, _State]] = []
        for gate in beginnings:
            state = (gate.point, gate.direction)
            cost = gate.cost + self._under_event(index, gate)
            if cost < best.get(state, float("inf")):
                best[state], came[state], side[state] = cost, None, gate.side
                heapq.heappush(queue, (cost + estimate(gate.point), len(best), state))
        finished: tuple[float, _State, Gate] | None = None
        closed: set[_State] = set()
        count = len(queue)
        while queue:
            total, _, state = heapq.heappop(queue)
            if finished is not None and total >= finished[0]:
                break
            if state in closed:
                continue
            closed.add(state)
            (point, direction), cost = state, best[state]
            for turned in _DIRECTIONS:
                ending = endings.get((point, turned))
                if ending is not None and turned != (-direction[0], -direction[1]):
                    arrived = cost + (0 if turned == direction else _BEND) + ending.cost
                    if finished is None or arrived < finished[0]:
                        finished = (arrived, state, ending)
            for turned, next_, length, is_centre in self._steps(point):
                if turned == (-direction[0], -direction[1]):
                    continue
                price = self._price(index, point, next_, turned, is_centre, share)
                if price is None:
                    continue
                jogs = came[state] is None and side[state] == "event" and turned == direction
                reached = cost + length + price + (_BEND if jogs or turned != direction else 0)
                ahead = (next_, turned)
                if reached < best.get(ahead, float("inf")) - 1e-9:
                    best[ahead], came[ahead] = reached, state
                    side[ahead] = side[state]
                    count += 1
                    heapq.heappush(queue, (reached + estimate(next_), count, ahead))
        if finished is None:
            return None
        return Route(_trace(came, finished[1]), side[finished[1]], finished[2].side)

    def _under_event(self, index: int, gate: Gate) -> float:
        """The way out below a host is bad where the arrow of one of its boundary events takes the same line down."""
        if gate.side != "bottom":
            return 0.0
        marks = self.marks.get(gate.point, {})
        events = [other for other in marks if self.routes[other].leave == "event" and other not in self.kin[index]]
        return float(_UNDER_EVENT * sum(marks[other] == "V" for other in events))

    def _steps(self, point: GridPoint) -> list[tuple[tuple[int, int], GridPoint, float, bool]]:
        """Neighbours of a point with length and whether the stretch lies on a centre, which only kin may share."""
        if point not in self.steps:
            self.steps[point] = [
                (direction, next_, self._length(point, next_), self._is_centre(point, next_))
                for direction in _DIRECTIONS
                if self.mesh.is_free(next_ := (point[0] + direction[0], point[1] + direction[1]))
                and not (direction[0] == 0 and self.mesh.verticals[point[0]].is_bare)
            ]
        return self.steps[point]

    def _length(self, point: GridPoint, next_: GridPoint) -> float:
        verticals = self.mesh.verticals
        here, there = verticals[point[0]], verticals[next_[0]]
        if point[0] == next_[0]:
            return _ROW if here.is_channel else _ROW + 6  # channels are a little better than empty cells
        length = sum(_CHANNEL if vertical.is_channel else _CENTRE for vertical in (here, there)) / 2
        if not there.is_channel:
            length += (14 if point[1] % 2 else 0) + (_THROUGH_POOL if there.is_bare else 0)
        return length

    def _is_centre(self, point: GridPoint, next_: GridPoint) -> bool:
        if point[0] == next_[0]:
            return not self.mesh.verticals[point[0]].is_channel
        return point[1] % 2 == 1

    def _price(
        self, index: int, point: GridPoint, next_: GridPoint, turned: tuple[int, int], is_centre: bool, share: bool
    ) -> float | None:
        """Crossings and company on the way to the next point; None where an unrelated arrow holds a centre."""
        kin = self.kin[index]
        price = 0.0
        for other in self.users.get(_stretch(point, next_), ()):
            if other not in kin:
                if is_centre and not share:
                    return None
                price += _CROWD + (_SHARED if is_centre else 0)
        marks = self.marks.get(next_)
        if marks:
            across = "H" if turned[0] == 0 else "V"
            for other, mark in marks.items():
                if other not in kin:
                    price += _CORNER if mark == "T" else _CROSSING if mark == across else 0
        return price


class _Estimate:
    """Never more than the way to the nearest ending costs."""

    def __init__(self, gates: list[Gate]) -> None:
        xs, ys = [gate.point[0] for gate in gates], [gate.point[1] for gate in gates]
        self.left, self.right, self.top, self.bottom = min(xs), max(xs), min(ys), max(ys)
        self.least = min(gate.cost for gate in gates)

    def __call__(self, point: GridPoint) -> float:
        x, y = point
        dx = self.left - x if x < self.left else x - self.right if x > self.right else 0
        dy = self.top - y if y < self.top else y - self.bottom if y > self.bottom else 0
        return dx * _CHANNEL + dy * _ROW + self.least


def _kin(scene: Scene) -> list[frozenset[int]]:
    """For every link those that may run on the same line: same family and same source, or same target (and itself)."""
    groups: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for index, link in enumerate(scene.links):
        groups["from", link.leaves, link.family].add(index)
        groups["to", link.arrives, link.family].add(index)
    return [
        frozenset(groups["from", link.leaves, link.family] | groups["to", link.arrives, link.family])
        for link in scene.links
    ]


def _stretch(a: GridPoint, b: GridPoint) -> tuple[GridPoint, GridPoint]:
    return (a, b) if a < b else (b, a)


def _axis_of_side(side: str) -> str:
    return "V" if side in ("bottom", "top", "event") else "H"


def _trace(came: dict[_State, _State | None], last: _State) -> tuple[GridPoint, ...]:
    points: list[GridPoint] = []
    state: _State | None = last
    while state is not None:
        points.append(state[0])
        state = came[state]
    return tuple(reversed(points))
