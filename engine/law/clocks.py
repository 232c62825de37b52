"""The clocks of a case: which limits run, stand still or have passed, followed step by step. Pure.

A limit of a node runs while a token is in the node; a limit of the whole case from its anchor to its milestone, or to
the end of the case. An anchor that is reached again starts the clock anew (公开条例 art. 30). A step with a ``stop``
makes every clock that lists its ground stand still while a token is in it. Two values run side by side: what is
promised and what the statute says; an extension lengthens both.

What is kept between commands is a ``State``; ``engine.law.course`` follows a command's steps with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from engine.answers import Stopped
from engine.law import limits
from engine.law.calendar import Calendar, Counted
from engine.law.limits import Period
from engine.record.canonical import instant, read_instant

#: What of a clock can come due, in this order where it is at one instant: the reminder, the promise, the statute.
NOTICE, PROMISED, STATUTORY = "notice", "promised", "statutory"
VALUES = (PROMISED, STATUTORY)


@dataclass(frozen=True, kw_only=True)
class Law:
    """What a compiled program holds of the law (``bpmn.clauses``): by ``scope/id`` of the node; of the whole case."""

    nodes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    limits: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One running clock."""

    #: ``scope/id#n.i``: the how-manieth time (n) the i-th limit of that node runs; ``#n.i`` for the whole case.
    id: str
    element: str
    limit: Mapping[str, Any]
    #: Instant of the anchor.
    since: str
    stops: tuple[Stopped, ...] = ()
    extended: int = 0
    #: Due dates as they are now; None without such a value, or while the clock stands still.
    promised: date | None = None
    statutory: date | None = None
    provisional: bool = False
    #: Instant of the reminder before them; '' without one. Kept, because it was found by the calendar of that day.
    notice: str = ""
    #: Numbers of the recorded steps that made it what it is.
    steps: tuple[int, ...] = ()
    #: What has come due already.
    told: tuple[str, ...] = ()

    @property
    def grounds(self) -> list[str]:
        """Why it stands still now, the oldest ground first: several may last at once, and each must end."""
        return [stop.ground for stop in self.stops if not stop.until]

    @property
    def ground(self) -> str:
        """The oldest of them; '' while it runs."""
        return next(iter(self.grounds), "")


@dataclass(frozen=True, kw_only=True)
class State:
    """What the clocks of a case remember between commands."""

    #: Milestone → instant it was last reached.
    marks: Mapping[str, str] = field(default_factory=dict)
    #: Nodes of the law that hold tokens, and how many.
    active: Mapping[str, int] = field(default_factory=dict)
    #: How often each clock was started, each node left.
    counts: Mapping[str, int] = field(default_factory=dict)
    clocks: Mapping[str, Clock] = field(default_factory=dict)
    #: Cards ever raised: id → what stands of them (``engine.law.cards``).
    cards: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As plain values, what is empty left out."""
        clocks = {id_: _clock_json(clock) for id_, clock in self.clocks.items()}
        parts = {
            "marks": self.marks,
            "active": self.active,
            "counts": self.counts,
            "clocks": clocks,
            "cards": self.cards,
        }
        return {name: dict(part) for name, part in parts.items() if part}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> State:
        """What ``as_json`` gave."""
        clocks = {id_: _read_clock(id_, clock) for id_, clock in values.get("clocks", {}).items()}
        return cls(**{**values, "clocks": clocks})


def counted(clock: Clock, calendar: Calendar) -> Clock:
    """The clock with its due dates as this calendar gives them."""
    if clock.ground:
        return replace(clock, promised=None, statutory=None, provisional=False, notice="")
    found = {value: one for value in VALUES if (one := due(clock, value, calendar)) is not None}
    reminded = next(iter(found), None)
    return replace(
        clock,
        promised=found[PROMISED].on if PROMISED in found else None,
        statutory=found[STATUTORY].on if STATUTORY in found else None,
        provisional=any(one.provisional for one in found.values()),
        notice=_notice(clock, reminded, found[reminded].on, calendar) if reminded is not None else "",
    )


def due(clock: Clock, value: str, calendar: Calendar) -> Counted | None:
    """The due date of one value; None where the limit does not have it."""
    limit, length = clock.limit, length_of(clock.limit, value)
    if length is None:
        return None
    if limit["unit"] == "hour":
        last = limits.local(read_instant(clock.since) + timedelta(hours=length + clock.extended))
        return limits.reckon(last, 0, "hour", calendar=calendar)
    return limits.reckon(
        limits.local(read_instant(clock.since)), length + clock.extended, limit["unit"],
        calendar=calendar, roll=not limit.get("fixed"), stops=periods(clock.stops),
    )  # fmt: skip


def length_of(limit: Mapping[str, Any], value: str) -> int | None:
    """How many units; a step done on the spot is promised for the same day, or the statute says so."""
    if limit["unit"] == "on_spot":
        return 0 if value == PROMISED else None
    length: int | None = limit.get(value)
    return length


def periods(stops: Iterable[Stopped]) -> list[Period]:
    """The days that do not count because of stops that are over."""
    found = []
    for stop in stops:
        if stop.until:
            first = limits.local(read_instant(stop.since)) + timedelta(days=1)
            found.append(Period(first, limits.local(read_instant(stop.until)), stop.ground))
    return found


def dues(clock: Clock) -> dict[str, str]:
    """What of it comes due and when, as recorded instants, without what has: the reminder before, the values after."""
    if clock.limit.get("kind") == "min" or clock.ground:
        return {}
    found = {value: _over(clock, value) for value in VALUES if getattr(clock, value) is not None}
    if clock.notice:
        found[NOTICE] = clock.notice
    return {value: when for value, when in found.items() if value not in clock.told}


def _over(clock: Clock, value: str) -> str:
    if clock.limit["unit"] == "hour":
        hours = (length_of(clock.limit, value) or 0) + clock.extended
        return instant(read_instant(clock.since) + timedelta(hours=hours))
    return instant(limits.over(getattr(clock, value)))


def _notice(clock: Clock, value: str, last: date, calendar: Calendar) -> str:
    """Beginning of the day on which one working day, or a fifth of the period, is left: whichever comes first."""
    if clock.limit["unit"] in ("on_spot", "hour"):
        return ""
    left, day = max(1, ((length_of(clock.limit, value) or 0) + clock.extended) // 5), last
    while left:
        day -= timedelta(days=1)
        left -= clock.limit["unit"] != "working_day" or calendar.is_working(day)
    while not calendar.is_working(day):
        day -= timedelta(days=1)
    return instant(limits.over(day - timedelta(days=1)))


def next_due(clock: Clock) -> str | None:
    """The instant something of it comes due next; None when nothing will."""
    return min(dues(clock).values(), default=None)


def _clock_json(clock: Clock) -> dict[str, Any]:
    values = {name: value for name, value in asdict(clock).items() if value not in ("", (), None, 0, False)}
    del values["id"]
    for name in VALUES:
        if name in values:
            values[name] = values[name].isoformat()
    if "stops" in values:
        values["stops"] = [{name: text for name, text in stop.items() if text} for stop in values["stops"]]
    return values | {name: list(values[name]) for name in ("steps", "told") if name in values}


def _read_clock(id_: str, values: Mapping[str, Any]) -> Clock:
    read = dict(values) | {"element": values.get("element", "")}
    for name in VALUES:
        if name in read:
            read[name] = date.fromisoformat(read[name])
    read["stops"] = tuple(Stopped(**stop) for stop in values.get("stops", ()))
    read["steps"], read["told"] = tuple(values.get("steps", ())), tuple(values.get("told", ()))
    return Clock(id=id_, **read)
