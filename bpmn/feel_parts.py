"""The pieces a FEEL text is read into, and whether their types go together (DMN 1.3, 10.3.2.13, 10.3.2.15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from bpmn import feel_types as types
from bpmn.feel_closures import Closure, Test
from bpmn.feel_nested import NULL, entries_of, entry, item_of, list_of
from bpmn.feel_types import Clash, Missing
from bpmn.feel_words import Words

UNKNOWN = object()
#: Stands among the names of a scope that may hold any.
ANY = ""


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
    #: Lists it may be one of.
    lists: tuple[Part, ...] = ()
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
    ``clashes``: where types do not go together; ``missing``: parts that are not there.
    """

    def __init__(self, text: str, limit: int, names: frozenset[str], types: Mapping[str, str] | None) -> None:
        super().__init__(text, limit, names)
        self.types = dict(types or {})
        self.comparisons: list[Comparison] = []
        self.clashes: list[Clash] = []
        self.missing: list[Missing] = []
        #: Names bound by loops, contexts and filters to their types, the innermost last.
        self._scopes: list[Mapping[str, str]] = []
        #: Free variables met so far: all there may be, and those no filter can have meant an entry by.
        self.names: set[str] = set()
        self.surely: set[str] = set()

    def _looked_up(self, name: str) -> tuple[str, bool]:
        """The type of a name, and whether it surely is a variable from outside. Notes it if it may be."""
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name], False
            if ANY in scope:
                self.names.add(name)
                return "", False
        self.names.add(name)
        self.surely.add(name)
        return self.types.get(name, ""), True

    @contextmanager
    def _binding(self, scope: Mapping[str, str]) -> Iterator[None]:
        self._scopes.append(scope)
        yield
        self._scopes.pop()

    def _within(self, items: str) -> Mapping[str, str]:
        """What a filter of a list of this type can name: ``item``, and the entries of each."""
        item = item_of(items)
        known = entries_of(item)
        return {"item": item, **({ANY: ""} if known is None else known)}

    def _kept(self, items: str, asked: Part, since: int) -> str:
        """The type of a list filtered by what was ``asked`` of each item: by its place, or by what holds of it."""
        if asked.type == "number":
            return item_of(items)
        self._must_be("boolean", "[ ]", asked, since)
        return list_of(item_of(items)) if asked.type == "boolean" else ""

    def _part_of(self, type_: str, key: str, since: int) -> str:
        """The type of a value's part."""
        found = entry(type_, key)
        if found is None:
            there = tuple(entries_of(item_of(type_)) or ())
            self.missing.append(Missing(self.written(since, self._at), key, type_, there))
        return found or ""

    def _compared(self, part: Part, *constants: object) -> None:
        known = tuple(constant for constant in constants if constant is not UNKNOWN)
        if part.name and known:
            self.comparisons.append(Comparison(part.name, known))

    def _ordered(self, sign: str, left: Part, right: Part, since: int, middle: int) -> None:
        if not types.compared(sign, left.type, right.type):
            self._clash(sign, left, right, since, middle)

    def _one_of(self, left: Part, items: Sequence[Part], since: int, middle: int) -> None:
        """A value that is looked for in lists."""
        for part in items:
            if not types.sought(left.type, part.type):
                self._clash("in", left, part, since, middle)

    def _clash(self, sign: str, left: Part, right: Part, since: int, middle: int) -> None:
        """Operands whose words begin at ``since`` and after the sign at ``middle``."""
        written = self.written(since, middle - 1), self.written(middle, self._at)
        constant = bool((left.name and right.is_constant) or (right.name and left.is_constant))
        self.clashes.append(Clash(sign, *written, (left.type, right.type), constant))

    def _must_be(self, wanted: str, sign: str, part: Part, since: int) -> None:
        if wanted and part.type not in ("", NULL, wanted):
            self.clashes.append(Clash(sign, self.written(since, self._at), "", (part.type, wanted)))

    def _given(self, function: str, parts: Sequence[Part], since: int) -> str:
        """The type a function gives; its arguments, just read, are held against what it takes."""
        takes, gives = types.wanted(function, [part.type for part in parts])
        given = [item_of(part.type) if function in types.OF_ITEMS else part.type for part in parts]
        wrong = next((kind for kind in given if takes and kind not in ("", takes)), "")
        if wrong:
            self.clashes.append(Clash(function, self.written(since, self._at - 1), "", (wrong, takes)))
        if function in ("list contains", "index of") and not types.sought(parts[1].type, parts[0].type):
            both = parts[0].type, parts[1].type
            self.clashes.append(Clash(function, self.written(since, self._at - 1), "", both))
        return gives
