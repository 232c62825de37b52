"""Files in forms: received and checked, kept while the rest of the form is mended, shown, handed out to who may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

import engine
from engine.answers import CaseView
from engine.errors import Rejection
from engine.files import digests_of, is_file, name_of
from engine.forms import FormError
from web import auth, forms
from web.casedata import asked, own_names
from web.flowwords import FlowWords
from web.language import lang
from web.papers import SANDBOX
from web.session import now, read, write
from web.tracking import may_see
from web.worklist import only_who_works_in

bp = Blueprint("uploads", __name__)


@dataclass(frozen=True, kw_only=True)
class Attached:
    """A file of a case, for a list: the question it answers, its name, its digest."""

    question: str
    name: str
    digest: str


def parse(schema: Mapping[str, Any]) -> tuple[dict[str, Any], list[FormError]]:
    """Typed data of the form that was sent, files among it by their references, and what was wrong with files."""
    data, wrong = forms.parse(schema, request.form), []
    for name, rule in schema.get("properties", {}).items():
        if is_file(rule):
            data.pop(name, None)
            kept = [reference for token in request.form.getlist(name) if (reference := _opened(token))]
            fresh, errors = _received(name, rule)
            wrong += errors
            if kept or fresh:
                data[name] = list(dict.fromkeys([*kept, *fresh]))
    return data, wrong


def token(reference: str) -> str:
    """A reference as the page keeps it until the form is right: nobody can name a file they did not send.

    It does not expire: that a file is gone the engine says by its name, and nothing is left out in silence.
    """
    return _signer().dumps(reference)


def attached(words: FlowWords, private: Mapping[str, Any], only: frozenset[str] | None = None) -> list[Attached]:
    """The files among private values, in the order of the forms; ``only`` these fields."""
    return [
        Attached(question=forms.label_of(schema, field), name=name_of(part), digest=part[:64])
        for field, schema in asked(words).items()
        if (only is None or field in only) and digests_of(private.get(field)) is not None
        for part in private[field]
    ]


@bp.app_template_filter("file_token")
def _token(reference: str) -> str:
    return token(reference)


@bp.get("/desk/cases/<number>/files/<digest>")
@auth.require_role("clerk")
def desk_file(number: str, digest: str) -> ResponseReturnValue:
    """A file of a case, for the officers of its flow."""
    with read() as session:
        view = engine.show(session, number)
        words = FlowWords(engine.package_of(session, view.definition_id), lang())
        only_who_works_in(words.package.definitions)
        return _file(number, digest, attached(words, engine.private_values(session, number)))


@bp.get("/cases/<number>/files/<digest>")
def own_file(number: str, digest: str) -> ResponseReturnValue:
    """A file the party handed in, for the party."""
    if not may_see(number):
        return redirect(url_for("tracking.look_up", number=number))
    with read() as session:
        view: CaseView = engine.show(session, number)
        words = FlowWords(engine.package_of(session, view.definition_id), lang())
        return _file(number, digest, attached(words, engine.private_values(session, number), own_names(words)))


def _file(number: str, digest: str, found: list[Attached]) -> Response:
    one = next((one for one in found if one.digest == digest), None)
    if one is None:
        abort(404)
    with read() as session:
        kept = engine.file(session, number, digest)
    response = Response(kept.body, content_type=kept.media)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    response.headers.set("Content-Disposition", "attachment", filename=one.name)
    return response


def _received(name: str, rule: Mapping[str, Any]) -> tuple[list[str], list[FormError]]:
    kept: list[str] = []
    wrong: list[FormError] = []
    for sent in request.files.getlist(name):
        if not sent.filename:
            continue
        with sent.stream:
            body = sent.stream.read()
        try:
            with write() as session:
                kept.append(engine.keep_file(session, rule, sent.filename, body, now()))
        except Rejection as rejection:
            wrong.append(FormError(field=name, code=rejection.code, params=dict(rejection.params)))
    return kept, wrong


def _opened(token: str) -> str:
    try:
        return str(_signer().loads(token))
    except BadSignature:
        return ""


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="file of a form")
