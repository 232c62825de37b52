"""What the cells of a decision table cover: each input cut into the smallest pieces its cells tell apart.

A column is a row of pieces, a cell the set of pieces it accepts (bits of a whole number), a rule one set a column: a
box. Gaps, overlaps and rules that never match are then questions about boxes (bpmn.dmn_check). A cell that compares
with anything but constants cannot be laid out; its column is then not judged, and the linter says so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from bpmn.feel import FeelError, compile_expression
from bpmn.feel_lexer import Token, tokens
from bpmn.feel_values import compare

MAX_CELL = 2_000


class Unclear(Exception):
    """The cell is more than a comparison with constants."""


@dataclass(frozen=True)
class Interval:
    """Values from ``low`` to ``high``; None is no bound. One value alone is a closed interval of no length."""

    low: object = None
    high: object = None
    low_closed: bool = False
    high_closed: bool = False


@dataclass(frozen=True)
class Cell:
    """What a cell accepts: any of these intervals, or none of them."""

    intervals: tuple[Interval, ...]
    negated: bool = False


ANY = Cell((), negated=True)


@dataclass(frozen=True)
class Axis:
    """One column cut into pieces: how each is said, and the pieces of every rule's cell as bits."""

    said: tuple[str, ...]
    rules: tuple[int, ...]

    @property
    def all(self) -> int:
        """Every piece."""
        return (1 << len(self.said)) - 1


def read_cell(text: str) -> Cell:
    """A cell of unary tests as intervals. Raises Unclear, FeelError."""
    if not text.strip() or text.strip() == "-":
        return ANY
    words = [token for token in tokens(text, MAX_CELL) if token.kind != "end"]
    negated = len(words) > 2 and words[0].value == "not" and words[1].value == "(" and words[-1].value == ")"
    if negated:
        words = words[2:-1]
    return Cell(tuple(_interval(part) for part in _parts(words)), negated)


def axis(cells: list[Cell], allowed: Cell, type_: str) -> Axis:
    """Cut a column where its cells and the values allowed begin or end. ``type_`` is FEEL's own. Raises Unclear."""
    if type_ == "boolean":
        return _discrete([True, False], cells, closed=True)
    intervals = [interval for cell in [*cells, allowed] for interval in cell.intervals]
    points = [value for interval in intervals for value in (interval.low, interval.high) if value is not None]
    if type_ == "string" or any(isinstance(value, str | bool) for value in points):
        named = [interval.low for interval in allowed.intervals] if not allowed.negated else points
        return _discrete(_unlike(named), cells, closed=not allowed.negated)
    return _continuous(_sorted(points), cells, allowed)


def _parts(words: list[Token]) -> Iterator[list[Token]]:
    """The tests of a list, parted by the commas outside any parentheses."""
    part: list[Token] = []
    depth = 0
    for token in words:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(str(token.value), 0) if token.kind == "op" else 0
        # ]1..5[ opens and closes with the other brackets; both lie within one part.
        if token.kind == "op" and token.value == "," and depth <= 0:
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _interval(words: list[Token]) -> Interval:
    first = str(words[0].value) if words and words[0].kind == "op" else ""
    if first in ("<", "<=", ">", ">="):
        bound = _constant(words[1:])
        if first.startswith("<"):
            return Interval(high=bound, high_closed=first == "<=")
        return Interval(low=bound, low_closed=first == ">=")
    dots = [place for place, token in enumerate(words) if token.kind == "op" and token.value == ".."]
    if first in ("[", "(", "]") and len(dots) == 1 and str(words[-1].value) in ("]", ")", "["):
        low, high = _constant(words[1 : dots[0]]), _constant(words[dots[0] + 1 : -1])
        return Interval(low, high, first == "[", str(words[-1].value) == "]")
    if first in ("=", "!="):
        raise Unclear
    value = _constant(words)
    return Interval(value, value, True, True)


def _constant(words: list[Token]) -> object:
    """The value of words without a name in them. Raises Unclear."""
    text = " ".join(f'"{token.value}"' if token.kind == "string" else str(token.value) for token in words)
    try:
        compiled = compile_expression(text)
    except FeelError as error:
        raise Unclear from error
    value = None if compiled.names else compiled.evaluate({})
    if value is None or isinstance(value, list | dict):
        raise Unclear
    return value


def _discrete(values: list[object], cells: list[Cell], *, closed: bool) -> Axis:
    """Pieces that are single values, and one for all others unless the values are all there are."""
    pieces = [*values, *([] if closed else [None])]
    said = tuple("…" if value is None else _said(value) for value in pieces)
    rules = []
    for cell in cells:
        named = [interval.low for interval in cell.intervals]
        if any(interval.low != interval.high or interval.low is None for interval in cell.intervals):
            raise Unclear
        accepted = sum(1 << place for place, value in enumerate(pieces) if value is not None and value in named)
        rules.append(((1 << len(pieces)) - 1) & ~accepted if cell.negated else accepted)
    return Axis(said, tuple(rules))


def _continuous(points: list[object], cells: list[Cell], allowed: Cell) -> Axis:
    """Pieces that are the points and what lies between them: piece 2i is before point i, piece 2i + 1 is the point."""
    whole = (1 << (2 * len(points) + 1)) - 1
    kept = _bits(allowed, points, whole)
    places = [place for place in range(2 * len(points) + 1) if kept >> place & 1]
    said = tuple(_between(points, place) for place in places)
    rules = tuple(_packed(_bits(cell, points, whole), places) for cell in cells)
    return Axis(said, rules)


def _bits(cell: Cell, points: list[object], whole: int) -> int:
    bits = 0
    for interval in cell.intervals:
        low = 0 if interval.low is None else 2 * _place(points, interval.low) + (1 if interval.low_closed else 2)
        high = 2 * len(points) if interval.high is None else 2 * _place(points, interval.high)
        high += 1 if interval.high is not None and interval.high_closed else 0
        if low <= high:
            bits |= (1 << (high + 1)) - (1 << low)
    return whole & ~bits if cell.negated else bits


def _packed(bits: int, places: list[int]) -> int:
    return sum(1 << index for index, place in enumerate(places) if bits >> place & 1)


def _between(points: list[object], place: int) -> str:
    point, on_it = divmod(place, 2)
    if on_it:
        return _said(points[point])
    if not points:
        return "…"
    if point == 0:
        return f"< {_said(points[0])}"
    if point == len(points):
        return f"> {_said(points[-1])}"
    return f"({_said(points[point - 1])}..{_said(points[point])})"


def _place(points: list[object], value: object) -> int:
    return bisect_left(_Key.all(points), _Key(value))


def _sorted(points: list[object]) -> list[object]:
    for value in points[1:]:
        if compare("<=", points[0], value) is None:
            raise Unclear
    return [key.value for key in sorted({_Key(value) for value in points})]


def _unlike(values: list[object]) -> list[object]:
    return list(dict.fromkeys(values))


class _Key:
    """A FEEL value that Python may sort."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    @staticmethod
    def all(values: list[object]) -> list[_Key]:
        return [_Key(value) for value in values]

    def __lt__(self, other: _Key) -> bool:
        return compare("<", self.value, other.value) is True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)
