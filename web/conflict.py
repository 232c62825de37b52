"""Somebody else was faster: a page that says who and when, shows where the case stands, and loses nothing entered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template

import engine
from engine.answers import Step
from engine.errors import Rejection
from web.flowwords import FlowWords
from web.formatting import moment
from web.language import gettext as _
from web.session import Session, read

#: Rejections that mean: not you, somebody else, or not any more.
CODES = frozenset({"item.done", "item.withdrawn", "item.claimed", "conflict"})


def page(
    rejection: Rejection, number: str, words: FlowWords, element: str, entered: Sequence[tuple[str, str]] = ()
) -> Response:
    """The answer (409) to a command on an item that is gone; ``entered`` is what the form held, to be copied."""
    with read() as session:
        sentence = _sentence(session, rejection)
        done = engine.todo(session, number)
    response = make_response(
        render_template(
            "desk/conflict.html",
            number=number,
            words=words,
            element=element,
            sentence=sentence,
            entered=entered,
            done=done,
        )
    )
    response.status_code = 409
    return response


def ended(steps: Sequence[Step], item: str) -> Rejection | None:
    """Why an item of a case is no longer open, from its journal; None when the case never had it."""
    offered = False
    command: dict[str, Any] = {}
    for step in steps:
        if step.kind == "command":
            command = step.body
        if step.body.get("item") != item or step.kind == "command":
            continue
        if step.kind == "work item offered":
            offered = True
        if step.kind == "work item completed":
            return Rejection("item.done", item=item, by=command.get("actor", ""), at=step.at)
    return Rejection("item.withdrawn", item=item, at=steps[-1].at) if offered else None


def _sentence(session: Session, rejection: Rejection) -> str:
    by = str(rejection.params.get("by") or "")
    who = engine.person(session, by) if by else None
    name = who.display if who is not None else _("申请人") if by == "applicant" else by
    at = rejection.params.get("at")
    when = moment(at if isinstance(at, datetime) else datetime.fromisoformat(str(at))) if at else ""
    if rejection.code == "item.done":
        return _("这一步已经由 %(name)s 在 %(at)s 办完。", name=name, at=when)
    if rejection.code == "item.claimed":
        return _("这一步已经由 %(name)s 签收，正在办理。", name=name)
    if rejection.code == "item.withdrawn":
        return _("这一步已经撤回，不用再办：办件走了别的路，或者已经中止、终止。")
    return _("刚才有别人先办了。")
