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


@dataclass(frozen=True)
class Span:
    """A duration of ISO 8601, which may mix months and days as FEEL's may not."""

    months: int
    rest: timedelta

    def after(self, moment: datetime) -> datetime:
        """That much later: months first, then the rest. Raises OverflowError or ValueError beyond the year 9999."""
        later = shifted(moment, self.months)
        assert isinstance(later, datetime)
        return later + self.rest


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
    if literal(kind, text) is not None:
        return frozenset()
    if re.match(r"-?P\d|R\d*/|\d{4}-\d\d|[*?\d,/-]+ +[*?\d,/-]+ ", text):
        # It wants to be ISO 8601 or cron: an error of FEEL would say nothing.
        raise FeelError("timer.unreadable", kind=kind, text=text)
    expression = compile_expression(text)
    if not expression.names:
        _from_feel(kind, text, expression.evaluate({}))
    return expression.names


def literal(kind: str, text: str) -> datetime | Span | None:
    """What the text says as ISO 8601; None if it is something else."""
    if kind == "timeDate":
        return _moment(text)
    if kind == "timeDuration":
        return _span(text)
    cycle = _CYCLE.fullmatch(text) if kind == "timeCycle" else None
    if cycle is None or cycle[1] == "0":
        return None
    every = _span(cycle[3])
    return every if not cycle[2] else (_moment(cycle[2]) if every else None)


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
