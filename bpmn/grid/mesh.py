"""The lines that arrows may run on.

Vertical lines: each lane is channel, centre of a sub-column, channel, centre, … channel; between two pools lies one
more channel, the gap. Horizontal lines: even numbers are channels between rows, odd ones the centres of rows. A cell
stands where two centres meet; a point is (number of the vertical, number of the horizontal line).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpmn.grid.columns import Columns
from bpmn.grid.ranking import Rows
from bpmn.grid.scene import Scene

GridPoint = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Vertical:
    is_channel: bool
    #: Index of the lane; -1 for a gap between pools.
    lane: int
    #: A lane that is a black-box pool holds no arrows that run up and down.
    is_bare: bool = False


@dataclass(frozen=True, kw_only=True)
class Mesh:
    verticals: tuple[Vertical, ...]
    #: Number of horizontal lines: two a row and one.
    height: int
    cell: Mapping[str, GridPoint]
    occupied: frozenset[GridPoint]
    #: First and last channel of each lane.
    margins: tuple[tuple[int, int], ...]

    def is_free(self, point: GridPoint) -> bool:
        x, y = point
        return 0 <= x < len(self.verticals) and 0 <= y < self.height and point not in self.occupied

    def beside(self, wall: tuple[int, int]) -> tuple[int | None, int | None]:
        """The gaps left and right of the lanes from ``wall[0]`` to ``wall[1]``; None at the edge of the chart."""
        left, right = self.margins[wall[0]][0] - 1, self.margins[wall[1]][1] + 1
        return (left if left >= 0 else None, right if right < len(self.verticals) else None)


def weave(scene: Scene, rows: Rows, columns: Columns) -> Mesh:
    """The mesh of a scene whose cells have rows and places."""
    verticals: list[Vertical] = []
    margins: list[tuple[int, int]] = []
    centre: dict[tuple[int, int], int] = {}
    for lane, column in enumerate(scene.columns):
        if lane and column.pool != scene.columns[lane - 1].pool:
            verticals.append(Vertical(is_channel=True, lane=-1))
        first = len(verticals)
        verticals.append(Vertical(is_channel=True, lane=lane, is_bare=column.black_box))
        for place in range(columns.count[lane]):
            centre[lane, place] = len(verticals)
            verticals.append(Vertical(is_channel=False, lane=lane, is_bare=column.black_box))
            verticals.append(Vertical(is_channel=True, lane=lane, is_bare=column.black_box))
        margins.append((first, len(verticals) - 1))
    cell = {id_: (centre[scene.column_of[id_], columns.place[id_]], 2 * rows.row[id_] + 1) for id_ in scene.nodes}
    between_walls = sum(link.source in scene.walls and link.target in scene.walls for link in scene.links)
    return Mesh(
        verticals=tuple(verticals),
        height=2 * max(rows.count, 1 + between_walls // 2) + 1,
        cell=cell,
        occupied=frozenset(cell.values()),
        margins=tuple(margins),
    )
