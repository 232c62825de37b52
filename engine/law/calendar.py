"""Working days of the People's Republic of China: rest and make-up days (调休) of the yearly State Council notices.

Years that are published come from the ``chinesecalendar`` package; a day after the last published year counts as
working day from Monday to Friday and is *provisional*.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import chinese_calendar


@dataclass(frozen=True)
class Counted:
    """A date that was counted, and whether an unpublished year was met on the way."""

    on: date
    provisional: bool


@cache
def is_working_day(day: date) -> tuple[bool, bool]:
    """(does ``day`` count as a working day, is that provisional)."""
    try:
        return bool(chinese_calendar.is_workday(day)), False
    except NotImplementedError:
        return day.weekday() < 5, True


def add_working_days(start: date, days: int) -> Counted:
    """The ``days``-th working day after ``start``; the start day does not count (民法典 art. 201)."""
    day, provisional = start, False
    while days > 0:
        day += timedelta(days=1)
        working, uncertain = is_working_day(day)
        provisional |= uncertain
        days -= working
    return Counted(day, provisional)


def add_calendar_days(start: date, days: int) -> Counted:
    """The ``days``-th day after ``start``, moved to the next working day when it is a rest day (民法典 art. 203)."""
    return _forward(start + timedelta(days=days))


def add_months(start: date, months: int) -> Counted:
    """The same day ``months`` later, or the month's last day (民法典 art. 202), moved off rest days."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return _forward(date(year, month + 1, min(start.day, last)))


def _forward(day: date) -> Counted:
    provisional = False
    while True:
        working, uncertain = is_working_day(day)
        provisional |= uncertain
        if working:
            return Counted(day, provisional)
        day += timedelta(days=1)
