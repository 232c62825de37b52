"""Answers about the law in a case: dates, clocks, cards, benchmarks, documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bpmn.citations import Citation
from bpmn.power import Limit
from engine.answers.flows import DefinitionInfo, DefinitionRef


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
