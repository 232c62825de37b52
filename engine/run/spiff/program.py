"""A model made ready to run: compiled once at publishing to a JSON text, loaded as a SpiffWorkflow specification.

The specification is built from our own model of the file, not by SpiffWorkflow's parser: that one drops nodes it cannot
reach, forgets which arrow connects what, and reads conditions as Python (docs/adr/0007). What the model leaves open is
settled here, once: a missing start event, a gateway without conditions, several arrows out of a task.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from SpiffWorkflow.specs import WorkflowSpec

from bpmn.control_flow import link_name
from bpmn.model import Flow, Node, Process
from bpmn.package import FlowPackage
from engine.run.spiff.refusal import refuse
from engine.run.spiff.specs import JoinSpec, NodeSpec

#: How a node behaves when a token reaches it.
PASS, WORK, TIMER, SCRIPT, SUB, EVENTS, END, TERMINATE, ERROR_END = (
    "pass", "work", "timer", "script", "sub", "events", "end", "terminate", "error",
)  # fmt: skip

#: Name of the root all tokens hang below; no BPMN id holds a space.
ROOT = " root"

_AUTOMATIC = frozenset({"serviceTask", "sendTask"})


@dataclass(frozen=True)
class Program:
    """A loaded program. Read-only: it is shared by all cases of its version."""

    process: str
    #: Node id → how it behaves: act, in, out, scope and what its act needs.
    nodes: dict[str, dict[str, Any]]
    #: Arrow id → source, target, condition, returns.
    flows: dict[str, dict[str, Any]]
    #: Scope ('' or sub-process id) → ids of the nodes that get the first tokens.
    starts: dict[str, list[str]]
    spec: WorkflowSpec

    def key(self, node_id: str) -> str:
        """``scope/id`` of a node."""
        path = [node_id]
        while scope := self.nodes[path[-1]]["scope"]:
            path.append(scope)
        return "/".join(reversed(path))

    def upstream(self, flow_id: str, join: str) -> frozenset[str]:
        """Node ids from which a token can reach ``flow_id`` without passing ``join``."""
        return _upstream(self, flow_id, join)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


def compile(package: FlowPackage) -> str:
    """The program of a package as JSON text. Raises Refused (codes of the linter) for what cannot be executed right."""
    refuse(package)
    process = package.definitions.main
    assert process is not None  # ``process.nothing-to-run`` refuses it
    return json.dumps(compile_process(process), ensure_ascii=False, sort_keys=True)


def compile_process(process: Process) -> dict[str, Any]:
    """The program of one process as plain values."""
    nodes = {node.id: node for node in process.nodes if node.kind != "artifact"}
    flows = [flow for flow in process.flows if flow.source in nodes and flow.target in nodes]
    return {
        "process": process.id,
        "nodes": {node.id: _node(node, nodes, flows) for node in nodes.values()},
        "flows": {
            flow.id: {"from": flow.source, "to": flow.target, "if": flow.condition, "returns": flow.returns}
            for flow in flows
        },
        "starts": {
            scope: _starts(scope, nodes, flows) for scope in ["", *(n.id for n in nodes.values() if n.kind == "sub")]
        },
    }


@lru_cache(maxsize=512)
def load(text: str) -> Program:
    """The program of its JSON text, with the specification SpiffWorkflow runs."""
    values = json.loads(text)
    spec = WorkflowSpec(values["process"])
    spec.start = NodeSpec(spec, ROOT)
    for node_id, node in values["nodes"].items():
        (JoinSpec if node["join"] else NodeSpec)(spec, node_id)
    for flow in values["flows"].values():
        spec.task_specs[flow["from"]].connect(spec.task_specs[flow["to"]])
    return Program(values["process"], values["nodes"], values["flows"], values["starts"], spec)


def _node(node: Node, nodes: dict[str, Node], flows: list[Flow]) -> dict[str, Any]:
    outgoing = [flow.id for flow in flows if flow.source == node.id]
    incoming = [flow.id for flow in flows if flow.target == node.id]
    values: dict[str, Any] = {
        "act": _act(node, nodes),
        "type": node.type,
        "scope": node.parent or "",
        "in": incoming,
        "out": outgoing,
        "default": node.default if node.default in outgoing else "",
        "join": node.type in ("parallelGateway", "inclusiveGateway") and len(incoming) > 1,
        "choice": _is_choice(node, [flow for flow in flows if flow.source == node.id]),
    }
    # Visits are counted where something may need an address; a token just passes the other nodes.
    asked = any(flow.condition for flow in flows if flow.source == node.id)
    values["counted"] = asked or values["choice"] or values["act"] not in (PASS, END, TERMINATE)
    boundary = [other.id for other in nodes.values() if other.attached_to == node.id]
    optional = {
        "boundary": boundary,
        # An error ends what it comes from, whatever the file says (BPMN 10.5.4).
        "interrupting": node.interrupting or node.trigger == "error" if node.attached_to else None,
        "script": node.script if node.type == "scriptTask" else "",
        "timer": [node.events[0].timer, node.events[0].text] if node.trigger == "timer" else None,
        "link": _link_target(node, nodes),
        "many": _instances(node),
    }
    if node.trigger == "error":
        # '' at a border catches every error (BPMN 10.5.6).
        values["error"] = node.events[0].ref
    return values | {name: value for name, value in optional.items() if value not in (None, "", [])}


def _act(node: Node, nodes: dict[str, Node]) -> str:
    if node.kind == "gateway":
        return EVENTS if node.type == "eventBasedGateway" else PASS
    if node.kind == "sub":
        return SUB if any(inner.parent == node.id for inner in nodes.values()) else WORK
    if node.type == "endEvent":
        return {"terminate": TERMINATE, "error": ERROR_END}.get(node.trigger, END)
    if node.type in ("startEvent", "intermediateThrowEvent") or node.type in _AUTOMATIC:
        return PASS
    if node.type == "scriptTask":
        return SCRIPT
    if node.trigger == "timer":
        return TIMER
    if node.type == "intermediateCatchEvent" and node.trigger in ("", "link"):
        return PASS
    return WORK


def _is_choice(node: Node, outgoing: list[Flow]) -> bool:
    """A splitting XOR or OR gateway where no arrow has a condition: a person decides."""
    gateway = node.type in ("exclusiveGateway", "inclusiveGateway")
    return gateway and len(outgoing) > 1 and not any(flow.condition for flow in outgoing)


def _starts(scope: str, nodes: dict[str, Node], flows: list[Flow]) -> list[str]:
    """Nodes that get the first tokens: the start event, or without one everything nothing leads to (BPMN 13.2.1)."""
    inside = [node for node in nodes.values() if (node.parent or "") == scope]
    events = [node for node in inside if node.type == "startEvent"]
    if events:
        plain = [node for node in events if not node.events]
        return [(plain or events)[0].id]
    reached = {flow.target for flow in flows}
    free = [
        node.id for node in inside if node.id not in reached and node.type != "boundaryEvent" and not _is_link(node)
    ]
    return free or [node.id for node in inside][:1]


def _is_link(node: Node) -> bool:
    return node.type == "intermediateCatchEvent" and node.trigger == "link"


def _link_target(node: Node, nodes: dict[str, Node]) -> str:
    if node.type != "intermediateThrowEvent" or node.trigger != "link":
        return ""
    catches = (other for other in nodes.values() if _is_link(other) and other.parent == node.parent)
    return next((other.id for other in catches if link_name(other) == link_name(node)), "")


def _instances(node: Node) -> dict[str, Any] | None:
    if node.loop is None:
        return None
    parallel = node.loop.kind == "parallel"
    return {"count": int(node.loop.cardinality), "parallel": parallel, "until": node.loop.condition}


@lru_cache(maxsize=4096)
def _upstream(program: Program, flow_id: str, join: str) -> frozenset[str]:
    seen: set[str] = set()
    open_ = [program.flows[flow_id]["from"]]
    while open_:
        node_id = open_.pop()
        if node_id in seen or node_id == join:
            continue
        seen.add(node_id)
        node = program.nodes[node_id]
        open_ += [program.flows[flow]["from"] for flow in node["in"]]
        open_ += [other for other, values in program.nodes.items() if node_id in values.get("boundary", ())]
        open_ += [other for other, values in program.nodes.items() if values.get("link") == node_id]
    hosts = [n for n in seen if program.nodes[n].get("interrupting") is not None]
    for event in hosts:
        seen |= {other for other, values in program.nodes.items() if event in values.get("boundary", ())}
    return frozenset(seen)
