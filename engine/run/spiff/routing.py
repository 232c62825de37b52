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


def route(program: Program, node_id: str, data: Mapping[str, Any]) -> Route:
    """The arrows out of a node. Raises Stuck ``route.none`` when no condition holds and there is no default."""
    node = program.nodes[node_id]
    result = Route()
    if node["type"] == "parallelGateway" or not node["out"]:
        result.taken = list(node["out"])
        return result
    only_one = node["type"] == "exclusiveGateway"
    candidates = [flow for flow in node["out"] if flow != node["default"]]
    # At an XOR an arrow without condition is the way out when no condition holds, wherever it stands in the file.
    for flow in sorted(candidates, key=lambda flow: only_one and not program.flows[flow]["if"]):
        if not program.flows[flow]["if"] or _holds(program, flow, data, result):
            result.taken.append(flow)
            if only_one:
                break
    if not result.taken and node["default"]:
        result.taken = [node["default"]]
    if not result.taken:
        raise Stuck("route.none", conditions=[program.flows[flow]["if"] for flow in candidates])
    return result


def holds(expression: str, data: Mapping[str, Any]) -> bool:
    """Does a completion condition hold? Raises Stuck ``expression.failed``."""
    return _evaluate(expression, data) is True


def _holds(program: Program, flow: str, data: Mapping[str, Any], result: Route) -> bool:
    expression = program.flows[flow]["if"]
    value = _evaluate(expression, data)
    read = {name: data[name] for name in sorted(compile_expression(expression).names) if name in data}
    try:
        body = {"expression": expression, "read": encode(read), "result": encode(value)}
    except Uncanonical as error:
        raise Stuck("expression.failed", expression=expression, reason=str(error)) from error
    result.evaluated.append((flow, body))
    return value is True


def _evaluate(expression: str, data: Mapping[str, Any]) -> object:
    try:
        return compile_expression(expression).evaluate(data)
    except FeelError as error:
        raise Stuck("expression.failed", expression=expression, reason=error.code) from error
