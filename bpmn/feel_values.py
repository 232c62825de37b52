"""FEEL values: what they are, when they are equal, what comes before what, and how they are added (DMN 1.3, 10.3.2).

A FEEL value is null (None), a number (Decimal), string, boolean, date, time, date and time (datetime), days and time
duration (timedelta), years and months duration (Months), range (Range), list or context (dict). An operation on values
it is not defined for gives null; it never raises.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

from bpmn.feel_run import CONTEXT, FeelOnly, Run

MAX_EXPONENT = 1_000
#: A power costs as much as this many other steps.
_POWER_STEPS = 200
_MICROSECOND = timedelta(microseconds=1)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"(\d{2}:\d{2}:\d{2})(\.\d{1,6})?\d*(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_DAYS = re.compile(
    r"(-)?P(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?", re.ASCII
)
_MONTHS = re.compile(r"(-)?P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?", re.ASCII)


@dataclass(frozen=True, order=True)
class Months(FeelOnly):
    """A years and months duration: how many months."""

    count: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.count), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return ("-" if self.count < 0 else "") + "P" + text


@dataclass(frozen=True)
class Range:
    """From ``low`` to ``high``; a closed end belongs to it. Used inside an expression only, never kept."""

    low: object
    high: object
    low_closed: bool = True
    high_closed: bool = True

    def has(self, value: object) -> bool | None:
        """Does ``value`` lie in it? null where they cannot be compared."""
        above = compare("<=" if self.low_closed else "<", self.low, value)
        below = compare("<=" if self.high_closed else "<", value, self.high)
        return both(above, below)


# -- logic: three values -----------------------------------------------------------------------------------------


def both(a: object, b: object) -> bool | None:
    """``a and b`` of DMN 1.3 table 50: false wins, then null."""
    if a is False or b is False:
        return False
    return True if a is True and b is True else None


def either(a: object, b: object) -> bool | None:
    """``a or b``: true wins, then null."""
    if a is True or b is True:
        return True
    return False if a is False and b is False else None


def negated(a: object) -> bool | None:
    """``not(a)``: null stays null."""
    return (not a) if isinstance(a, bool) else None


# -- equality and order ------------------------------------------------------------------------------------------


def equal(run: Run, a: object, b: object) -> bool | None:
    """``a = b``: null equals only null; values of different kinds give null (DMN 1.3, 10.3.2.13)."""
    run.spend(1)
    if a is None or b is None:
        return a is b
    if type(a) is not type(b):
        return None
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(equal(run, x, y) is True for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(run, a[key], b[key]) is True for key in a)
    return a == b


def compare(sign: str, a: object, b: object) -> bool | None:
    """``a < b`` and its like; null unless both are ordered values of one kind."""
    if type(a) is not type(b) or not isinstance(a, (Decimal, str, date, time, timedelta, Months)):
        return None
    try:
        return _ORDER[sign](a, b)
    except TypeError:
        # One has a zone and the other has none.
        return None


_ORDER: dict[str, Callable[[object, object], bool]] = {
    "<": operator.lt,  # type: ignore[dict-item]
    "<=": operator.le,  # type: ignore[dict-item]
    ">": operator.gt,  # type: ignore[dict-item]
    ">=": operator.ge,  # type: ignore[dict-item]
}


def matches(run: Run, value: object, candidate: object) -> bool | None:
    """Is ``value`` what a unary test asks for: the candidate itself, in its range, or in its list?"""
    if isinstance(candidate, Range):
        return candidate.has(value)
    if isinstance(candidate, list) and not isinstance(value, list):
        return any(matches(run, value, item) is True for item in candidate)
    return equal(run, value, candidate)


# -- arithmetic --------------------------------------------------------------------------------------------------


def arithmetic(run: Run, sign: str, a: object, b: object) -> object:
    """``a + b`` and its like; null where it is not defined, divides by zero or leaves the range of decimal128."""
    if a is None or b is None:
        return None
    if isinstance(a, str) and isinstance(b, str):
        return run.text(a + b) if sign == "+" else None
    try:
        if isinstance(a, Decimal) and isinstance(b, Decimal):
            run.spend(_POWER_STEPS if sign == "**" else 1)
            return _NUMBERS[sign](a, b)
        return _OTHERS[sign](a, b) if sign in _OTHERS else None
    except (ArithmeticError, ValueError, TypeError):
        return None


def _power(a: Decimal, b: Decimal) -> Decimal | None:
    return CONTEXT.power(a, b) if abs(b) <= MAX_EXPONENT else None


_NUMBERS: dict[str, Callable[[Decimal, Decimal], Decimal | None]] = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": CONTEXT.divide,
    "**": _power,
}


def _plus(a: object, b: object) -> object:
    if isinstance(a, Months) and isinstance(b, Months):
        return Months(a.count + b.count)
    if isinstance(a, timedelta) and isinstance(b, timedelta):
        return a + b
    if isinstance(a, (Months, timedelta)):
        a, b = b, a
    if isinstance(b, Months):
        return shifted(a, b.count) if isinstance(a, date) else None
    return _later(a, b) if isinstance(b, timedelta) else None


def _minus(a: object, b: object) -> object:
    if type(a) is type(b) and isinstance(a, (date, timedelta)):
        return a - b  # type: ignore[operator]
    if isinstance(a, time) and isinstance(b, time):
        return _of_day(a) - _of_day(b)
    if isinstance(a, Months) and isinstance(b, Months):
        return Months(a.count - b.count)
    if isinstance(b, Months):
        return shifted(a, -b.count) if isinstance(a, date) else None
    return _later(a, -b) if isinstance(b, timedelta) else None


def _times(a: object, b: object) -> object:
    if isinstance(a, Decimal):
        a, b = b, a
    if not isinstance(b, Decimal):
        return None
    if isinstance(a, Months):
        return Months(int(CONTEXT.multiply(Decimal(a.count), b)))
    return _scaled(a, b) if isinstance(a, timedelta) else None


def _divided(a: object, b: object) -> object:
    if isinstance(a, timedelta) and isinstance(b, timedelta):
        return CONTEXT.divide(Decimal(a // _MICROSECOND), Decimal(b // _MICROSECOND))
    if isinstance(a, Months) and isinstance(b, Months):
        return CONTEXT.divide(Decimal(a.count), Decimal(b.count))
    return _times(a, CONTEXT.divide(Decimal(1), b)) if isinstance(b, Decimal) else None


_OTHERS: dict[str, Callable[[object, object], object]] = {"+": _plus, "-": _minus, "*": _times, "/": _divided}


def _scaled(duration: timedelta, factor: Decimal) -> timedelta:
    microseconds = CONTEXT.multiply(Decimal(duration // _MICROSECOND), factor)
    if microseconds.adjusted() > 20:
        raise OverflowError
    return timedelta(microseconds=int(microseconds))


def _later(moment: object, duration: timedelta) -> object:
    if isinstance(moment, datetime):
        return moment + duration
    if isinstance(moment, date):
        # A date has no hours: whole days count, backwards as well.
        return moment + timedelta(days=duration // timedelta(days=1))
    if isinstance(moment, time):
        return (datetime.combine(date(2000, 1, 2), moment) + duration).timetz()
    return None


def shifted(moment: date, months: int) -> date:
    """The same day ``months`` later (earlier where negative), or the last day of a month that is too short.

    Keeps a datetime's time. Raises ValueError or OverflowError outside the years 1 to 9999.
    """
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    for day in (moment.day, 30, 29, 28):
        if day <= moment.day:
            try:
                return moment.replace(year=year, month=month + 1, day=day)
            except ValueError:
                continue
    raise ValueError(f"no such year: {year}")


def _of_day(moment: time) -> timedelta:
    offset = moment.utcoffset() or timedelta()
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second) - offset


# -- from and to text --------------------------------------------------------------------------------------------


def to_date(text: str) -> date | None:
    """``2026-11-24``."""
    return date.fromisoformat(text) if _DATE.fullmatch(text) else None


def to_time(text: str) -> time | None:
    """``09:30:00``, with ``Z`` or ``+08:00`` where it has a zone."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    moment = time.fromisoformat(match[1] + (match[2] or ""))
    return moment.replace(tzinfo=_zone(match[3])) if match[3] else moment


def to_datetime(text: str) -> datetime | None:
    """``2026-11-24T09:30:00+08:00``; a date alone is its midnight."""
    day, separator, rest = text.partition("T")
    on, at = to_date(day), to_time(rest) if separator else time()
    return datetime.combine(on, at) if on is not None and at is not None else None


def to_duration(text: str) -> timedelta | Months | None:
    """``P3DT4H`` or ``P1Y2M``; FEEL knows no mixture of both."""
    months = _MONTHS.fullmatch(text)
    if months and (months[2] or months[3]):
        count = 12 * int(months[2] or 0) + int(months[3] or 0)
        return Months(-count if months[1] else count)
    days = _DAYS.fullmatch(text)
    if days is None or not any(days.groups()[1:]):
        return None
    duration = timedelta(
        days=int(days[2] or 0), hours=int(days[3] or 0), minutes=int(days[4] or 0), seconds=float(days[5] or 0)
    )
    return -duration if days[1] else duration


def to_temporal(text: str) -> object:
    """What ``@"…"`` says: date, time, date and time or duration; None for anything else."""
    for reader in (to_date, to_time, to_duration, to_datetime):
        try:
            if (value := reader(text)) is not None:
                return value
        except (ValueError, OverflowError):
            return None
    return None


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6])))


def number_text(number: Decimal) -> str:
    """A number without exponent, unless it is absurdly large or small."""
    return format(number, "f") if abs(number.adjusted()) < 40 else str(number)


def duration_text(duration: timedelta) -> str:
    """ISO 8601: ``P3DT4H``."""
    microseconds = abs(duration // _MICROSECOND)
    seconds, fraction = divmod(microseconds, 10**6)
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    last = f"{seconds % 60}" + (f".{fraction:06}".rstrip("0") if fraction else "")
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + (f"{last}S" if last != "0" else "")
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return ("-" if duration < timedelta() else "") + "P" + (text or "T0S")
