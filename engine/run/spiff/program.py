"""A model made ready to run: compiled once at publishing to a JSON text, loaded as a SpiffWorkflow specification.

The specification is built from our own model of the file (``bpmn.normal``), not by SpiffWorkflow's parser: that one
drops nodes it cannot reach, forgets which arrow connects what, and reads conditions as Python (docs/adr/0007).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from SpiffWorkflow.specs import WorkflowSpec

from bpmn.benchmark import Benchmark
from bpmn.calls import inlined
from bpmn.dmn import Decisions
from bpmn.errors import Refused
from bpmn.model import Process
from bpmn.normal import normalise
from bpmn.package import FlowPackage
from bpmn.partners import wired
from engine.law.clocks import Law
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
    #: Does any event wait for a condition?
    conditional: bool
    #: Scope → ids of the event sub-processes in it.
    handlers: dict[str, list[str]]
    #: Published flows it calls: key → version and digest.
    called: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: DMN file → its digest and what it says.
    decisions: dict[str, tuple[str, Decisions]] = field(default_factory=dict)
    law: Law = field(default_factory=Law)
    #: Discretion benchmarks by name, each with the digest of its decisions and what they say.
    benchmarks: dict[str, tuple[Benchmark, str, Decisions]] = field(default_factory=dict)

    def decision(self, ref: str) -> tuple[str, Decisions, str]:
        """Digest and contents of the file ``file.dmn#decision`` names, and the decision's id or name."""
        file, _, name = ref.rpartition("#")
        digest, decisions = next(
            kept for path, kept in self.decisions.items() if file in ("", path) and kept[1].decision(name)
        )
        return digest, decisions, name

    def key(self, node_id: str) -> str:
        """``scope/id`` of a node."""
        return self._keys[node_id]

    @cached_property
    def _keys(self) -> dict[str, str]:
        return {node_id: self._path(node_id) for node_id in self.nodes}

    def _path(self, node_id: str) -> str:
        path = [node_id]
        while scope := self.nodes[path[-1]]["scope"]:
            path.append(scope)
        # A called element's id begins with the activities it lies in, as its scope does.
        return "/".join(id_.rpartition("/")[2] for id_ in reversed(path))

    def upstream(self, flow_id: str, join: str) -> frozenset[str]:
        """Node ids from which a token can reach ``flow_id`` without passing ``join``."""
        return _upstream(self, flow_id, join)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


def compile(package: FlowPackage, pinned: Mapping[str, Mapping[str, Any]] | None = None) -> str:
    """The program of a package as JSON text; ``pinned``: version and digest of each flow it calls, by key.

    Raises Refused (codes of the linter) for what cannot be executed right.
    """
    refuse(package)
    process = package.definitions.main
    assert process is not None  # ``process.nothing-to-run`` refuses it
    definitions = wired(package.definitions)
    assert definitions.main is not None
    process = inlined(definitions.main, definitions)
    scopes = {node.parent for node in process.nodes}
    for node in process.nodes:
        if node.type == "callActivity" and node.id not in scopes:
            raise Refused("task.call-activity", element=node.id, line=node.line, name=node.name, called=node.called)
    values = normalise(process)
    for node in process.nodes:
        if pinned and node.called in pinned and node.loop is not None and node.loop.kind != "standard":
            values["nodes"][node.id]["calls"] = node.called
    values |= _decisions(package, process) | _benchmarks(package) | {"format": FORMAT}
    if pinned:
        values["called"] = pinned
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def _decisions(package: FlowPackage, process: Process) -> dict[str, Any]:
    """The DMN files business rule tasks ask, as they were published; nothing where none does."""
    nodes = process.nodes
    asked = [package.decision(node.step.decision) for node in nodes if node.type == "businessRuleTask" and node.step]
    files = {found[0]: package.decisions[found[0]].as_json() for found in asked if found}
    kept = {path: {"digest": package.file_digest(path), "model": model} for path, model in files.items()}
    return {"decisions": kept} if kept else {}


def _benchmarks(package: FlowPackage) -> dict[str, Any]:
    """The benchmarks of a package and of what it calls, as they were published; nothing where there are none."""
    kept: dict[str, Any] = {}
    for flow in package.called.values():
        kept |= _benchmarks(flow).get("benchmarks", {})
    for name, benchmark in package.alone.benchmarks.items():
        path = f"{name}.dmn"
        decisions = {"digest": package.file_digest(path), "model": package.decisions[path].as_json()}
        kept[name] = {"benchmark": benchmark.as_json(), "decisions": decisions}
    return {"benchmarks": kept} if kept else {}


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
    decisions = {
        path: (kept["digest"], Decisions.from_json(kept["model"])) for path, kept in values.get("decisions", {}).items()
    }
    handlers: dict[str, list[str]] = {}
    for node_id, node in values["nodes"].items():
        if "handler" in node:
            handlers.setdefault(node["scope"], []).append(node_id)
    program = Program(
        values["process"],
        values["nodes"],
        values["flows"],
        values["starts"],
        spec,
        any("when" in node for node in values["nodes"].values()),
        handlers,
        values.get("called", {}),
        decisions,
    )
    benchmarks = {
        name: (
            Benchmark.from_json(kept["benchmark"]),
            kept["decisions"]["digest"],
            Decisions.from_json(kept["decisions"]["model"]),
        )
        for name, kept in values.get("benchmarks", {}).items()
    }
    return replace(program, law=_law(program, values.get("limits", [])), benchmarks=benchmarks)


def _law(program: Program, limits: list[dict[str, Any]]) -> Law:
    """What the program holds of the law, by ``scope/id``."""
    nodes = {program.key(node_id): node for node_id, node in program.nodes.items() if _LAW & node.keys()}
    return Law(nodes=nodes, limits=tuple(limits))


#: What the law says of a node (``bpmn.clauses``).
_LAW = frozenset("limits marks stop extension deemed discretion refusal once".split())


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
