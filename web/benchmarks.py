"""Discretion benchmarks: each as a readable table for everybody, and what one says in a case (同案同罚)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from bpmn.benchmark import KINDS, Benchmark, Segment, Tier
from bpmn.dmn_model import Item, Table
from bpmn.package import FlowPackage
from engine.answers import Alike, CaseView, DefinitionInfo, TierCount
from engine.errors import Rejection
from engine.law.discretion import NAME
from web import forms
from web.casedata import asked
from web.flowwords import FlowWords
from web.formatting import plain
from web.language import gettext as _
from web.language import lang
from web.layout import word
from web.session import Session, read, settings

bp = Blueprint("benchmarks", __name__)

#: A text in a cell of FEEL.
_CODE = re.compile(r'"([^"]+)"')


@dataclass(frozen=True, kw_only=True)
class Row:
    """One tier as a line of the table: a range for each segment of the statute, and what was decided."""

    tier: Tier
    ranges: list[str]
    counts: list[TierCount | None]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of a decision table: as it decides (FEEL), and what the codes in it stand for."""

    text: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One decision as it decides, for those who check: a table (heads and rows) or a formula.

    ``label`` is for people, ``name`` what other decisions call it.
    """

    label: str
    name: str
    formula: str
    heads: list[str]
    rows: list[list[Cell]]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a benchmark says in one case, in words."""

    benchmark: Benchmark
    tier: Tier
    range: str
    proposed: str
    amount: str
    decided: str
    circumstances: list[tuple[str, str, str]]
    facts: list[tuple[str, str]]
    notes: list[str]
    alike: Alike | None
    likes: str


@bp.get("/powers/<key>/benchmarks/<name>")
def benchmark(key: str, name: str) -> ResponseReturnValue:
    """One benchmark, as published with the latest version that has it; that of a called flow is on that flow's page.

    ``edition``: the beginning of its digest, for the one a case was decided under.
    """
    edition = request.args.get("edition", "")
    with read() as session:
        info = _holder(session, key, name, edition)
        if info.key != key:
            return redirect(url_for("benchmarks.benchmark", key=info.key, name=name, edition=edition or None))
        words = FlowWords(engine.package_of(session, info.id).alone, lang())
        found = words.package.benchmarks[name]
        newest = engine.package_of(session, _holder(session, key, name).id).alone.benchmarks[name]
        counts = engine.distribution(session, found.digest, None if settings().demo else False)
    return render_template(
        "public/benchmark.html",
        info=info,
        words=words,
        benchmark=found,
        replaced=newest.digest != found.digest,
        rows=[_row(found, tier, words, counts) for tier in sorted(found.tiers, key=_gravity)],
        circumstances=[
            (word("tier", kind), [one for one in found.circumstances if one.kind == kind]) for kind in KINDS
        ],
        yuan=yuan,
        sheets=_sheets(found, words),
        decided=any(count.decided != 0 for count in counts),
    )


def _holder(session: Session, key: str, name: str, edition: str = "") -> DefinitionInfo:
    """The newest version that holds the benchmark (in this edition), of the flow or of one it calls.

    An older one too: its cases still name it. Raises Rejection ``definition.unknown``, ``benchmark.not_here``.
    """
    latest = engine.definition(session, key)
    for info in engine.versions(session, key):
        package = engine.package_of(session, info.id)
        if _holds(package.alone, name, edition):
            return info
        called = next((one for one, flow in package.called.items() if _holds(flow, name, edition)), None)
        if called is not None:
            return _holder(session, called, name, edition)
    title = FlowWords(engine.package_of(session, latest.id), lang()).title
    raise Rejection("benchmark.not_here", flow=title or key, name=name)


def _holds(package: FlowPackage, name: str, edition: str) -> bool:
    return name in package.benchmarks and package.benchmarks[name].digest.startswith(edition)


def found_in(session: Session, view: CaseView, words: FlowWords, *, public: bool) -> Found | None:
    """What a benchmark says in a case; None where none is for it. The party sees like cases after the decision."""
    found = view.data.get(NAME)
    own = words.package.benchmarks.get(str(found["benchmark"])) if isinstance(found, dict) else None
    tier = own.tier(str(found["tier"])) if own is not None and isinstance(found, dict) else None
    if own is None or tier is None or not isinstance(found, dict):
        return None
    decided = found.get("decided")
    likes = engine.alike(session, found, without=view.case) if decided is not None or not public else None
    return Found(
        benchmark=own,
        tier=tier,
        range=amounts(found["low"], found["high"], bool(found["closed"])),
        proposed=_proposed(found),
        amount=yuan(found["amount"]) if found.get("amount") is not None else "",
        decided=yuan(decided) if decided is not None else "",
        circumstances=[
            (words.text(one.title), word("tier", one.kind), words.basis(one.basis) if one.basis else "")
            for id_ in found["circumstances"]
            if (one := own.circumstance(id_))
        ],
        facts=_facts(own, found["facts"], words),
        notes=_notes(found),
        alike=likes,
        likes=_likes(likes) if likes is not None else "",
    )


def _notes(found: Mapping[str, Any]) -> list[str]:
    """What the procedure demands because of what was found."""
    notes = []
    if found["conflict"]:
        notes.append(_("既有从重又有从宽情节：须集体讨论。"))
    if found["waivable"]:
        notes.append(_("可以不予处罚：不予处罚的，须写明理由并经法制审核、集体讨论。"))
    if found.get("departs"):
        notes.append(_("偏离裁量基准或者减轻处罚：须写明理由，经法制审核通过和集体讨论。"))
    return notes


def _likes(alike: Alike) -> str:
    if alike.cases is None or alike.low is None or alike.middle is None or alike.high is None:
        return _("同类案件少于 5 件，不公布。")
    told = {"low": yuan(alike.low), "middle": yuan(alike.middle), "high": yuan(alike.high)}
    return _("同类案件 %(cases)s 件：多数在 %(low)s 至 %(high)s 元，居中 %(middle)s 元。", cases=alike.cases, **told)


def _facts(own: Benchmark, facts: Mapping[str, Any], words: FlowWords) -> list[tuple[str, str]]:
    """Facts by the labels of the form that asks for them."""
    schemas = asked(words)
    rows = []
    for factor in own.factors:
        value = plain(forms.shown(schemas.get(factor.field, {}), factor.field, facts.get(factor.field)))
        rows.append((words.text(factor.title), f"{value} {words.text(factor.unit)}".strip()))
    return rows


def _row(own: Benchmark, tier: Tier, words: FlowWords, counts: list[TierCount]) -> Row:
    by_place = {(count.segment, count.tier): count for count in counts}
    return Row(
        tier=tier,
        ranges=[_range(tier, segment, words) for segment in own.segments],
        counts=[by_place.get((segment.id, tier.id)) for segment in own.segments],
    )


def _range(tier: Tier, segment: Segment, words: FlowWords) -> str:
    """``50000（含）至 65000（不含） 元`` in few signs; — where the tier has none here."""
    if segment.id not in tier.ranges:
        return "—"
    low, high = tier.ranges[segment.id]
    return amounts(low, high, high == segment.high, words.text(segment.unit))


def _sheets(own: Benchmark, words: FlowWords) -> list[Sheet]:
    return [
        Sheet(
            label=words.text(item.label) or item.name,
            name=item.name,
            formula=item.expression,
            heads=_heads(item.table, words.text(item.label), words) if item.table else [],
            rows=_cells(own, item, words),
        )
        for item in words.package.decisions[f"{own.name}.dmn"].items
        if item.kind == "decision"
    ]


def _cells(own: Benchmark, item: Item, words: FlowWords) -> list[list[Cell]]:
    """The rows of a table; codes of a form's choices and of the benchmark's own parts are told in words."""
    schemas = asked(words)
    titles = {
        "tier": {one.id: one.title for one in own.tiers},
        "circumstances": {one.id: one.title for one in own.circumstances},
        "segment": {one.id: one.title for one in own.segments},
    }.get(item.name, {})

    def cell(text: str, name: str) -> Cell:
        codes = _CODE.findall(text)
        if name in schemas:
            known = forms.shown(schemas[name], name, codes)
        else:
            known = [words.text(titles.get(code, "")) for code in codes]
        return Cell(text=text, words=_("、").join(word for word in known if word and word not in codes))

    if item.table is None:
        return []
    names = [column.text for column in item.table.inputs]
    return [[*map(cell, row.inputs, names), *(cell(output, "") for output in row.outputs)] for row in item.table.rules]


def _heads(table: Table, answer: str, words: FlowWords) -> list[str]:
    """What stands over the columns; the one ``answer`` of a decision is called as the decision is."""
    alone = answer if len(table.outputs) == 1 else ""
    asked = [words.text(column.label) or column.text for column in table.inputs]
    return asked + [words.text(column.label) or alone or column.text for column in table.outputs]


def amounts(low: Any, high: Any, closed: bool, unit: str = "") -> str:
    """A range in its unit, yuan unless told; where its upper end belongs to the next tier, as 不足."""
    if not Decimal(high):
        return _("不罚款")
    ends = {"low": yuan(low), "high": yuan(high), "unit": unit or _("元")}
    if closed:
        return _("%(low)s 至 %(high)s %(unit)s", **ends)
    return _("%(low)s 以上、不足 %(high)s %(unit)s", **ends)


def _proposed(found: Mapping[str, Any]) -> str:
    """What the benchmark computes; a warning where the tier lets one stand for money."""
    amount = _("%(amount)s 元", amount=yuan(found["proposed"])) if Decimal(found["high"]) else _("不罚款")
    return _("%(amount)s，或者警告", amount=amount) if found.get("warning") else amount


def yuan(amount: Any) -> str:
    """A number with its thousands apart: 65,000."""
    number = Decimal(amount)
    return f"{number:,.2f}" if number != number.to_integral_value() else f"{int(number):,}"


def _gravity(tier: Tier) -> int:
    return KINDS.index(tier.kind)
