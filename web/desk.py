"""The desk of a clerk: what waits for my posts, what is stuck in my flows, and opening a case at the window."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

import engine
from bpmn.model import Node
from engine.answers import CardRow, DefinitionInfo, DefinitionRef, Incident, Person
from engine.errors import Rejection
from engine.forms import FormError, errors
from web import casedata, conflict, forms, qr, tracking, uploads
from web.acting import act, command_id, officer, today, why
from web.auth import require_role
from web.flowwords import FlowWords
from web.formatting import mask
from web.language import gettext as _
from web.language import lang
from web.session import Session, now, read
from web.worklist import VIEWS, Row, Wanted, may_do, row, works_in

bp = Blueprint("desk", __name__, url_prefix="/desk")

PAGE = 20


@bp.before_request
@require_role("clerk")
def _only_clerks() -> None:
    """Every page of the desk is for clerks."""


@bp.get("")
def index() -> ResponseReturnValue:
    """My work items, soonest due first, and what is stuck in my flows."""
    view = request.args.get("view", "all")
    wanted = Wanted(
        view=view if view in VIEWS else "all",
        **{name: request.args.get(name, "").strip()[:64] for name in ("post", "flow", "q")},
    )
    with read() as database:
        shelf = _Shelf(database)
        everything = [
            row(item, shelf.words(item.definition), today()) for item in engine.desk(database, officer().name, now())
        ]
        narrowed = wanted.narrow(everything)
        found = [one for one in narrowed if one.within(wanted.view)]
        page = min(max(request.args.get("page", 1, type=int), 1), max(1, -(-len(found) // PAGE)))
        shown = found[(page - 1) * PAGE : page * PAGE]
        parties = {one.item.case: mask(casedata.party(one.words, _private(database, one))) for one in shown}
        cards = engine.cards(database, case_numbers={one.item.case for one in shown}, limit=500)
        mine = len(engine.cards(database, state="open", posts=officer().posts, limit=100))
        stuck = [(incident, shelf.of_case(incident)) for incident in engine.incidents(database, officer().name)]
    return render_template(
        "desk/index.html",
        rows=shown,
        parties=parties,
        total=len(found),
        first=(page - 1) * PAGE + 1,
        pages=_pages(wanted, page, len(found)),
        counts={view: sum(one.within(view) for one in narrowed) for view in VIEWS},
        posts=sorted({one.item.post for one in everything if one.item.post}),
        flows=sorted({(one.item.definition.key, one.words.title) for one in everything if one.item.definition}),
        wanted=wanted,
        query=_query,
        stuck=stuck,
        why=why,
        cards=_by_element(cards),
        my_cards=mine,
    )


def _by_element(cards: list[CardRow]) -> dict[tuple[str, str], str]:
    """The gravest colour of the cards that stand, by case and element."""
    found: dict[tuple[str, str], str] = {}
    for colour in ("blue", "yellow", "red"):
        found |= {
            (card.case, card.element): colour for card in cards if card.colour == colour and card.state != "revoked"
        }
    return found


@bp.post("/claim")
def claim() -> ResponseReturnValue:
    """Take a work item onto my desk, then open it."""
    number, item = request.form.get("case", ""), request.form.get("item", "")
    try:
        act(lambda database: engine.claim(database, number, item, actor=officer().name, at=now()))
    except Rejection as rejection:
        if rejection.code not in conflict.CODES:
            raise
        with read() as database:
            words = _Shelf(database).words(engine.todo(database, number).definition)
        return conflict.page(rejection, number, words, item.rpartition("#")[0])
    flash(_("已签收，现在由您办理。"))
    return redirect(url_for("casework.item", number=number, item=item))


@bp.post("/release")
def release() -> ResponseReturnValue:
    """Give a work item back to the others of my post."""
    number, item = request.form.get("case", ""), request.form.get("item", "")
    act(lambda database: engine.release(database, number, item, actor=officer().name, at=now()))
    flash(_("已放回，同岗位的人都可以签收。"))
    return redirect(url_for("desk.index"))


@bp.get("/start")
def start_list() -> ResponseReturnValue:
    """Which flows I may open a case of."""
    with read() as database:
        shelf = _Shelf(database)
        mine = [(info, shelf.words(info)) for info in engine.definitions(database)]
    mine = [(info, words) for info, words in mine if may_start(officer(), words)]
    return render_template("desk/start_list.html", flows=mine)


@bp.route("/start/<key>", methods=["GET", "POST"])
def start(key: str) -> ResponseReturnValue:
    """Open a case: at the window for an applicant, or by the office itself; shows the receipt once."""
    with read() as database:
        info = engine.definition(database, key)
        words = _Shelf(database).words(info)
    if not may_start(officer(), words):
        abort(403)
    schema = _opening_form(words)
    if request.method == "GET":
        return _start_page(info, words, forms.fields(schema), secrets.token_hex(16))
    number = command_id()
    data, unfit = uploads.parse(schema)
    wrong: list[FormError] = unfit + errors(schema, data) if schema else []
    if wrong:
        return _start_page(info, words, forms.fields(schema, data, wrong), number), 422
    try:
        done = act(
            lambda database: engine.start_case(
                database, key, actor=officer().name, data=data, at=now(), command_id=number, version=info.version
            )
        )
    except Rejection as rejection:
        return _start_page(info, words, forms.fields(schema, data, forms.field_errors(rejection)), number), 422
    assert done.receipt is not None
    session["slip"] = {
        "case": done.case,
        "code": done.receipt.code,
        "step": done.receipt.step,
        "hash": done.receipt.hash,
    }
    return redirect(url_for("desk.slip"))


@bp.get("/slip")
def slip() -> ResponseReturnValue:
    """The receipt of a case opened here, once, to print and hand over."""
    found = session.pop("slip", None)
    if found is None:
        return render_template("desk/slip_gone.html"), 410
    with read() as database:
        view = engine.show(database, found["case"])
        words = _Shelf(database).words(view.definition)
    address = tracking.address(found["case"])
    mine = [item for item in view.work_items if may_do(officer(), item, words.package.definitions)]
    page = render_template(
        "desk/slip.html", receipt=found, view=view, words=words, address=address, qr=qr.svg, mine=mine
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def may_start(person: Person, words: FlowWords) -> bool:
    """May somebody open a case here: by the post of the first step, for an applicant by any post of the flow?

    What powers share is no case of its own.
    """
    if words.power.shared:
        return False
    first = words.node(words.power.apply) or first_step(words)
    if first is None or first.step is None or words.applies_online:
        return works_in(person, words.package.definitions)
    return not first.step.post or first.step.post in person.posts


def first_step(words: FlowWords) -> Node | None:
    """The one step every case begins with; None where the first arrow leads elsewhere."""
    definitions = words.package.definitions
    starts = [node for node in definitions.nodes.values() if node.type == "startEvent" and node.parent is None]
    flows = [flow for start in starts for flow in definitions.outgoing(start.id)]
    target = definitions.nodes.get(flows[0].target) if len(flows) == 1 else None
    return target if target is not None and target.kind == "task" else None


class _Shelf:
    """The words of published versions, each read once a request."""

    def __init__(self, database: Session) -> None:
        self.database = database
        self.read: dict[tuple[str, int], FlowWords] = {}

    def words(self, version: DefinitionRef | None) -> FlowWords:
        if version is None:
            raise Rejection("definition.unknown", key="")
        place = (version.key, version.version)
        if place not in self.read:
            info = engine.definition(self.database, *place)
            self.read[place] = FlowWords(engine.package_of(self.database, info.id), lang())
        return self.read[place]

    def of_case(self, incident: Incident) -> FlowWords:
        return self.words(engine.todo(self.database, incident.case).definition)


def _private(database: Session, one: Row) -> dict[str, Any]:
    return engine.private_values(database, one.item.case)


def _pages(wanted: Wanted, page: int, total: int) -> tuple[str | None, str | None]:
    """Addresses of the page before and the page after."""
    before = _query(wanted, page=page - 1) if page > 1 else None
    return before, _query(wanted, page=page + 1) if page * PAGE < total else None


def _query(wanted: Wanted, page: int | None = None, **changed: str) -> str:
    """The address of the list under other filters."""
    asked = replace(wanted, **changed)
    view = asked.view if asked.view != "all" else None
    return url_for(
        "desk.index", view=view, post=asked.post or None, flow=asked.flow or None, q=asked.q or None, page=page
    )


def _opening_form(words: FlowWords) -> dict[str, Any]:
    first = words.node(words.power.apply)
    return (words.package.form(first.step.form) if first is not None and first.step is not None else None) or {}


def _start_page(info: DefinitionInfo, words: FlowWords, fields: list[forms.Field], number: str) -> str:
    return render_template(
        "desk/start.html", info=info, words=words, fields=fields, errors=forms.summary(fields), command_id=number
    )
