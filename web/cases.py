"""One tracked case, live: where it stands on the published chart, what comes next, what the applicant has to do."""

from __future__ import annotations

import json
import secrets
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from engine.answers import CaseView, WorkItem
from engine.errors import Rejection
from engine.forms import errors
from web import benchmarks, charts, dates, formdrafts, forms, pagecache, papers, uploads
from web.acting import today
from web.applying import COMMAND_ID
from web.casedata import answered, answers, own_names
from web.flowwords import FlowWords
from web.formatting import local
from web.history import history, standing
from web.language import gettext as _
from web.language import lang
from web.session import Session, now, read, write
from web.tracking import may_see

bp = Blueprint("cases", __name__)


@bp.before_request
def _only_with_code() -> ResponseReturnValue | None:
    """Every page of a case needs the cookie that its query code earned; without it nothing tells whether it exists."""
    number = (request.view_args or {}).get("number", "")
    return None if may_see(number) else redirect(url_for("tracking.look_up", number=number))


@bp.get("/cases/<number>")
def case(number: str) -> ResponseReturnValue:
    """The case on its chart."""
    with read() as session:
        head = engine.head(session, number)
    return pagecache.kept(("case", number, head), lambda: _case_page(number))


@bp.get("/cases/<number>/status.json")
def status(number: str) -> ResponseReturnValue:
    """What the page asks for every few seconds: 304 until something is recorded or a date passes."""
    with read() as session:
        head = engine.head(session, number)
    etag = f"{head[:32]}-{local(now()):%Y%m%d}"
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    else:
        response = pagecache.kept(("status", number, head), lambda: _status(number), "application/json")
    response.set_etag(etag, weak=True)
    return response


@bp.route("/cases/<number>/items/<path:item>", methods=["GET", "POST"])
def own_item(number: str, item: str) -> ResponseReturnValue:
    """A step that waits for the applicant, as a form."""
    with read() as session:
        view = engine.show(session, number)
        words = _words(session, view)
    found = next((one for one in view.work_items if one.item == item and one.applicant), None)
    if found is None:
        raise Rejection("item.unknown", item=words.name(item.rpartition("#")[0]), case=number, open="")
    schema = words.package.form(found.form) or {}
    if request.method == "GET":
        known = formdrafts.kept() or forms.prefilled(schema, _own_answers(view, words))
        return _item_page(view, words, found, forms.fields(schema, known), secrets.token_hex(16))
    return _do_item(view, words, found, schema)


def _own_answers(view: CaseView, words: FlowWords) -> dict[str, Any]:
    """What the party may be shown as answered already: what is public, and what they themselves handed in."""
    with read() as session:
        private = engine.private_values(session, view.case)
    own = own_names(words)
    return {**view.data, **{name: value for name, value in private.items() if name in own}}


def _do_item(view: CaseView, words: FlowWords, item: WorkItem, schema: dict[str, Any]) -> ResponseReturnValue:
    command_id = request.form.get("command_id", "")
    if not COMMAND_ID.fullmatch(command_id):
        abort(400)
    data, unfit = uploads.parse(schema)
    if formdrafts.is_wanted():
        kept = formdrafts.answer(data, unfit)
        return kept or (_item_page(view, words, item, forms.fields(schema, data, unfit), command_id), 422)
    if unfit:
        wrong = unfit + errors(schema, data)
        return _item_page(view, words, item, forms.fields(schema, data, wrong), command_id), 422
    if item.choices:
        taken = request.form.getlist("take")
        data["take"] = taken[0] if len(taken) == 1 else taken or None
    try:
        with write() as session:
            engine.complete(
                session, view.case, item.item, actor="applicant", data=data, at=now(), command_id=command_id
            )
    except Rejection as rejection:
        shown = forms.fields(schema, data, forms.field_errors(rejection))
        return _item_page(view, words, item, shown, command_id), 422
    formdrafts.done()
    flash(_("已经提交并写入记录：%(name)s", name=words.name(item.element)))
    return redirect(url_for("cases.case", number=view.case))


def _case_page(number: str) -> str:
    with read() as session:
        return _render_case(session, number)


def _render_case(session: Session, number: str) -> str:
    view = engine.show(session, number, at=now())
    words = _words(session, view)
    lines = history(engine.steps(session, number), words) + standing(view, words)
    private = engine.private_values(session, number)
    own = own_names(words)
    applied = {name: value for name, value in view.data.items() if name in own}
    return render_template(
        "cases/case.html",
        view=view,
        words=words,
        chart=charts.chart(session, view.definition_id, words, engine.picture_status(view, today()), public=True),
        lines=lines[::-1],
        ending=_ending(view, words),
        verdict=engine.verify(session, number) if "verify" in request.args else None,
        applied=answers(words, applied, private, {name: kept for name, kept in view.private.items() if name in own}),
        found=_found(view, words),
        clocks=dates.clocks(session, view, words, public=True),
        files=uploads.attached(words, private, own),
        papers=papers.shown(session, number, words),
        discretion=benchmarks.found_in(session, view, words, public=True),
        mine=[item for item in view.work_items if item.applicant and item.state == "open"],
    )


def _item_page(view: CaseView, words: FlowWords, item: WorkItem, fields: list[forms.Field], command_id: str) -> str:
    return render_template(
        "cases/own_item.html",
        view=view,
        words=words,
        item=item,
        found=_found(view, words),
        fields=fields,
        errors=forms.summary(fields),
        command_id=command_id,
        kept=formdrafts.kept() is not None,
    )


def _words(session: Session, view: CaseView) -> FlowWords:
    return FlowWords(engine.package_of(session, view.definition_id), lang())


def _found(view: CaseView, words: FlowWords) -> list[tuple[str, str]]:
    """What the office has entered so far and made public."""
    own = own_names(words)
    public = {name: value for name, value in view.data.items() if name not in own}
    return answers(words, public, {}, {}, done=answered(view))


def _ending(view: CaseView, words: FlowWords) -> str:
    """Name of the end event a closed case reached last."""
    ends = [(one.step, key) for key, one in view.elements.items() if one.status == "done" and _is_end(words, key)]
    return words.name(max(ends)[1]) if ends else ""


def _is_end(words: FlowWords, key: str) -> bool:
    node = words.node(key)
    return node is not None and node.type == "endEvent" and node.parent is None


def _status(number: str) -> str:
    with read() as session:
        view = engine.show(session, number, at=now())
    status = {
        "case": view.case,
        "state": view.state,
        "step": view.step,
        "head": view.head,
        "elements": {key: {"status": one.status, "count": one.count} for key, one in view.elements.items()},
        "arrows": {key: {"count": one.count} for key, one in view.arrows.items()},
    }
    return json.dumps(status, ensure_ascii=False)
