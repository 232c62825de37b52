"""What an evaluation may use up: steps and room. A hostile expression ends here, by count and never by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

#: Arithmetic of IEEE 754 decimal128, as DMN 1.3 table 55 asks: 34 digits, half to even.
CONTEXT = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow]
)

#: Evaluated nodes and handled items; about 1 µs each, so that the whole stays below 50 ms on a slow machine.
MAX_STEPS = 25_000
#: Characters of one string.
MAX_STRING = 10_000
#: Items of one value, nested ones included.
MAX_ITEMS = 5_000
MAX_NESTING = 20
#: A whole number of case data beyond this many bits is no number of law.
MAX_BITS = 2_048

_PLAIN = (str, bool, date, datetime, time, timedelta, type(None))


class FeelOnly:
    """A kind of value that Python has no type for, and that may be kept."""

    __slots__ = ()


class FeelError(Exception):
    """A FEEL text that cannot be used, or whose evaluation would take too much.

    ``code`` names the reason (``feel.*``, a key of the word files), ``position`` the character it concerns, counted
    from 1 (0: the whole text), ``params`` the values its sentence needs.
    """

    def __init__(self, code: str, position: int = 0, **params: object) -> None:
        super().__init__(f"{code} at {position} {params}")
        self.code = code
        self.position = position
        self.params = params


class Run:
    """One evaluation: the scope it reads and the steps it has left."""

    __slots__ = ("_known", "_limit", "_scope", "_steps")

    def __init__(self, scope: Mapping[str, object], steps: int = MAX_STEPS) -> None:
        self._scope = scope
        self._known: dict[str, object] = {}
        self._steps = self._limit = steps

    def spend(self, steps: int) -> None:
        """Use up ``steps``. Raises FeelError ``feel.budget`` when none are left."""
        self._steps -= steps
        if self._steps < 0:
            raise FeelError("feel.budget", limit=self._limit)

    def variable(self, name: str) -> object:
        """The scope's value of ``name`` as a FEEL value; null where there is none."""
        if name not in self._known:
            self._known[name] = self.value(self._scope.get(name))
        return self._known[name]

    def assign(self, name: str, value: object) -> None:
        """From now on ``name`` is ``value`` (a FEEL value)."""
        self._known[name] = value

    def value(self, given: object) -> object:
        """A Python value as a FEEL value: numbers become Decimal, what FEEL does not know becomes null.

        Raises FeelError ``feel.size`` for one that is too large or too deep.
        """
        value, _ = self._converted(given, MAX_ITEMS, 0)
        return value

    def _converted(self, given: object, room: int, depth: int) -> tuple[object, int]:
        """The value and how many more items fit."""
        self.spend(1)
        if room <= 0 or depth > MAX_NESTING:
            raise FeelError("feel.size", limit=MAX_ITEMS)
        if isinstance(given, str):
            return self.text(given), room - 1
        if isinstance(given, (list, tuple)):
            items: list[object] = []
            for item in given:
                value, room = self._converted(item, room, depth + 1)
                items.append(value)
            return items, room - 1
        if isinstance(given, Mapping):
            entries: dict[str, object] = {}
            for key, item in given.items():
                entries[str(key)], room = self._converted(item, room, depth + 1)
            return entries, room - 1
        return _scalar(given), room - 1

    def text(self, text: str) -> str:
        """``text``, if it may be that long. Raises FeelError ``feel.size``."""
        if len(text) > MAX_STRING:
            raise FeelError("feel.size", limit=MAX_STRING)
        self.spend(len(text) // 16)
        return text


class Frame:
    """The names visible at one place: those bound by the loops around it, then the scope."""

    __slots__ = ("_bound", "_outer", "run")

    def __init__(self, run: Run, bound: Mapping[str, object] | None = None, outer: Frame | None = None) -> None:
        self.run = run
        self._bound = bound
        self._outer = outer

    def get(self, name: str) -> object:
        """The value of ``name``, null where nothing has it."""
        frame: Frame | None = self
        while frame is not None:
            if frame._bound is not None and name in frame._bound:
                return frame._bound[name]
            frame = frame._outer
        return self.run.variable(name)

    def bind(self, names: Mapping[str, object]) -> Frame:
        """A frame inside this one in which ``names`` are bound."""
        return Frame(self.run, names, self)


def _scalar(given: object) -> object:
    if isinstance(given, _PLAIN):
        return given
    if isinstance(given, int):
        return CONTEXT.create_decimal(given) if given.bit_length() <= MAX_BITS else None
    if isinstance(given, float):
        given = Decimal(repr(given))
    if isinstance(given, Decimal):
        return CONTEXT.plus(given) if given.is_finite() and abs(given.adjusted()) < CONTEXT.Emax else None
    return given if isinstance(given, FeelOnly) else None
