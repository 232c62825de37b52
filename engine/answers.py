"""What the verbs of the engine answer: plain frozen values, codes and ids only; words are added above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from bpmn.citations import Citation
from bpmn.power import Limit


@dataclass(frozen=True, kw_only=True)
class DefinitionRef:
    """Which published version: what a case, a page and a receipt name."""

    key: str
    version: int
    digest: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class DefinitionInfo(DefinitionRef):
    """One published version as the catalogue lists it."""

    id: int
    is_power: bool
    #: Type letters, implementing body and theme of a power; empty for an exercise.
    type: str = ""
    body: str = ""
    theme: str = ""
    author: str = ""
    reviewer: str | None = None
    published_at: datetime
    #: Cases of this version that are open; simulated ones count on a demo database only.
    open_cases: int = 0


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One arrow a person may choose at a gateway without conditions."""

    arrow: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Due:
    """Until when, and how sure: counted by a clock of the law, or an estimate from the promised days, never law."""

    on: date
    #: True where the calendar of that year is not published yet and Monday to Friday were counted.
    provisional: bool
    #: promised or statutory: which value it was counted from.
    value: str = "promised"
    #: Did a clock count it, with its stops and extensions? Else it is an estimate.
    counted: bool = False
    #: Id of the clock, where one counted it.
    limit: str = ""


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
class Published:
    """Answer of ``publish``: the same digest again is the same version (``again`` is then true)."""

    key: str
    version: int
    digest: str
    again: bool = False


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
class Timing:
    """One clock of the law as its steps tell it (``engine.law.timeline``)."""

    #: ``scope/id#n.i``; the whole case has no element.
    id: str
    element: str
    limit: Limit | None
    anchor: str
    #: Date of the anchor, which does not count.
    since: date
    started_at: datetime
    ended_at: datetime | None = None
    stops: tuple[Stopped, ...] = ()
    extended: int = 0
    promised: date | None = None
    statutory: date | None = None
    provisional: bool = False
    #: Digest of the calendar its dates were counted with last.
    calendar: str = ""
    #: Which of its values passed, and the numbers of all steps that speak of it.
    expired: tuple[str, ...] = ()
    steps: tuple[int, ...] = ()

    @property
    def ground(self) -> str:
        """Why it stands still; '' where it does not."""
        open_ = next((stop.ground for stop in self.stops if not stop.until), "")
        return open_ if self.ended_at is None else ""


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """One stop: its ground, instants of the acts that began and ended it ('': it still lasts), and its document."""

    ground: str
    since: str
    until: str = ""
    document: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card of electronic supervision on a case."""

    id: str
    rule: str
    #: blue, yellow, red
    colour: str
    element: str
    #: The post it is charged to.
    post: str
    #: The clock it is about; '' for others.
    limit: str
    #: Numbers of the steps it rests on.
    evidence: tuple[int, ...]
    raised_at: datetime
    #: raised, answered, appealed, upheld, revoked
    state: str
    #: Numbers of its own steps.
    steps: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class CardRow:
    """A card as a list over several cases shows it."""

    case: str
    definition: DefinitionRef
    definition_id: int
    id: str
    rule: str
    colour: str
    element: str
    post: str
    state: str
    appealed: bool
    raised_at: datetime
    changed_at: datetime
    simulated: bool


@dataclass(frozen=True, kw_only=True)
class CardCount:
    """How many cards of one colour a flow has, and what became of them."""

    flow: str
    colour: str
    raised: int
    answered: int
    appealed: int
    revoked: int


@dataclass(frozen=True, kw_only=True)
class TierCount:
    """Amounts decided in one tier and range of a benchmark. None stands for a number too small to be told.

    ``bands``: below the tier's range, its five fifths, above it.
    """

    segment: str
    tier: str
    decided: int | None
    departed: int | None
    bands: tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A step of the procedure that was done: its number in the record, where, and when."""

    step: int
    element: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Departure:
    """A decision that departs from its benchmark, and what it passed through."""

    case: str
    definition: DefinitionRef
    definition_id: int
    benchmark: str
    #: Of the edition it was decided under.
    benchmark_digest: str
    tier: str
    #: The tier's range, whether its upper end is within it, and what was decided, in yuan.
    low: Decimal
    high: Decimal
    closed: bool
    amount: Decimal
    #: waived, mitigated, below, above
    why: str
    #: Were reasons given? They are private and stay in the file.
    reasoned: bool
    #: None where it was not passed.
    review: Passed | None
    discussion: Passed | None
    #: Were there dissenting views? None where nothing is kept of it.
    dissent: bool | None
    decision: Passed
    simulated: bool


@dataclass(frozen=True, kw_only=True)
class Alike:
    """How like cases were decided: their number, and a low, the middle and a high amount; None where they are few."""

    cases: int | None
    low: Decimal | None
    middle: Decimal | None
    high: Decimal | None


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
class Cited:
    """One citation of law in a published version; ``expired`` and ``amended`` say since when and by what, or are ''."""

    definition: DefinitionInfo
    citation: Citation
    expired: str
    amended: str


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A document issued in a case: its step, and the digests of its bytes by form (html, pdf)."""

    step: int
    at: datetime
    element: str
    name: str
    number: str
    digests: dict[str, str]


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


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A package waiting for a second person."""

    id: int
    key: str
    name: str
    digest: str
    author: str
    submitted_at: datetime
    #: waiting, published, refused
    state: str
    reviewer: str | None = None
    decided_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an account; roles and posts decide what they may do."""

    name: str
    display: str
    roles: frozenset[str]
    posts: frozenset[str]
