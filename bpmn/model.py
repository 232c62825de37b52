"""A BPMN file as values: frozen, named by BPMN 2.0 (formal/2011-01-03), what the law adds hanging on it (``power``).

Nothing here executes or draws. ``reader`` makes these from bytes; every other room of ``bpmn`` reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from bpmn.power import Power, Step

#: The one namespace of everything the law adds (docs/flow-package.md).
SUN = "urn:sunpath:bpmn:1"

TASKS = frozenset(
    "task userTask manualTask serviceTask scriptTask sendTask receiveTask businessRuleTask callActivity".split()
)
SUB_PROCESSES = frozenset("subProcess transaction adHocSubProcess".split())
GATEWAYS = frozenset("exclusiveGateway parallelGateway inclusiveGateway eventBasedGateway complexGateway".split())
EVENTS = frozenset("startEvent endEvent intermediateCatchEvent intermediateThrowEvent boundaryEvent".split())
ARTIFACTS = frozenset("dataObjectReference dataStoreReference textAnnotation group".split())
FLOW_NODES = TASKS | SUB_PROCESSES | GATEWAYS | EVENTS


@dataclass(frozen=True, kw_only=True)
class EventDefinition:
    """What an event waits for or throws (BPMN 10.5.5)."""

    #: timer, message, signal, error, escalation, terminate, conditional, link, compensate, cancel, multiple
    kind: str
    #: The id or name it refers to (message, signal, error, escalation, link name).
    ref: str = ""
    name: str = ""
    #: timer only: timeDate, timeDuration or timeCycle, and its text; conditional: the expression.
    timer: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Loop:
    """Loop or multi-instance marker (BPMN 10.3.8)."""

    #: standard, sequential, parallel
    kind: str
    cardinality: str = ""
    condition: str = ""
    collection: str = ""
    variable: str = ""
    test_before: bool = False
    maximum: str = ""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """A rectangle of the file's own drawing (BPMN DI), in its units, y down."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Node:
    """A flow node or artifact, known by its BPMN id."""

    id: str
    #: The BPMN element name: userTask, exclusiveGateway, startEvent, subProcess, textAnnotation …
    type: str
    name: str = ""
    #: Id of the process it belongs to.
    process: str = ""
    #: Id of the enclosing sub-process, None at the top.
    parent: str | None = None
    #: Id of the innermost lane, None without lanes. A boundary event has its host's lane.
    lane: str | None = None
    #: Boundary event: id of its host.
    attached_to: str | None = None
    #: Boundary or event sub-process start: does it cancel what it interrupts?
    interrupting: bool = True
    events: tuple[EventDefinition, ...] = ()
    #: Id of the default sequence flow (gateway or activity).
    default: str | None = None
    loop: Loop | None = None
    for_compensation: bool = False
    triggered_by_event: bool = False
    #: callActivity: the process or global task it calls.
    called: str = ""
    script: str = ""
    #: Media type or name of the script's language as written; '' where the file does not say.
    script_format: str = ""
    #: sendTask, receiveTask: the name of its message.
    message: str = ""
    #: exclusive event gateways instantiate; receive tasks may too.
    instantiate: bool = False
    #: What BPMN would have it do beyond the rest of this, as attributes and elements are written: nothing runs that.
    unsupported: tuple[str, ...] = ()
    #: Resource roles as written (performer, potentialOwner …).
    performers: tuple[str, ...] = ()
    #: sub-process: does the file hold its inside and (where it says so) draw it open?
    expanded: bool = False
    documentation: str = ""
    step: Step | None = None
    bounds: Bounds | None = None
    line: int | None = None

    @property
    def kind(self) -> str:
        """task, sub, gateway, event or artifact: the family that decides how it is drawn and run."""
        for kind, types in (("task", TASKS), ("sub", SUB_PROCESSES), ("gateway", GATEWAYS), ("event", EVENTS)):
            if self.type in types:
                return kind
        return "artifact"

    @property
    def trigger(self) -> str:
        """Kind of its event definition: '' for none, 'multiple' for more than one."""
        if len(self.events) > 1:
            return "multiple"
        return self.events[0].kind if self.events else ""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow: an arrow of the control flow (BPMN 8.4.13)."""

    id: str
    source: str
    target: str
    #: The label for people beside the condition.
    name: str = ""
    #: FEEL text of the condition, '' without one.
    condition: str = ""
    #: The condition's own expression language as written; '' means that of the file.
    language: str = ""
    process: str = ""
    #: Id of the sub-process it lies in, None at the top.
    parent: str | None = None
    #: An arc that sends the case back (退回, 补正): recorded as ``returned`` and drawn as its own arc.
    returns: bool = False
    waypoints: tuple[tuple[float, float], ...] = ()
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class MessageFlow:
    """A message between pools (BPMN 9.4)."""

    id: str
    source: str
    target: str
    name: str = ""
    waypoints: tuple[tuple[float, float], ...] = ()
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Association:
    """A dotted line from an artifact: association or data association."""

    id: str
    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A swimlane; ``parent`` is the enclosing lane of a nested lane set."""

    id: str
    name: str
    process: str
    parent: str | None = None
    #: Role of those who act in it (``sun:lane role``): applicant, clerk, handler, reviewer, approver, legal, system …
    role: str = ""
    bounds: Bounds | None = None
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A participant; ``process`` is None for a black box."""

    id: str
    name: str
    process: str | None = None
    bounds: Bounds | None = None


@dataclass(frozen=True, kw_only=True)
class Process:
    """One process: its nodes and flows of all depths, in document order."""

    id: str
    name: str = ""
    executable: bool = False
    lanes: tuple[Lane, ...] = ()
    nodes: tuple[Node, ...] = ()
    flows: tuple[Flow, ...] = ()
    power: Power | None = None
    documentation: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something the reader had to mend to go on (dangling arrow, unknown lane member …)."""

    code: str
    element: str | None = None
    line: int | None = None
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """A whole BPMN file."""

    id: str = ""
    name: str = ""
    processes: tuple[Process, ...] = ()
    pools: tuple[Pool, ...] = ()
    message_flows: tuple[MessageFlow, ...] = ()
    associations: tuple[Association, ...] = ()
    #: Artifacts of the collaboration itself (those of a process are among its nodes).
    artifacts: tuple[Node, ...] = ()
    #: Element ids of each BPMN diagram plane, in file order; two planes may use the same coordinates.
    planes: tuple[frozenset[str], ...] = ()
    #: The file's default expression language as written; '' where it does not say.
    expression_language: str = ""
    problems: tuple[Problem, ...] = ()
    #: Id of the process that runs where it is not the one ``main`` would find: a partner of that one.
    chosen: str = ""

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Every node of every process by id."""
        return {node.id: node for process in self.processes for node in process.nodes}

    @cached_property
    def flows(self) -> dict[str, Flow]:
        """Every sequence flow by id."""
        return {flow.id: flow for process in self.processes for flow in process.flows}

    @cached_property
    def lanes(self) -> dict[str, Lane]:
        """Every lane by id."""
        return {lane.id: lane for process in self.processes for lane in process.lanes}

    @property
    def main(self) -> Process | None:
        """The process that runs: the one with power data, else the first executable one, else the first with nodes."""
        if self.chosen:
            return next((process for process in self.processes if process.id == self.chosen), None)
        marks: tuple[Callable[[Process], object], ...] = (
            lambda process: process.power,
            lambda process: process.executable and process.nodes,
            lambda process: process.nodes,
        )
        for wanted in marks:
            for process in self.processes:
                if wanted(process):
                    return process
        return self.processes[0] if self.processes else None

    def outgoing(self, node_id: str) -> list[Flow]:
        """Sequence flows that leave a node, in document order."""
        return self._outgoing.get(node_id, [])

    def incoming(self, node_id: str) -> list[Flow]:
        """Sequence flows that reach a node, in document order."""
        return self._incoming.get(node_id, [])

    @cached_property
    def _outgoing(self) -> dict[str, list[Flow]]:
        return _grouped((flow.source, flow) for flow in self.flows.values())

    @cached_property
    def _incoming(self) -> dict[str, list[Flow]]:
        return _grouped((flow.target, flow) for flow in self.flows.values())


def _grouped(pairs: Iterator[tuple[str, Flow]]) -> dict[str, list[Flow]]:
    groups: dict[str, list[Flow]] = {}
    for key, flow in pairs:
        groups.setdefault(key, []).append(flow)
    return groups
