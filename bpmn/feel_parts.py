"""The pieces a FEEL text is read into, and whether their types go together (DMN 1.3, 10.3.2.13, 10.3.2.15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bpmn import feel_types as types
from bpmn.feel_closures import Closure, Test
from bpmn.feel_types import Clash
from bpmn.feel_words import Words

UNKNOWN = object()
#: The type of a range is that of its bounds after this.
RANGE = "range of "


class Part(NamedTuple):
    """A compiled piece: its closure, its name if it is just a variable, its value if it is a constant, its type."""

    run: Closure
    name: str = ""
    constant: object = UNKNOWN
    #: '' where it is not known (``feel_types``).
    type: str = ""

    @property
    def is_constant(self) -> bool:
        return self.constant is not UNKNOWN


class Tested(NamedTuple):
    """A compiled unary test and the constants it compares with, if that is all it does."""

    run: Test
    constants: tuple[object, ...] = ()
    #: The types of what it compares with by order: the bounds of a range, ``> 5``.
    bounds: tuple[str, ...] = ()
    #: It was a range that used up the closing parenthesis: ``x in (1..5]``.
    closed: bool = False


@dataclass(frozen=True)
class Comparison:
    """A variable compared with constants (``=``, ``!=`` or ``in``): lets a linter find values that cannot occur."""

    name: str
    constants: tuple[object, ...]


class Judged(Words):
    """A text being read whose pieces are held against each other.

    ``comparisons``: what variables were compared with; ``types``: the types of variables, as far as they are known;
    ``clashes``: where types do not go together.
    """

    def __init__(self, text: str, limit: int, names: frozenset[str], types: Mapping[str, str] | None) -> None:
        super().__init__(text, limit, names)
        self.types = dict(types or {})
        self.comparisons: list[Comparison] = []
        self.clashes: list[Clash] = []

    def _compared(self, part: Part, *constants: object) -> None:
        known = tuple(constant for constant in constants if constant is not UNKNOWN)
        if part.name and known:
            self.comparisons.append(Comparison(part.name, known))

    def _ordered(self, sign: str, left: Part, right: Part, since: int, middle: int) -> None:
        if not types.compared(sign, left.type, right.type):
            self._clash(sign, left, right, since, middle)

    def _clash(self, sign: str, left: Part, right: Part, since: int, middle: int) -> None:
        """Operands whose words begin at ``since`` and after the sign at ``middle``."""
        written = self.written(since, middle - 1), self.written(middle, self._at)
        constant = bool((left.name and right.is_constant) or (right.name and left.is_constant))
        self.clashes.append(Clash(sign, *written, (left.type, right.type), constant))

    def _must_be(self, wanted: str, sign: str, part: Part, since: int) -> None:
        if wanted and part.type not in ("", types.NULL, wanted):
            self.clashes.append(Clash(sign, self.written(since, self._at), "", (part.type, wanted)))

    def _given(self, function: str, parts: Sequence[Part], since: int) -> str:
        """The type a function gives; its arguments, just read, are held against what it takes."""
        takes, gives = types.wanted(function, [part.type for part in parts])
        wrong = next((part.type for part in parts if takes and part.type not in ("", takes)), "")
        if wrong:
            self.clashes.append(Clash(function, self.written(since, self._at - 1), "", (wrong, takes)))
        return gives
