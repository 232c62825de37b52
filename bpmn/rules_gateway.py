"""Rules of the places where a flow parts and meets (BPMN 2.0, 10.6). A question must have an answer, always."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bpmn.model import Flow, Node
from bpmn.rules import Spot, Subject, at, rule

ASKING = ("exclusiveGateway", "inclusiveGateway")
#: What may follow an event-based gateway (BPMN 10.6.6).
AWAITED = ("message", "signal", "timer", "conditional")
#: Where arrows are taken without being asked.
UNASKED = ("parallelGateway", "eventBasedGateway", "complexGateway")


def _gateways(subject: Subject, *types: str) -> Iterator[tuple[Node, list[Flow]]]:
    for node in subject.nodes.values():
        if node.type in types:
            yield node, subject.control.outgoing[node.id]


@rule("gateway.no-outgoing", "error")
def no_outgoing(subject: Subject) -> Iterator[Spot]:
    """A gateway that leads nowhere swallows the case (BPMN 10.6.1)."""
    for node in subject.nodes.values():
        if node.kind == "gateway" and not subject.control.outgoing[node.id]:
            yield at(node)


@rule("gateway.no-conditions", "error", exercise="info")
def no_conditions(subject: Subject) -> Iterator[Spot]:
    """A question without any condition: a person decides.

    In an exercise the gateway becomes a work item with its arrows to choose from. In a power the decision belongs in a
    user task before it, with post, limit and form, so that its reasons are recorded.
    """
    for node, arrows in _gateways(subject, *ASKING):
        if len(arrows) > 1 and not any(arrow.condition for arrow in arrows):
            yield at(node, count=len(arrows))


@rule("gateway.some-conditions", "error")
def some_conditions(subject: Subject) -> Iterator[Spot]:
    """Some arrows of a question have conditions, others neither a condition nor the default mark (BPMN 10.6.2).

    Which of them is meant when no condition holds is anybody's guess. One such arrow alone out of an exclusive gateway
    is taken as its default in an exercise.
    """
    for node, arrows in _gateways(subject, *ASKING):
        bare = [arrow for arrow in arrows if not arrow.condition and arrow.id != node.default]
        clear = len(bare) == 1 and node.default is None and node.type == "exclusiveGateway" and not subject.power
        if len(arrows) > 1 and any(arrow.condition for arrow in arrows):
            for arrow in bare:
                spot = at(arrow, gateway=node.name or node.id)
                yield replace(spot, severity="warning") if clear else spot


@rule("gateway.no-default", "warning")
def no_default(subject: Subject) -> Iterator[Spot]:
    """Every arrow has a condition and none is the default: if none holds, the case stops with an incident."""
    for node in subject.nodes.values():
        arrows = subject.control.outgoing[node.id]
        if node.default is None and node.type not in UNASKED and arrows and all(arrow.condition for arrow in arrows):
            yield at(node)


@rule("gateway.unknown-default", "error")
def unknown_default(subject: Subject) -> Iterator[Spot]:
    """The default of a gateway or task is one of its own outgoing arrows (BPMN 10.6.2)."""
    for node in subject.nodes.values():
        if node.default is not None and node.default not in {flow.id for flow in subject.control.outgoing[node.id]}:
            yield at(node, default=node.default)


@rule("gateway.default-with-condition", "error")
def default_with_condition(subject: Subject) -> Iterator[Spot]:
    """The default arrow is taken when no other is; its own condition would never be asked (BPMN 8.4.13)."""
    for node in subject.nodes.values():
        for flow in subject.control.outgoing[node.id]:
            if flow.id == node.default and flow.condition:
                yield at(flow)


@rule("gateway.default-ignored", "error")
def default_ignored(subject: Subject) -> Iterator[Spot]:
    """A parallel or event-based gateway asks nothing, so its default is never used (BPMN 10.6.4, 10.6.6)."""
    for node in subject.nodes.values():
        if node.default is not None and node.type in UNASKED:
            yield at(node)


@rule("condition.ignored", "error")
def condition_ignored(subject: Subject) -> Iterator[Spot]:
    """A condition on an arrow out of a parallel or event-based gateway is never asked (BPMN 8.4.13)."""
    for flow in subject.flows:
        source = subject.nodes.get(flow.source)
        if flow.condition and source is not None and source.type in UNASKED:
            yield at(flow, source=source.name or source.id)


@rule("condition.hidden", "error", exercise="warning")
def condition_hidden(subject: Subject) -> Iterator[Spot]:
    """A condition on an arrow out of a task or event, or on an only arrow, is asked though no question is drawn.

    BPMN 8.4.13 allows it; a reader of the chart cannot see that anything is decided there.
    """
    for flow in subject.flows:
        source = subject.nodes.get(flow.source)
        if flow.condition and source is not None and source.type not in UNASKED:
            if source.type not in ASKING or len(subject.control.outgoing[source.id]) == 1:
                yield at(flow, source=source.name or source.id)


@rule("gateway.complex", "error")
def complex_gateway(subject: Subject) -> Iterator[Spot]:
    """A complex gateway's activation condition is not supported (BPMN 10.6.5)."""
    for node, _ in _gateways(subject, "complexGateway"):
        yield at(node)


@rule("gateway.awaits-nothing", "error")
def awaits_nothing(subject: Subject) -> Iterator[Spot]:
    """After an event-based gateway come at least two catch events or receive tasks, nothing else (BPMN 10.6.6)."""
    for node, arrows in _gateways(subject, "eventBasedGateway"):
        if len(arrows) < 2:
            yield at(node, target="")
        for arrow in arrows:
            target = subject.nodes.get(arrow.target)
            if target is not None and not _is_awaited(target):
                yield at(node, target=target.name or target.id)


def _is_awaited(node: Node) -> bool:
    caught = node.type == "intermediateCatchEvent" and node.trigger in AWAITED
    return caught or (node.type == "receiveTask" and not node.instantiate)


@rule("gateway.instantiates", "error")
def instantiates(subject: Subject) -> Iterator[Spot]:
    """An event-based gateway or receive task that opens the case (``instantiate``): a command opens cases here."""
    for node in subject.nodes.values():
        if node.instantiate:
            yield at(node)


@rule("gateway.inclusive-in-loop", "warning")
def inclusive_in_loop(subject: Subject) -> Iterator[Spot]:
    """An inclusive gateway that joins on a loop waits for all that may still come round: hard to follow (13.4.3)."""
    for circle in subject.control.circles():
        for node in circle:
            joins = len(subject.control.incoming[node]) > 1
            if subject.nodes[node].type == "inclusiveGateway" and joins:
                yield at(subject.nodes[node])


@rule("gateway.pointless", "info")
def pointless(subject: Subject) -> Iterator[Spot]:
    """A gateway with one arrow in and one out neither parts nor joins (BPMN 10.6.1)."""
    for node in subject.nodes.values():
        if node.kind == "gateway" and node.type != "eventBasedGateway":
            if len(subject.control.outgoing[node.id]) == 1 and len(subject.control.incoming[node.id]) <= 1:
                yield at(node)
