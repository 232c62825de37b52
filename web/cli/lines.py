"""Answers of the engine as lines for a person at a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine import answers
from engine.explained import Explained
from engine.status import ACTIVE
from web import wording
from web.cli.failures import local, located
from web.cli.words import word


def findings(documents: list[dict[str, Any]], lang: str) -> Iterator[str]:
    """One line a finding, then how many of each."""
    for found in documents:
        where = located(found["message"], found["remedy"], found["element"], found["line"], lang, found["file"])
        yield f"[{word('severity_' + found['severity'], lang)}] {where} ({found['rule']})"
    count = {kind: sum(found["severity"] == kind for found in documents) for kind in ("error", "warning", "info")}
    yield word("findings", lang, errors=count["error"], warnings=count["warning"], infos=count["info"])


def drawn(out: Path | None, form: str, notation: str, flaws: list[dict[str, Any]] | None, lang: str) -> Iterator[str]:
    """Where the drawing is, and what is wrong with it where that was asked."""
    if out is not None:
        yield word("drawn", lang, file=out, form=form, notation=notation)
    if flaws is None:
        return
    for flaw in flaws:
        said = word(f"flaw_{flaw['kind']}", lang) + word("colon", lang)
        yield f"[{word(flaw['severity'], lang)}] {said}{', '.join(flaw['elements'])}"
    hard = sum(flaw["severity"] == "hard" for flaw in flaws)
    yield word("flaws", lang, hard=hard, soft=len(flaws) - hard)


def flow(info: answers.DefinitionInfo, lang: str) -> str:
    """A published version."""
    return word("flow", lang, key=info.key, version=info.version, name=info.name, open_cases=info.open_cases)


def done(answer: answers.Done, lang: str) -> Iterator[str]:
    """The case, its receipt where one was given, and what is open now."""
    ref = answer.definition
    if answer.receipt is not None:
        yield word("started", lang, case=answer.case, key=ref.key, version=ref.version)
        receipt = answer.receipt
        yield word("receipt", lang, code=receipt.code, step=receipt.step, hash=receipt.hash)
    state = wording.word("state", answer.state, lang)
    yield word("state", lang, case=answer.case, state=state, step=answer.step)
    yield from open_now(answer.work_items, answer.incidents, lang)


def case(view: answers.CaseView, lang: str) -> Iterator[str]:
    """A case as of one step: where it stands, what is open, its public data."""
    ref, state = view.definition, wording.word("state", view.state, lang)
    yield word(
        "shown",
        lang,
        case=view.case,
        name=ref.name,
        key=ref.key,
        version=ref.version,
        state=state,
        step=view.step,
        steps=view.steps,
    ) + (f" ({word('simulated', lang)})" if view.simulated else "")
    for key, status in view.elements.items():
        if status.count or status.status in ACTIVE:
            said = wording.word("status", status.status, lang)
            yield f"  {key}  {word('times', lang, status=said, count=status.count) if status.count > 1 else said}"
    yield from open_now(view.work_items, view.incidents, lang)
    for one in view.children:
        yield word("children", lang, item=one.item, flow=one.flow, count=one.count, ended=one.ended)
    for name, value in view.data.items():
        yield word("datum", lang, name=name, value=value)
    for name, kept in view.private.items():
        yield word("private_kept" if kept else "private_erased", lang, name=name)


def open_now(items: tuple[answers.WorkItem, ...], incidents: tuple[answers.Incident, ...], lang: str) -> Iterator[str]:
    """Open work items with their choices, then what is stuck."""
    for item in items:
        who = " / ".join(part for part in (item.lane, item.post) if part)
        if item.claimed_by:
            who = word("claimed", lang, who=who, person=item.claimed_by)
        yield word("item", lang, item=item.item, name=item.name, who=who, due=due(item.due, lang)).rstrip()
        for choice in item.choices:
            yield word("choice", lang, arrow=choice.arrow, label=choice.label)
    for stuck in incidents:
        yield word("incident", lang, item=stuck.item, name=stuck.name, reason=why(stuck, lang))


def why(stuck: answers.Incident, lang: str) -> str:
    """Why an element is stuck, as a sentence."""
    return wording.incident(stuck, lang)


def due(when: answers.Due | None, lang: str) -> str:
    """A date, said to be counted or an estimate."""
    if when is None:
        return ""
    if when.counted:
        return word("due_provisional" if when.provisional else "due_counted", lang, on=when.on)
    return word("due", lang, on=when.on, provisional=word("provisional", lang) if when.provisional else "")


def timing(clock: answers.Timing, view: answers.CaseView, lang: str) -> str:
    """One clock of a case: what it counts from, and its dates or why it has none."""
    found = {"promised": clock.promised, "statutory": clock.statutory}
    dates = [f"{wording.word('limit', value, lang)} {on}" for value, on in found.items() if on is not None]
    if clock.ground:
        dates = [word("stands_still", lang, ground=wording.word("ground", clock.ground, lang))]
    if clock.ended_at is not None:
        dates.append(word("clock_ended", lang, at=local(clock.ended_at)))
    anchor = wording.word("limit", clock.anchor, lang)
    return word("clock", lang, id=clock.id, anchor=anchor, since=clock.since, dates=word("comma", lang).join(dates))


def explained(found: Explained, lang: str) -> Iterator[str]:
    """Every day of a clock."""
    for day in found.days:
        why = wording.word("day", day.why, lang)
        kind = wording.word("calendar", day.kind, lang)
        ground = wording.word("ground", day.ground, lang) if day.ground else ""
        yield f"{day.on}  {day.number or '':>4}  {kind}  {why}  {found.calendar.name(day.on)}{ground}".rstrip()
    yield word("explained", lang, value=wording.word("limit", found.value, lang), due=found.due, digest=found.digest)


def card(row: answers.CardRow, lang: str) -> str:
    """A card in a list."""
    colour, state = wording.word("colour", row.colour, lang), wording.word("card", row.state, lang)
    return word("card", lang, case=row.case, colour=colour, card=row.id, post=row.post, state=state)


def card_count(count: answers.CardCount, lang: str) -> str:
    """How many cards of a colour a flow has."""
    colour = wording.word("colour", count.colour, lang)
    known = {"raised": count.raised, "appealed": count.appealed, "revoked": count.revoked}
    return word("card_count", lang, flow=count.flow, colour=colour, **known)


def step(recorded: answers.Step, lang: str) -> str:
    """One line of the journal."""
    body = json.dumps(recorded.body, ensure_ascii=False) if recorded.body else ""
    return word(
        "step",
        lang,
        seq=recorded.seq,
        at=local(recorded.at),
        kind=recorded.kind,
        element=recorded.element or "",
        body=body,
    ).rstrip()


def verdict(found: answers.Verdict, lang: str, whole: str) -> Iterator[str]:
    """What a check found: nothing, or every difference."""
    for case_, name in found.erased:
        yield word("erased", lang, case=case_, name=name)
    if not found.differences:
        yield word(whole, lang, cases=found.cases, steps=found.steps)
        return
    for d in found.differences:
        yield difference(d, lang)
    yield word("differences", lang, count=len(found.differences))


def difference(d: answers.Difference, lang: str) -> str:
    """Case, step and field of a difference, what is recorded there and what should be."""
    return word("difference", lang, case=d.case, step=d.step, field=d.field, recorded=d.recorded, found=d.found)


def person(somebody: answers.Person, lang: str) -> str:
    """Somebody with an account."""
    roles = " ".join(wording.word("role", role, lang) for role in sorted(somebody.roles))
    posts = " ".join(sorted(somebody.posts))
    return word("person", lang, name=somebody.name, display=somebody.display, roles=roles, posts=posts).rstrip()


def message(sent: answers.Sent, lang: str) -> str:
    """A message and the case it reached, or that it waits."""
    code = "message_taken" if sent.case else "message_waits"
    said = word(code, lang, name=sent.name, id=sent.id, key=sent.key, case=sent.case)
    return f"{said} {word(f'not taken {sent.reason}', lang)}" if sent.reason and not sent.case else said


def plan(found: answers.Plan, moved: bool, lang: str) -> Iterator[str]:
    """A case that can or cannot be moved, or was; what does not map, and why."""
    code = "migrated" if moved else ("migratable" if found.is_possible else "not_migratable")
    yield word(code, lang, case=found.case, old=found.old, new=found.new, items=", ".join(found.items))
    for place in found.places:
        if place.reason:
            why = wording.word("migration", place.reason, lang)
            yield word("does_not_map", lang, element=place.old, why=why)


def whatif(found: answers.WhatIf, lang: str) -> Iterator[str]:
    """One line for what would be otherwise, or that nothing would."""
    edition = {"key": found.edition.key, "version": found.edition.version, "benchmark": found.benchmark[:12]}
    yield word("whatif", lang, case=found.case, **edition)
    for one in found.differences:
        what = wording.word("whatif", one.what, lang)
        said = {"recorded": _said(one.recorded), "found": _said(one.found)}
        yield word("otherwise", lang, step=one.step or "", what=what, element=one.element, **said)
    if not found.differences:
        yield word("not_otherwise", lang)


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
