"""What the law adds to a BPMN file: power data of a process (``sun:power``), step data of a node (``sun:step``).

In our own namespace (docs/flow-package.md); ``power_reader`` makes these.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Type of what is no power itself but a procedure that powers share and call (送达, 听证, 归档 …).
SHARED = "GY"


@dataclass(frozen=True, kw_only=True)
class Basis:
    """One legal basis: the instrument and its article (facts: every basis names both)."""

    instrument: str
    article: str = ""
    #: ISO dates between which the text cited was in force; empty where not stated.
    effective_from: str = ""
    effective_to: str = ""
    #: In a shared flow: the types of power it holds for; empty for all.
    types: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"《{self.instrument}》{self.article}"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How long a step or a whole case may (``max``) or must at least (``min``) take."""

    kind: str = "max"
    #: on_spot, hour, working_day, calendar_day, month, year
    unit: str = "working_day"
    statutory: int | None = None
    promised: int | None = None
    #: What starts the clock: a milestone that a step marks (received, accepted, filed, served, notified, decided,
    #: ended), or entered: the step itself.
    anchor: str = "entered"
    basis: Basis | None = None
    #: Name by which an extension speaks of it; '' where none does.
    id: str = ""
    #: Whom it binds: agency, party, third_party, other_agency.
    binds: str = "agency"
    #: Does a last day that is a rest day move to the next working day (民法典 art. 203)? Not where it guards liberty or
    #: property against the state.
    roll: bool = True
    #: Milestone at which a limit of the whole case is met; '' is the end of the case.
    until: str = ""
    #: Grounds for which this clock may stand still, codes of ``GROUNDS``.
    stops: tuple[str, ...] = ()
    #: In a shared flow: the types of power it holds for; empty for all.
    types: tuple[str, ...] = ()


#: Grounds for which a clock may stand still (不计入期限的事由), in the order they are shown.
GROUNDS = tuple(
    "hearing tender auction inspection testing quarantine appraisal expert_review third_party correction suspension"
    " publicity announcement".split()
)


@dataclass(frozen=True, kw_only=True)
class Stop:
    """While a token is in the step, every clock that lists the ground stands still."""

    ground: str
    #: The document that tells the party so.
    document: str = ""
    basis: Basis | None = None


@dataclass(frozen=True, kw_only=True)
class Extension:
    """The step decides that a limit is lengthened, once."""

    #: Id of the limit, public field that says by how much (in the limit's unit), and how much at most.
    limit: str
    field: str
    most: int | None = None
    #: FEEL over public data: was it lengthened?
    when: str = ""
    approver: str = ""
    notice: str = ""
    basis: Basis | None = None


@dataclass(frozen=True, kw_only=True)
class Deemed:
    """What the law takes to have happened when a period has passed (视为…)."""

    effect: str
    basis: Basis | None = None


#: What a step does where a benchmark guides discretion: find the tier; propose an amount; tell the party; review it;
#: discuss it; decide.
PARTS = ("tier", "proposal", "notice", "review", "discussion", "decision")


@dataclass(frozen=True, kw_only=True)
class Discretion:
    """What the step has to do with the benchmark (裁量基准) of the case."""

    #: One of ``PARTS``.
    part: str
    #: tier: public field whose value names the benchmark (``benchmarks/<value>.toml``); another value needs none.
    by: str = ""
    #: proposal and decision: public field of the amount, and the field of the reasons for departing.
    amount: str = ""
    reasons: str = ""
    #: review and discussion: FEEL over public data: was it passed?
    when: str = ""
    #: proposal and decision: FEEL over public data: is there to be no penalty, though a tier was found?
    waives: str = ""
    #: discussion: field of the views of those who did not agree.
    dissent: str = ""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A document that is made from a template when the step is done, and issued under a number."""

    name: str
    #: ``documents/<template>.html``.
    template: str
    #: How it is numbered: ``{year}`` and ``{n}`` are filled in; '' for a document without a number.
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class Risk:
    """A point where power may be abused (廉政风险点) and the control that answers it."""

    text: str
    #: high, medium, low
    level: str
    control: str = ""


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """How a decision is contested (行政复议, 行政诉讼)."""

    kind: str
    text: str
    basis: Basis | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """What the law adds to a node (``sun:step``)."""

    post: str = ""
    #: Phase of the list of duties (责任事项环节): 受理, 审查, 决定, 送达 …
    phase: str = ""
    #: Name of the form in ``forms/<form>.json``; empty when the step asks nothing.
    form: str = ""
    #: False: an internal step, drawn collapsed on the public chart.
    public: bool = True
    #: Business rule task: the decision it asks, ``file.dmn#decision``, and the name its answer gets in the case data
    #: ('': the decision's own; several outputs then become values of their own).
    decision: str = ""
    result: str = ""
    #: Service task: the connection that does it, an account with a post of this name; '' for one that is only recorded.
    service: str = ""
    #: Message events and tasks: FEEL over public data that says which case is meant ('': that of the conversation), and
    #: the names of the public values a message takes along.
    key: str = ""
    data: tuple[str, ...] = ()
    #: May an officer go past it, with a reason, when it is stuck?
    skip: bool = False
    #: Milestone of the case that leaving this step is; '' for none.
    marks: str = ""
    #: FEEL over public data: was it reached? '' always.
    reached: str = ""
    #: Is it a negative decision (不予…)?
    refusal: bool = False
    #: Does the law allow it once in a case only (一次告知)?
    once: bool = False
    stop: Stop | None = None
    extension: Extension | None = None
    deemed: Deemed | None = None
    discretion: Discretion | None = None
    #: How many officers must act together (两人以上); 1 or 2.
    people: int = 1
    limits: tuple[Limit, ...] = ()
    bases: tuple[Basis, ...] = ()
    documents: tuple[str, ...] = ()
    #: Those of them that have a template.
    papers: tuple[Paper, ...] = ()
    risks: tuple[Risk, ...] = ()
    #: Rights of the party told or open at this step (陈述申辩, 听证, 复议 …).
    rights: tuple[str, ...] = ()
    #: How what this step decides is contested; empty: as the power says.
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Material:
    """One document an applicant brings."""

    name: str
    form: str = ""
    required: bool = True
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Power:
    """What the law adds to a process (``sun:power``); a process with it is a power, without it an exercise."""

    #: Letters of the power type: XK, CF, QZ, ZS, JF, JC, QR, JL, CJ, QT; ``SHARED`` where powers call it.
    type: str
    code: str = ""
    body: str = ""
    theme: str = ""
    #: Element ids of user tasks that the applicant fills in when opening a case; the first is the application.
    apply: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""
    complaint: str = ""
    supervision: str = ""
    result: str = ""
    conditions: tuple[str, ...] = ()
    materials: tuple[Material, ...] = ()
    limits: tuple[Limit, ...] = ()
    fee: str = ""
    fee_basis: str = ""
    remedies: tuple[Remedy, ...] = ()
    bases: tuple[Basis, ...] = ()

    @property
    def shared(self) -> bool:
        """Is it called by powers, and never a case of its own?"""
        return self.type == SHARED
