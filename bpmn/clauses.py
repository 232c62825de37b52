"""What the law says of a node, as plain values of the compiled program: limits, milestones, stops, extensions.

Only what a node has stands there, so the program of a model without law stays what it was.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bpmn.model import Node, Process
from bpmn.power import Basis, Limit


def of_node(node: Node) -> dict[str, Any]:
    """``limits``, ``marks``, ``stop``, ``extension``, ``deemed``, ``discretion``, ``refusal``, ``once``, ``post``."""
    step = node.step
    if step is None:
        return {}
    found: dict[str, Any] = {
        "limits": [of_limit(limit) for limit in step.limits],
        "marks": step.marks,
        "reached": step.reached,
        "refusal": step.refusal,
        "once": step.once,
    }
    if step.stop is not None:
        found["stop"] = {"ground": step.stop.ground, "document": step.stop.document}
    if step.extension is not None:
        own = step.extension
        found["extension"] = {"limit": own.limit, "field": own.field, "most": own.most, "when": own.when}
    if step.deemed is not None:
        found["deemed"] = {"effect": step.deemed.effect, "basis": cited(step.deemed.basis)}
    if step.discretion is not None:
        own_part = asdict(step.discretion)
        found["discretion"] = {name: value for name, value in own_part.items() if value}
    found = {name: value for name, value in found.items() if value not in ("", [], False)}
    return found | {"post": step.post} if found else {}


def of_process(process: Process) -> list[dict[str, Any]]:
    """The limits of the whole case."""
    return [of_limit(limit) for limit in process.power.limits] if process.power else []


def of_limit(limit: Limit) -> dict[str, Any]:
    """One limit; what is as usual is left out."""
    found: dict[str, Any] = {
        "kind": limit.kind if limit.kind != "max" else "",
        "unit": limit.unit,
        "statutory": limit.statutory,
        "promised": limit.promised,
        "anchor": limit.anchor,
        "id": limit.id,
        "binds": limit.binds if limit.binds != "agency" else "",
        "fixed": not limit.roll,
        "until": limit.until,
        "stops": list(limit.stops),
    }
    return {name: value for name, value in found.items() if value not in ("", None, False, [])}


def cited(basis: Basis | None) -> str:
    """Instrument and article as they are written."""
    return str(basis) if basis is not None else ""
