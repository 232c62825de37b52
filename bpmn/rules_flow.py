"""Rules of the way through a flow: where it begins, where it ends, and that everything drawn lies on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bpmn.feel import FeelError, compile_expression, compile_script
from bpmn.model import Flow, Node
from bpmn.partners import partners
from bpmn.rules import Spot, Subject, at, rule

MAX_NODES = 300
MAX_ARROWS = 600
_ID = re.compile(r"[^\W\d][\w.-]{0,99}")


@rule("process.nothing-to-run", "error")
def nothing_to_run(subject: Subject) -> Iterator[Spot]:
    """The file draws pools but holds no process with nodes: nothing could run (BPMN 10.2)."""
    if not subject.nodes:
        yield Spot(params={"name": subject.definitions.name or subject.definitions.id})


@rule("process.not-run", "error", exercise="info")
def not_run(subject: Subject) -> Iterator[Spot]:
    """Of the other processes of a file those run that a message opens, or that are called; the rest is only drawn.

    In a power everything drawn as ours must run: what is drawn is what runs. Others are drawn as black boxes.
    """
    main = subject.definitions.main
    reached = {node.process for node in subject.nodes.values()} | _called(subject)
    reached |= {process.id for process in partners(replace(subject.definitions, chosen=""))}
    reached |= {process.id for process in subject.definitions.processes if subject.definitions.chosen}
    for process in subject.definitions.processes:
        if process is not main and process.nodes and process.id not in reached:
            yield at(process, running=subject.process.name or subject.process.id if subject.process else "")


def _called(subject: Subject) -> set[str]:
    return {node.called for node in subject.nodes.values() if node.type == "callActivity"}


@rule("process.not-executable", "warning", exercise="info")
def not_executable(subject: Subject) -> Iterator[Spot]:
    """``isExecutable`` says whether a process is meant to run (BPMN 10.2); ours runs either way."""
    if subject.process and not subject.process.executable:
        yield at(subject.process)


@rule("process.too-large", "error")
def too_large(subject: Subject) -> Iterator[Spot]:
    """A chart of more than 300 nodes or 600 arrows can be neither drawn in time nor read."""
    process = subject.definitions.main
    if process and (len(process.nodes) > MAX_NODES or len(process.flows) > MAX_ARROWS):
        limits = {"limit": MAX_NODES, "arrow_limit": MAX_ARROWS}
        yield at(process, count=len(process.nodes), arrows=len(process.flows), **limits)


@rule("id.not-a-name", "error")
def id_not_a_name(subject: Subject) -> Iterator[Spot]:
    """An id is an XML name (xsd:ID): records, charts and addresses of work items are built on it."""
    things: list[Node | Flow] = [*subject.nodes.values(), *subject.flows]
    for thing in things:
        if not _ID.fullmatch(thing.id.rpartition("/")[2]):
            yield at(thing)


@rule("start.missing", "error", exercise="warning")
def start_missing(subject: Subject) -> Iterator[Spot]:
    """Without a start event a flow begins at every node nothing leads to (BPMN 10.5.2).

    A power says where it begins. If there is no such node either, it cannot begin at all.
    """
    if not subject.process or not subject.nodes:
        return
    if any(node.type == "startEvent" for node in subject.control.inside(None)):
        return
    if subject.control.beginnings(None):
        yield at(subject.process)
    else:
        yield replace(at(subject.process), severity="error")


@rule("start.several", "error")
def start_several(subject: Subject) -> Iterator[Spot]:
    """Of several start events only one would be taken; the others would stay dead on the chart (BPMN 10.5.2)."""
    for scope in {None, *(node.id for node in subject.nodes.values() if node.kind == "sub")}:
        starts = [node for node in subject.control.inside(scope) if node.type == "startEvent"]
        for start in starts[1:]:
            yield at(start, first=starts[0].name or starts[0].id)


@rule("start.triggered", "error")
def start_triggered(subject: Subject) -> Iterator[Spot]:
    """A start event opens a case by a command, a message, a signal or a timer, by nothing else (BPMN 10.5.2)."""
    for node in subject.control.inside(None):
        if node.type == "startEvent" and node.trigger not in ("", "message", "signal", "timer"):
            yield at(node, trigger=node.trigger)


@rule("end.missing", "error", exercise="warning")
def end_missing(subject: Subject) -> Iterator[Spot]:
    """Without an end event a flow ends where nothing follows (BPMN 10.5.3); a power says where and how it ends."""
    members = subject.control.inside(None)
    if subject.process and members and not any(node.type == "endEvent" for node in members):
        yield at(subject.process)


@rule("end.implicit", "error", exercise="warning")
def end_implicit(subject: Subject) -> Iterator[Spot]:
    """Nothing follows this node though it is no end event: in a power a forgotten arrow (BPMN 10.5.3)."""
    for node in subject.nodes.values():
        if subject.control.outgoing[node.id] or node.type == "endEvent" or node.kind == "gateway":
            continue
        link = node.type == "intermediateThrowEvent" and node.trigger == "link"
        if not (link or node.for_compensation or node.triggered_by_event or _ad_hoc(subject, node)):
            yield at(node)


def _ad_hoc(subject: Subject, node: Node) -> bool:
    """In an ad-hoc sub-process nothing needs to follow anything."""
    parent = subject.nodes.get(node.parent or "")
    return parent is not None and parent.type == "adHocSubProcess"


@rule("flow.unreachable", "error")
def unreachable(subject: Subject) -> Iterator[Spot]:
    """No way leads from a start to this node: it is drawn and can never run (BPMN 10.5.2)."""
    for node in subject.nodes.values():
        if node.id not in subject.control.reachable and not _ad_hoc(subject, node):
            yield at(node)


@rule("flow.no-way-to-end", "error")
def no_way_to_end(subject: Subject) -> Iterator[Spot]:
    """From this node no end can be reached: a case would never close."""
    for node in subject.nodes.values():
        if node.id not in subject.control.ending:
            yield at(node)


@rule("flow.crosses-border", "error")
def crosses_border(subject: Subject) -> Iterator[Spot]:
    """A sequence flow stays in its process and sub-process (BPMN 8.4.13); across pools a message flows."""
    for flow in subject.flows:
        source, target = subject.nodes.get(flow.source), subject.nodes.get(flow.target)
        if source is None or target is None or source.parent != target.parent:
            yield at(flow, source=flow.source, target=flow.target)


@rule("flow.into-start", "error")
def into_start(subject: Subject) -> Iterator[Spot]:
    """Nothing may lead into a start or boundary event, nothing out of an end event (BPMN 10.5.2, 10.5.3, 10.5.4)."""
    for flow in subject.flows:
        source, target = subject.nodes.get(flow.source), subject.nodes.get(flow.target)
        if target is not None and target.type in ("startEvent", "boundaryEvent"):
            yield at(flow, node=target.name or target.id)
        elif source is not None and source.type == "endEvent":
            yield at(flow, node=source.name or source.id)


@rule("flow.implicit-split", "warning", exercise="info")
def implicit_split(subject: Subject) -> Iterator[Spot]:
    """Several arrows out of a task or event are all taken at once (BPMN 13.3.1): a gateway shows it."""
    for node in subject.nodes.values():
        count = sum(not flow.condition and flow.id != node.default for flow in subject.control.outgoing[node.id])
        if node.kind != "gateway" and count > 1:
            yield at(node, count=count)


@rule("flow.endless-loop", "error")
def endless_loop(subject: Subject) -> Iterator[Spot]:
    """A loop in which nobody and nothing is waited for, and whose way out never changes, runs for ever.

    The way out is a condition that reads a value some script of the loop sets.
    """
    passing = {node.id for node in subject.nodes.values() if not subject.control.waits(node)}
    for circle in subject.control.circles(passing):
        if not _can_change(subject, circle):
            first = min((subject.nodes[node] for node in circle), key=lambda node: (node.line or 0, node.id))
            yield at(first, count=len(circle))


def _can_change(subject: Subject, circle: set[str]) -> bool:
    written: set[str] = set()
    read: set[str] = set()
    leaves = False
    for node in circle:
        if subject.nodes[node].type == "scriptTask":
            written |= _script_writes(subject.nodes[node])
        for flow in subject.control.outgoing[node]:
            read |= _condition_reads(flow)
            leaves = leaves or flow.target not in circle
    return leaves and bool(written & read)


def _script_writes(node: Node) -> set[str]:
    try:
        return set(compile_script(node.script).writes)
    except FeelError:
        return set()


def _condition_reads(flow: Flow) -> frozenset[str]:
    try:
        return compile_expression(flow.condition).names if flow.condition else frozenset()
    except FeelError:
        return frozenset()


@rule("arrow.not-back", "error")
def arrow_not_back(subject: Subject) -> Iterator[Spot]:
    """An arrow marked ``return`` sends the case back to where it was: its source must follow its target."""
    for flow in subject.flows:
        if flow.returns and not subject.control.leads_back(flow):
            yield at(flow)


@rule("arrow.unmarked-return", "warning", exercise=None)
def unmarked_return(subject: Subject) -> Iterator[Spot]:
    """A loop without a single arrow marked ``return``: sending back would not be recorded as such."""
    for circle in subject.control.circles():
        inner = [flow for flow in subject.control.flows if flow.source in circle and flow.target in circle]
        if not any(flow.returns for flow in inner):
            yield at(min(inner, key=lambda flow: -(flow.line or 0)))


@rule("name.missing", "warning", exercise="info")
def name_missing(subject: Subject) -> Iterator[Spot]:
    """A task, a question (a gateway that splits) or its answers without words explain nothing to a reader."""
    for node in subject.nodes.values():
        asks = node.type == "exclusiveGateway" and len(subject.control.outgoing[node.id]) > 1
        if not node.name and (node.kind in ("task", "sub") or asks):
            yield at(node)
        for flow in subject.control.outgoing[node.id] if asks else ():
            if not flow.name:
                yield at(flow)
