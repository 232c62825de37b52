"""The only room that knows SpiffWorkflow: compile a published model, load it, apply commands to its tokens."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from engine.run.spiff.adapter import apply
from engine.run.spiff.program import Program, compile, load

__all__ = ["Program", "apply", "compile", "load", "open_incidents", "open_items", "open_timers"]


def open_items(state: str | None) -> dict[str, str]:
    """Open work items of a stored state: address → BPMN id."""
    return {item: node for known in _known(state) for item, node in known.get("items", {}).items()}


def open_timers(state: str | None) -> dict[str, str]:
    """Waiting timers of a stored state: address → due instant."""
    return {timer: due for known in _known(state) for timer, (_node, due, *_) in known.get("timers", {}).items()}


def open_incidents(state: str | None) -> list[str]:
    """Addresses where a stored state is stuck."""
    return [known["stuck"][0] for known in _known(state) if "stuck" in known]


@lru_cache(maxsize=256)
def _known(state: str | None) -> list[dict[str, Any]]:
    """What the tokens of a stored state know; read only, a command asks for it several times."""
    return [] if state is None else [known for _node, _waiting, known in json.loads(state)["tokens"]]
