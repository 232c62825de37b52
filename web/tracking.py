"""Finding one's own case: number and query code, then a cookie that opens this one case and no other."""

from __future__ import annotations

import re
from functools import lru_cache

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer

import engine
from web import qr, wording
from web.language import gettext as _
from web.language import lang
from web.security import cookies_are_secure
from web.session import read, settings

bp = Blueprint("tracking", __name__)

CASE_NUMBER = re.compile(r"[A-Z]{2}-[0-9]{4}-[0-9]{6,12}")
#: How long the page of a case stays open in a browser without asking for the code again, in seconds.
OPEN_FOR = 8 * 3600
_COOKIE = "sunpath_case"


@bp.route("/track", methods=["GET", "POST"])
def look_up() -> ResponseReturnValue:
    """Ask for number and code; the right pair leads to the case, anything else gets one and the same answer."""
    number = request.values.get("number", "").strip().upper()[:64]
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        code = request.form.get("code", "")[:64]
        errors = _missing(number, code)
        if not errors:
            with read() as session:
                if engine.track(session, number, code):
                    return open_case(redirect(url_for("cases.case", number=number)), number)
            errors = [("code", wording.rejection("code.wrong", {}, lang()))]
    code_of_page = qr.svg(address(), _("查我的办件"))
    page = render_template("public/track.html", number=number, errors=errors, qr=code_of_page)
    return page, 422 if errors else 200


def address(number: str | None = None) -> str:
    """The address a QR code holds: the page to track on, and the number where there is one, never the code."""
    return f"{settings().base_url or request.url_root.rstrip('/')}{url_for('tracking.look_up', number=number)}"


def open_case(response: ResponseReturnValue, number: str) -> Response:
    """Let this browser see this one case: a signed cookie sent only to the pages of the case."""
    answer = current_app.make_response(response)
    answer.set_cookie(
        _COOKIE,
        _signer(_secret()).dumps(number),
        path=url_for("cases.case", number=number),
        httponly=True,
        samesite="Lax",
        secure=cookies_are_secure(),
    )
    return answer


def may_see(number: str) -> bool:
    """Did this browser show the right code for this case, in the last eight hours?"""
    try:
        seen: str = _signer(_secret()).loads(request.cookies.get(_COOKIE, ""), max_age=OPEN_FOR)
    except BadSignature:
        return False
    return seen == number


def _missing(number: str, code: str) -> list[tuple[str, str]]:
    errors = []
    if not number:
        errors.append(("number", _("请填写办件编号")))
    if not code.strip():
        errors.append(("code", _("请填写查询码")))
    return errors


@lru_cache(maxsize=4)
def _signer(secret: bytes) -> URLSafeTimedSerializer:
    """Kept: making one costs more than reading a cookie with it."""
    return URLSafeTimedSerializer(secret, salt="tracked case")


def _secret() -> bytes:
    key: bytes = current_app.config["SECRET_KEY"]
    return key
