"""The clocks of a case as its steps tell them: every one that ever ran, how it stands, and how its dates were counted.

Pure. What the law layer keeps between commands is for going on; this is for reading, at any step, now or in replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bpmn.model import Definitions
from bpmn.power import Limit
from engine.answers import Card, Due, Step, Stopped, Timing
from engine.law import limits
from engine.law.calendar import Calendar
from engine.law.clocks import PROMISED, STATUTORY, VALUES, periods
from engine.law.limits import Day
from engine.record.canonical import instant


@dataclass
class _Timeline:
    definitions: Definitions
    timings: dict[str, Timing] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)


def fold(steps: Iterable[Step], definitions: Definitions) -> tuple[tuple[Timing, ...], tuple[Card, ...]]:
    """Every clock and every card of a case after ``steps``, in the order they came."""
    line = _Timeline(definitions)
    for step in steps:
        effect = _EFFECTS.get(step.kind)
        if effect is not None:
            effect(line, step)
    return tuple(line.timings.values()), tuple(line.cards.values())


def limit_of(definitions: Definitions, clock: str) -> Limit | None:
    """The limit a clock ``scope/id#n.i`` counts; None where the version does not have it."""
    key, _, rest = clock.rpartition("#")
    number = int(rest.rpartition(".")[2])
    if key:
        node = definitions.nodes.get(key.rpartition("/")[2])
        found = node.step.limits if node is not None and node.step is not None else ()
    else:
        process = definitions.main
        found = process.power.limits if process is not None and process.power is not None else ()
    return found[number] if number < len(found) else None


def due_of(timing: Timing) -> Due | None:
    """Until when: the promise, or the statute once that has passed too; None while it stands still or for a minimum."""
    for value in VALUES if STATUTORY not in timing.expired else (STATUTORY,):
        on: date | None = getattr(timing, value)
        if on is not None and timing.limit is not None and timing.limit.kind == "max":
            return Due(on=on, provisional=timing.provisional, value=value, counted=True, limit=timing.id)
    return None


def way(timing: Timing, value: str, calendar: Calendar) -> list[Day]:
    """Every day from the anchor to the date of ``value`` (promised or statutory), counted or not, and why."""
    limit = timing.limit
    length = None if limit is None else getattr(limit, value) if limit.unit != "on_spot" else 0
    if limit is None or length is None:
        return []
    counted = limits.days(
        timing.since,
        length + timing.extended,
        limit.unit,
        calendar=calendar,
        roll=limit.roll,
        stops=periods(timing.stops),
    )
    return list(counted)


# -- what each kind of step changes -----------------------------------------------------------------------------------


def _started(line: _Timeline, step: Step) -> None:
    body, id_ = step.body, str(step.body["limit"])
    place = (step.element or "", id_.rpartition(".")[2])
    for other in line.timings.values():
        if other.ended_at is None and (other.element, other.id.rpartition(".")[2]) == place:
            line.timings[other.id] = replace(other, ended_at=step.at)
    line.timings[id_] = _dated(
        Timing(
            id=id_,
            element=step.element or "",
            limit=limit_of(line.definitions, id_),
            anchor=body["anchor"],
            since=date.fromisoformat(body["since"]),
            started_at=step.at,
        ),
        step,
    )


def _dated(timing: Timing, step: Step) -> Timing:
    """With the dates a step says, and the calendar they were counted by."""
    dates = {value: date.fromisoformat(step.body[value]) if value in step.body else None for value in VALUES}
    return replace(
        timing,
        promised=dates[PROMISED],
        statutory=dates[STATUTORY],
        provisional="provisional" in step.body,
        calendar=step.body.get("calendar", timing.calendar),
        steps=(*timing.steps, step.seq),
    )


def _paused(line: _Timeline, step: Step) -> None:
    if timing := line.timings.get(step.body["limit"]):
        stop = Stopped(ground=step.body["ground"], since=instant(step.at), document=step.body.get("document", ""))
        line.timings[timing.id] = replace(_dated(timing, step), stops=(*timing.stops, stop))


def _resumed(line: _Timeline, step: Step) -> None:
    if timing := line.timings.get(step.body["limit"]):
        ended = instant(step.at)
        stops = tuple(
            stop if stop.until or stop.ground != step.body["ground"] else replace(stop, until=ended)
            for stop in timing.stops
        )
        line.timings[timing.id] = replace(_dated(timing, step), stops=stops)


def _extended(line: _Timeline, step: Step) -> None:
    if timing := line.timings.get(step.body["limit"]):
        line.timings[timing.id] = replace(_dated(timing, step), extended=int(step.body["by"]))


def _recounted(line: _Timeline, step: Step) -> None:
    if timing := line.timings.get(step.body["limit"]):
        line.timings[timing.id] = _dated(timing, step)


def _expired(line: _Timeline, step: Step) -> None:
    if timing := line.timings.get(step.body["limit"]):
        passed = (*timing.expired, step.body["value"])
        line.timings[timing.id] = replace(timing, expired=passed, steps=(*timing.steps, step.seq))


def _entered(line: _Timeline, step: Step) -> None:
    key = str(step.element)
    line.tokens[key] = line.tokens.get(key, 0) + 1


def _left(line: _Timeline, step: Step) -> None:
    _gone(line, step)
    node = line.definitions.nodes.get(str(step.element).rpartition("/")[2])
    marks = node.step.marks if node is not None and node.step is not None else ""
    if marks:
        _end(line, step, lambda timing: timing.limit is not None and timing.limit.until == marks)


def _cancelled(line: _Timeline, step: Step) -> None:
    if not step.body.keys() & {"item", "timer"}:
        _gone(line, step)


def _gone(line: _Timeline, step: Step) -> None:
    key = str(step.element)
    line.tokens[key] = max(line.tokens.get(key, 0) - 1, 0)
    if not line.tokens[key]:
        _end(line, step, lambda timing: timing.element == key)


def _closed(line: _Timeline, step: Step) -> None:
    _end(line, step, lambda timing: True)


def _end(line: _Timeline, step: Step, over: Any) -> None:
    for timing in list(line.timings.values()):
        if timing.ended_at is None and over(timing):
            line.timings[timing.id] = replace(timing, ended_at=step.at)


def _card(line: _Timeline, step: Step) -> None:
    body, state = step.body, step.kind.removeprefix("card ")
    before = line.cards.get(body["card"])
    if before is None:
        before = Card(
            id=body["card"],
            rule=body["rule"],
            colour=body["colour"],
            element=step.element or "",
            post=body["post"],
            limit=body.get("limit", ""),
            evidence=tuple(body["evidence"]),
            raised_at=step.at,
            state="raised",
            steps=(),
        )
    line.cards[before.id] = replace(before, state=state, steps=(*before.steps, step.seq))


_EFFECTS: Mapping[str, Any] = {
    "limit started": _started,
    "limit paused": _paused,
    "limit resumed": _resumed,
    "limit extended": _extended,
    "limit recounted": _recounted,
    "limit expired": _expired,
    "element entered": _entered,
    "element left": _left,
    "element cancelled": _cancelled,
    "case closed": _closed,
    "case cancelled": _closed,
    **dict.fromkeys(("card raised", "card answered", "card appealed", "card upheld", "card revoked"), _card),
}
