"""The published flow as files: the chart to print or embed, its words, the BPMN itself, the whole package."""

from __future__ import annotations

from functools import lru_cache

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

import engine
from bpmn.chart import draw_chart
from bpmn.package import FlowPackage
from bpmn.public_view import public
from bpmn.text import as_text
from engine.answers import DefinitionInfo
from web.flowwords import FlowWords
from web.language import lang
from web.session import read

bp = Blueprint("downloads", __name__)

MEDIA = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}
FORMS = ("wide", "a4", "a3", "phone")


@bp.get("/powers/<key>/chart.<extension>")
def chart(key: str, extension: str) -> ResponseReturnValue:
    """The chart as SVG, PNG or PDF; ``form`` wide, a4, a3 or phone."""
    form = request.args.get("form", "a4" if extension == "pdf" else "wide")
    if extension not in MEDIA or form not in FORMS:
        abort(404)
    info, package = _published(key)
    return _file(info, _drawn(package, form, lang(), extension), extension, MEDIA[extension])


@bp.get("/powers/<key>/process.bpmn")
def process(key: str) -> ResponseReturnValue:
    """The BPMN file that runs, byte for byte."""
    info, package = _published(key)
    return _file(info, package.process_bytes, "bpmn", "application/xml")


@bp.get("/powers/<key>/package.zip")
def package(key: str) -> ResponseReturnValue:
    """Everything published together; its digest can be computed from it again."""
    info, found = _published(key)
    return _file(info, found.to_zip(), "zip", "application/zip")


@bp.get("/powers/<key>/steps.txt")
def steps(key: str) -> ResponseReturnValue:
    """The chart as numbered words."""
    info, found = _published(key)
    words = FlowWords(found, lang())
    text = as_text(public(found.alone.definitions, lang()), lang=lang(), labels=words.all)
    return _file(info, text.encode(), "txt", "text/plain; charset=utf-8")


def _published(key: str) -> tuple[DefinitionInfo, FlowPackage]:
    """The version asked for (``version``, else the latest)."""
    version = request.args.get("version", type=int)
    with read() as session:
        info = engine.definition(session, key, version)
        return info, engine.package_of(session, info.id)


def _file(info: DefinitionInfo, body: bytes, extension: str, media: str) -> Response:
    response = Response(body, content_type=media)
    name = f"{info.key}-v{info.version}.{extension}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.set_etag(info.digest + lang() + request.query_string.decode("ascii", "replace"))
    response.make_conditional(request)
    return response


@lru_cache(maxsize=64)
def _drawn(package: FlowPackage, form: str, language: str, extension: str) -> bytes:
    """Drawn once a version, form and format: a published chart never changes."""
    words = FlowWords(package, language)
    return draw_chart(package.process_bytes, form, lang=language, labels=words.all, format=extension, public=True)
