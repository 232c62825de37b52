"""What a rule of the linter is, what it finds, and what it looks at. The rules themselves are in ``rules_*``.

A rule is a function that yields a ``Spot`` for every place it is broken. Its docstring says what, why and where BPMN
or the law says so; its code and severity are given where it is defined; its words are in ``words/{zh,en}.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from bpmn.benchmark import Benchmark
from bpmn.calls import inlined
from bpmn.control_flow import ControlFlow
from bpmn.dmn_model import Decisions, Item
from bpmn.errors import Refused
from bpmn.feel import FeelError, Judgement
from bpmn.flow_data import Reading, judged
from bpmn.model import Definitions, Flow, Lane, Node, Process
from bpmn.package import PROCESS, FlowPackage
from bpmn.power import Power
from bpmn.soundness import Defect, defects

#: More nodes, with all that is called, are not played; a chart of so many alone is refused for its size.
MAX_PLAYED = 600
Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One place where a rule is broken.

    ``rule`` and ``params`` make its sentence (``bpmn.wording``); ``element`` is a BPMN id or, in another file of the
    package, the field or key; ``line`` is a line of ``file``; both None where nothing narrower is known. An *error*
    stops publication, a *warning* should be looked at, an *info* says what will happen.
    """

    rule: str
    severity: Severity
    element: str | None = None
    line: int | None = None
    params: dict[str, object] = field(default_factory=dict)
    file: str = PROCESS


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a rule is broken; ``severity`` where it differs from the rule's own."""

    element: str | None = None
    line: int | None = None
    file: str = PROCESS
    severity: Severity | None = None
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """What is checked: the file, its package if it has one, and the process that would run."""

    definitions: Definitions
    package: FlowPackage | None = None

    @cached_property
    def process(self) -> Process | None:
        """The process that runs, with what it calls inside."""
        return inlined(self.definitions.main, self.definitions) if self.definitions.main else None

    @property
    def power(self) -> Power | None:
        """The power data; None for an exercise."""
        return self.process.power if self.process else None

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Flow nodes of the process that runs, of all depths, by id."""
        nodes = self.process.nodes if self.process else ()
        return {node.id: node for node in nodes if node.kind != "artifact"}

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """Arrows of the process that runs."""
        return self.process.flows if self.process else ()

    @cached_property
    def control(self) -> ControlFlow:
        """The graph of those nodes and arrows."""
        return ControlFlow(self.nodes, self.flows)

    @cached_property
    def decisions(self) -> dict[str, Decisions]:
        """The DMN files of the package that can be read, by path; the others are findings of their own."""
        try:
            return self.package.decisions if self.package else {}
        except Refused:
            return {}

    @cached_property
    def benchmarks(self) -> dict[str, Benchmark]:
        """The discretion benchmarks of the package that can be read, by name; the others are findings of their own."""
        try:
            return self.package.benchmarks if self.package else {}
        except Refused:
            return {}

    def decision(self, node: Node) -> tuple[str, Item] | None:
        """File and decision a business rule task asks; None where there is no such."""
        ref = node.step.decision if node.step else ""
        return self.package.decision(ref) if ref and self.package and self.decisions else None

    @cached_property
    def judged(self) -> list[tuple[Reading, Judgement]]:
        """Every expression of the flow, and what is known of it under the types of its variables."""
        return list(judged(self))

    @cached_property
    def defects(self) -> list[Defect]:
        """What can go wrong when it is played; of a chart too large to be published nothing."""
        return list(defects(self.control)) if len(self.nodes) <= MAX_PLAYED else []

    def lane(self, node: Node) -> Lane | None:
        """The lane a node lies in."""
        return self.definitions.lanes.get(node.lane or "")

    def role(self, node: Node) -> str:
        """The role of the node's lane or of the nearest lane around it; ''."""
        lane = self.lane(node)
        for _ in range(len(self.definitions.lanes)):
            if lane is None or lane.role:
                break
            lane = self.definitions.lanes.get(lane.parent or "")
        return lane.role if lane else ""


Check = Callable[[Subject], Iterator[Spot]]


@dataclass(frozen=True)
class Rule:
    """A rule: its code, its severity in a power and in an exercise (None: does not apply), and its function."""

    code: str
    power: Severity | None
    exercise: Severity | None
    check: Check

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Every place where ``subject`` breaks this rule."""
        severity = self.power if subject.power else self.exercise
        if severity is None:
            return
        for spot in self.check(subject):
            yield Finding(
                rule=self.code,
                severity=spot.severity or severity,
                element=spot.element,
                line=spot.line,
                params=spot.params,
                file=spot.file,
            )


#: Every rule by its code, in the order of definition.
RULES: dict[str, Rule] = {}


def rule(
    code: str, severity: Severity, *, exercise: Severity | Literal["same"] | None = "same"
) -> Callable[[Check], Check]:
    """Register a function as the rule ``code``; ``exercise`` where an exercise is judged otherwise."""

    def register(check: Check) -> Check:
        RULES[code] = Rule(code, severity, severity if exercise == "same" else exercise, check)
        return check

    return register


def at(thing: Node | Flow | Process, **params: object) -> Spot:
    """The spot of a node, arrow or process; its name is a parameter of every sentence."""
    return Spot(element=thing.id, line=thing.line, params={"name": thing.name or thing.id, **params})


def misread(thing: Node | Flow, text: str, error: FeelError) -> Spot:
    """The spot of an expression that cannot be compiled: ``code`` and ``position`` say what is wrong with ``text``."""
    return at(thing, **{**error.params, "text": text, "code": error.code, "position": error.position})
