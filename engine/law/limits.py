"""Counting a period of law: from its anchor, day by day, each counted or left out for a reason. Pure.

The day of the anchor does not count (民法典 art. 201). Working days count by the calendar; calendar days, months and
years run through and, unless the limit guards somebody against the state, end on the next working day when their last
day is a rest day (art. 203). Days of a stop do not count: from the day after the act that began it to the day of the
act that ended it. Overlapping stops are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.law.calendar import Calendar, Counted, add_months

#: Dates that law counts are dates here.
ZONE = ZoneInfo("Asia/Shanghai")
#: Why a day is as it is: the anchor, counted, a rest day, within a stop, or only passed until a working day comes.
ANCHOR, COUNTED, REST, STOPPED, ROLLED = "anchor", "counted", "rest", "stopped", "rolled"

#: Where a law says itself that its (short) periods are working days: instrument → article, in Chinese and English.
WORKING_DAYS_BY = {
    "中华人民共和国行政许可法": ("第八十二条", "Article 82"),
    "中华人民共和国行政处罚法": ("第八十五条", "Article 85"),
    "中华人民共和国行政强制法": ("第六十九条", "Article 69"),
    "中华人民共和国行政复议法": ("第八十八条", "Article 88"),
}


@dataclass(frozen=True)
class Period:
    """Days that do not count, both ends included; ``ground`` says why."""

    first: date
    last: date
    ground: str = ""


@dataclass(frozen=True)
class Day:
    """One day of the way from the anchor to the due date."""

    on: date
    #: ANCHOR, COUNTED, REST, STOPPED or ROLLED.
    why: str
    #: The how-manieth day of the period it is; 0 where it does not count.
    number: int
    #: What the calendar says: workday, weekend, holiday, makeup.
    kind: str
    #: Ground of the stop it lies in.
    ground: str = ""


def reckon(
    start: date, value: int, unit: str, *, calendar: Calendar, roll: bool = True, stops: Iterable[Period] = ()
) -> Counted:
    """The last day of a period of ``value`` units from ``start``; provisional where an unpublished year was met."""
    passed = list(days(start, value, unit, calendar=calendar, roll=roll, stops=stops))
    last = passed[-1].on
    # Calendar days need the calendar only for where they end.
    asked = passed[1:] if unit == "working_day" else passed[-1:] if roll and len(passed) > 1 else []
    return Counted(last, any(not calendar.is_published(day.on) for day in asked))


def days(
    start: date, value: int, unit: str, *, calendar: Calendar, roll: bool = True, stops: Iterable[Period] = ()
) -> Iterator[Day]:
    """Every day from the anchor to the due date, in order; the last one is the due date."""
    stopped = {day: period.ground for period in stops for day in _each(period)}
    yield Day(start, ANCHOR, 0, calendar.kind(start))
    left, number, day = _length(start, value, unit), 0, start
    while number < left:
        day += timedelta(days=1)
        kind = calendar.kind(day)
        if day in stopped:
            yield Day(day, STOPPED, 0, kind, stopped[day])
        elif unit == "working_day" and not calendar.is_working(day):
            yield Day(day, REST, 0, kind)
        else:
            number += 1
            yield Day(day, COUNTED, number, kind)
    while roll and unit not in ("working_day", "hour") and not calendar.is_working(day):
        day += timedelta(days=1)
        yield Day(day, ROLLED, 0, calendar.kind(day))


def _length(start: date, value: int, unit: str) -> int:
    """How many days the period has; months and years end on the corresponding day (民法典 art. 202)."""
    if unit in ("on_spot", "hour"):
        return 0
    if unit in ("month", "year"):
        return (add_months(start, value * (12 if unit == "year" else 1)) - start).days
    return value


def _each(period: Period) -> Iterator[date]:
    day = period.first
    while day <= period.last:
        yield day
        day += timedelta(days=1)


def over(last: date) -> datetime:
    """The instant a day is over: midnight after it."""
    return datetime.combine(last + timedelta(days=1), time(), ZONE)


def local(at: datetime) -> date:
    """The date of an instant where the law counts it."""
    return at.astimezone(ZONE).date()
