"""Cards of electronic supervision: what waits for an answer or a decision, one card with its evidence, and the numbers.

Clerks see the cards of their posts, supervisors all of them. What people said about a card is shown in these rooms
only; the public sees how many there were and what became of them.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from engine.answers import Card, CardCount, CardRow, CaseView, Person
from engine.errors import Rejection
from engine.law import cards as law
from engine.store import Session
from web import pagecache
from web.acting import act, officer
from web.auth import require_role
from web.errors import explain
from web.flowwords import FlowWords
from web.language import gettext as _
from web.language import lang
from web.session import now, read, settings

bp = Blueprint("supervision", __name__)

PAGE = 30
COLOURS = ("red", "yellow", "blue")


@bp.get("/board")
def board() -> ResponseReturnValue:
    """How many cards each power has, how many were appealed and revoked: for everybody."""
    with read() as session:
        counts = engine.card_counts(session, None if settings().demo else False)
    return pagecache.kept(("board", tuple(counts)), _board)


def _order(count: CardCount) -> tuple[str, int]:
    return count.flow, COLOURS.index(count.colour)


def _board() -> str:
    with read() as session:
        counts = engine.card_counts(session, None if settings().demo else False)
        powers = [(info.key, engine.package_of(session, info.id)) for info in engine.powers(session)]
    titles = {key: FlowWords(package, lang()).title for key, package in powers}
    return render_template(
        "public/board.html",
        counts=sorted((count for count in counts if count.flow in titles), key=_order),
        titles=titles,
        rules=law.RULES,
    )


@bp.get("/supervision")
@require_role("clerk", "supervisor")
def index() -> ResponseReturnValue:
    """The cards of my posts, or all of them, newest first."""
    colour, state = request.args.get("colour", ""), request.args.get("state", "open")
    page = max(request.args.get("page", 1, type=int), 1)
    with read() as session:
        found = engine.cards(
            session,
            colour=colour if colour in COLOURS else None,
            state="open" if state == "open" else None,
            posts=None if "supervisor" in officer().roles else officer().posts,
            limit=PAGE + 1,
            offset=(page - 1) * PAGE,
        )
        rows = [(row, _words(session, row)) for row in found[:PAGE]]

    def address(**changed: Any) -> str:
        wanted: dict[str, Any] = {"colour": colour or None, "state": None if state == "open" else state, "page": None}
        return url_for("supervision.index", **(wanted | changed))

    return render_template(
        "supervision/index.html",
        rows=rows,
        colour=colour,
        state=state,
        colours=COLOURS,
        address=address,
        pages=(address(page=page - 1) if page > 1 else None, address(page=page + 1) if found[PAGE:] else None),
    )


@bp.get("/supervision/<number>/<path:card>")
@require_role("clerk", "supervisor")
def card(number: str, card: str) -> ResponseReturnValue:
    """One card: the steps it rests on, what was said, and what may be done."""
    return _page(number, card, {})


@bp.post("/supervision/<number>/<any(answer,appeal,uphold,revoke):verb>/<path:card>")
@require_role("clerk", "supervisor")
def treat(number: str, verb: str, card: str) -> ResponseReturnValue:
    """Answer, appeal, uphold or revoke, with what is said."""
    _may_see(number, card)
    said = request.form.get("reason", "")[:2000]
    try:
        act(lambda session: engine.treat_card(session, number, card, verb, actor=officer().name, reason=said, at=now()))
    except Rejection as rejection:
        if rejection.code != "reason.missing":
            raise
        return _page(number, card, {verb: explain(rejection)}), 422
    flash(_("已写入记录。"))
    return redirect(url_for("supervision.card", number=number, card=card))


def _page(number: str, id_: str, wrong: dict[str, str]) -> str:
    view, found = _may_see(number, id_)
    with read() as session:
        words = FlowWords(engine.package_of(session, view.definition_id), lang())
        steps = {step.seq: step for step in engine.steps(session, number)}
        # What was said lies beside the command, the step right before the card's own.
        said = engine.reasons(session, number)
        people = {person.name: person.display for person in engine.people(session)}
    told = [
        (steps[seq], steps[seq - 1].body.get("actor", ""), said.get(seq - 1, ""))
        for seq in found.steps
        if steps[seq].kind != "card raised"
    ]
    return render_template(
        "supervision/card.html",
        view=view,
        words=words,
        card=found,
        evidence=[steps[seq] for seq in found.evidence],
        told=[(step, people.get(actor, actor), text) for step, actor, text in told],
        verbs=_verbs(officer(), found),
        wrong=wrong,
        reason=request.form.get("reason", ""),
    )


def _may_see(number: str, id_: str) -> tuple[CaseView, Card]:
    """The card of the case; 403 unless it is charged to a post of the officer or a supervisor asks."""
    with read() as session:
        view = engine.show(session, number)
    found = next((card for card in view.cards if card.id == id_), None)
    if found is None:
        raise Rejection("card.unknown", card=id_)
    if "supervisor" not in officer().roles and not officer().posts & law.posts_of(found.post):
        abort(403)
    return view, found


def _verbs(person: Person, card: Card) -> list[str]:
    """What this person may do with the card as it stands."""
    mine = bool(person.posts & law.posts_of(card.post))
    allowed = law.CHARGED if mine else ("uphold", "revoke") if "supervisor" in person.roles else ()
    return [verb for verb in allowed if card.state in law.MOVES[verb][0]]


def _words(session: Session, row: CardRow) -> FlowWords:
    return FlowWords(engine.package_of(session, row.definition_id), lang())
