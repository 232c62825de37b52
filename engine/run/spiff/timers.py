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
