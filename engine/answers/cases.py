"""Answers about cases: what is open, how they stand, what was recorded, what would be otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from engine.answers.flows import DefinitionInfo, DefinitionRef
from engine.answers.law import Card, Due, Timing


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One arrow a person may choose at a gateway without conditions."""

    arrow: str
    label: str


@dataclass(frozen=True, kw_only=True)
class WorkItem:
    """One thing somebody has to do (待办), addressed ``scope/element#occurrence``."""

    case: str
    item: str
    element: str
    name: str
    lane: str = ""
    post: str = ""
    due: Due | None = None
    choices: tuple[Choice, ...] = ()
    #: Name of its form in the package; '' without one.
    form: str = ""
    people: int = 1
    #: True: the applicant's own step.
    applicant: bool = False
    #: open or claimed
    state: str = "open"
    claimed_by: str | None = None
    offered_at: datetime
    #: Filled for lists over several cases.
    definition: DefinitionRef | None = None


@dataclass(frozen=True, kw_only=True)
class Children:
    """An activity whose instances are cases of their own: how many, and how many of them are over."""

    item: str
    element: str
    #: Key of the flow they are cases of.
    flow: str
    count: int
    ended: int = 0


@dataclass(frozen=True, kw_only=True)
class Incident:
    """An element that is stuck, and why."""

    case: str
    item: str
    element: str
    name: str
    code: str
    params: dict[str, Any]
    since: datetime
    #: Filled for lists over several cases: the flow's key and version, and when it was resolved.
    flow: str = ""
    definition_id: int = 0
    resolved_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the applicant takes home: the query code is shown once and stored only as HMAC."""

    code: str
    step: int
    hash: str


@dataclass(frozen=True, kw_only=True)
class Done:
    """Answer of every command on a case: what is open now."""

    case: str
    #: open, suspended, closed, cancelled
    state: str
    #: Number of the last recorded step, and its hash.
    step: int
    hash: str
    #: Makes ``work_items`` when they are looked at: hundreds may be open, and most callers only show that it is done.
    make_items: Callable[[], tuple[WorkItem, ...]] = field(repr=False, compare=False)
    incidents: tuple[Incident, ...]
    definition: DefinitionRef
    #: Only of ``start_case``.
    receipt: Receipt | None = None
    #: True when this answer repeats an earlier one: the command had been done before.
    repeated: bool = False

    @cached_property
    def work_items(self) -> tuple[WorkItem, ...]:
        """What somebody has to do now."""
        return self.make_items()


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message in the inbox: which case it reached, '' while it waits."""

    id: str
    name: str
    key: str
    case: str
    sent_at: datetime
    #: True when this answers one that was sent before.
    repeated: bool = False
    #: Why it was not taken: a code; '' while nobody has waited for it.
    reason: str = ""


@dataclass(frozen=True)
class Place:
    """Where a token is, and where it would be: keys ``scope/id``; ``reason`` says why it cannot ('' where it can).

    Reasons: ``missing``, ``kind``, ``scope``, ``arrow``, ``instances``, ``choices``, ``renamed``.
    """

    old: str
    new: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What would become of a case: where each token maps, and what is open afterwards; both empty if it cannot move."""

    case: str
    key: str
    old: int
    new: int
    places: tuple[Place, ...]
    #: Addresses of the work items and timers after the move.
    items: tuple[str, ...] = ()
    timers: tuple[str, ...] = ()

    @property
    def is_possible(self) -> bool:
        """Does every token map?"""
        return not any(place.reason for place in self.places)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One recorded step, as stored."""

    seq: int
    kind: str
    element: str | None
    at: datetime
    body: dict[str, Any]
    prev_hash: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class ElementStatus:
    """Status of one element at one step (``status.fold``)."""

    #: todo current waiting warn overdue done returned skipped incident suspended cancelled
    status: str
    #: How often it was entered.
    count: int = 0
    #: First and last instant it was entered, and left.
    entered_at: datetime | None = None
    left_at: datetime | None = None
    #: Sequence number of the step that gave it this status.
    step: int = 0
    due: Due | None = None


@dataclass(frozen=True, kw_only=True)
class ArrowStatus:
    """How often an arrow was taken, and the step that recorded it last."""

    count: int
    step: int


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case as of one step."""

    case: str
    definition: DefinitionRef
    definition_id: int
    state: str
    #: The step shown, and how many there are.
    step: int
    steps: int
    elements: dict[str, ElementStatus]
    arrows: dict[str, ArrowStatus]
    #: Public case data by name.
    data: dict[str, Any]
    #: Names of private fields → True while the value is kept, False once erased.
    private: dict[str, bool] = field(default_factory=dict)
    work_items: tuple[WorkItem, ...] = ()
    incidents: tuple[Incident, ...] = ()
    children: tuple[Children, ...] = ()
    opened_at: datetime
    closed_at: datetime | None = None
    #: True when recorded under a simulated clock.
    simulated: bool = False
    head: str = ""
    due: Due | None = None
    #: Numbers of the other cases of its conversation: those its messages opened, or that opened it.
    linked: tuple[str, ...] = ()
    #: Clocks of the law, running and ended, and cards, in the order they came.
    timings: tuple[Timing, ...] = ()
    cards: tuple[Card, ...] = ()
    #: Keys of the activities that call a published flow: what lies in them is drawn on that flow's chart, not on this.
    calls: frozenset[str] = frozenset()
    #: The instant it is looked at: until when clocks on its chart have run; None where none was asked for.
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A case in a list."""

    case: str
    definition: DefinitionRef
    state: str
    steps: int
    opened_at: datetime
    closed_at: datetime | None
    simulated: bool
    #: Names of the elements where it stands now.
    at: tuple[str, ...] = ()
    incidents: int = 0


@dataclass(frozen=True, kw_only=True)
class Totals:
    """How many cases a list is about."""

    cases: int
    #: Recorded steps of all of them.
    steps: int
    #: Cases by state; a state without a case is not named.
    states: dict[str, int]
    #: Cases with an incident that is not resolved.
    stuck: int


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The first place where a case's record is not what it should be."""

    case: str
    step: int | None
    #: Column, body field or check that differs.
    field: str
    recorded: str = ""
    found: str = ""


@dataclass(frozen=True, kw_only=True)
class Otherwise:
    """One thing that would be otherwise under another edition.

    ``what``: a part of what a benchmark found (tier, low, high …), ``amount``, ``decided``, or of another version path,
    decision, date, discretion, and ``stopped`` where the recorded command does not fit there.
    """

    step: int
    what: str
    element: str
    recorded: Any
    found: Any


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """The recorded facts of a case decided again under another edition; ``benchmark`` is its digest where it is one."""

    case: str
    edition: DefinitionInfo
    benchmark: str = ""
    differences: tuple[Otherwise, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Answer of ``verify`` and ``replay``: nothing in ``differences`` means it holds."""

    cases: int
    steps: int
    differences: tuple[Difference, ...] = ()
    #: Private values that were erased on record, as (case, name): not differences.
    erased: tuple[tuple[str, str], ...] = ()
