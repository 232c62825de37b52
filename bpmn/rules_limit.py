"""Rules of the clocks of the law: what starts them, what makes them stand still, what is said twice or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.feel import FeelError, compile_expression
from bpmn.model import Node
from bpmn.power import Limit
from bpmn.rules import Spot, Subject, at, misread, rule
from bpmn.rules_power import STAFFED

#: Milestones that are there without any step: what comes to the body is received when the case is opened.
GIVEN = frozenset({"entered", "received"})


@rule("limit.anchor", "error", exercise="warning")
def anchor(subject: Subject) -> Iterator[Spot]:
    """A clock that begins or ends with a milestone needs a step that marks it, else it never runs or never ends."""
    marked = {node.step.marks for node in subject.nodes.values() if node.step} | GIVEN
    outside = any(node.type == "callActivity" for node in subject.nodes.values())
    for spot, limit in _limits(subject):
        for milestone in (limit.anchor, limit.until):
            if milestone and milestone not in marked and not outside:
                spot.params["milestone"] = milestone
                yield spot


@rule("limit.until", "error")
def until(subject: Subject) -> Iterator[Spot]:
    """Only a limit of the whole case ends with a milestone; that of a step ends with the step."""
    for node in subject.nodes.values():
        if any(limit.until for limit in _of(node)):
            yield at(node)


@rule("limit.minimum", "error")
def minimum(subject: Subject) -> Iterator[Spot]:
    """Only what a person does, or a timer, can be held back for a time that must at least pass."""
    for node in subject.nodes.values():
        held = node.type in STAFFED or node.trigger == "timer"
        if not held and any(limit.kind == "min" for limit in _of(node)):
            yield at(node)


@rule("limit.timer", "error")
def timer(subject: Subject) -> Iterator[Spot]:
    """A timer event happens when one period is over: it has one limit with a length, and no stops of its own."""
    for node in subject.nodes.values():
        own = _of(node)
        if node.kind == "event" and own:
            one = len(own) == 1 and not own[0].stops and (own[0].statutory or own[0].promised)
            if node.trigger != "timer" or not one:
                yield at(node)


@rule("limit.id-twice", "error")
def id_twice(subject: Subject) -> Iterator[Spot]:
    """The id of a limit names one limit."""
    seen: set[str] = set()
    for spot, limit in _limits(subject):
        if limit.id and limit.id in seen:
            spot.params["id"] = limit.id
            yield spot
        seen.add(limit.id)


@rule("extension.limit", "error")
def extension_limit(subject: Subject) -> Iterator[Spot]:
    """An extension names the limit it lengthens, a public whole number, and no more than the law allows."""
    ids = {limit.id for _, limit in _limits(subject)} - {""}
    for node in subject.nodes.values():
        own = node.step.extension if node.step else None
        if own is not None and (own.limit not in ids or not own.field or own.most is None):
            yield at(node, limit=own.limit)


@rule("stop.nobody", "warning")
def stop_nobody(subject: Subject) -> Iterator[Spot]:
    """A stop whose ground no limit lists stops nothing: 公示, for one, counts unless a rule says otherwise."""
    listed = {ground for _, limit in _limits(subject) for ground in limit.stops}
    for node in subject.nodes.values():
        stop = node.step.stop if node.step else None
        if stop is not None and stop.ground not in listed:
            yield at(node, ground=stop.ground)


@rule("stop.no-basis", "error", exercise=None)
def stop_no_basis(subject: Subject) -> Iterator[Spot]:
    """Time that does not count has its basis and is told to the party in a document."""
    for node in subject.nodes.values():
        stop = node.step.stop if node.step else None
        if stop is not None and not (stop.document and stop.basis and stop.basis.article):
            yield at(node)


@rule("deemed.timer", "error")
def deemed_timer(subject: Subject) -> Iterator[Spot]:
    """What the law deems happens when a period is over: on a timer event, with its effect."""
    for node in subject.nodes.values():
        own = node.step.deemed if node.step else None
        if own is not None and (node.trigger != "timer" or not own.effect):
            yield at(node)


@rule("marks.condition", "error")
def marks_condition(subject: Subject) -> Iterator[Spot]:
    """Whether a milestone is reached, or a limit lengthened, is one FEEL expression."""
    for node in subject.nodes.values():
        if node.step is None:
            continue
        for text in (node.step.reached, node.step.extension.when if node.step.extension else ""):
            if text:
                try:
                    compile_expression(text)
                except FeelError as error:
                    yield misread(node, text, error)


def _of(node: Node) -> tuple[Limit, ...]:
    return node.step.limits if node.step is not None else ()


def _limits(subject: Subject) -> Iterator[tuple[Spot, Limit]]:
    if subject.process and subject.power:
        yield from ((at(subject.process), limit) for limit in subject.power.limits)
    for node in subject.nodes.values():
        yield from ((at(node), limit) for limit in _of(node))
