"""Answers of the engine as the JSON documents of the contract. Names and shapes here are public: only ever added to."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bpmn.diff import Change
from bpmn.errors import Refused
from bpmn.linter import Finding
from bpmn.power import Limit
from bpmn.quality import Flaw
from bpmn.wording import say
from engine import answers
from engine.explained import Explained
from engine.record.canonical import instant


def finding(found: Finding, file: str, lang: str) -> dict[str, Any]:
    """What the linter found, in words."""
    words = say(found.rule, lang, **found.params)
    return {
        "file": file,
        "rule": found.rule,
        "severity": found.severity,
        "element": found.element,
        "line": found.line,
        "message": words.message,
        "remedy": words.remedy,
    }


def refused(why: Refused, file: str, lang: str) -> dict[str, Any]:
    """A file that cannot be read at all, as a finding."""
    words = say(why.code, lang, **why.params)
    return {
        "file": file,
        "rule": why.code,
        "severity": "error",
        "element": why.element,
        "line": why.line,
        "message": words.message,
        "remedy": words.remedy,
    }


def definition(ref: answers.DefinitionRef) -> dict[str, Any]:
    """Which published version."""
    return {"key": ref.key, "version": ref.version, "digest": ref.digest, "name": ref.name}


def flow(info: answers.DefinitionInfo) -> dict[str, Any]:
    """A published version as the catalogue lists it."""
    return definition(info) | {
        "power": info.is_power,
        "type": info.type,
        "body": info.body,
        "theme": info.theme,
        "author": info.author,
        "reviewer": info.reviewer,
        "published_at": info.published_at,
        "open_cases": info.open_cases,
    }


def due(when: answers.Due | None) -> dict[str, Any]:
    """Until when: an ISO date or null; an estimate unless a clock of the law counted it."""
    found: dict[str, Any] = {"due": when.on if when else None, "due_estimate": when is None or not when.counted}
    if when is None:
        return found
    found |= {"due_provisional": when.provisional, "due_value": when.value}
    return found | ({"due_limit": when.limit} if when.counted else {})


def timing(clock: answers.Timing) -> dict[str, Any]:
    """One clock of a case: what it counts, and where it stands."""
    return _counts(clock.limit) | {
        "limit": clock.id,
        "element": clock.element or None,
        "anchor": clock.anchor,
        "since": clock.since,
        "started_at": clock.started_at,
        "ended_at": clock.ended_at,
        "due_promised": clock.promised,
        "due_statutory": clock.statutory,
        "provisional": clock.provisional,
        "stands_still": clock.ground or None,
        "stops": [
            {"ground": s.ground, "since": s.since, "until": s.until or None, "document": s.document or None}
            for s in clock.stops
        ],
        "extended": clock.extended,
        "expired": list(clock.expired),
        "calendar": clock.calendar,
        "steps": list(clock.steps),
    }


def _counts(limit: Limit | None) -> dict[str, Any]:
    """What a clock counts; empty where the version has no such limit any more."""
    if limit is None:
        return {}
    basis = {"instrument": limit.basis.instrument, "article": limit.basis.article} if limit.basis else {}
    counts = {name: getattr(limit, name) for name in ("kind", "unit", "statutory", "promised")}
    return counts | {"listed": list(limit.stops)} | basis


def explained(found: Explained) -> dict[str, Any]:
    """Every day of a clock from its anchor to its due date."""
    days = [
        {"date": d.on, "why": d.why, "number": d.number or None, "day": d.kind, "ground": d.ground or None}
        for d in found.days
    ]
    known = {"value": found.value, "due": found.due, "calendar": found.digest, "sources": list(found.sources)}
    return timing(found.timing) | known | {"days": days}


def card(raised: answers.Card) -> dict[str, Any]:
    """One card of a case, with the steps it rests on."""
    return {
        "card": raised.id,
        "rule": raised.rule,
        "colour": raised.colour,
        "element": raised.element or None,
        "post": raised.post,
        "limit": raised.limit or None,
        "evidence": list(raised.evidence),
        "raised_at": raised.raised_at,
        "state": raised.state,
        "steps": list(raised.steps),
    }


def card_row(row: answers.CardRow) -> dict[str, Any]:
    """A card as a list over several cases shows it."""
    return {
        "case": row.case,
        "flow": row.definition.key,
        "card": row.id,
        "rule": row.rule,
        "colour": row.colour,
        "element": row.element or None,
        "post": row.post,
        "state": row.state,
        "appealed": row.appealed,
        "raised_at": row.raised_at,
    }


def card_count(count: answers.CardCount) -> dict[str, Any]:
    """How many cards of a colour a flow has."""
    return {
        "flow": count.flow,
        "colour": count.colour,
        "raised": count.raised,
        "answered": count.answered,
        "appealed": count.appealed,
        "revoked": count.revoked,
    }


def edition(row: Any) -> dict[str, Any]:
    """A published calendar."""
    return {name: row._mapping[name] for name in ("region", "digest", "source", "added_by", "added_at")}


def work_item(item: answers.WorkItem) -> dict[str, Any]:
    """One open item; ``choices`` only where a person decides the way."""
    document = {"item": item.item, "element": item.element, "name": item.name, "lane": item.lane, **due(item.due)}
    document |= {
        "post": item.post,
        "form": item.form,
        "people": item.people,
        "applicant": item.applicant,
        "state": item.state,
        "claimed_by": item.claimed_by,
        "offered_at": item.offered_at,
    }
    if item.choices:
        document["choices"] = [{"arrow": choice.arrow, "label": choice.label} for choice in item.choices]
    return document


def incident(stuck: answers.Incident) -> dict[str, Any]:
    """One element that is stuck, and why."""
    return {
        "item": stuck.item,
        "element": stuck.element,
        "name": stuck.name,
        "code": stuck.code,
        "params": stuck.params,
        "since": stuck.since,
    }


def done(answer: answers.Done) -> dict[str, Any]:
    """Answer of every command on a case: what is open now; with ``receipt`` where one was given."""
    document: dict[str, Any] = {"case": answer.case}
    if answer.receipt is not None:
        receipt = answer.receipt
        document["receipt"] = {"code": receipt.code, "step": receipt.step, "hash": receipt.hash}
    return document | {
        "definition": definition(answer.definition),
        "state": answer.state,
        "step": answer.step,
        "work_items": [work_item(item) for item in answer.work_items],
        "incidents": [incident(stuck) for stuck in answer.incidents],
    }


def case(view: answers.CaseView) -> dict[str, Any]:
    """A case as of one step."""
    return {
        "case": view.case,
        "definition": definition(view.definition),
        "state": view.state,
        "step": view.step,
        "steps": view.steps,
        "opened_at": view.opened_at,
        "closed_at": view.closed_at,
        "simulated": view.simulated,
        **due(view.due),
        "elements": {key: element(status) for key, status in view.elements.items()},
        "arrows": {key: {"count": arrow.count, "step": arrow.step} for key, arrow in view.arrows.items()},
        "data": view.data,
        "private": {name: "kept" if kept else "erased" for name, kept in view.private.items()},
        "work_items": [work_item(item) for item in view.work_items],
        "incidents": [incident(stuck) for stuck in view.incidents],
        "children": [asdict(one) for one in view.children],
        "linked": list(view.linked),
        "limits": [timing(clock) for clock in view.timings],
        "cards": [card(raised) for raised in view.cards],
        "hash": view.head,
    }


def element(status: answers.ElementStatus) -> dict[str, Any]:
    """Status of one element, and the step that gave it."""
    return {
        "status": status.status,
        "count": status.count,
        "entered_at": status.entered_at,
        "left_at": status.left_at,
        "step": status.step,
        **due(status.due),
    }


def step(recorded: answers.Step) -> dict[str, Any]:
    """One recorded step, its instant written as the record writes it (docs/record-format.md)."""
    return {
        "seq": recorded.seq,
        "kind": recorded.kind,
        "element": recorded.element,
        "at": instant(recorded.at),
        "body": recorded.body,
        "prev_hash": recorded.prev_hash,
        "hash": recorded.hash,
    }


def verdict(found: answers.Verdict) -> dict[str, Any]:
    """Answer of ``audit verify`` and ``audit replay``."""
    return {
        "cases": found.cases,
        "steps": found.steps,
        "differences": [
            {"case": d.case, "step": d.step, "field": d.field, "recorded": d.recorded, "found": d.found}
            for d in found.differences
        ],
        "erased": [{"case": case, "name": name} for case, name in found.erased],
    }


def person(somebody: answers.Person) -> dict[str, Any]:
    """Somebody with an account."""
    return {
        "name": somebody.name,
        "display": somebody.display,
        "roles": sorted(somebody.roles),
        "posts": sorted(somebody.posts),
    }


def flaw(found: Flaw) -> dict[str, Any]:
    """One thing wrong with a drawing."""
    return {"kind": found.kind, "severity": found.severity, "elements": list(found.elements)}


def change(found: Change, lang: str) -> dict[str, Any]:
    """One difference between two versions, in words."""
    return {"kind": found.kind, "element": found.element, "message": found.say(lang).message}


def message(sent: answers.Sent) -> dict[str, Any]:
    """A message: which case it reached, null while it waits."""
    return {
        "message": sent.name,
        "id": sent.id,
        "key": sent.key,
        "case": sent.case or None,
        "sent_at": sent.sent_at,
        "repeated": sent.repeated,
        "reason": sent.reason or None,
    }


def plan(found: answers.Plan) -> dict[str, Any]:
    """What moving a case would do: where each token maps, and what is open afterwards."""
    return {
        "case": found.case,
        "from": found.old,
        "to": found.new,
        "possible": found.is_possible,
        "places": [{"old": place.old, "new": place.new, "reason": place.reason or None} for place in found.places],
        "work_items": list(found.items),
        "timers": list(found.timers),
    }


def whatif(found: answers.WhatIf) -> dict[str, Any]:
    """What would be otherwise under another edition."""
    return {
        "case": found.case,
        "definition": {"key": found.edition.key, "version": found.edition.version, "digest": found.edition.digest},
        "benchmark": found.benchmark or None,
        "differences": [
            {"step": one.step or None, "what": one.what, "element": one.element or None}
            | {"recorded": one.recorded, "found": one.found}
            for one in found.differences
        ],
    }


def issued(one: answers.Issued) -> dict[str, Any]:
    """A document issued in a case."""
    return {
        "step": one.step,
        "at": one.at,
        "element": one.element,
        "name": one.name,
        "number": one.number,
        "digests": one.digests,
    }
