"""Documents issued in a case, for the party who showed the code and for the officers of the flow."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue

import engine
from engine.answers import Issued
from web import auth
from web.flowwords import FlowWords
from web.language import lang
from web.session import Session, read
from web.tracking import may_see
from web.worklist import only_who_works_in

bp = Blueprint("papers", __name__)

MEDIA = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}
#: A document shows itself and does nothing: no script, no form, no address, its own style only.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


@bp.get("/cases/<number>/documents/<int:step>.<form>")
def document(number: str, step: int, form: str) -> ResponseReturnValue:
    """A document for whoever showed the code of the case."""
    if not may_see(number):
        return redirect(url_for("tracking.look_up", number=number))
    with read() as session:
        view = engine.show(session, number)
        words = FlowWords(engine.package_of(session, view.definition_id), lang())
        found = next((one for one in shown(session, number, words) if one.step == step), None)
        if found is None or form not in MEDIA:
            abort(404)
        return _file(number, found, form, engine.document(session, number, step, form))


@bp.get("/desk/cases/<number>/documents/<int:step>.<form>")
@auth.require_role("clerk")
def desk_document(number: str, step: int, form: str) -> ResponseReturnValue:
    """The same for the officers of the flow."""
    with read() as session:
        view = engine.show(session, number)
        package = engine.package_of(session, view.definition_id)
        only_who_works_in(package.definitions)
        found = next((one for one in engine.documents(session, number) if one.step == step), None)
        if found is None or form not in MEDIA:
            abort(404)
        return _file(number, found, form, engine.document(session, number, step, form))


def shown(session: Session, number: str, words: FlowWords) -> list[Issued]:
    """What the party may read: documents of steps that are public."""
    return [one for one in engine.documents(session, number) if words.is_public(one.element)]


def _file(number: str, found: Issued, form: str, body: bytes) -> Response:
    response = Response(body, content_type=MEDIA[form])
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    how = "inline" if form == "html" else "attachment"
    response.headers["Content-Disposition"] = f'{how}; filename="{number}-{found.step}.{form}"'
    return response
