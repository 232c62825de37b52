"""From law to step: every article the published powers rest on, where it is cited, and whether it still stands."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

import engine
from bpmn.anchors import anchor
from engine.answers import Cited
from web.acting import today
from web.flowwords import FlowWords
from web.language import lang
from web.layout import word
from web.session import Session, read

bp = Blueprint("law", __name__)


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """One instrument in the list."""

    name: str
    shown: str
    articles: int
    flows: int
    expired: str
    amended: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """One place that cites an article, in the reader's language; ``anchor`` leads to the step on the chart."""

    key: str
    flow: str
    name: str
    why: str
    anchor: str
    benchmark: str
    expired: str
    amended: str


@bp.get("/law")
def index() -> ResponseReturnValue:
    """Every instrument the published powers cite."""
    with read() as session:
        cited = engine.law_index(session, today())
        words = _words(session, cited)
    found: dict[str, list[Cited]] = {}
    for one in cited:
        found.setdefault(one.citation.basis.instrument, []).append(one)
    rows = [_instrument(name, own, words[own[0].definition.id]) for name, own in found.items()]
    return render_template("public/law.html", rows=rows)


@bp.get("/law/<instrument>")
def instrument(instrument: str) -> ResponseReturnValue:
    """One instrument: its articles, and the steps and powers that cite each."""
    with read() as session:
        cited = [one for one in engine.law_index(session, today()) if one.citation.basis.instrument == instrument]
        words = _words(session, cited)
        changes = [change for change in engine.law_changes(session) if change.instrument == instrument]
    if not cited:
        abort(404)
    articles: dict[str, list[Place]] = {}
    own = words[cited[0].definition.id]
    for one in cited:
        there = words[one.definition.id]
        places = articles.setdefault(there.text(one.citation.basis.article), [])
        places.append(_place(one, there))
    name = own.text(instrument)
    return render_template("public/instrument.html", name=name, articles=articles, changes=changes)


def _instrument(name: str, own: list[Cited], words: FlowWords) -> Instrument:
    return Instrument(
        name=name,
        shown=words.text(name),
        articles=len({one.citation.basis.article for one in own}),
        flows=len({one.definition.key for one in own}),
        expired=next((one.expired for one in own if one.expired), ""),
        amended=next((one.amended for one in own if one.amended), ""),
    )


def _place(one: Cited, words: FlowWords) -> Place:
    citation = one.citation
    benchmark = words.package.benchmarks.get(citation.benchmark)
    name = words.name(citation.element) if citation.element else ""
    if benchmark is not None:
        name = words.text(benchmark.title)
    return Place(
        key=one.definition.key,
        flow=words.title,
        name=name,
        why=word("citing", citation.why),
        anchor=f"node-{anchor(citation.element)}" if citation.element and words.is_public(citation.element) else "",
        benchmark=citation.benchmark,
        expired=one.expired,
        amended=one.amended,
    )


def _words(session: Session, cited: list[Cited]) -> dict[int, FlowWords]:
    ids = {one.definition.id for one in cited}
    return {id_: FlowWords(engine.package_of(session, id_).alone, lang()) for id_ in ids}
