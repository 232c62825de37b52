"""Rules of discretion benchmarks: no gap, no overlap, nothing outside the statute, every fact with unit and evidence.

That the tables of a benchmark have neither gap nor overlap in their *conditions* is what ``decision.*`` proves; these
rules look at amounts, and at how a flow uses a benchmark (行政处罚法 art. 34; 国办发〔2022〕27号).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from bpmn.benchmark import KINDS, LADDER, MILD, Benchmark, Segment, Tier
from bpmn.benchmark_reader import path_of
from bpmn.calls import outside
from bpmn.dmn_model import Decisions, Item
from bpmn.feel import FeelError, compile_expression
from bpmn.flow_data import fields_of, written_by_scripts
from bpmn.model import Node
from bpmn.power import Discretion
from bpmn.rules import Spot, Subject, at, misread, rule

#: What a benchmark's decisions are called, and the hit policy each must have.
_POLICIES = {"tier": "U", "segment": "U", "circumstances": "C"}
_NUMBERS = ("number", "integer")


@rule("benchmark.decision", "error")
def decision(subject: Subject) -> Iterator[Spot]:
    """A benchmark finds tier and range by unique tables, and its circumstances by one that collects."""
    for benchmark, decisions in _benchmarks(subject):
        for name, policy in _POLICIES.items():
            item = decisions.decision(name)
            needed = name == "tier" or (name == "segment" and len(benchmark.segments) > 1)
            needed = needed or (name == "circumstances" and bool(benchmark.circumstances))
            if (item is None and needed) or (item is not None and _policy(item) != policy):
                yield _spot(benchmark, decision=name, policy=policy)


@rule("benchmark.unknown-id", "error")
def unknown_id(subject: Subject) -> Iterator[Spot]:
    """A row of a benchmark's table names a tier, range or circumstance that the benchmark does not have."""
    for benchmark, decisions in _benchmarks(subject):
        for name, known in _ids(benchmark).items():
            for row, said in _said(decisions, name):
                if said not in known:
                    path = f"{benchmark.name}.dmn"
                    yield Spot(element=name, file=path, params={"row": row, "id": said, "decision": name})


@rule("benchmark.never", "warning")
def never(subject: Subject) -> Iterator[Spot]:
    """A tier, range or circumstance that no row and no circumstance leads to is only there to be read."""
    for benchmark, decisions in _benchmarks(subject):
        led = {one.kind for one in benchmark.circumstances}
        for name, known in _ids(benchmark).items():
            reached = {said for _, said in _said(decisions, name)}
            if name == "tier":
                reached |= {tier.id for tier in benchmark.tiers if tier.kind in led}
            if name == "segment" and len(known) == 1:
                continue
            for id_ in sorted(known - reached):
                yield _spot(benchmark, id=id_, decision=name)


@rule("benchmark.overlap", "error")
def overlap(subject: Subject) -> Iterator[Spot]:
    """Two tiers allow the same amount: for one act two ranges would be right."""
    for benchmark, segment, steps in _ladders(subject):
        for (one, (_, high)), (other, (low, _)) in pairwise(steps):
            if low < high:
                yield _spot(benchmark, one=one.title, other=other.title, segment=segment.title, low=low, high=high)


@rule("benchmark.gap", "error")
def gap(subject: Subject) -> Iterator[Spot]:
    """An amount the statute allows and no tier gives: the tiers from 从轻 to 从重 part the statute's range."""
    for benchmark, segment, steps in _ladders(subject):
        edges = [segment.low, *(edge for _, pair in steps for edge in pair), segment.high]
        for low, high in zip(edges[::2], edges[1::2], strict=True):
            if low < high:
                yield _spot(benchmark, segment=segment.title or segment.id, low=low, high=high, unit=segment.unit)


@rule("benchmark.outside-statute", "error")
def outside_statute(subject: Subject) -> Iterator[Spot]:
    """A tier ends above what the statute allows, or begins below it without being 减轻 or 不予 (行政处罚法 art. 76)."""
    for benchmark, tier, segment, (low, high) in _ranges(subject):
        below = low < segment.low and (tier.kind not in MILD or tier.kind == "light")
        if below or high > segment.high or low > high:
            said = {"low": low, "high": high, "least": segment.low, "most": segment.high, "unit": segment.unit}
            yield _spot(benchmark, tier=tier.title, **said)


@rule("benchmark.no-range", "error")
def no_range(subject: Subject) -> Iterator[Spot]:
    """A tier without a range, or with one for a range of the statute that is not there."""
    for benchmark, _ in _benchmarks(subject):
        for tier in benchmark.tiers:
            unknown = sorted(tier.ranges.keys() - {segment.id for segment in benchmark.segments})
            if unknown or not tier.ranges:
                yield _spot(benchmark, tier=tier.title, segment=", ".join(unknown) or "—")


@rule("benchmark.no-unit", "error")
def no_unit(subject: Subject) -> Iterator[Spot]:
    """A number without its unit, or a multiple of nothing."""
    fields = fields_of(subject)
    for benchmark, _ in _benchmarks(subject):
        for segment in benchmark.segments:
            multiple = segment.unit == "倍"
            if not segment.unit or multiple != bool(segment.base):
                yield _spot(benchmark, what=segment.title or segment.id)
        for factor in benchmark.factors:
            kinds = {schema.get("type") for schema in fields.get(factor.field, {}).values()}
            if kinds & set(_NUMBERS) and not factor.unit:
                yield _spot(benchmark, what=factor.title or factor.field)


@rule("benchmark.no-basis", "error")
def no_basis(subject: Subject) -> Iterator[Spot]:
    """The benchmark, the article that was broken, the one that punishes, and every circumstance name their article."""
    for benchmark, _ in _benchmarks(subject):
        named: list[tuple[str, Any]] = [
            ("violation.violated", benchmark.violated),
            ("violation.penalty", benchmark.penalty),
        ]
        named += [("benchmark.basis", basis) for basis in benchmark.bases or (None,)]
        named += [(one.title, one.basis) for one in benchmark.circumstances]
        for what, basis in named:
            if basis is None or not basis.article:
                yield _spot(benchmark, what=what)


@rule("benchmark.not-asked", "error")
def not_asked(subject: Subject) -> Iterator[Spot]:
    """A factor is a public field of a form, or set by a script; a private value never enters the record."""
    fields, computed = fields_of(subject), written_by_scripts(subject)
    for benchmark, _ in _benchmarks(subject):
        for factor in benchmark.factors:
            schemas = fields.get(factor.field, {})
            if factor.field in computed and not schemas:
                continue
            if not schemas or any(schema.get("x-sun-public") is not True for schema in schemas.values()):
                yield _spot(benchmark, field=factor.field)
        for segment in benchmark.segments:
            if segment.base and segment.base not in {factor.field for factor in benchmark.factors}:
                yield _spot(benchmark, field=segment.base)


@rule("benchmark.no-evidence", "error", exercise="warning")
def no_evidence(subject: Subject) -> Iterator[Spot]:
    """Every form that asks for a factor also asks by which evidence it stands (行政处罚法 art. 40)."""
    fields = fields_of(subject)
    for benchmark, _ in _benchmarks(subject):
        for factor in benchmark.factors:
            for form in fields.get(factor.field, {}):
                if form not in fields.get(factor.evidence, {}):
                    yield _spot(benchmark, field=factor.field, form=form, evidence=factor.evidence or "—")


@rule("benchmark.kind-without-tier", "error")
def kind_without_tier(subject: Subject) -> Iterator[Spot]:
    """A circumstance leads to a tier of its kind; without one it would change nothing."""
    for benchmark, _ in _benchmarks(subject):
        for one in benchmark.circumstances:
            if one.kind != "may_none" and benchmark.tier_of(one.kind) is None:
                yield _spot(benchmark, what=one.title, kind=one.kind)
        kinds = [tier.kind for tier in benchmark.tiers]
        for kind in KINDS:
            if kinds.count(kind) > 1:
                yield _spot(benchmark, what=kind, kind=f"{kind} × {kinds.count(kind)}")


@rule("discretion.tier", "error")
def tier_task(subject: Subject) -> Iterator[Spot]:
    """The tier is found by a business rule task, for the benchmark a public choice names."""
    fields, names = fields_of(subject), {benchmark.name for benchmark, _ in _benchmarks(subject)}
    for node, own in _steps(subject):
        if (own.part == "tier") != (node.type == "businessRuleTask"):
            yield at(node, by=own.by or own.part)
        elif own.part == "tier":
            values = {value for schema in fields.get(own.by, {}).values() for value in schema.get("enum", ())}
            if not values & names:
                yield at(node, by=own.by)


@rule("discretion.amount", "error")
def amount(subject: Subject) -> Iterator[Spot]:
    """Who proposes or decides enters the amount as a public number; who proposes may give reasons to depart.

    A step that decides that there is no penalty (``waives``) has no amount.
    """
    for node, own in _steps(subject):
        if own.part not in ("proposal", "decision"):
            continue
        form = subject.package.form(node.step.form) if subject.package and node.step else None
        properties = (form or {}).get("properties", {})
        asked = properties.get(own.amount, {})
        number = asked.get("type") in _NUMBERS and asked.get("x-sun-public") is True
        number |= own.part == "decision" and bool(own.waives) and not own.amount
        if not number or (own.part == "proposal" and own.reasons not in properties):
            yield at(node, amount=own.amount or "—", reasons=own.reasons or "—")


@rule("discretion.dissent", "error")
def dissent(subject: Subject) -> Iterator[Spot]:
    """A collective discussion puts down the views of those who did not agree, in a text of its form."""
    for node, own in _steps(subject):
        form = subject.package.form(node.step.form) if subject.package and node.step else None
        asked = (form or {}).get("properties", {}).get(own.dissent, {})
        if own.part == "discussion" and asked.get("type") != "string":
            yield at(node, dissent=own.dissent or "—")


@rule("discretion.when", "error")
def when(subject: Subject) -> Iterator[Spot]:
    """Whether a review or discussion was passed, or there is to be no penalty, is one FEEL expression."""
    for node, own in _steps(subject):
        text = own.when if own.part in ("review", "discussion") else own.waives
        if text or own.part in ("review", "discussion"):
            try:
                compile_expression(text)
            except FeelError as error:
                yield misread(node, text, error)


@rule("discretion.waives", "error")
def waives(subject: Subject) -> Iterator[Spot]:
    """A refusal to penalise is held to the benchmark as an amount is, or the benchmark is escaped by not penalising.

    Where a step of a flow with a benchmark issues a refusal (``refusal``), it decides for no penalty under ``waives``,
    and some step before it proposes so (行政处罚法 arts. 33, 57).
    """
    steps = list(_steps(subject))
    if not {"tier", "proposal", "decision"} <= {own.part for _, own in steps}:
        return
    proposed = any(own.part == "proposal" and own.waives for _, own in steps)
    for node in subject.nodes.values():
        own = node.step.discretion if node.step is not None else None
        guarded = own is not None and own.part == "decision" and bool(own.waives)
        if node.step is not None and node.step.refusal and "decided" in node.step.marks and not (guarded and proposed):
            yield at(node)


@rule("discretion.procedure", "error")
def procedure(subject: Subject) -> Iterator[Spot]:
    """An amount is decided where a tier is found; where departing is possible, by the one who approves (art. 57).

    Asked of what calls a shared flow, not of that flow alone.
    """
    if subject.power and subject.power.shared:
        return
    steps = list(_steps(subject))
    parts = {own.part for _, own in steps if own.part != "decision" or own.amount}
    for node, own in steps:
        lacks = "tier" if "tier" not in parts else "decision" if "decision" not in parts else ""
        if lacks:
            yield at(node, lacks=lacks)
        elif own.part == "decision" and own.amount and parts >= {"review", "discussion"}:
            if subject.role(node) != "approver":
                yield at(node, lacks="approver")


@rule("discretion.no-departure", "info")
def no_departure(subject: Subject) -> Iterator[Spot]:
    """Without reasons, legal review and discussion in the flow nobody can depart from the benchmark in it."""
    if outside(subject.definitions):
        return  # what is called may be the review, and is known when the flow is published
    steps = list(_steps(subject))
    parts = {own.part for _, own in steps}
    for node, own in steps:
        if own.part == "decision" and not parts >= {"proposal", "review", "discussion"}:
            yield at(node)


def _steps(subject: Subject) -> Iterator[tuple[Node, Discretion]]:
    for node in subject.nodes.values():
        if node.step is not None and node.step.discretion is not None:
            yield node, node.step.discretion


def _benchmarks(subject: Subject) -> Iterator[tuple[Benchmark, Decisions]]:
    """Every benchmark that can be read, with its decisions."""
    for name, benchmark in subject.benchmarks.items():
        if (decisions := subject.decisions.get(f"{name}.dmn")) is not None:
            yield benchmark, decisions


def _ids(benchmark: Benchmark) -> dict[str, set[str]]:
    """What the rows of each decision may say."""
    return {
        "tier": {tier.id for tier in benchmark.tiers},
        "segment": {segment.id for segment in benchmark.segments},
        "circumstances": {one.id for one in benchmark.circumstances},
    }


def _said(decisions: Decisions, name: str) -> Iterator[tuple[int, str]]:
    """Number of each row of a table, and the constant it says."""
    item = decisions.decision(name)
    for number, row in enumerate(item.table.rules if item and item.table else (), 1):
        try:
            compiled = compile_expression(row.outputs[0])
            if not compiled.names:
                yield number, str(compiled.evaluate({}))
        except FeelError:
            continue


def _policy(item: Item) -> str:
    return item.table.policy if item.table else ""


def _ranges(subject: Subject) -> Iterator[tuple[Benchmark, Tier, Segment, tuple[Any, Any]]]:
    for benchmark, _ in _benchmarks(subject):
        for tier in benchmark.tiers:
            for id_, pair in tier.ranges.items():
                if (segment := benchmark.segment(id_)) is not None:
                    yield benchmark, tier, segment, pair


def _ladders(subject: Subject) -> Iterator[tuple[Benchmark, Segment, list[tuple[Tier, tuple[Any, Any]]]]]:
    """The tiers that part each range of the statute, from below; tiers with the very same range are one step."""
    for benchmark, _ in _benchmarks(subject):
        for segment in benchmark.segments:
            steps: dict[tuple[Any, Any], Tier] = {}
            for tier in benchmark.tiers:
                if tier.kind in LADDER and segment.id in tier.ranges:
                    steps.setdefault(tier.ranges[segment.id], tier)
            yield benchmark, segment, sorted(((tier, pair) for pair, tier in steps.items()), key=lambda one: one[1])


def _spot(benchmark: Benchmark, **params: object) -> Spot:
    texts = {name: str(value) for name, value in params.items()}
    return Spot(element=benchmark.name, file=path_of(benchmark.name), params={"name": benchmark.title, **texts})
