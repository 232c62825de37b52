"""Is a decision table complete and free of contradictions? Boxes that overlap, gaps, rules never reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from bpmn.dmn_model import Decisions, Item, Table
from bpmn.dmn_space import ANY, Axis, Unclear, axis, read_cell
from bpmn.dmn_types import allowed, basic
from bpmn.feel import FeelError

#: Hit policies under which no matching rule is no answer; the others then give an empty list, or count none.
ANSWERED = ("U", "A", "P", "F", "C+", "C<", "C>")
#: Boxes looked at in one search; beyond, nothing is said to be proved.
MAX_BOXES = 50_000
#: Overlaps and gaps told of one table.
MAX_TOLD = 20


@dataclass(frozen=True)
class Flaw:
    """``kind``: overlap, gap, unreachable, unclear (columns that could not be judged) or not-proved.

    ``rows`` are numbers of rules; ``where`` a combination of inputs in words, in the order of the columns.
    """

    kind: str
    rows: tuple[int, ...] = ()
    where: tuple[str, ...] = ()


class _TooMuch(Exception):
    """More boxes than are looked at."""


def flaws(decisions: Decisions, item: Item, table: Table) -> Iterator[Flaw]:
    """Every flaw of a table whose cells compile."""
    axes: list[Axis | None] = [_axis(decisions, item, table, column) for column in range(len(table.inputs))]
    unclear = [table.inputs[column].text for column, one in enumerate(axes) if one is None]
    if unclear:
        yield Flaw("unclear", where=tuple(unclear))
        return
    space = _Space([one for one in axes if one is not None], len(table.rules))
    try:
        if table.policy in ("U", "A"):
            yield from _overlaps(table, space)
        if table.policy in ("F", "U", "A", "P"):
            yield from _unreachable(table, space)
        if table.policy in ANSWERED and not all(column.default for column in table.outputs):
            yield from _gaps(space)
    except _TooMuch:
        yield Flaw("not-proved")


def _axis(decisions: Decisions, item: Item, table: Table, column: int) -> Axis | None:
    """The column cut into pieces; None where it cannot be."""
    head = table.inputs[column]
    values = head.values or allowed(decisions, head.type) or _of_input(decisions, item, head.text)
    try:
        cells = [read_cell(row.inputs[column]) for row in table.rules]
        return axis(cells, read_cell(values) if values else ANY, basic(decisions, head.type))
    except (Unclear, FeelError):
        return None


def _of_input(decisions: Decisions, item: Item, text: str) -> str:
    """Values allowed for the input or decision a column reads by its plain name."""
    for ref in item.requires:
        required = decisions.by_id.get(ref)
        if required is not None and required.name == " ".join(text.split()):
            return allowed(decisions, required.type)
    return ""


@dataclass
class _Space:
    axes: list[Axis]
    count: int

    def box(self, rule: int) -> tuple[int, ...]:
        """The pieces of each column a rule covers."""
        return tuple(axis_.rules[rule] for axis_ in self.axes)

    def uncovered(self, room: tuple[int, ...], rules: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Corners of ``room`` that none of these rules covers: one piece of each column. Raises _TooMuch."""
        self.looked = 0
        yield from self._uncovered(room, rules, 0, ())

    def _uncovered(
        self, room: tuple[int, ...], rules: tuple[int, ...], column: int, corner: tuple[int, ...]
    ) -> Iterator[tuple[int, ...]]:
        self.looked += 1
        if self.looked > MAX_BOXES:
            raise _TooMuch
        if not rules:
            yield corner + tuple(_first(room[rest]) for rest in range(column, len(self.axes)))
            return
        if column == len(self.axes):
            return
        # Pieces that the same rules cover need be looked at once.
        groups: dict[tuple[int, ...], int] = {}
        covered = self.axes[column].rules
        for piece in _pieces(room[column]):
            groups.setdefault(tuple(rule for rule in rules if covered[rule] >> piece & 1), piece)
        for still, piece in groups.items():
            yield from self._uncovered(room, still, column + 1, (*corner, piece))

    def said(self, corner: tuple[int, ...]) -> tuple[str, ...]:
        """A corner in words."""
        return tuple(axis_.said[piece] for axis_, piece in zip(self.axes, corner, strict=True))


def _overlaps(table: Table, space: _Space) -> Iterator[Flaw]:
    told = 0
    for one, other in combinations(range(space.count), 2):
        both = [a & b for a, b in zip(space.box(one), space.box(other), strict=True)]
        if not all(both) or (table.policy == "A" and table.rules[one].outputs == table.rules[other].outputs):
            continue
        yield Flaw("overlap", (one + 1, other + 1), space.said(tuple(_first(pieces) for pieces in both)))
        told += 1
        if told == MAX_TOLD:
            return


def _unreachable(table: Table, space: _Space) -> Iterator[Flaw]:
    """Rules no input matches at all; with "first", also those whose every case an earlier rule takes."""
    for rule in range(space.count):
        box = space.box(rule)
        before = tuple(range(rule)) if table.policy == "F" else ()
        if not all(box) or next(space.uncovered(box, before), None) is None:
            yield Flaw("unreachable", (rule + 1,))


def _gaps(space: _Space) -> Iterator[Flaw]:
    room = tuple(axis_.all for axis_ in space.axes)
    for told, corner in enumerate(space.uncovered(room, tuple(range(space.count)))):
        if told == MAX_TOLD:
            return
        yield Flaw("gap", where=space.said(corner))


def _pieces(bits: int) -> Iterator[int]:
    while bits:
        yield _first(bits)
        bits &= bits - 1


def _first(bits: int) -> int:
    return (bits & -bits).bit_length() - 1
