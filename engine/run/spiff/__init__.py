"""The only room that knows SpiffWorkflow: compile a published model, load it, apply commands to its tokens."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from engine.run.spiff import timers
from engine.run.spiff.adapter import apply
from engine.run.spiff.migrate import apply as migrate
from engine.run.spiff.migrate import places
from engine.run.spiff.program import Program, compile, load

__all__ = [
    "Children",
    "Program",
    "apply",
    "awaited",
    "compile",
    "load",
    "migrate",
    "open_children",
    "open_incidents",
    "open_items",
    "open_timers",
    "opened_before",
    "opening",
    "places",
    "start_timer",
]

#: Dates of a timer without a zone are dates here.
ZONE = ZoneInfo("Asia/Shanghai")


def open_items(state: str | None) -> dict[str, str]:
    """Open work items of a stored state: address → BPMN id."""
    return {item: node for known in _known(state) for item, node in known.get("items", {}).items()}


def open_timers(state: str | None) -> dict[str, str]:
    """Waiting timers of a stored state: address → due instant."""
    return {timer: due for known in _known(state) for timer, (_node, due, *_) in known.get("timers", {}).items()}


def awaited(state: str | None) -> dict[str, dict[str, str]]:
    """What a stored state waits for from outside: address → ``message`` (and ``key``, if given) or ``signal``."""
    return {item: what for known in _known(state) for item, what in known.get("waits", {}).items()}


class Children(NamedTuple):
    """Instances that are cases of their own: the flow they are of, how many, and whether one after the other."""

    flow: str
    instances: int
    in_turn: bool


def open_children(state: str | None) -> dict[str, Children]:
    """Activities of a stored state whose instances are cases of their own, by address."""
    return {known["address"]: Children(*known["children"]) for known in _known(state) if "children" in known}


def open_incidents(state: str | None) -> list[str]:
    """Addresses where a stored state is stuck."""
    return [known["stuck"][0] for known in _known(state) if "stuck" in known]


def start_timer(program: Program) -> tuple[str, str]:
    """Kind and text of the timer that opens cases of a program."""
    (start,) = program.starts[""]
    kind, text = program.nodes[start]["timer"]
    return kind, text


def opening(kind: str, text: str, published: datetime, count: int) -> str | None:
    """When a timer that opens cases is due for the ``count``-th time, from 1; None when it is over."""
    return timers.occurrence((kind, text), published.astimezone(ZONE), count)


def opened_before(kind: str, text: str, published: datetime) -> int:
    """How often the timer of a start event was due before its version was published: for those it opens nothing."""
    return timers.past((kind, text), published.astimezone(ZONE))


@lru_cache(maxsize=256)
def _known(state: str | None) -> list[dict[str, Any]]:
    """What the tokens of a stored state know; read only, a command asks for it several times."""
    return [] if state is None else [known for _node, _waiting, known in json.loads(state)["tokens"]]
