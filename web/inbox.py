"""Messages that wait for somebody: why, and what an officer does about them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from engine.errors import Rejection
from web.acting import act, officer
from web.auth import require_role
from web.errors import explain
from web.language import gettext as _
from web.session import now, read

bp = Blueprint("inbox", __name__, url_prefix="/desk/messages")


@bp.before_request
@require_role("clerk")
def _only_clerks() -> None:
    """These pages are for clerks."""


@bp.get("")
def index() -> ResponseReturnValue:
    """Every message that waits, the oldest first."""
    return _page("", "")


@bp.post("/assign")
def assign() -> ResponseReturnValue:
    """Give a message to a case that waits for one of its name."""
    id_, number = request.form.get("message", ""), request.form.get("case", "").strip().upper()[:32]
    try:
        act(lambda session: engine.assign(session, id_, number, actor=officer().name, at=now()))
    except Rejection as rejection:
        return _page(id_, explain(rejection)), 422
    flash(_("消息已交给办件 %(number)s，并写入它的记录。", number=number))
    return redirect(url_for("inbox.index"))


@bp.post("/aside")
def aside() -> ResponseReturnValue:
    """Set a message aside that nobody will wait for."""
    id_, reason = request.form.get("message", ""), request.form.get("reason", "")[:2000]
    try:
        act(lambda session: engine.set_aside(session, id_, actor=officer().name, reason=reason, at=now()))
    except Rejection as rejection:
        return _page(id_, explain(rejection)), 422
    flash(_("消息已移出收件箱，内容保留。"))
    return redirect(url_for("inbox.index"))


def _page(at: str, wrong: str) -> str:
    """The list; ``wrong`` is what a command on the message ``at`` lacked."""
    with read() as session:
        messages = engine.waiting(session)
    return render_template("desk/messages.html", messages=messages, at=at, wrong=wrong, sent=request.form)
