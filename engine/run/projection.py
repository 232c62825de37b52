"""What follows from steps: work items, timers and incidents as rows. Pure; ``verify`` compares with the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bpmn.model import Definitions, Node
from engine import tables
from engine.answers import Choice, Due, Incident, WorkItem
from engine.law.discretion import band
from engine.law.estimate import estimate
from engine.record import canonical
from engine.record.canonical import read_instant
from engine.record.chain import Sealed
from engine.run.guard import is_applicants, post_of

#: Dates that law counts are dates here.
ZONE = ZoneInfo("Asia/Shanghai")


class ItemRow(NamedTuple):
    """A row of ``work_item``: its columns as they are read, for a step may read hundreds and look at one."""

    item: str
    element: str
    post: str
    applicant: bool
    #: Canonical JSON of the arrows to choose from.
    choices: str
    #: open, claimed, done, withdrawn
    state: str
    person: str | None
    offered_at: str
    ended_at: str | None = None
    due_on: str | date | None = None
    due_provisional: bool = False
    due_value: str = ""
    due_limit: str = ""

    @property
    def arrows(self) -> tuple[str, ...]:
        """The arrows to choose from."""
        return () if self.choices == _NO_CHOICE else tuple(canonical.loads(self.choices))

    @property
    def due(self) -> Due | None:
        """When it is due, and who says so."""
        if self.due_on is None:
            return None
        on = date.fromisoformat(self.due_on) if isinstance(self.due_on, str) else self.due_on
        return Due(
            on=on,
            provisional=bool(self.due_provisional),
            value=self.due_value,
            counted=bool(self.due_limit),
            limit=self.due_limit,
        )

    def due_by(self, due: Due | None) -> ItemRow:
        """The same, due then."""
        if due is None:
            return self._replace(due_on=None, due_provisional=False, due_value="", due_limit="")
        return self._replace(due_on=due.on, due_provisional=due.provisional, due_value=due.value, due_limit=due.limit)

    def values(self, case_id: int) -> dict[str, Any]:
        """As columns."""
        due = self.due
        columns = self._asdict() | {"applicant": bool(self.applicant), "due_provisional": bool(self.due_provisional)}
        return {"case_id": case_id, **columns, "due_on": due.on if due else None}


_NO_CHOICE = "[]"

#: Columns of ``work_item`` as an ``ItemRow`` has them; ``state`` is renamed, cases have one too.
ITEM_COLUMNS = [
    column.label("item_state") if column.name == "state" else column
    for column in tables.work_item.c
    if column.name != "case_id"
]


@dataclass
class Change:
    """What one command changes: the items open after it, and the rows to write."""

    #: New state of the case; '' when it stays.
    state: str = ""
    items: dict[str, ItemRow] = field(default_factory=dict)
    ended: dict[str, ItemRow] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    #: Rows of ``timer`` and ``incident`` by address, in the order of the steps.
    timer_rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    incident_rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Rows of ``card`` by card.
    card_rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: The row of ``discretion``, where an amount was decided under a benchmark.
    discretion_row: dict[str, Any] | None = None
    #: Do clocks of the law count when items are due? Else it is estimated.
    counted: bool = False
    #: Timers that fired in this command.
    fired: list[str] = field(default_factory=list)
    #: May incidents have ended, so that their rows must be looked at?
    incidents_moved: bool = False

    @property
    def changed_items(self) -> list[ItemRow]:
        """Every item row that is new or different."""
        return [*self.ended.values(), *(row for item, row in self.items.items() if item in self.touched)]

    def end_timers(self, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Timers no longer waited for fired or were withdrawn. ``before``, ``after``: waiting address → due instant."""
        set_now = {timer: row["due_at"] for timer, row in self.timer_rows.items()}
        for timer, due in {**before, **set_now}.items():
            if timer not in after:
                state = "fired" if timer in self.fired else "withdrawn"
                self.timer_rows[timer] = _timer_row(timer, due, state)


def change(
    items: Mapping[str, ItemRow], steps: Iterable[Sealed], definitions: Definitions, actor: str, counted: bool = False
) -> Change:
    """The change ``steps`` (of one command by ``actor``) make to the open ``items`` of a case."""
    result = Change(items=dict(items), counted=counted)
    for step in steps:
        effect = _EFFECTS.get(step.kind)
        if effect is not None:
            effect(result, step, canonical.loads(step.body), definitions, actor)
    return result


def offered(item: str, element: str, definitions: Definitions, arrows: Sequence[str], at: str) -> ItemRow:
    """An item as it is offered: nobody has claimed it, nothing says when it is due."""
    node = definitions.nodes.get(element_id(item))
    return ItemRow(
        item=item,
        element=element,
        post=post_of(node),
        applicant=is_applicants(definitions, node),
        choices=canonical.dumps(list(arrows)).decode() if arrows else _NO_CHOICE,
        state="open",
        person=None,
        offered_at=at,
    )


def work_item(row: ItemRow, case: str, definitions: Definitions) -> WorkItem:
    """An open item as the verbs answer it."""
    node = definitions.nodes.get(element_id(row.item))
    lane = definitions.lanes.get(node.lane or "") if node else None
    step = node.step if node else None
    return WorkItem(
        case=case,
        item=row.item,
        element=row.element,
        name=(node.name if node else "") or row.element,
        lane=lane.name if lane else "",
        post=row.post,
        due=row.due,
        choices=tuple(Choice(arrow=arrow, label=_label(definitions, arrow)) for arrow in row.arrows),
        form=step.form if step else "",
        people=step.people if step else 1,
        applicant=bool(row.applicant),
        state=row.state,
        claimed_by=row.person,
        offered_at=read_instant(row.offered_at),
    )


def incident(row: Any, case: str, definitions: Definitions) -> Incident:
    """A row of ``incident`` as the verbs answer it."""
    node = definitions.nodes.get(element_id(row.item))
    return Incident(
        case=case,
        item=row.item,
        element=row.element,
        name=(node.name if node else "") or row.element,
        code=row.code,
        params=canonical.loads(row.params),
        since=read_instant(row.raised_at),
    )


def element_id(address: str) -> str:
    """BPMN id of an address ``scope/element#occurrence``."""
    return address.rpartition("#")[0].rpartition("/")[2] if "#" in address else address.rpartition("/")[2]


def local_date(at: str | datetime) -> date:
    """The date of an instant where the law counts it."""
    instant = read_instant(at) if isinstance(at, str) else at
    return instant.astimezone(ZONE).date()


def _label(definitions: Definitions, arrow: str) -> str:
    flow = definitions.flows.get(arrow.rpartition("/")[2])
    if flow is None:
        return arrow
    target = definitions.nodes.get(flow.target)
    return flow.name or (target.name if target else "") or arrow


def due(node: Node | None, at: str | datetime) -> Due | None:
    """Estimated date of a step offered ``at``."""
    return estimate(node.step.limits, local_date(at)) if node is not None and node.step is not None else None


# -- effects ----------------------------------------------------------------------------------------------------------


def _offered(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
    item = body["item"]
    node = definitions.nodes.get(element_id(item))
    row = offered(item, str(step.element), definitions, body.get("choices", ()), step.at)
    result.items[item] = row if result.counted else row.due_by(due(node, step.at))
    result.touched.add(item)


def _claimed(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
    row = result.items.get(body["item"])
    if row is not None:
        person = body.get("by")
        result.items[row.item] = row._replace(state="claimed" if person else "open", person=person)
        result.touched.add(row.item)


def _completed(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
    _end(result, body["item"], "done", actor, step.at)


def _received(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
    """What was waited for came by itself."""
    _end(result, body["item"], "done", None, step.at)


def _cancelled(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
    _end(result, body.get("item", ""), "withdrawn", None, step.at)


def _end(result: Change, item: str, state: str, person: str | None, at: str) -> None:
    row = result.items.pop(item, None)
    if row is not None:
        result.ended[item] = row._replace(state=state, person=person, ended_at=at)


def _timer_set(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
    result.timer_rows[body["timer"]] = _timer_row(body["timer"], body["due"], "waiting")


def _timer_row(timer: str, due: str, state: str) -> dict[str, Any]:
    """A row of ``timer`` for one of the model's own."""
    return {"timer": timer, "due_at": due, "state": state, "kind": "timer"}


def _timer_fired(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
    result.fired.append(body["timer"])


def _counted(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
    """A clock of a node says until when its items are due; one that stands still says nothing."""
    value = next((value for value in ("promised", "statutory") if value in body), None)
    due = None
    if value is not None:
        on = date.fromisoformat(body[value])
        due = Due(on=on, provisional="provisional" in body, value=value, counted=True, limit=body["limit"])
    for item, row in result.items.items():
        if row.element == step.element and not _is_minimum(definitions, body["limit"], item):
            result.items[item] = row.due_by(due)
            result.touched.add(item)


def _expired(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
    """Once the statute's own date has passed that is the one that matters, not the promise before it."""
    if body["value"] != "statutory":
        return
    for item, row in result.items.items():
        if row.due_on is not None and row.due_limit == body["limit"] and row.due_value != "statutory":
            result.items[item] = row._replace(due_on=body["due"], due_value="statutory")
            result.touched.add(item)


def _is_minimum(definitions: Definitions, clock: str, item: str) -> bool:
    """Is the clock one of at least so long? It says from when something may be done, not until when."""
    node, number = definitions.nodes.get(element_id(item)), int(clock.rpartition(".")[2])
    limits = node.step.limits if node is not None and node.step is not None else ()
    return number < len(limits) and limits[number].kind == "min"


def _card(state: str) -> Any:
    def effect(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
        result.card_rows[body["card"]] = {
            "card": body["card"],
            "rule": body["card"].partition(" ")[0],
            "colour": body["colour"],
            "element": step.element,
            "post": body["post"],
            "state": state,
            "appealed": state == "appealed" or body.get("appealed", False),
            "raised_at": body.get("at", step.at),
            "changed_at": step.at,
        }

    return effect


def _applied(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
    """An amount was held against the benchmark; that of a decision is kept."""
    if body["part"] != "decision":
        return
    said = canonical.decode(body)
    named = {name: said[name] for name in ("benchmark", "digest", "segment", "tier", "alike", "departs")}
    result.discretion_row = named | {
        "element": str(step.element),
        "amount": str(said["amount"]),
        "place": str(said["place"]),
        "band": band(said["low"], said["high"], said["amount"]),
        "decided_at": step.at,
    }


def _raised(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
    result.incident_rows[body["incident"]] = {
        "item": body["incident"],
        "element": str(step.element),
        "code": body["code"],
        "params": canonical.dumps(body.get("params", {})).decode(),
        "raised_at": step.at,
        "resolved_at": None,
    }


def _state(state: str) -> Any:
    def effect(result: Change, step: Sealed, body: dict[str, Any], definitions: Definitions, actor: str) -> None:
        result.state = state

    return effect


_EFFECTS: Mapping[str, Any] = {
    "case opened": _state("open"),
    "case closed": _state("closed"),
    "case cancelled": _state("cancelled"),
    "case suspended": _state("suspended"),
    "case resumed": _state("open"),
    "work item offered": _offered,
    "work item claimed": _claimed,
    "work item completed": _completed,
    "element cancelled": _cancelled,
    "message received": _received,
    "timer set": _timer_set,
    "timer fired": _timer_fired,
    "incident raised": _raised,
    "discretion applied": _applied,
    **dict.fromkeys(("limit started", "limit paused", "limit resumed", "limit extended", "limit recounted"), _counted),
    "limit expired": _expired,
    **{f"card {state}": _card(state) for state in ("raised", "answered", "appealed", "upheld", "revoked")},
}
