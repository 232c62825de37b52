"""Is a decision table complete and free of contradictions? Boxes that overlap, gaps, rules never reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from bpmn.dmn_model import Decisions, Item, Table
from bpmn.dmn_space import ANY, Axis, Unclear, axis, read_cell
from bpmn.dmn_types import allowed, basic
from bpmn.feel import FeelError

#: Hit policies under which no matching rule is no answer; the others then give an empty list, or count none.
ANSWERED = ("U", "A", "P", "F", "C+", "C<", "C>")
#: Pieces of columns looked at for all tables of a package, some seconds' work; beyond, nothing is said to be proved.
MAX_PIECES = 12_000_000
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
    """More pieces than are looked at."""


class Budget:
    """What may still be looked at in the tables of a package together."""

    def __init__(self, left: int = MAX_PIECES) -> None:
        self.left = left

    def spend(self, pieces: int) -> None:
        """Look at so many. Raises _TooMuch when nothing is left."""
        self.left -= pieces
        if self.left < 0:
            raise _TooMuch


def flaws(decisions: Decisions, item: Item, table: Table, budget: Budget) -> Iterator[Flaw]:
    """Every flaw of a table whose cells compile, as far as the ``budget`` goes."""
    axes: list[Axis | None] = [_axis(decisions, item, table, column) for column in range(len(table.inputs))]
    unclear = [table.inputs[column].text for column, one in enumerate(axes) if one is None]
    if unclear:
        yield Flaw("unclear", where=tuple(unclear))
        return
    try:
        budget.spend(len(table.rules) * sum(len(one.said) for one in axes if one is not None))
        space = _Space([one for one in axes if one is not None], len(table.rules), budget)
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


class _Space:
    """Rules as boxes. Sets of rules are bits, so that a whole table is cut in one step."""

    def __init__(self, axes: list[Axis], count: int, budget: Budget) -> None:
        self.axes, self.count, self.budget = axes, count, budget
        #: Column → piece → the rules that cover it.
        self.by_piece = [[_mask(one.rules, piece) for piece in range(len(one.said))] for one in axes]

    def box(self, rule: int) -> tuple[int, ...]:
        """The pieces of each column a rule covers."""
        return tuple(axis_.rules[rule] for axis_ in self.axes)

    def sharing(self, box: tuple[int, ...]) -> int:
        """The rules that cover some of a box."""
        sharing = (1 << self.count) - 1
        for column, pieces in enumerate(box):
            self.budget.spend(pieces.bit_count())
            sharing &= reduce(or_, (self.by_piece[column][piece] for piece in _bits(pieces)), 0)
        return sharing

    def uncovered(self, room: tuple[int, ...], rules: int) -> Iterator[tuple[int, ...]]:
        """Corners of ``room`` that none of these rules covers: one piece of each column. Raises _TooMuch."""
        # Rules that cover all of the room from a column on: where one of them is left, nothing is uncovered.
        whole = [rules] * (len(self.axes) + 1)
        for column in reversed(range(len(self.axes))):
            cells = self.axes[column].rules
            wide = sum(1 << rule for rule in _bits(whole[column + 1]) if cells[rule] & room[column] == room[column])
            self.budget.spend(self.count)
            whole[column] = wide
        yield from self._uncovered(room, rules, 0, (), whole)

    def _uncovered(
        self, room: tuple[int, ...], rules: int, column: int, corner: tuple[int, ...], whole: list[int]
    ) -> Iterator[tuple[int, ...]]:
        if not rules:
            yield corner + tuple(_first(room[rest]) for rest in range(column, len(self.axes)))
            return
        if rules & whole[column]:
            return
        # Pieces that the same rules cover need be looked at once.
        groups: dict[int, int] = {}
        self.budget.spend(room[column].bit_count())
        for piece in _bits(room[column]):
            groups.setdefault(rules & self.by_piece[column][piece], piece)
        for still, piece in groups.items():
            yield from self._uncovered(room, still, column + 1, (*corner, piece), whole)

    def said(self, corner: tuple[int, ...]) -> tuple[str, ...]:
        """A corner in words."""
        return tuple(axis_.said[piece] for axis_, piece in zip(self.axes, corner, strict=True))


def _overlaps(table: Table, space: _Space) -> Iterator[Flaw]:
    told = 0
    for one in range(space.count):
        later = space.sharing(space.box(one)) >> (one + 1) << (one + 1)
        for other in _bits(later):
            if table.policy == "A" and table.rules[one].outputs == table.rules[other].outputs:
                continue
            both = [a & b for a, b in zip(space.box(one), space.box(other), strict=True)]
            yield Flaw("overlap", (one + 1, other + 1), space.said(tuple(_first(pieces) for pieces in both)))
            told += 1
            if told == MAX_TOLD:
                return


def _unreachable(table: Table, space: _Space) -> Iterator[Flaw]:
    """Rules no input matches at all; with "first", also those whose every case an earlier rule takes."""
    for rule in range(space.count):
        box = space.box(rule)
        before = space.sharing(box) & ((1 << rule) - 1) if table.policy == "F" else 0
        if not all(box) or next(space.uncovered(box, before), None) is None:
            yield Flaw("unreachable", (rule + 1,))


def _gaps(space: _Space) -> Iterator[Flaw]:
    room = tuple(axis_.all for axis_ in space.axes)
    for told, corner in enumerate(space.uncovered(room, (1 << space.count) - 1)):
        if told == MAX_TOLD:
            return
        yield Flaw("gap", where=space.said(corner))


def _mask(cells: tuple[int, ...], piece: int) -> int:
    """The rules whose cell covers a piece."""
    return sum(1 << rule for rule, cell in enumerate(cells) if cell >> piece & 1)


def _bits(bits: int) -> Iterator[int]:
    while bits:
        yield _first(bits)
        bits &= bits - 1


def _first(bits: int) -> int:
    return (bits & -bits).bit_length() - 1
