"""A BPMN file as values: frozen, named by BPMN 2.0 (formal/2011-01-03), plus what the law adds in our own namespace.

Nothing here executes or draws. ``reader`` makes these from bytes; every other room of ``bpmn`` reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

#: The one namespace of everything the law adds (docs/flow-package.md).
SUN = "urn:sunpath:bpmn:1"

#: Type of what is no power itself but a procedure that powers share and call (送达, 听证, 归档 …).
SHARED = "GY"

TASKS = frozenset(
    "task userTask manualTask serviceTask scriptTask sendTask receiveTask businessRuleTask callActivity".split()
)
SUB_PROCESSES = frozenset("subProcess transaction adHocSubProcess".split())
GATEWAYS = frozenset("exclusiveGateway parallelGateway inclusiveGateway eventBasedGateway complexGateway".split())
EVENTS = frozenset("startEvent endEvent intermediateCatchEvent intermediateThrowEvent boundaryEvent".split())
ARTIFACTS = frozenset("dataObjectReference dataStoreReference textAnnotation group".split())
FLOW_NODES = TASKS | SUB_PROCESSES | GATEWAYS | EVENTS


@dataclass(frozen=True, kw_only=True)
class Basis:
    """One legal basis: the instrument and its article (facts: every basis names both)."""

    instrument: str
    article: str = ""
    #: ISO dates between which the text cited was in force; empty where not stated.
    effective_from: str = ""
    effective_to: str = ""
    #: In a shared flow: the types of power it holds for; empty for all.
    types: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"《{self.instrument}》{self.article}"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How long a step or a whole case may (``max``) or must at least (``min``) take."""

    kind: str = "max"
    #: on_spot, hour, working_day, calendar_day, month, year
    unit: str = "working_day"
    statutory: int | None = None
    promised: int | None = None
    #: What starts the clock: a milestone that a step marks (received, accepted, filed, served, notified, decided,
    #: ended), or entered: the step itself.
    anchor: str = "entered"
    basis: Basis | None = None
    #: Name by which an extension speaks of it; '' where none does.
    id: str = ""
    #: Whom it binds: agency, party, third_party, other_agency.
    binds: str = "agency"
    #: Does a last day that is a rest day move to the next working day (民法典 art. 203)? Not where it guards liberty or
    #: property against the state.
    roll: bool = True
    #: Milestone at which a limit of the whole case is met; '' is the end of the case.
    until: str = ""
    #: Grounds for which this clock may stand still, codes of ``GROUNDS``.
    stops: tuple[str, ...] = ()
    #: In a shared flow: the types of power it holds for; empty for all.
    types: tuple[str, ...] = ()


#: Grounds for which a clock may stand still (不计入期限的事由), in the order they are shown.
GROUNDS = tuple(
    "hearing tender auction inspection testing quarantine appraisal expert_review third_party correction suspension"
    " publicity announcement".split()
)


@dataclass(frozen=True, kw_only=True)
class Stop:
    """While a token is in the step, every clock that lists the ground stands still."""

    ground: str
    #: The document that tells the party so.
    document: str = ""
    basis: Basis | None = None


@dataclass(frozen=True, kw_only=True)
class Extension:
    """The step decides that a limit is lengthened, once."""

    #: Id of the limit, public field that says by how much (in the limit's unit), and how much at most.
    limit: str
    field: str
    most: int | None = None
    #: FEEL over public data: was it lengthened?
    when: str = ""
    approver: str = ""
    notice: str = ""
    basis: Basis | None = None


@dataclass(frozen=True, kw_only=True)
class Deemed:
    """What the law takes to have happened when a period has passed (视为…)."""

    effect: str
    basis: Basis | None = None


#: What a step does where a benchmark guides discretion: find the tier; propose an amount; tell the party; review it;
#: discuss it; decide.
PARTS = ("tier", "proposal", "notice", "review", "discussion", "decision")


@dataclass(frozen=True, kw_only=True)
class Discretion:
    """What the step has to do with the benchmark (裁量基准) of the case."""

    #: One of ``PARTS``.
    part: str
    #: tier: public field whose value names the benchmark (``benchmarks/<value>.toml``); another value needs none.
    by: str = ""
    #: proposal and decision: public field of the amount, and the field of the reasons for departing.
    amount: str = ""
    reasons: str = ""
    #: review and discussion: FEEL over public data: was it passed?
    when: str = ""
    #: proposal and decision: FEEL over public data: is there to be no penalty, though a tier was found?
    waives: str = ""
    #: discussion: field of the views of those who did not agree.
    dissent: str = ""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A document that is made from a template when the step is done, and issued under a number."""

    name: str
    #: ``documents/<template>.html``.
    template: str
    #: How it is numbered: ``{year}`` and ``{n}`` are filled in; '' for a document without a number.
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class Risk:
    """A point where power may be abused (廉政风险点) and the control that answers it."""

    text: str
    #: high, medium, low
    level: str
    control: str = ""


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """How a decision is contested (行政复议, 行政诉讼)."""

    kind: str
    text: str
    basis: Basis | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the law adds to a node (``sun:step``)."""

    post: str = ""
    #: Phase of the list of duties (责任事项环节): 受理, 审查, 决定, 送达 …
    phase: str = ""
    #: Name of the form in ``forms/<form>.json``; empty when the step asks nothing.
    form: str = ""
    #: False: an internal step, drawn collapsed on the public chart.
    public: bool = True
    #: Business rule task: the decision it asks, ``file.dmn#decision``, and the name its answer gets in the case data
    #: ('': the decision's own; several outputs then become values of their own).
    decision: str = ""
    result: str = ""
    #: Service task: the connection that does it, an account with a post of this name; '' for one that is only recorded.
    service: str = ""
    #: Message events and tasks: FEEL over public data that says which case is meant ('': that of the conversation), and
    #: the names of the public values a message takes along.
    key: str = ""
    data: tuple[str, ...] = ()
    #: May an officer go past it, with a reason, when it is stuck?
    skip: bool = False
    #: Milestone of the case that leaving this step is; '' for none.
    marks: str = ""
    #: FEEL over public data: was it reached? '' always.
    reached: str = ""
    #: Is it a negative decision (不予…)?
    refusal: bool = False
    #: Does the law allow it once in a case only (一次告知)?
    once: bool = False
    stop: Stop | None = None
    extension: Extension | None = None
    deemed: Deemed | None = None
    discretion: Discretion | None = None
    #: How many officers must act together (两人以上); 1 or 2.
    people: int = 1
    limits: tuple[Limit, ...] = ()
    bases: tuple[Basis, ...] = ()
    documents: tuple[str, ...] = ()
    #: Those of them that have a template.
    papers: tuple[Paper, ...] = ()
    risks: tuple[Risk, ...] = ()
    #: Rights of the party told or open at this step (陈述申辩, 听证, 复议 …).
    rights: tuple[str, ...] = ()
    #: How what this step decides is contested; empty: as the power says.
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Material:
    """One document an applicant brings."""

    name: str
    form: str = ""
    required: bool = True
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Power:
    """What the law adds to a process (``sun:power``); a process with it is a power, without it an exercise."""

    #: Letters of the power type: XK, CF, QZ, ZS, JF, JC, QR, JL, CJ, QT; ``SHARED`` where powers call it.
    type: str
    code: str = ""
    body: str = ""
    theme: str = ""
    #: Element ids of user tasks that the applicant fills in when opening a case; the first is the application.
    apply: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""
    complaint: str = ""
    supervision: str = ""
    result: str = ""
    conditions: tuple[str, ...] = ()
    materials: tuple[Material, ...] = ()
    limits: tuple[Limit, ...] = ()
    fee: str = ""
    fee_basis: str = ""
    remedies: tuple[Remedy, ...] = ()
    bases: tuple[Basis, ...] = ()

    @property
    def shared(self) -> bool:
        """Is it called by powers, and never a case of its own?"""
        return self.type == SHARED


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
