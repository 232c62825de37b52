"""fold(steps) → where a case stands. Pure, and the only such function: live chart, replay, print and CLI all use it.

Every status comes from a recorded step of that very element, never from another's (design promise 2). What no step
speaks of (not reached, no longer reachable) is added by ``surround`` from the model and never coloured as done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from bpmn.marks import ClockSign, Mark, PictureStatus
from bpmn.model import Definitions
from engine.answers import ArrowStatus, CaseView, Children, ElementStatus, Step, Timing
from engine.law.clocks import PROMISED, STATUTORY
from engine.law.estimate import estimate
from engine.law.limits import local
from engine.law.timeline import due_of
from engine.record.canonical import decode, read_instant

#: The edition of the rules from which clocks of the law run.
CLOCKS_SINCE = 2
#: Statuses of an element that holds a token.
ACTIVE = frozenset({"current", "waiting", "warn", "overdue", "incident", "suspended"})


@dataclass
class Folded:
    """Where a case stands after some steps."""

    state: str = "new"
    step: int = 0
    elements: dict[str, ElementStatus] = field(default_factory=dict)
    arrows: dict[str, ArrowStatus] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    #: Names of private fields → commitment of the value that stands.
    private: dict[str, str] = field(default_factory=dict)
    #: Open work items: address → (element, the step body that offered it, who claimed it).
    items: dict[str, OpenItem] = field(default_factory=dict)
    #: Open incidents: address → the step that raised it.
    incidents: dict[str, Step] = field(default_factory=dict)
    #: Activities whose instances are cases of their own, by address.
    children: dict[str, Children] = field(default_factory=dict)
    #: Waiting timers: address → due instant as recorded.
    timers: dict[str, str] = field(default_factory=dict)
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    #: Elements left since the last command: within its steps, what follows them is still to be decided.
    left: set[str] = field(default_factory=set)
    #: Do clocks of the law say until when (from the second edition on)? Else it is estimated.
    counted: bool = False
    _tokens: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenItem:
    """A work item that is offered or claimed."""

    element: str
    offered_at: datetime
    choices: tuple[str, ...] = ()
    person: str | None = None


def fold(steps: Iterable[Step]) -> Folded:
    """Where the case stands after ``steps`` (all of one case, in order, from the first)."""
    result = Folded()
    for step in steps:
        result.step = step.seq
        apply = _EFFECTS.get(step.kind)
        if apply is not None:
            apply(result, step)
    return result


def surround(
    folded: Folded,
    definitions: Definitions,
    at: datetime | None,
    zone: Any,
    *,
    settled: bool = True,
    timings: Iterable[Timing] = (),
) -> dict[str, ElementStatus]:
    """Statuses of all nodes of the model: what was recorded, and for the rest ``todo`` or ``skipped``.

    An element whose clock has passed is ``warn`` (the promise) or ``overdue`` (the statute), as recorded; in a case of
    the first edition, which has no clocks, by estimated dates and with ``at`` given only.
    ``settled`` is False between the steps of one command, where a token may be on its way from element to element.
    """
    if folded.counted:
        running = {timing.element: timing for timing in timings if timing.element and timing.ended_at is None}
        elements = {key: _with_timing(status, running.get(key)) for key, status in folded.elements.items()}
    else:
        elements = {key: _with_clock(status, key, definitions, at, zone) for key, status in folded.elements.items()}
    if folded.state == "suspended":
        elements = {key: replace(s, status="suspended") if s.status in ACTIVE else s for key, s in elements.items()}
    by_id = {key.rpartition("/")[2]: key for key in elements}
    ahead = _reachable(folded, definitions, settled)
    open_ = folded.state in ("new", "open", "suspended")
    for node in definitions.nodes.values():
        if node.kind != "artifact" and node.id not in by_id:
            elements[key_of(definitions, node.id)] = ElementStatus(
                status="todo" if open_ and node.id in ahead else "skipped"
            )
    return elements


def key_of(definitions: Definitions, node_id: str) -> str:
    """``scope/id`` of a node: its enclosing sub-processes, then itself."""
    node = definitions.nodes.get(node_id)
    path = [node_id]
    while node is not None and node.parent:
        path.append(node.parent)
        node = definitions.nodes.get(node.parent)
    return "/".join(reversed(path))


def picture_status(view: CaseView, today: date | None = None) -> PictureStatus:
    """What the picture shows of a case: marks and arrow counts by BPMN id; with ``today``, or the day the view is of,
    the clocks that run.

    Cards stay on their element whatever became of it, unless they were revoked. What lies within a flow that is called
    stands on the activity that calls it, whose chart this is: its cards, and of several clocks the one that ends first.
    """
    today = today or (local(view.at) if view.at is not None else None)
    cards: dict[str, dict[str, None]] = {}
    for card in view.cards:
        if card.state != "revoked":
            cards.setdefault(_drawn(card.element, view.calls), {})[card.colour] = None
    signs = _signs(view, today) if today is not None else {}
    marks = {
        key.rpartition("/")[2]: Mark(
            status=status.status,
            count=max(status.count, 1),
            cards=tuple(cards.get(key, ())),
            clock=signs.get(key),
        )
        for key, status in view.elements.items()
    }
    return PictureStatus(elements=marks, arrows={flow: arrow.count for flow, arrow in view.arrows.items()})


def _signs(view: CaseView, today: date) -> dict[str, ClockSign]:
    """The clock of each element: the one whose last date is the nearest; one that stands still has none."""
    found: dict[str, tuple[date, ClockSign]] = {}
    for timing in view.timings:
        sign = clock_sign(timing, today)
        if sign is None:
            continue
        key = _drawn(timing.element or "", view.calls)
        last = max((on for on in (timing.promised, timing.statutory) if on and not sign.still), default=date.max)
        if key not in found or last < found[key][0]:
            found[key] = (last, sign)
    return {key: sign for key, (_, sign) in found.items()}


def _drawn(key: str, calls: frozenset[str]) -> str:
    """The element that shows ``key`` on the chart of the case: the outermost call it lies in, else itself."""
    parts = key.split("/")
    around = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
    return next((outer for outer in around if outer in calls), key)


def clock_sign(timing: Timing, today: date) -> ClockSign | None:
    """The dial of a running clock of an element, by calendar days; None for others."""
    if timing.ended_at is not None or not timing.element or timing.limit is None or timing.limit.kind != "max":
        return None
    if timing.ground:
        return ClockSign(used=0, still=True)
    dates = [on for on in (timing.promised, timing.statutory) if on is not None]
    # A day more than lies between: something due the same day has a whole day, not none.
    whole = (max(dates) - timing.since).days + 1 if dates else 0
    if not whole:
        return None

    def share(on: date) -> float:
        return min(max((on - timing.since).days / whole, 0), 1)

    stops = [(local(read_instant(s.since)), local(read_instant(s.until))) for s in timing.stops if s.until]
    promised = timing.promised if len(dates) == 2 else None
    return ClockSign(
        used=share(today + timedelta(days=1)),
        promised=share(promised + timedelta(days=1)) if promised is not None else None,
        stops=tuple((share(since + timedelta(days=1)), share(until + timedelta(days=1))) for since, until in stops),
    )


# -- what each kind of step changes -----------------------------------------------------------------------------------


def _case(state: str) -> Any:
    def change(result: Folded, step: Step) -> None:
        result.state = state
        if state in ("closed", "cancelled"):
            result.closed_at = step.at

    return change


def _opened(result: Folded, step: Step) -> None:
    result.state, result.opened_at = "open", step.at
    result.counted = int(step.body.get("edition", 1)) >= CLOCKS_SINCE


def _entered(result: Folded, step: Step) -> None:
    key = str(step.element)
    before = result.elements.get(key)
    result._tokens[key] = result._tokens.get(key, 0) + 1
    result.elements[key] = ElementStatus(
        status="current", count=(before.count if before else 0) + 1, entered_at=step.at, step=step.seq
    )


def _command(result: Folded, step: Step) -> None:
    result.left.clear()


def _left(result: Folded, step: Step) -> None:
    _consume(result, step, "done")
    result.left.add(str(step.element))


def _cancelled(result: Folded, step: Step) -> None:
    """With an address: that offer is withdrawn, nothing else. Without one: a token is cancelled here."""
    if "item" in step.body:
        result.items.pop(step.body["item"], None)
    elif "timer" in step.body:
        result.timers.pop(step.body["timer"], None)
    else:
        _consume(result, step, "cancelled")
        for address in [address for address in result.incidents if _element(address) == step.element]:
            del result.incidents[address]


def _consume(result: Folded, step: Step, status: str) -> None:
    """A token goes; the element shows its last end once none is left in it."""
    key = str(step.element)
    tokens = result._tokens[key] = max(result._tokens.get(key, 0) - 1, 0)
    result.children = {item: one for item, one in result.children.items() if one.element != key}
    before = result.elements.get(key)
    if before is not None and not tokens:
        result.elements[key] = replace(before, status=status, left_at=step.at, step=step.seq)


def _mark(status: str) -> Any:
    def change(result: Folded, step: Step) -> None:
        before = result.elements.get(str(step.element))
        if before is not None:
            result.elements[str(step.element)] = replace(before, status=status, step=step.seq)

    return change


def _arrow(result: Folded, step: Step) -> None:
    before = result.arrows.get(str(step.element))
    result.arrows[str(step.element)] = ArrowStatus(count=(before.count if before else 0) + 1, step=step.seq)


def _data(result: Folded, step: Step) -> None:
    name = step.body["name"]
    if "commitment" in step.body:
        result.private[name] = step.body["commitment"]
        result.data.pop(name, None)
    else:
        result.data[name] = decode(step.body["value"])
        result.private.pop(name, None)


def _offered(result: Folded, step: Step) -> None:
    item = step.body["item"]
    result.items[item] = OpenItem(str(step.element), step.at, tuple(step.body.get("choices", ())))


def _claimed(result: Folded, step: Step) -> None:
    open_ = result.items.get(step.body["item"])
    if open_ is not None:
        result.items[step.body["item"]] = replace(open_, person=step.body.get("by"))


def _completed(result: Folded, step: Step) -> None:
    result.items.pop(step.body["item"], None)


def _raised(result: Folded, step: Step) -> None:
    result.incidents[step.body["incident"]] = step
    # A join that can never fire is stuck without having been entered.
    result.elements.setdefault(str(step.element), ElementStatus(status="incident", step=step.seq))
    _mark("incident")(result, step)


def _resolved(result: Folded, step: Step) -> None:
    result.incidents.pop(step.body["incident"], None)
    _mark("current")(result, step)


def _timer_set(result: Folded, step: Step) -> None:
    result.timers[step.body["timer"]] = step.body["due"]
    _mark("waiting")(result, step)


def _children_begun(result: Folded, step: Step) -> None:
    body = step.body
    result.children[body["item"]] = Children(
        item=body["item"], element=str(step.element), flow=body["flow"], count=body["count"]
    )


def _children_ended(result: Folded, step: Step) -> None:
    before = result.children[step.body["item"]]
    result.children[before.item] = replace(before, ended=before.ended + len(step.body["numbers"]))


def _timer_ended(result: Folded, step: Step) -> None:
    result.timers.pop(step.body["timer"], None)


_EFFECTS: Mapping[str, Any] = {
    "command": _command,
    "case opened": _opened,
    "case closed": _case("closed"),
    "case cancelled": _case("cancelled"),
    "case suspended": _case("suspended"),
    "case resumed": _case("open"),
    "element entered": _entered,
    "element left": _left,
    "element cancelled": _cancelled,
    "arrow taken": _arrow,
    "data set": _data,
    "work item offered": _offered,
    "work item claimed": _claimed,
    "work item completed": _completed,
    "work item returned": _mark("returned"),
    "message received": _completed,
    "timer set": _timer_set,
    "timer fired": _timer_ended,
    "children begun": _children_begun,
    "children ended": _children_ended,
    "incident raised": _raised,
    "incident resolved": _resolved,
}


# -- what the model adds ----------------------------------------------------------------------------------------------


def _element(address: str) -> str:
    return address.rpartition("#")[0]


def _with_timing(status: ElementStatus, timing: Timing | None) -> ElementStatus:
    if timing is None or status.status not in ("current", "waiting"):
        return status
    late = {PROMISED: "warn", STATUTORY: "overdue"}
    found = next((late[value] for value in (STATUTORY, PROMISED) if value in timing.expired), status.status)
    return replace(status, due=due_of(timing), status=found)


def _with_clock(
    status: ElementStatus, key: str, definitions: Definitions, at: datetime | None, zone: Any
) -> ElementStatus:
    node = definitions.nodes.get(key.rpartition("/")[2])
    if status.status not in ("current", "waiting") or node is None or node.step is None or status.entered_at is None:
        return status
    start = status.entered_at.astimezone(zone).date()
    due = estimate(node.step.limits, start)
    if at is None or due is None:
        return replace(status, due=due)
    today = at.astimezone(zone).date()
    return replace(status, due=due, status=_lateness(status.status, today, due.on, estimate_by_law(node, start)))


def estimate_by_law(node: Any, start: date) -> date | None:
    """Estimated date of the statutory limit of a node; None when no law sets one."""
    law = [limit for limit in node.step.limits if limit.statutory is not None]
    due = estimate(law, start, statutory=True)
    return due.on if due is not None else None


def _lateness(status: str, today: date, promised: date, statutory: date | None) -> str:
    if statutory is not None and today > statutory:
        return "overdue"
    return "warn" if today > promised else status


def _reachable(folded: Folded, definitions: Definitions, settled: bool) -> set[str]:
    """Node ids a token can still get to: along arrows from every element that holds one, or has just let it go."""
    if folded.state == "new" or not (settled or folded.elements):
        return set(definitions.nodes)
    holding = {key for key, status in folded.elements.items() if status.status in ACTIVE}
    inside = [key.rpartition("/")[2] for key in holding | (set() if settled else folded.left)]
    seen: set[str] = set()
    # An arrow taken into a join that has not fired yet keeps what follows the join within reach.
    for flow_id in folded.arrows:
        flow = definitions.flows.get(flow_id)
        if flow is not None and key_of(definitions, flow.target) not in folded.elements:
            inside.append(flow.target)
    while inside:
        node_id = inside.pop()
        if node_id in seen:
            continue
        seen.add(node_id)
        node = definitions.nodes.get(node_id)
        inside += [flow.target for flow in definitions.outgoing(node_id)]
        if node is not None and node.called:
            inside += [n.id for n in definitions.nodes.values() if n.process == node.called]
        inside += [n.id for n in definitions.nodes.values() if n.attached_to == node_id or n.parent == node_id]
        if node is not None and node.parent:
            inside.append(node.parent)
    return seen
