"""Applying: the form of a power, then the receipt with number and query code, shown once."""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

import engine
from engine.answers import DefinitionInfo, Done
from engine.errors import Rejection
from engine.forms import FormError, errors
from web import formdrafts, forms, qr, uploads
from web.flowwords import FlowWords
from web.language import lang
from web.session import now, read, write
from web.tracking import address, open_case

bp = Blueprint("applying", __name__)

COMMAND_ID = re.compile(r"[0-9a-f]{32}")


@bp.get("/powers/<key>/apply")
def form(key: str) -> ResponseReturnValue:
    """The application form of a power."""
    info, words = _power(key)
    return _page(info, words, formdrafts.kept() or {}, [], secrets.token_hex(16))


@bp.post("/powers/<key>/apply")
def submit(key: str) -> ResponseReturnValue:
    """Open the case; a second click on the same form is the same case, and shows the same receipt."""
    info, words = _power(key)
    command_id = request.form.get("command_id", "")
    if not COMMAND_ID.fullmatch(command_id):
        abort(400)
    data, unfit = uploads.parse(_schema(words))
    if formdrafts.is_wanted():
        return formdrafts.answer(data, unfit) or (_page(info, words, data, unfit, command_id), 422)
    # An empty form must not open a case that waits for its application; the engine checks what is sent once more.
    wrong = unfit + errors(_schema(words), data)
    if wrong:
        return _page(info, words, data, wrong, command_id), 422
    try:
        with write() as database:
            done = engine.start_case(
                database, key, actor="applicant", data=data, at=now(), command_id=command_id, version=info.version
            )
    except Rejection as rejection:
        return _page(info, words, data, forms.field_errors(rejection), command_id), 422
    formdrafts.done()
    session["receipt"] = _receipt(done)
    return open_case(redirect(url_for("applying.receipt")), done.case)


@bp.get("/receipt")
def receipt() -> ResponseReturnValue:
    """The receipt, once: after this the query code is nowhere but on paper."""
    found = session.pop("receipt", None)
    if found is None:
        return render_template("public/receipt_gone.html"), 410
    with read() as database:
        view = engine.show(database, found["case"])
        words = FlowWords(engine.package_of(database, view.definition_id), lang())
    page = render_template(
        "public/receipt.html", receipt=found, view=view, words=words, address=address(found["case"]), qr=qr.svg
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _power(key: str) -> tuple[DefinitionInfo, FlowWords]:
    """The latest version of a power one can apply for; 404 for any other."""
    with read() as database:
        info = engine.definition(database, key)
        words = FlowWords(engine.package_of(database, info.id), lang())
    if not info.is_power or not words.applies_online:
        raise Rejection("start.not_public")
    return info, words


def _schema(words: FlowWords) -> dict[str, Any]:
    node = words.node(words.power.apply)
    assert node is not None and node.step is not None  # _power asked
    return words.package.form(node.step.form) or {}


def _page(info: DefinitionInfo, words: FlowWords, data: dict[str, Any], wrong: list[FormError], command_id: str) -> str:
    shown = forms.fields(_schema(words), data, wrong)
    return render_template(
        "public/apply.html",
        info=info,
        words=words,
        power=words.power,
        fields=shown,
        errors=forms.summary(shown),
        command_id=command_id,
        kept=formdrafts.kept() is not None,
    )


def _receipt(done: Done) -> dict[str, Any]:
    assert done.receipt is not None
    return {"case": done.case, "code": done.receipt.code, "step": done.receipt.step, "hash": done.receipt.hash}
