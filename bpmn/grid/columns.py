"""Places beside each other: which sub-column of its lane a cell stands in, so that arrows run short and straight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bpmn.grid.ranking import Rows
from bpmn.grid.scene import Scene

#: Rounds of improvement; each ends early when nothing got better.
_ROUNDS = 8


@dataclass(frozen=True, kw_only=True)
class Columns:
    #: Sub-column of each cell in its lane, from 0.
    place: Mapping[str, int]
    #: Number of sub-columns of each lane, at least 1.
    count: tuple[int, ...]


def capacities(scene: Scene, most: int) -> list[int]:
    """How many cells may stand side by side in each lane.

    One, where the chart has lanes, unless three activities or more start there together, which stand in two columns.
    A chart without lanes uses the width it has.
    """
    if len(scene.columns) == 1:
        return [most]
    room = [1] * len(scene.columns)
    branches: dict[tuple[str, int], set[str]] = defaultdict(set)
    for link in scene.links:
        source, target = scene.nodes.get(link.source), scene.nodes.get(link.target)
        together = source is not None and source.type in ("parallelGateway", "inclusiveGateway")
        if together and link.kind == "sequence" and target is not None and target.kind in ("task", "sub"):
            branches[link.source, scene.column_of[link.target]].add(link.target)
    for (split, column), targets in branches.items():
        if len(targets) >= 3 and column == scene.column_of[split]:
            room[column] = min(most, 2)
    return room


def arrange(scene: Scene, rows: Rows) -> Columns:
    """Sub-columns by hill climbing on weighted horizontal distance; the same scene always gives the same places."""
    crowd: dict[tuple[int, int], int] = defaultdict(int)
    for id_, row in rows.row.items():
        crowd[scene.column_of[id_], row] += 1
    count = tuple(
        max([number for (column, _), number in crowd.items() if column == index], default=1)
        for index in range(len(scene.columns))
    )
    board = _Board(scene, rows, count)
    if max(count) > 1:
        for _ in range(_ROUNDS):
            moved = [board.move_cells(), board.move_runs(), board.swap_columns()]
            if not any(moved):
                break
    return Columns(place=board.place, count=count)


@dataclass(frozen=True)
class _Pull:
    """An arrow as a spring between two cells."""

    source: str
    target: str
    weight: float
    #: An arrow from a boundary event starts right of its host's middle.
    shift: float = 0.0


class _Board:
    """Cells on (lane, row, sub-column), and what the present places cost."""

    def __init__(self, scene: Scene, rows: Rows, count: Sequence[int]) -> None:
        self.column, self.row, self.order, self.after = scene.column_of, rows.row, rows.order, rows.after
        self.count = count
        self.offset = [sum(count[:index]) for index in range(len(count) + 1)]
        self.pulls = list(_pulls(scene, rows))
        self.place: dict[str, int] = {}
        self.at: dict[tuple[int, int, int], str] = {}
        self._start(rows)
        self.touching: dict[str, list[int]] = defaultdict(list)
        self.passing: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, pull in enumerate(self.pulls):
            self.touching[pull.source].append(index)
            self.touching[pull.target].append(index)
            for key in self._passed(pull):
                self.passing[key].append(index)

    def _start(self, rows: Rows) -> None:
        """First places: below the predecessor where that is free, else as near as can be."""
        cells: dict[tuple[int, int], list[str]] = defaultdict(list)
        for id_ in self.order:
            cells[self.column[id_], self.row[id_]].append(id_)
        for (column, row), ids in sorted(cells.items(), key=lambda item: (item[0][1], item[0][0])):
            free = list(range(self.count[column]))
            wishes = []
            for id_ in ids:
                above = [self.place[last] for last in rows.before[id_] if self._is_above(last, column)]
                wishes.append((not above, above[0] if above else (self.count[column] - 1) // 2, id_))
            for _, wish, id_ in sorted(wishes, key=lambda item: item[0]):
                place = min(free, key=lambda place: (abs(place - wish), place))
                free.remove(place)
                self.place[id_] = place
                self.at[column, row, place] = id_

    def _is_above(self, id_: str, column: int) -> bool:
        return id_ in self.place and self.column[id_] == column

    def _passed(self, pull: _Pull) -> Iterator[tuple[int, int]]:
        """The (lane, row)s in which another cell may stand in the arrow's way."""
        top, bottom = sorted((self.row[pull.source], self.row[pull.target]))
        left, right = sorted((self.column[pull.source], self.column[pull.target]))
        if left == right:
            yield from ((left, row) for row in range(top + 1, bottom))
        if top == bottom:
            yield from ((column, top) for column in range(left, right + 1))

    # -- cost ---------------------------------------------------------------------------------------------------

    def _x(self, id_: str) -> int:
        return self.offset[self.column[id_]] + self.place[id_]

    def _cost(self, pull: _Pull) -> float:
        source, target = self._x(pull.source), self._x(pull.target)
        cost = pull.weight * abs(source + pull.shift - target)
        lane, top, bottom = self.column[pull.source], *sorted((self.row[pull.source], self.row[pull.target]))
        if source == target and any((lane, row, self.place[pull.source]) in self.at for row in range(top + 1, bottom)):
            cost += 1.2 * pull.weight + 0.4
        if top == bottom:
            cost += 1.5 * sum(self._is_taken(x, top) for x in range(min(source, target) + 1, max(source, target)))
        return cost

    def _is_taken(self, x: int, row: int) -> bool:
        column = next(index for index in range(len(self.count)) if x < self.offset[index + 1])
        return (column, row, x - self.offset[column]) in self.at

    def _local(self, ids: Sequence[str]) -> float:
        """Cost of every arrow that a move of these cells can change."""
        pulls = {index for id_ in ids for index in self.touching[id_]}
        pulls.update(index for id_ in ids for index in self.passing[self.column[id_], self.row[id_]])
        return sum(self._cost(self.pulls[index]) for index in sorted(pulls))

    # -- moves --------------------------------------------------------------------------------------------------

    def _swap(self, moves: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
        """Put cells into new places, whoever stands there into the old one. Returns the moves that undo it."""
        undo = []
        for id_, new in moves:
            lane, row, old = self.column[id_], self.row[id_], self.place[id_]
            other = self.at.pop((lane, row, new), None)
            self.at[lane, row, new], self.place[id_] = id_, new
            if other is None:
                del self.at[lane, row, old]
            else:
                self.at[lane, row, old], self.place[other] = other, old
            undo.append((id_, old))
        return undo[::-1]

    def _try(self, moves: Sequence[tuple[str, int]]) -> bool:
        """Keep the moves if they make the arrows shorter."""
        moves = [(id_, new) for id_, new in moves if self.place[id_] != new]
        if not moves:
            return False
        touched = [id_ for id_, _ in moves]
        touched += [
            other for id_, new in moves if (other := self.at.get((self.column[id_], self.row[id_], new))) is not None
        ]
        before = self._local(touched)
        undo = self._swap(moves)
        if self._local(touched) < before - 1e-9:
            return True
        self._swap(undo)
        return False

    def move_cells(self) -> bool:
        better = False
        for id_ in self.order:
            for place in range(self.count[self.column[id_]]):
                better |= self._try([(id_, place)])
        return better

    def move_runs(self) -> bool:
        """Move whole chains that stand below each other."""
        better = False
        for id_ in self.order:
            run = self._run(id_)
            if len(run) > 1:
                for place in range(self.count[self.column[id_]]):
                    better |= self._try([(member, place) for member in run])
        return better

    def _run(self, id_: str) -> list[str]:
        run = [id_]
        while True:
            last = run[-1]
            below = [
                next_
                for next_ in self.after[last]
                if self.column[next_] == self.column[last]
                and self.place[next_] == self.place[last]
                and self.row[next_] > self.row[last]
            ]
            if len(below) != 1:
                return run
            run.append(below[0])

    def swap_columns(self) -> bool:
        """Exchange two whole sub-columns of a lane."""
        better = False
        for lane, count in enumerate(self.count):
            for left in range(count):
                for right in range(left + 1, count):
                    better |= self._try(self._exchange(lane, left, right))
        return better

    def _exchange(self, lane: int, left: int, right: int) -> list[tuple[str, int]]:
        moves = []
        for id_ in self.order:
            if self.column[id_] == lane and self.place[id_] == left:
                moves.append((id_, right))
            elif self.column[id_] == lane and self.place[id_] == right:
                if (lane, self.row[id_], left) not in self.at:
                    moves.append((id_, left))
        return moves


def _pulls(scene: Scene, rows: Rows) -> Iterator[_Pull]:
    for link in scene.links:
        if link.source not in scene.nodes or link.target not in scene.nodes or link.source == link.target:
            continue
        weight = 0.35 if link.id in rows.back else 1.0 if link.kind == "sequence" else 0.4
        if scene.column_of[link.source] != scene.column_of[link.target]:
            weight *= 0.45
        yield _Pull(link.source, link.target, weight, 0.35 if link.leaves != link.source else 0.0)
