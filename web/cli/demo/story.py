"""A scenario told again from another day: the same moves, on working days, the dates in its data moved along. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.law.calendar import seed

ZONE = ZoneInfo("Asia/Shanghai")
APPLICANT = "applicant"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, kw_only=True)
class Move:
    """One thing somebody does in a story."""

    at: datetime
    element: str
    #: A post, or ``applicant``.
    post: str
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Story:
    """A case from its opening: who opens it (a post, or ``applicant``), with which data, and what follows."""

    at: datetime
    post: str
    data: Mapping[str, Any]
    moves: tuple[Move, ...]


def tell_from(scenario: Mapping[str, Any], opened: datetime) -> Story:
    """The scenario as if it had been opened on a working day not later than ``opened``, about its own time of day.

    Officers act on working days only, applicants whenever they like; waiting times stay at least as long.
    """
    start = scenario["start"]
    before = datetime.fromisoformat(start["at"]).astimezone(ZONE)
    time, day = before.time(), _last_working_day(opened.astimezone(ZONE).date())
    first = datetime.combine(day, time, ZONE) + timedelta(minutes=opened.minute)
    if first > opened:  # it is earlier in the day now; an office does not open cases at night
        first = datetime.combine(_last_working_day(day - timedelta(days=1)), time, ZONE)
    moves: list[Move] = []
    planned, last = before, first
    for step in scenario.get("step", ()):
        if "do" in step:
            moves.append(_moved(step, planned, last))
            planned, last = datetime.fromisoformat(step["at"]), moves[-1].at
    post = start.get("as", APPLICANT)
    return Story(at=first, post=post, data=_shift(start.get("data", {}), first - before), moves=tuple(moves))


def _moved(step: Mapping[str, Any], planned: datetime, last: datetime) -> Move:
    """A step as long after the ``last`` move as it was planned after the step before, then on to a working day."""
    told = datetime.fromisoformat(step["at"]).astimezone(ZONE)
    at = last + (told - planned)
    while step["as"] != APPLICANT and not seed().is_working(at.date()):
        at += timedelta(days=1)
    return Move(at=at, element=step["do"], post=step["as"], data=_shift(step.get("data", {}), at - told))


def _shift(data: Mapping[str, Any], by: timedelta) -> dict[str, Any]:
    return {name: _shifted(value, by) for name, value in data.items()}


def _shifted(value: Any, by: timedelta) -> Any:
    if isinstance(value, str) and _DATE.fullmatch(value):
        return (date.fromisoformat(value) + timedelta(days=round(by / timedelta(days=1)))).isoformat()
    return value


def _last_working_day(day: date) -> date:
    while not seed().is_working(day):
        day -= timedelta(days=1)
    return day
