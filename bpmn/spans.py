"""How long the steps of a body may take one after another: the longest way through a process, in days.

Only what is certain is compared. Days of the same kind are added; against calendar days a month is at least 28 and a
year at least 365, and working days in a row take the weekends between them (``lasting``); a total of months or years is
taken at its longest. Hours, and calendar days against a total in working days, say nothing certain and count as none.

A way passes each step once: arrows that lead back are not followed, and of branches side by side the longest counts.
Limits that count from a milestone run beside their neighbours and are not added; neither is what others do, nor a step
whose stop makes the clock stand still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from bpmn.control_flow import ControlFlow
from bpmn.model import Node
from bpmn.power import Limit

#: Least days of a unit, against a total in the same column.
_LEAST = {
    "working_day": {"working_day": 1},
    "calendar_day": {"working_day": 1, "calendar_day": 1, "month": 28, "year": 365},
    "hour": {"hour": 1},
}
#: Longest days of a total in months and years.
_MOST = {"month": 31, "year": 366}
#: Days that are compared as they are, without weekends between them.
PLAIN = ("working_day", "hour")
#: A node on the longest way to it: the weight until it is done, and the node before.
Reached = dict[str, tuple[int, str | None]]


@dataclass(frozen=True)
class Span:
    """Days that a step takes at least of a total: working days, or days as they come."""

    days: int = 0
    working: bool = False

    @property
    def weight(self) -> int:
        """For finding the longest way: five working days weigh as much as a week."""
        return self.days * (7 if self.working else 5)


@dataclass(frozen=True)
class Way:
    """The longest way: its days, and what each step on it takes."""

    days: int
    steps: tuple[tuple[Node, Span], ...]


def allowed(limit: Limit) -> int | None:
    """The value a limit is held to: what is promised, without it what the statute gives."""
    return limit.promised if limit.promised is not None else limit.statutory


def most(total: Limit) -> int | None:
    """The days a total gives at its longest, in its own unit or calendar days; None where nothing is comparable."""
    value = allowed(total)
    if value is None or total.unit == "on_spot":
        return None
    return value * _MOST.get(total.unit, 1)


def least(limit: Limit, total: Limit) -> Span:
    """The days that a step's limit takes at least of a total."""
    table = _LEAST["calendar_day" if total.unit in _MOST else total.unit]
    return Span((allowed(limit) or 0) * table.get(limit.unit, 0), limit.unit == "working_day")


def lasting(working: int) -> int:
    """The calendar days that so many working days in a row take at least.

    Seven at most follow each other without a day off, where days are moved for a holiday; each five more take a week.
    Holidays only make it longer.
    """
    return working + 2 * max(0, (working - 7) // 5)


def _days(spans: Iterable[Span], total: Limit) -> int:
    """All of them one after another, as days of the total."""
    if total.unit in PLAIN:
        return sum(span.days for span in spans)
    rows = groupby(spans, key=lambda span: span.working)
    lengths = ((working, sum(span.days for span in row)) for working, row in rows)
    return sum(lasting(length) if working else length for working, length in lengths)


def longest(control: ControlFlow, total: Limit, counts: Callable[[Node], Span | None], scope: str | None = None) -> Way:
    """The longest way from the anchor of ``total`` to its milestone, or through the sub-process ``scope``.

    ``counts`` says how long a node takes; None: look inside it instead.
    """
    after = _flat(control, counts, scope)
    begins = [node.id for node in control.beginnings(scope)]
    nodes = control.nodes
    reached: Reached = dict.fromkeys(begins, (0, None)) if scope or total.anchor in ("received", "entered") else {}
    done: Reached = {}
    order = _forward(after, begins)
    place = {node: number for number, node in enumerate(order)}
    for here in order:
        step = nodes[here].step
        marks = step.marks if step is not None else ""
        if here in reached:
            done[here] = (reached[here][0] + (counts(nodes[here]) or Span()).weight, reached[here][1])
        begun = not scope and marks == total.anchor
        gone = here in done and not (not scope and marks and marks == total.until)
        again = begun and not (step is not None and step.reached)
        if not gone and not begun:
            continue
        carried = gone and not again
        weight, before = (done[here][0], here) if carried else (0, None)
        for then in after[here]:
            if place[then] > place[here] and (then not in reached or reached[then][0] < weight):
                reached[then] = (weight, before)
    passed = [nodes[node] for node in _way(done)]
    steps = [(node, span) for node in passed if (span := counts(node)) is not None and span.days]
    return Way(_days((span for _, span in steps), total), tuple(steps))


def _way(done: Reached) -> list[str]:
    """The nodes of the longest way, the first one first."""
    here = max(done, key=lambda node: done[node][0], default=None)
    way = []
    while here is not None:
        way.append(here)
        here = done[here][1]
    return way[::-1]


def _flat(control: ControlFlow, counts: Callable[[Node], Span | None], scope: str | None) -> dict[str, list[str]]:
    """Who follows whom, sub-processes entered and left; arrows that send the case back are left out."""
    after: dict[str, list[str]] = {}
    for node in control.nodes.values():
        back = {flow.target for flow in control.outgoing[node.id] if flow.returns}
        after[node.id] = sorted(control.after[node.id] - back)
    flat = dict(after)
    for node in control.nodes.values():
        if node.id == scope or not control.inside(node.id) or counts(node) is not None:
            continue
        flat[node.id] = [inner.id for inner in control.beginnings(node.id)]
        for inner in control.inside(node.id):
            if not control.after[inner.id]:
                flat[inner.id] = [node.id + LEFT]
        flat[node.id + LEFT] = after[node.id]
    return _without_seams(flat)


#: Where a sub-process is left, while the graph is made flat.
LEFT = "\0left"


def _without_seams(flat: dict[str, list[str]]) -> dict[str, list[str]]:
    """The places where sub-processes are left, replaced by what follows them."""

    def beyond(targets: Iterable[str]) -> Iterator[str]:
        waiting, seen = list(targets), set[str]()
        while waiting:
            target = waiting.pop()
            if target.endswith(LEFT) and target not in seen:
                waiting += flat[target]
            elif target not in seen:
                yield target
            seen.add(target)

    return {node: sorted(beyond(targets)) for node, targets in flat.items() if not node.endswith(LEFT)}


def _forward(after: Mapping[str, list[str]], begins: list[str]) -> list[str]:
    """Nodes in an order in which only arrows that close a loop lead backwards (reverse postorder)."""
    seen, done = set(begins), list[str]()
    for start in begins:
        if start in done:
            continue
        work = [(start, iter(after[start]))]
        while work:
            node, followers = work[-1]
            following = next((one for one in followers if one not in seen), None)
            if following is None:
                done.append(node)
                work.pop()
            else:
                seen.add(following)
                work.append((following, iter(after[following])))
    return done[::-1]
