"""A model made ready to run: compiled once at publishing to a JSON text, loaded as a SpiffWorkflow specification.

The specification is built from our own model of the file (``bpmn.normal``), not by SpiffWorkflow's parser: that one
drops nodes it cannot reach, forgets which arrow connects what, and reads conditions as Python (docs/adr/0007).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from SpiffWorkflow.specs import WorkflowSpec

from bpmn.normal import normalise
from bpmn.package import FlowPackage
from engine.run.port import Rejected
from engine.run.spiff.refusal import refuse
from engine.run.spiff.specs import JoinSpec, NodeSpec

#: Name of the root all tokens hang below; no BPMN id holds a space.
ROOT = " root"


#: Shape of the program's JSON text. A published version keeps its text for ever: a later shape is read beside this one.
FORMAT = 1


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
    return json.dumps(normalise(process) | {"format": FORMAT}, ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=512)
def load(text: str) -> Program:
    """The program of its JSON text, with the specification SpiffWorkflow runs.

    Raises Rejected ``program.format`` for a text this version of the product did not learn to read.
    """
    values = json.loads(text)
    if values.get("format") != FORMAT:
        raise Rejected("program.format", format=str(values.get("format")), known=FORMAT)
    spec = WorkflowSpec(values["process"])
    spec.start = NodeSpec(spec, ROOT)
    for node_id, node in values["nodes"].items():
        (JoinSpec if node["join"] else NodeSpec)(spec, node_id)
    for flow in values["flows"].values():
        spec.task_specs[flow["from"]].connect(spec.task_specs[flow["to"]])
    return Program(values["process"], values["nodes"], values["flows"], values["starts"], spec)


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
