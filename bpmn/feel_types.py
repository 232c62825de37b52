"""FEEL's own types, and which of them a sign or a function takes (DMN 1.3, 10.3.2.3, 10.3.2.13, 10.3.4).

A type is its name in FEEL; '' is one that is not known, which nothing is held against. Lists and contexts may say what
lies in them (``feel_nested``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from bpmn.feel_nested import CONTEXT, LIST, NULL, item_of, joined, kind_of, list_of
from bpmn.feel_values import Months

DAYS = "days and time duration"
MONTHS = "years and months duration"
MOMENT = "date and time"

#: What a minus may stand before.
NEGATED = ("", NULL, "number", DAYS, MONTHS)
_ORDERED = ("number", "string", "date", "time", MOMENT, DAYS, MONTHS)
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (Decimal, "number"),
    (str, "string"),
    (datetime, MOMENT),
    (date, "date"),
    (time, "time"),
    (timedelta, DAYS),
    (Months, MONTHS),
    (list, LIST),
    (dict, CONTEXT),
)


@dataclass(frozen=True)
class Clash:
    """A place in a text where a value can only become null: a sign between two types, an argument of the wrong one."""

    #: The sign, keyword or function.
    sign: str
    #: The operands as they are written; ``right`` is '' where there is one only.
    left: str
    right: str
    #: The types they have; with one operand, its own and the one that is wanted.
    types: tuple[str, str]
    #: Is one operand a variable and the other a constant?
    constant: bool = False

    @property
    def place(self) -> str:
        """The place as it is written."""
        return f"{self.left} {self.sign} {self.right}" if self.right else f"{self.sign} ({self.left})"


@dataclass(frozen=True)
class Missing:
    """A place in a text that asks for a part which a value of its type never has: it can only be null."""

    #: The value and the part as they are written.
    written: str
    part: str
    #: The type of the value, and the parts it has.
    type: str
    there: tuple[str, ...]


def type_of(value: object) -> str:
    """The type of a constant."""
    if value is None:
        return NULL
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "")


def compared(sign: str, left: str, right: str) -> bool:
    """May values of these types stand on both sides of ``=``, ``<``, ``in`` …? What is not known may."""
    if "" in (left, right):
        return True
    if sign in ("=", "!="):
        # Lists of whatever, and contexts, may be equal: both may be empty.
        return NULL in (left, right) or kind_of(left) == kind_of(right)
    return left == right and left in _ORDERED


def sought(value: str, items: str) -> bool:
    """May a value of this type be one of a list's items, or that list itself (DMN 1.3, 10.3.2.8)?"""
    return compared("=", value, items) or compared("=", value, item_of(items))


def computed(sign: str, left: str, right: str) -> str | None:
    """The type of ``left sign right``; '' when it is not known, None when it is always null."""
    if left and right:
        either = _EITHER_WAY.get((sign, left, right)) or _EITHER_WAY.get((sign, right, left))
        return either or _ORDER.get((sign, left, right))
    known = left or right
    if not known:
        return ""
    found = {result for (each, a, b), result in _ORDER.items() if each == sign and known == (a if left else b)}
    found |= {result for (each, a, b), result in _EITHER_WAY.items() if each == sign and known in (a, b)}
    return found.pop() if len(found) == 1 else ("" if found else None)


def _temporal() -> dict[tuple[str, str, str], str]:
    later = {("+", moment, length): moment for moment in ("date", MOMENT) for length in (DAYS, MONTHS)}
    return later | {("+", "time", DAYS): "time"}


#: Operands that may change places.
_EITHER_WAY = _temporal() | {
    ("+", "number", "number"): "number",
    ("+", "string", "string"): "string",
    ("+", DAYS, DAYS): DAYS,
    ("+", MONTHS, MONTHS): MONTHS,
    ("*", "number", "number"): "number",
    ("*", DAYS, "number"): DAYS,
    ("*", MONTHS, "number"): MONTHS,
}
_ORDER = {("-", moment, length): moment for _sign, moment, length in _temporal()} | {
    ("-", "number", "number"): "number",
    ("-", "date", "date"): DAYS,
    ("-", MOMENT, MOMENT): DAYS,
    ("-", "time", "time"): DAYS,
    ("-", DAYS, DAYS): DAYS,
    ("-", MONTHS, MONTHS): MONTHS,
    ("/", "number", "number"): "number",
    ("/", DAYS, "number"): DAYS,
    ("/", MONTHS, "number"): MONTHS,
    ("/", DAYS, DAYS): "number",
    ("/", MONTHS, MONTHS): "number",
    ("**", "number", "number"): "number",
}


def wanted(function: str, given: Sequence[str]) -> tuple[str, str]:
    """What each argument of a function must be ('' for anything), and what the function gives."""
    takes, gives = _SIGNATURES.get(function, ("", ""))
    if function in ("date", "time") and len(given) == 3:
        takes = "number"
    make = _MADE_OF.get(function)
    return takes, make(given) if make and given else gives


#: Functions that give what they are given.
_MADE_OF: dict[str, Callable[[Sequence[str]], str]] = {
    "abs": lambda given: given[0],
    "append": lambda given: list_of(joined((item_of(given[0]), *given[1:]))),
    "distinct values": lambda given: list_of(item_of(given[0])),
    "get or else": joined,
    "index of": lambda given: list_of("number"),
    "reverse": lambda given: list_of(item_of(given[0])),
    "sublist": lambda given: list_of(item_of(given[0])),
    **dict.fromkeys(("concatenate", "union"), lambda given: list_of(joined(map(item_of, given)))),
    **dict.fromkeys(("max", "min"), lambda given: joined(map(item_of, given))),
}
#: Functions that look at the items of a list.
OF_ITEMS = frozenset(("all", "any", "max", "mean", "median", "min", "string join", "sum"))


def _signatures(takes: str, gives: str, *names: str) -> dict[str, tuple[str, str]]:
    return dict.fromkeys(names, (takes, gives))


_SIGNATURES: dict[str, tuple[str, str]] = {
    **_signatures("string", "boolean", "contains", "ends with", "starts with"),
    **_signatures("string", "string", "lower case", "upper case", "trim", "substring after", "substring before"),
    **_signatures("string", "number", "string length"),
    **_signatures("string", "", "duration"),
    **_signatures("number", "number", "ceiling", "decimal", "floor", "modulo", "sqrt"),
    **_signatures("number", "number", "round down", "round half down", "round half up", "round up"),
    **_signatures("boolean", "boolean", "not"),
    **_signatures("string", "string", "string join"),
    **_signatures("", "string", "string", "substring"),
    **_signatures("number", "number", "mean", "median", "sum"),
    **_signatures("", "number", "count", "number"),
    **_signatures("boolean", "boolean", "all", "any"),
    **_signatures("", "boolean", "is defined", "list contains"),
    **_signatures("", LIST, "flatten"),
    **_signatures("", "date", "date"),
    **_signatures("", "time", "time"),
    **_signatures("", MOMENT, "date and time"),
    **_signatures("", MONTHS, "years and months duration"),
}
