"""Which lines each arrow takes: A* over the mesh for length, bends, crossings and sides, then rip up and route again.

On the centre of a row or sub-column only related arrows may share a stretch; in channels they get tracks later
(``tracks``). No arrow passes a cell, because cells are not on the way. Where all ways are taken a second search lets
arrows share, at a price, so that every arrow is drawn.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bpmn.grid.mesh import GridPoint, Mesh
from bpmn.grid.network import CHANNEL, DIRECTIONS, ROW, Network, Traffic
from bpmn.grid.ports import Gate, Ports
from bpmn.grid.scene import Scene

_BEND, _UNDER_EVENT = 55, 120
#: Rounds of routing again; in a tangle none begins once so many states were looked at (seconds of work).
_PASSES, _EFFORT = 3, 200_000


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
        self.network = Network(mesh)
        self.traffic = Traffic(self.network, _kin(scene))
        self.routes: dict[int, Route] = {}
        self.effort = 0

    def run(self) -> dict[int, Route]:
        order = sorted(range(len(self.scene.links)), key=self._urgency)
        for index in order:
            found = self._best(index)
            if found is not None:
                self._commit(index, found)
        for _ in range(_PASSES):
            if self.effort > _EFFORT:
                break
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

    def _again(self, index: int) -> bool:
        old = self.routes.pop(index)
        self.ports.free(index, old.leave, old.arrive)
        self.traffic.leave(index, old.points)
        self._commit(index, self._best(index) or old)
        return self.routes[index] != old

    def _commit(self, index: int, route: Route) -> None:
        self.routes[index] = route
        self.ports.take(index, route.leave, route.arrive)
        self.traffic.enter(index, route.points, _axis_of_side(route.leave), _axis_of_side(route.arrive))

    def _best(self, index: int) -> Route | None:
        beginnings, endings = self.ports.beginnings(index), self.ports.endings(index)
        if not beginnings or not endings:
            return None
        search = _Search(self.network, self.traffic, index, endings)
        for gate in beginnings:
            search.begin(gate, gate.cost + self._under_event(index, gate))
        found = search.run(share=False) or search.run(share=True)
        self.effort += search.effort
        return found

    def _under_event(self, index: int, gate: Gate) -> float:
        """The way out below a host is bad where the arrow of one of its boundary events takes the same line down."""
        if gate.side != "bottom":
            return 0.0
        marks = self.traffic.marks.get(self.network.number(gate.point), {})
        strangers = [other for other in marks if other not in self.traffic.kin[index]]
        return float(
            _UNDER_EVENT * sum(self.routes[other].leave == "event" and marks[other] == "V" for other in strangers)
        )


class _Search:
    """One A* search. A state is a point and the direction it was reached in: four times the point's number plus the
    direction's."""

    def __init__(self, network: Network, traffic: Traffic, link: int, endings: Sequence[Gate]) -> None:
        self.network, self.traffic, self.link = network, traffic, link
        self.endings = {self._state(gate): gate for gate in endings}
        self.estimate = _Estimate(network, endings)
        self.beginnings: list[tuple[Gate, float]] = []
        #: States looked at.
        self.effort = 0

    def begin(self, gate: Gate, cost: float) -> None:
        self.beginnings.append((gate, cost))

    def run(self, *, share: bool) -> Route | None:
        """The cheapest route, None without one."""
        best: dict[int, float] = {}
        came: dict[int, int] = {}
        first: dict[int, Gate] = {}
        queue: list[tuple[float, int, int]] = []  # equals are served in order of arrival
        for gate, cost in self.beginnings:
            state = self._state(gate)
            if cost < best.get(state, float("inf")):
                best[state], first[state] = cost, gate
                heapq.heappush(queue, (cost + self.estimate(state), len(queue), state))
        finished: tuple[float, int, Gate] | None = None
        closed: set[int] = set()
        arrivals = len(queue)
        while queue:
            total, _, state = heapq.heappop(queue)
            if finished is not None and total >= finished[0]:
                break
            if state in closed:
                continue
            closed.add(state)
            finished = self._finish(state, best[state], finished)
            number, direction = divmod(state, 4)
            jog = state in first and first[state].side == "event"
            for step in self.network.steps(number):
                turned, next_, length = step[0], step[1], step[2]
                ahead = 4 * next_ + turned
                if turned == direction ^ 1 or ahead in closed:
                    continue
                cost = best[state] + length + (_BEND if turned != direction or jog else 0)
                if cost >= best.get(ahead, float("inf")):
                    continue
                cost += self.traffic.company(self.link, step, share)
                if cost < best.get(ahead, float("inf")):
                    best[ahead], came[ahead] = cost, state
                    arrivals += 1
                    heapq.heappush(queue, (cost + self.estimate(ahead), arrivals, ahead))
        self.effort += len(closed)
        return self._route(finished, came, first) if finished else None

    def _finish(
        self, state: int, cost: float, finished: tuple[float, int, Gate] | None
    ) -> tuple[float, int, Gate] | None:
        """The better of ``finished`` and ending here, perhaps after a turn."""
        number, direction = divmod(state, 4)
        for turned in range(4):
            gate = self.endings.get(4 * number + turned)
            if gate is not None and turned != direction ^ 1:
                total = cost + gate.cost + (_BEND if turned != direction else 0)
                if finished is None or total < finished[0]:
                    finished = (total, state, gate)
        return finished

    def _route(self, finished: tuple[float, int, Gate], came: dict[int, int], first: dict[int, Gate]) -> Route:
        _, state, ending = finished
        states = [state]
        while states[-1] in came:
            states.append(came[states[-1]])
        points = tuple(self.network.point(state // 4) for state in reversed(states))
        return Route(points, first[states[-1]].side, ending.side)

    def _state(self, gate: Gate) -> int:
        return 4 * self.network.number(gate.point) + DIRECTIONS.index(gate.direction)


class _Estimate:
    """Never more than what is left to the nearest ending: the way and the bends it takes at least."""

    def __init__(self, network: Network, gates: Sequence[Gate]) -> None:
        self.network = network
        xs, ys = [gate.point[0] for gate in gates], [gate.point[1] for gate in gates]
        self.left, self.right, self.top, self.bottom = min(xs), max(xs), min(ys), max(ys)
        self.least = min(gate.cost for gate in gates)

    def __call__(self, state: int) -> float:
        number, direction = divmod(state, 4)
        x, y = self.network.point(number)
        dx = self.left - x if x < self.left else self.right - x if x > self.right else 0
        dy = self.top - y if y < self.top else self.bottom - y if y > self.bottom else 0
        on, aside = (dx, dy) if direction < 2 else (dy, dx)
        backwards = on < 0 if direction in (0, 2) else on > 0
        bends = 2 if backwards else 1 if aside else 0
        return abs(dx) * CHANNEL + abs(dy) * ROW + bends * _BEND + self.least


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


def _axis_of_side(side: str) -> str:
    return "V" if side in ("bottom", "top", "event") else "H"
