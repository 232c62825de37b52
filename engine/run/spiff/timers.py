"""When the timers of a program are due, as recorded instants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bpmn import timer_text
from bpmn.feel import FeelError, compile_expression
from engine.record.canonical import instant, read_instant
from engine.run.spiff.routing import Stuck

#: A repeating interval of ISO 8601: how often, and the time between.
_CYCLE = re.compile(r"R(\d*)/(?:[^P]*/)?(P.+)", re.ASCII)


def due(timer: tuple[str, str], at: datetime, data: Mapping[str, Any]) -> str:
    """The instant a timer (kind, text) set ``at`` is due; of a cycle, the first. Raises Stuck ``timer.failed``."""
    kind, text = timer
    try:
        return instant(timer_text.due(kind, text, at, lambda feel: compile_expression(feel).evaluate(data)))
    except FeelError as error:
        raise Stuck("timer.failed", text=text, reason=error.code) from error


def following(timer: tuple[str, str], last: str, fired: int, at: datetime, data: Mapping[str, Any]) -> str | None:
    """The instant after ``last`` at which a cycle that fired so often is due again; None when it is over."""
    kind, text = timer
    if kind != "timeCycle":
        return None
    if timer_text.literal(kind, text.strip()) is None:
        try:
            text = str(compile_expression(text).evaluate(data))
        except FeelError as error:
            raise Stuck("timer.failed", text=text, reason=error.code) from error
    cycle = _CYCLE.fullmatch(text.strip())
    if cycle is None or (cycle[1] and fired >= int(cycle[1])):
        return None
    again = due(("timeDuration", cycle[2]), read_instant(last).astimezone(at.tzinfo), data)
    # A cycle without any time between would never let the clock go on.
    return again if again > last else None


def occurrence(timer: tuple[str, str], armed: datetime, count: int) -> str | None:
    """The instant a timer armed at ``armed`` is due for the ``count``-th time (from 1); None when it is over.

    Counted from the first, not from the last: on the 31st of each month that has one, on the last day of the others.
    """
    cycle = _cycle(timer)
    if cycle is None:
        return max(due(timer, armed, {}), instant(armed)) if count == 1 else None
    if (cycle.times is not None and count > cycle.times) or (count > 1 and cycle.every == timer_text.NO_TIME):
        return None
    try:
        return instant(_nth(cycle, armed, count))
    except (OverflowError, ValueError):
        return None


def past(timer: tuple[str, str], armed: datetime) -> int:
    """How often a cycle that began before ``armed`` was due before it."""
    cycle = _cycle(timer)
    if cycle is None or cycle.begin is None or cycle.every == timer_text.NO_TIME:
        return 0
    low, high = 0, cycle.times or timer_text.MANY
    while low < high:
        middle = (low + high) // 2
        if _is_past(cycle, armed, middle + 1):
            low = middle + 1
        else:
            high = middle
    return low


def _cycle(timer: tuple[str, str]) -> timer_text.Cycle | None:
    kind, text = timer
    if kind != "timeCycle":
        return None
    text = text.strip()
    return timer_text.cycle(text) or timer_text.cycle(str(compile_expression(text).evaluate({})).strip())


def _nth(cycle: timer_text.Cycle, armed: datetime, count: int) -> datetime:
    if cycle.begin is None:
        return cycle.every.after(armed, count)
    begin = cycle.begin if cycle.begin.tzinfo else cycle.begin.replace(tzinfo=armed.tzinfo)
    return cycle.every.after(begin.astimezone(armed.tzinfo), count - 1)


def _is_past(cycle: timer_text.Cycle, armed: datetime, count: int) -> bool:
    try:
        return _nth(cycle, armed, count) < armed
    except (OverflowError, ValueError):
        return False
