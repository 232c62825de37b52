"""Where an arrow may leave and reach a cell, and what each side costs: out below, in above, aside where needed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from bpmn.grid.mesh import GridPoint, Mesh
from bpmn.grid.scene import Link, Scene

RIGHT, LEFT, DOWN, UP = (1, 0), (-1, 0), (0, 1), (0, -1)
#: Sides of a cell with the direction that leads away from it.
SIDES = {"bottom": DOWN, "right": RIGHT, "left": LEFT, "top": UP}
#: How far from its partner's row, in lines, a message may touch a pool's border.
_REACH = 4


@dataclass(frozen=True)
class Gate:
    """A first or last point of a route, the direction it is passed in, and what using it costs."""

    point: GridPoint
    direction: tuple[int, int]
    cost: float
    #: bottom, right, left, top, event (a boundary event at the bottom) or wall (a pool's border)
    side: str


class Ports:
    """Keeps which sides are taken and by whom; offers the gates of every link."""

    def __init__(self, scene: Scene, mesh: Mesh) -> None:
        self.scene, self.mesh = scene, mesh
        self.links = scene.links
        self.leaving = Counter(link.source for link in scene.links)
        #: (cell, side) → (link, does it leave there?)
        self.taken: dict[tuple[str, str], list[tuple[int, bool]]] = defaultdict(list)

    def take(self, link: int, leave: str, arrive: str) -> None:
        self.taken[self.links[link].source, leave].append((link, True))
        self.taken[self.links[link].target, arrive].append((link, False))

    def free(self, link: int, leave: str, arrive: str) -> None:
        self.taken[self.links[link].source, leave].remove((link, True))
        self.taken[self.links[link].target, arrive].remove((link, False))

    def beginnings(self, index: int) -> list[Gate]:
        """Gates at the link's source; directions lead away from it."""
        link = self.links[index]
        if link.source in self.scene.walls:
            return list(self._wall(link.source, link.target, away=True))
        x, y = self.mesh.cell[link.source]
        if link.leaves != link.source:
            return [Gate((x, y + 1), DOWN, 0.0, "event")]
        gates = []
        for side, (dx, dy) in SIDES.items():
            if side != "top" or link.returns or link.kind == "message":
                cost = self._leaving_cost(link, side) + self._leaving_beside(index, link, side)
                gates.append(Gate((x + dx, y + dy), (dx, dy), cost, side))
        return [gate for gate in gates if self.mesh.is_free(gate.point)]

    def endings(self, index: int) -> list[Gate]:
        """Gates at the link's target; directions lead towards it."""
        link = self.links[index]
        if link.target in self.scene.walls:
            return list(self._wall(link.target, link.source, away=False))
        x, y = self.mesh.cell[link.target]
        if link.arrives != link.target:
            return [Gate((x, y + 1), UP, 0.0, "event")]
        gates = []
        for side, (dx, dy) in SIDES.items():
            cost = self._arriving_cost(link, side) + self._arriving_beside(index, link, side)
            gates.append(Gate((x + dx, y + dy), (-dx, -dy), cost, side))
        return [gate for gate in gates if self.mesh.is_free(gate.point)]

    def _leaving_cost(self, link: Link, side: str) -> float:
        node = self.scene.nodes[link.source]
        if side == "top":
            return 140
        if side == "bottom" or link.kind == "message":
            return 5 if side == "right" and self.scene.hung.get(link.source) else 0
        cost = 8 if node.kind == "gateway" else 20
        if side == "right" and self.scene.hung.get(link.source):
            cost += 5
        if node.kind == "gateway" and self.leaving[link.source] == 1:
            cost += 20
        return cost + (45 if node.type == "startEvent" else 0)

    def _leaving_beside(self, index: int, link: Link, side: str) -> float:
        """A decision's answers leave by different sides; what goes out never meets what comes in."""
        node = self.scene.nodes[link.source]
        decides = node.kind == "gateway" and node.type != "parallelGateway"
        cost = 0.0
        for other, leaves in self.taken[link.source, side]:
            if other == index:
                continue
            if not leaves:
                cost += 400
            elif self.links[other].family != link.family:
                cost += 220
            elif decides:
                cost += 120 if link.name or self.links[other].name else 40
            else:
                cost += 5 if side == "bottom" else 60
        return cost

    def _arriving_beside(self, index: int, link: Link, side: str) -> float:
        """What comes in never meets what goes out, and forward steps, returns and messages come in apart."""
        cost = 0.0
        for other, leaves in self.taken[link.target, side]:
            if other != index:
                cost += 400 if leaves else 150 if self.links[other].family != link.family else 0
        return cost

    def _arriving_cost(self, link: Link, side: str) -> float:
        if side == "top":
            return 0
        if side == "bottom":
            return 560 if self.scene.hung.get(link.target) else 260
        if link.kind == "message":
            return 0
        if self.scene.nodes[link.target].kind != "gateway":
            return 22
        return 92 if self.leaving[link.target] >= 2 else 26

    def _wall(self, pool: str, partner: str, *, away: bool) -> Iterator[Gate]:
        """Points in the gaps beside a pool, level with its partner or near it."""
        left, right = self.mesh.beside(self.scene.walls[pool])
        wanted = self.mesh.cell[partner][1] if partner in self.mesh.cell else None
        lines = range(1, self.mesh.height)
        if wanted is not None:
            lines = range(max(0, wanted - _REACH), min(self.mesh.height, wanted + _REACH + 1))
        for x, outward in ((left, LEFT), (right, RIGHT)):
            if x is None:
                continue
            direction = outward if away else (-outward[0], 0)
            for y in lines:
                cost = 14.0 * abs(y - wanted) if wanted is not None else 4.0 * y
                yield Gate((x, y), direction, cost, "wall")
