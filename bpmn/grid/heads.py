"""Headings over the columns: of lanes, and of pools over their lanes where there is more than one pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bpmn.drawing import Box, Line, PlacedLane, PlacedPool
from bpmn.grid.scene import Column
from bpmn.grid.shapes import as_lines, block_height
from bpmn.grid.words import Words

#: Least height of a heading, and room above and below its text together.
_HEAD, _HEAD_SPACE = 34, 14
_SIZES = (15.0, 13.0, 11.0)


class Heads:
    """The headings of a chart whose lanes have these left and right borders."""

    def __init__(self, columns: Sequence[Column], spans: Sequence[tuple[float, float]], words: Words) -> None:
        self.columns, self.spans = columns, spans
        self.drawn = any(column.id for column in columns)
        self.pools = _pools_over_lanes(columns)
        self.names = [words.name(column.id, column.name) for column in columns]
        self.pool_names = _pool_names(words)
        self.lines = [self._lines(name, index, index) for index, name in enumerate(self.names)]
        self.pool_lines = {pool: self._lines(self.pool_names[pool], *span) for pool, span in self.pools.items()}
        self.pool_height = _height(self.pool_lines.values()) if self.pools else 0.0
        #: Height of all headings together.
        self.height = self.pool_height + (_height(self.lines) if self.drawn else 0.0)

    def lanes(self, bottom: float) -> Iterator[PlacedLane]:
        """The lanes down to ``bottom``; a pool without lanes has one heading of full height."""
        if not self.drawn:
            return
        for index, column in enumerate(self.columns):
            top = self.pool_height if column.pool in self.pools else 0.0
            left, right = self.spans[index]
            yield PlacedLane(
                id=column.id,
                name=self.names[index],
                box=Box(left=left, top=top, right=right, bottom=bottom),
                head=self.height - top,
                pool=column.pool,
                lines=self.lines[index],
            )

    def pool_heads(self, bottom: float) -> Iterator[PlacedPool]:
        """The pools that have lanes, where there is more than one pool."""
        for pool, (first, last) in self.pools.items():
            yield PlacedPool(
                id=pool,
                name=self.pool_names[pool],
                box=Box(left=self.spans[first][0], top=0, right=self.spans[last][1], bottom=bottom),
                head=self.pool_height,
                lines=self.pool_lines[pool],
            )

    def _lines(self, name: str, first: int, last: int) -> tuple[Line, ...]:
        """The name in two lines if one of the sizes allows, else in up to six of the smallest."""
        room = self.spans[last][1] - self.spans[first][0] - 10
        attempts = [as_lines(name, size, room, "lane", max_lines=6) for size in _SIZES]
        return next((lines for lines in attempts if len(lines) <= 2), attempts[-1])


def _pools_over_lanes(columns: Sequence[Column]) -> dict[str, tuple[int, int]]:
    """First and last column of each pool that is more than one column of its own name."""
    spans: dict[str, tuple[int, int]] = {}
    for index, column in enumerate(columns):
        spans[column.pool] = (spans.get(column.pool, (index, index))[0], index)
    if len(spans) < 2:
        return {}
    return {pool: (first, last) for pool, (first, last) in spans.items() if columns[first].id != pool}


def _pool_names(words: Words) -> Mapping[str, str]:
    processes = {process.id: words.name(process.id, process.name) for process in words.definitions.processes}
    return processes | {pool.id: words.name(pool.id, pool.name) for pool in words.definitions.pools}


def _height(headings: Iterable[tuple[Line, ...]]) -> float:
    return max(_HEAD, _HEAD_SPACE + max((block_height(lines) for lines in headings), default=0.0))
