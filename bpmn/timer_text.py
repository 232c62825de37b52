"""When a timer of a BPMN file is due (BPMN 2.0, 10.5.5): ISO 8601 text, or FEEL that gives a time or duration."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from bpmn.feel import FeelError, Months, compile_expression
from bpmn.feel_values import shifted, to_datetime

KINDS = ("timeDate", "timeDuration", "timeCycle")

_DURATION = re.compile(
    r"P(?=[\dT])(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=\d)(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?",
    re.ASCII,
)
_CYCLE = re.compile(r"R(\d{0,6})/(?:([^/P]+)/)?(P[^/]+)", re.ASCII)
#: A duration that does not fit between here and the year 9999 never ends.
_FAR = datetime(2500, 1, 1)


@dataclass(frozen=True)
class Span:
    """A duration of ISO 8601, which may mix months and days as FEEL's may not."""

    months: int
    rest: timedelta

    def after(self, moment: datetime, times: int = 1) -> datetime:
        """That much later: months first, then the rest. Raises OverflowError or ValueError beyond the year 9999."""
        later = shifted(moment, self.months * times)
        assert isinstance(later, datetime)
        return later + self.rest * times


NO_TIME = Span(0, timedelta())
#: More occurrences than a cycle of one second has until the year 9999.
MANY = 10**12


@dataclass(frozen=True)
class Cycle:
    """A repeating interval of ISO 8601: how often (None: for ever), from when (None: from now), the time between."""

    times: int | None
    begin: datetime | None
    every: Span


def due(kind: str, text: str, at: datetime, evaluate: Callable[[str], object], zone: tzinfo | None = None) -> datetime:
    """The moment a timer armed at ``at`` (with zone) fires; of a cycle, the first.

    ``evaluate`` computes a FEEL text over the case data. ``zone`` is that of a date or time that names none and of
    months, by default the zone of ``at``. Raises FeelError: ``timer.unreadable``, ``timer.no_value``,
    ``timer.out_of_range``, or what ``evaluate`` raises.
    """
    local = at.astimezone(zone) if zone else at
    text = text.strip()
    value = literal(kind, text)
    if value is None:
        value = _from_feel(kind, text, evaluate(text))
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=local.tzinfo)
    try:
        return value.after(local)
    except (OverflowError, ValueError) as error:
        raise FeelError("timer.out_of_range", text=text) from error


def names(kind: str, text: str) -> frozenset[str]:
    """The variables the text reads. Raises FeelError (``timer.unreadable``, ``feel.*``) for one that cannot be used."""
    text = text.strip()
    if not text:
        raise FeelError("timer.empty", kind=kind)
    if (value := literal(kind, text)) is not None:
        _within_the_calendar(text, value)
        return frozenset()
    if re.match(r"-?P\d|R-?\d*/|\d{4}-(W?\d\d)|[*?\d,/-]+ +[*?\d,/-]+ ", text):
        # It wants to be ISO 8601 or cron: an error of FEEL would say nothing.
        raise FeelError("timer.unreadable", kind=kind, text=text)
    expression = compile_expression(text)
    if not expression.names:
        _within_the_calendar(text, _from_feel(kind, text, expression.evaluate({})))
    return expression.names


def _within_the_calendar(text: str, value: datetime | Span) -> None:
    try:
        if isinstance(value, Span):
            value.after(_FAR)
    except (OverflowError, ValueError) as error:
        raise FeelError("timer.out_of_range", text=text) from error


def literal(kind: str, text: str) -> datetime | Span | None:
    """What the text says as ISO 8601; None if it is something else."""
    if kind == "timeDate":
        return _moment(text)
    if kind == "timeDuration":
        return _span(text)
    if kind != "timeCycle" or (found := cycle(text)) is None or found.times == 0:
        return None
    return found.begin or found.every


def cycle(text: str) -> Cycle | None:
    """What the text says as a repeating interval; None if it is something else."""
    match = _CYCLE.fullmatch(text)
    begin = _moment(match[2]) if match and match[2] else None
    every = _span(match[3]) if match else None
    if match is None or every is None or (match[2] and begin is None):
        return None
    return Cycle(int(match[1]) if match[1] else None, begin, every)


def _moment(text: str) -> datetime | None:
    try:
        return to_datetime(text)
    except ValueError:
        return None


def _span(text: str) -> Span | None:
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return Span(years * 12 + months, rest)


def _from_feel(kind: str, text: str, value: object) -> datetime | Span:
    """A FEEL value as what this kind of timer needs."""
    found: datetime | Span | None = None
    if isinstance(value, str):
        found = literal(kind, value.strip())
    elif isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime.combine(value, time())
    elif isinstance(value, timedelta) and value >= timedelta():
        found = Span(0, value)
    elif isinstance(value, Months) and value.count >= 0:
        found = Span(value.count, timedelta())
    if found is None or (isinstance(found, datetime) != (kind == "timeDate") and not isinstance(value, str)):
        raise FeelError("timer.no_value", kind=kind, text=text)
    return found
