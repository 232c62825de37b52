"""Rules of events (BPMN 2.0, 10.5). What cannot be run rightly is refused with a way out, never run wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bpmn import normal, timer_text
from bpmn.control_flow import link_name
from bpmn.feel import FeelError, compile_expression
from bpmn.model import Node
from bpmn.rules import Spot, Subject, at, misread, rule
from bpmn.watched import watched

#: Throw and end events that are recorded and passed through, and ends that are recorded and end.
THROWN = ("", "message", "signal", "terminate", "error", "escalation", "link")
#: What may start an event sub-process here (BPMN 10.3.5).
_STARTING = ("message", "signal", "timer", "error", "escalation", "conditional")
_THROWING = ("intermediateThrowEvent", "endEvent")


def _events(subject: Subject, *types: str) -> Iterator[Node]:
    for node in subject.nodes.values():
        if node.type in types or (not types and node.kind == "event"):
            yield node


@rule("event.several-triggers", "error")
def several_triggers(subject: Subject) -> Iterator[Spot]:
    """An event with several definitions (multiple, parallel multiple) is not supported (BPMN 10.5.5)."""
    for node in _events(subject):
        if node.trigger == "multiple":
            yield at(node)


@rule("event.conditional", "error", exercise="info")
def conditional(subject: Subject) -> Iterator[Spot]:
    """A conditional event whose condition is no FEEL over the data; in an exercise a person confirms it.

    BPMN 10.5.5. What is FEEL is asked when the waiting begins and after each change of the data.
    """
    for node in _events(subject):
        if node.trigger == "conditional" and not watched(node):
            yield at(node)


@rule("event.compensation", "error")
def compensation(subject: Subject) -> Iterator[Spot]:
    """Compensation undoes what was done; public acts are not undone but corrected by further acts (BPMN 10.7)."""
    for node in subject.nodes.values():
        if node.trigger in ("compensate", "compensation") or node.for_compensation:
            yield at(node)


@rule("event.cancel", "error")
def cancel(subject: Subject) -> Iterator[Spot]:
    """Cancelling a transaction needs compensation, which is not supported (BPMN 10.3.5)."""
    for node in _events(subject):
        if node.trigger == "cancel":
            yield at(node)


@rule("event.escalation", "error", exercise="warning")
def escalation(subject: Subject) -> Iterator[Spot]:
    """An escalation that nothing around it catches, or an event on a border that none inside it ever reaches.

    BPMN 10.5.6: an uncaught escalation has no effect. It is thrown from inside a sub-process to its border only.
    """
    thrown = [node for node in _events(subject, *_THROWING) if node.trigger == "escalation"]
    for node in thrown:
        if not any(_catches(event, node) for event in _around(subject, node, "escalation")):
            yield at(node)
    for event in _events(subject, "boundaryEvent", "intermediateCatchEvent", "startEvent"):
        reached = (event in _around(subject, node, "escalation") and _catches(event, node) for node in thrown)
        if event.trigger == "escalation" and not any(reached):
            yield at(event)


@rule("event.no-signal", "error")
def no_signal(subject: Subject) -> Iterator[Spot]:
    """A signal event that names no signal could be reached by none (BPMN 10.5.5)."""
    for node in _events(subject):
        if node.trigger == "signal" and not (node.events[0].name or node.events[0].ref):
            yield at(node)


@rule("event.not-sent", "info")
def not_sent(subject: Subject) -> Iterator[Spot]:
    """A message without a name can be sent to nobody, and only a person can confirm that it came (BPMN 10.5.1)."""
    for node in subject.nodes.values():
        sends = node.trigger == "message" or node.type in ("sendTask", "receiveTask")
        if sends and not (normal.message_of(node) or (node.events and (node.events[0].name or node.events[0].ref))):
            yield at(node)


@rule("event.key", "error")
def key(subject: Subject) -> Iterator[Spot]:
    """Which case a message is for is FEEL over public data (BPMN 8.4.2)."""
    for node in subject.nodes.values():
        if node.step is not None and node.step.key:
            try:
                compile_expression(node.step.key)
            except FeelError as error:
                yield misread(node, node.step.key, error)


@rule("event.not-thrown", "error")
def not_thrown(subject: Subject) -> Iterator[Spot]:
    """A trigger that cannot be thrown, such as a timer on a throw event (BPMN 10.5.1)."""
    for node in _events(subject, "intermediateThrowEvent", "endEvent"):
        known = (*THROWN, "multiple", "conditional", "compensate", "compensation", "cancel")
        if node.trigger not in known:
            yield at(node, trigger=node.trigger)


#: What may be waited for in the flow, and on a border (BPMN 10.5.4, table 10.89 and 10.90).
_CAUGHT = ("", "message", "timer", "conditional", "signal", "escalation", "multiple")
_CATCHABLE = {
    "intermediateCatchEvent": (*_CAUGHT, "link"),
    "boundaryEvent": (*_CAUGHT, "error", "cancel", "compensate", "compensation"),
}


@rule("event.not-caught", "error")
def not_caught(subject: Subject) -> Iterator[Spot]:
    """A trigger that cannot be waited for here, or an event on the border of what is no activity (BPMN 10.5.4)."""
    for node in _events(subject, *_CATCHABLE):
        host = subject.nodes.get(node.attached_to or "")
        if node.trigger not in _CATCHABLE[node.type] or (host is not None and host.kind not in ("task", "sub")):
            yield at(node, trigger=node.trigger)


@rule("event.no-trigger", "error", exercise="warning")
def no_trigger(subject: Subject) -> Iterator[Spot]:
    """A catch or boundary event that does not say what it waits for (BPMN 10.5.4)."""
    for node in _events(subject, "intermediateCatchEvent", "boundaryEvent"):
        if not node.trigger:
            yield replace(at(node), severity="error" if node.type == "boundaryEvent" else None)


@rule("event.uncaught-error", "error", exercise="warning")
def uncaught_error(subject: Subject) -> Iterator[Spot]:
    """An error end event that no boundary event around it catches stops the case with an incident (BPMN 10.5.6)."""
    for node in _events(subject, "endEvent"):
        if node.trigger == "error" and not any(_catches(host, node) for host in _around(subject, node)):
            yield at(node)


@rule("event.never-fires", "error", exercise="warning")
def never_fires(subject: Subject) -> Iterator[Spot]:
    """An error boundary event waits for an error end event inside its sub-process; nothing else raises errors here."""
    for node in _events(subject, "boundaryEvent", "startEvent"):
        if node.trigger == "error":
            ends = [end for end in _events(subject, "endEvent") if end.trigger == "error"]
            if not any(node in _around(subject, end) and _catches(node, end) for end in ends):
                yield at(node)


#: Activities that are done in the moment they begin.
_AT_ONCE = ("scriptTask", "businessRuleTask", "sendTask")


@rule("event.no-time", "warning")
def no_time(subject: Subject) -> Iterator[Spot]:
    """An event on the border of what is done at once has no time to happen (BPMN 10.5.4)."""
    for node in _events(subject, "boundaryEvent"):
        host = subject.nodes.get(node.attached_to or "")
        if host is not None and host.type in _AT_ONCE and node.trigger != "error":
            yield at(node, host=host.name or host.id)


def _around(subject: Subject, node: Node, trigger: str = "error") -> list[Node]:
    """Error (or escalation) events that catch it: on the sub-processes around a node, or starting one beside it."""
    hosts: set[str] = set()
    parent = node.parent
    while parent in subject.nodes and parent not in hosts:
        hosts.add(parent)
        parent = subject.nodes[parent].parent
    catching = [event for event in _events(subject, "boundaryEvent") if event.attached_to in hosts]
    catching += [
        start
        for start in _events(subject, "startEvent")
        if subject.control.handles(start)
        and start.parent not in hosts
        and subject.nodes[start.parent or ""].parent in {None, *hosts}
    ]
    return [event for event in catching if event.trigger == trigger]


def _catches(boundary: Node, end: Node) -> bool:
    """A boundary event without an error named catches every error (BPMN 10.5.6)."""
    return not boundary.events[0].ref or boundary.events[0].ref == end.events[0].ref


@rule("event.link-unpaired", "error")
def link_unpaired(subject: Subject) -> Iterator[Spot]:
    """A link throw goes on at the one link catch of its name in the same scope (BPMN 10.5.5)."""
    throws = [node for node in _events(subject, "intermediateThrowEvent") if node.trigger == "link"]
    catches = [node for node in _events(subject, "intermediateCatchEvent") if node.trigger == "link"]
    for throw in throws:
        if len(subject.control.catches(throw)) != 1:
            yield at(throw, link=link_name(throw))
    for catch in catches:
        if not any(catch in subject.control.catches(throw) for throw in throws):
            yield at(catch, link=link_name(catch))


@rule("event.sub-process", "error")
def event_sub_process(subject: Subject) -> Iterator[Spot]:
    """An event sub-process begins with one start event that says what starts it; nothing leads there (BPMN 10.3.5).

    It has no arrows, no loop and nothing on its border.
    """
    hosts = {event.attached_to for event in _events(subject, "boundaryEvent")}
    for node in subject.nodes.values():
        if node.triggered_by_event:
            starts = [one for one in subject.control.inside(node.id) if one.type == "startEvent"]
            arrows = [*subject.control.incoming[node.id], *subject.control.outgoing[node.id]]
            rightly = len(starts) == 1 and starts[0].trigger in _STARTING and node.type == "subProcess"
            if not rightly or arrows or node.loop or node.id in hosts:
                yield at(node)


@rule("event.start-inside", "error")
def start_inside(subject: Subject) -> Iterator[Spot]:
    """The start of an embedded sub-process waits for nothing: it begins when a token comes (BPMN 10.5.2)."""
    for node in _events(subject, "startEvent"):
        if node.parent and node.trigger and not subject.control.handles(node):
            around = subject.nodes.get(node.parent)
            if around is None or around.type != "callActivity":
                yield at(node, trigger=node.trigger)


@rule("timer.text", "error")
def timer(subject: Subject) -> Iterator[Spot]:
    """A timer's text must say when: ISO 8601, or FEEL that gives a time or duration (BPMN 10.5.5).

    One that opens cases has no data to read.
    """
    for node in _events(subject):
        if node.trigger == "timer" and node.type not in _THROWING:
            definition = node.events[0]
            try:
                names = timer_text.names(definition.timer or "timeDuration", definition.text)
                if names and node.type == "startEvent" and node.parent is None:
                    raise FeelError("timer.no_data", names=", ".join(sorted(names)))
            except FeelError as error:
                yield misread(node, definition.text, error)


@rule("timer.repeats", "error")
def timer_repeats(subject: Subject) -> Iterator[Spot]:
    """A cycle repeats only where it does not interrupt, on a border or starting an event sub-process (BPMN 10.5.4).

    Elsewhere its first moment is all.
    """
    for node in _events(subject):
        handles = subject.control.handles(node)
        if node.trigger == "timer" and node.events[0].timer == "timeCycle" and (node.type != "startEvent" or handles):
            repeats = (node.type == "boundaryEvent" or handles) and not node.interrupting
            if not repeats and not node.events[0].text.startswith("R1/"):
                yield at(node, text=node.events[0].text)
