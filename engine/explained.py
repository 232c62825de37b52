"""Why this date? Every day from the anchor of a clock to its due date, counted or not, by the calendar it went by.

The days are counted again from what is recorded and must end on the recorded date; so the explanation is a check too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from engine import calendars
from engine.answers import CaseView, Timing
from engine.errors import Rejection
from engine.law import timeline
from engine.law.calendar import Calendar
from engine.law.clocks import VALUES
from engine.law.limits import Day, local
from engine.record.canonical import instant
from engine.store import Session


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One clock with the way to one of its dates."""

    timing: Timing
    #: promised or statutory
    value: str
    #: The values this limit has.
    values: tuple[str, ...]
    #: The recorded due date; None while the clock stands still.
    due: date | None
    #: From the anchor to the due date, or to today while the clock stands still.
    days: tuple[Day, ...]
    calendar: Calendar
    #: Digest of the calendar.
    digest: str
    #: Notices that published the years met.
    sources: tuple[str, ...]


def explain(session: Session, view: CaseView, clock: str, at: datetime, value: str | None = None) -> Explained:
    """The way to a date of a clock of the case as it is shown. Raises Rejection ``limit.none`` for no such clock."""
    timing = next((one for one in view.timings if one.id == clock), None)
    values = values_of(timing) if timing is not None else ()
    if timing is None or not values or (value is not None and value not in values):
        raise Rejection("limit.none", limit=clock)
    edition = calendars.by_digest(session, timing.calendar)
    value = value or values[0]
    days = timeline.way(_until(timing, at), value, edition.calendar)
    due = getattr(timing, value)
    if due is None:
        days = [day for day in days if day.on <= local(at)]
    sources = dict.fromkeys(source for day in days if (source := edition.calendar.source(day.on)))
    return Explained(
        timing=timing,
        value=value,
        values=values,
        due=due,
        days=tuple(days),
        calendar=edition.calendar,
        digest=edition.digest,
        sources=tuple(sources),
    )


def values_of(timing: Timing) -> tuple[str, ...]:
    """Which of promised and statutory a clock counts."""
    limit = timing.limit
    if limit is None:
        return ()
    if limit.unit == "on_spot":
        return VALUES[:1]
    return tuple(value for value in VALUES if getattr(limit, value) is not None)


def _until(timing: Timing, at: datetime) -> Timing:
    """A stop that lasts is shown as far as today."""
    stops = tuple(stop if stop.until else replace(stop, until=instant(at)) for stop in timing.stops)
    return replace(timing, stops=stops)
