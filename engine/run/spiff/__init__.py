"""The only room that knows SpiffWorkflow: compile a published model, load it, apply commands to its tokens."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from engine.run.port import Rejected
from engine.run.spiff import timers
from engine.run.spiff.adapter import apply
from engine.run.spiff.migrate import apply as migrate
from engine.run.spiff.migrate import places
from engine.run.spiff.program import Program, compile, load
from engine.run.spiff.routing import Stuck

__all__ = [
    "Program",
    "apply",
    "awaited",
    "compile",
    "first_due",
    "load",
    "migrate",
    "next_due",
    "open_incidents",
    "open_items",
    "open_timers",
    "places",
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


def open_incidents(state: str | None) -> list[str]:
    """Addresses where a stored state is stuck."""
    return [known["stuck"][0] for known in _known(state) if "stuck" in known]


def first_due(kind: str, text: str, at: datetime) -> str:
    """When a timer that opens cases is due first, if set ``at``. Raises Rejected ``timer.failed``."""
    try:
        return timers.due((kind, text), at.astimezone(ZONE), {})
    except Stuck as stuck:
        raise Rejected(stuck.code, **stuck.params) from stuck


def next_due(program: Program, last: str, fired: int, at: datetime) -> str | None:
    """When the timer that opens cases of a program is due again after ``last``; None when it is over."""
    (start,) = program.starts[""]
    return timers.following(tuple(program.nodes[start]["timer"]), last, fired, at.astimezone(ZONE), {})


@lru_cache(maxsize=256)
def _known(state: str | None) -> list[dict[str, Any]]:
    """What the tokens of a stored state know; read only, a command asks for it several times."""
    return [] if state is None else [known for _node, _waiting, known in json.loads(state)["tokens"]]
