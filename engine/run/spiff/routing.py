"""Which arrows a token takes, decided from conditions and case data. Pure; every evaluation is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bpmn.feel import FeelError, compile_expression
from engine.record.canonical import Uncanonical, encode
from engine.run.spiff.program import Program


class Stuck(Exception):
    """The process cannot go on from here: an incident, not an error of anybody's command."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass
class Route:
    """Arrows taken, and what was evaluated to choose them as (arrow, body of its step)."""

    taken: list[str] = field(default_factory=list)
    evaluated: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def route(program: Program, node_id: str, data: Mapping[str, Any], result: Route) -> None:
    """Put the arrows out of a node into ``result``, with what was evaluated up to there.

    Raises Stuck ``route.none`` when no condition holds and there is no default, or ``expression.failed``.
    """
    node = program.nodes[node_id]
    if node["type"] == "parallelGateway" or not node["out"]:
        result.taken = list(node["out"])
        return
    only_one = node["type"] == "exclusiveGateway"
    candidates = [flow for flow in node["out"] if flow != node["default"]]
    # At an XOR an arrow without condition is the way out when no condition holds, wherever it stands in the file.
    for flow in sorted(candidates, key=lambda flow: only_one and not program.flows[flow]["if"]):
        if not program.flows[flow]["if"] or _holds(program, flow, data, result):
            result.taken.append(flow)
            if only_one:
                break
    if node["default"] and not any(only_one or program.flows[flow]["if"] for flow in result.taken):
        # Arrows without condition are taken anyway; the default stands for the conditions (BPMN 13.3.1).
        result.taken.append(node["default"])
    if not result.taken:
        raise Stuck("route.none", conditions=[program.flows[flow]["if"] for flow in candidates])


def evaluated(expression: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """An evaluation as the body of its step: expression, values read, result. Raises Stuck ``expression.failed``."""
    try:
        compiled = compile_expression(expression)
        read = {name: data[name] for name in sorted(compiled.names) if name in data}
        return {"expression": expression, "read": encode(read), "result": encode(compiled.evaluate(data))}
    except FeelError as error:
        raise Stuck("expression.failed", expression=expression, reason=error.code) from error
    except Uncanonical as error:
        raise Stuck("expression.failed", expression=expression, reason=str(error)) from error


def _holds(program: Program, flow: str, data: Mapping[str, Any], result: Route) -> bool:
    body = evaluated(program.flows[flow]["if"], data)
    result.evaluated.append((flow, body))
    return body["result"] is True
