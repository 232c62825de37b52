"""Rules of the whole way: what the steps take together fits in what is promised for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bpmn import spans
from bpmn.model import Node, Process
from bpmn.power import Limit
from bpmn.rules import Spot, Subject, at, rule
from bpmn.rules_power import OUTSIDE, STAFFED
from bpmn.spans import Span
from bpmn.wording import Word


@rule("power.no-procedure", "error", exercise=None)
def no_procedure(subject: Subject) -> Iterator[Spot]:
    """Element 3 of seven: the procedure and who hands over to whom: at least one step is done by a post of the body."""
    if subject.power and subject.power.shared:
        return
    own = (node for node in subject.nodes.values() if node.type in STAFFED)
    if subject.process and all(subject.role(node) in OUTSIDE for node in own):
        yield at(subject.process)


@rule("limit.sum", "error", exercise=None)
def sum_of_steps(subject: Subject) -> Iterator[Spot]:
    """Steps done one after another may not take longer, by their own limits, than the case or segment is promised."""
    for owner, total in _totals(subject):
        scope = owner.id if isinstance(owner, Node) else None
        given = spans.most(total)
        if given is None:
            continue
        way = spans.longest(subject.control, total, _taken(subject, total), scope)
        if way.days > given:
            unit = total.unit if total.unit in spans.PLAIN else "calendar_day"
            steps = tuple(
                (" ＋ " if place else "", f"{node.name or node.id} ", _long(span.days, _unit(span, unit)))
                for place, (node, span) in enumerate(way.steps)
            )
            given_in_all = _long(spans.allowed(total), total.unit)
            yield at(owner, sum=_long(way.days, unit), total=given_in_all, steps=steps)


def _unit(span: Span, unit: str) -> str:
    return "working_day" if span.working else unit


def _long(value: int | None, unit: str) -> tuple[object, ...]:
    """A length of time, in the words of whatever language it is said in."""
    return value, Word(f"unit.{unit}")


def _totals(subject: Subject) -> Iterator[tuple[Node | Process, Limit]]:
    """Limits of the whole case, and of sub-processes that are limited as one."""
    if subject.process and subject.power:
        yield from ((subject.process, limit) for limit in subject.power.limits if _binding(limit))
    for node in subject.nodes.values():
        if subject.control.inside(node.id):
            yield from ((node, limit) for limit in _of(node) if _binding(limit))


def _taken(subject: Subject, total: Limit) -> Callable[[Node], Span | None]:
    def counts(node: Node) -> Span | None:
        """Days a node takes of the total; None: those of what is inside it."""
        if any(_stands_still(one, total) for one in (node, subject.nodes.get(node.attached_to or ""))):
            return Span()
        own = [spans.least(limit, total) for limit in _of(node) if _binding(limit) and limit.anchor == "entered"]
        if subject.control.inside(node.id) and not own:
            return None
        counted = node.kind == "event" or subject.role(node) not in OUTSIDE
        return max(own, key=lambda span: span.weight, default=Span()) if counted else Span()

    return counts


def _stands_still(node: Node | None, total: Limit) -> bool:
    """Does the total's clock stand still in the node (and in what happens on its border)?"""
    stop = node.step.stop if node is not None and node.step is not None else None
    return stop is not None and stop.ground in total.stops


def _binding(limit: Limit) -> bool:
    return limit.kind == "max" and limit.binds == "agency"


def _of(node: Node) -> tuple[Limit, ...]:
    return node.step.limits if node.step is not None else ()
