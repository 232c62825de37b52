"""A form left half filled in: kept for a week when its writer says so, and there again after the browser was closed.

An officer's draft belongs to the account. A citizen has none: the key is in a cookie of that browser alone, set only
when the button was pressed, because a browser in a hall is everybody's.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, after_this_request, flash, redirect, request
from flask.typing import ResponseReturnValue

import engine
from engine.drafts import KEPT_FOR
from engine.forms import FormError
from web import auth
from web.language import gettext as _
from web.security import cookies_are_secure
from web.session import now, read, write

_COOKIE = "sunpath_draft"
_TOKEN = re.compile(r"[0-9a-f]{32}")


def kept() -> dict[str, Any] | None:
    """What was kept of the form at this address, by whoever asks; None without."""
    key = _key()
    if key is None:
        return None
    with read() as session:
        return engine.draft(session, key, now())


def is_wanted() -> bool:
    """Was the form sent to be kept, or what was kept to be dropped, and not to be done?"""
    return request.form.get("draft", "") in ("save", "drop")


def answer(data: Mapping[str, Any], unfit: Sequence[FormError] = ()) -> ResponseReturnValue | None:
    """Keep or drop the draft, and show the form again. A script that keeps it by itself gets no page.

    None when the draft is kept but for files that are ``unfit``: the form then says which and why.
    """
    if request.form["draft"] == "drop":
        done()
        flash(_("草稿已经删除。"))
        return redirect(_place())
    key = _key() or _new_key()
    with write() as session:
        engine.save_draft(session, key, data, now())
    if request.headers.get("X-Draft") == "by-itself":
        return Response(status=204, content_type="text/plain")
    flash(_("草稿已经保存，七天以内在这个浏览器或者用您的账号可以继续填写。"))
    return None if unfit else redirect(_place())


def done() -> None:
    """The form was sent: nothing of it is kept beside."""
    key = _key()
    if key is not None:
        with write() as session:
            engine.drop_draft(session, key)
        if auth.person() is None:
            _set_cookie("", 0)


def _place() -> str:
    """The address of the form, as browsers write it."""
    return quote(request.path)


def _key() -> str | None:
    person = auth.person()
    if person is not None:
        return f"{person.name} {_place()}"
    token = request.cookies.get(_COOKIE, "")
    return f"{token} {_place()}" if _TOKEN.fullmatch(token) else None


def _new_key() -> str:
    token = secrets.token_hex(16)
    _set_cookie(token, int(KEPT_FOR.total_seconds()))
    return f"{token} {_place()}"


def _set_cookie(token: str, seconds: int) -> None:
    """Sent only to the form itself."""

    @after_this_request
    def add(response: Response) -> Response:
        response.set_cookie(
            _COOKIE,
            token,
            max_age=seconds,
            path=_place(),
            httponly=True,
            samesite="Lax",
            secure=cookies_are_secure(),
        )
        return response
