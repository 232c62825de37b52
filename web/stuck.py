"""Cases that stand still: the list with its filters, and the three ways to get one going again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from engine.answers import Done, Incident
from engine.errors import Rejection
from web import forms
from web.acting import act, officer, why
from web.applying import COMMAND_ID
from web.auth import require_role
from web.casefile import File, open_file
from web.casework import case_page, correctable
from web.errors import explain
from web.flowwords import FlowWords
from web.language import gettext as _
from web.language import lang
from web.session import now, read
from web.wording import table_of

bp = Blueprint("stuck", __name__, url_prefix="/desk")

PAGE = 30


@dataclass(frozen=True)
class Filters:
    """What of the list is wanted; '' is everything."""

    flow: str = ""
    cause: str = ""
    resolved: bool = False

    def address(self, page: int | None = None, **changed: object) -> str:
        """The list under other filters."""
        asked = replace(self, **changed)  # type: ignore[arg-type]
        state = "resolved" if asked.resolved else None
        return url_for("stuck.index", flow=asked.flow or None, cause=asked.cause or None, state=state, page=page)


@bp.before_request
@require_role("clerk")
def _only_clerks() -> None:
    """These pages are for clerks."""


@bp.get("/incidents")
def index() -> ResponseReturnValue:
    """Everything that is stuck in my flows, or was, with why and since when."""
    wanted = Filters(
        flow=request.args.get("flow", "")[:64],
        cause=request.args.get("cause", "")[:64],
        resolved=request.args.get("state") == "resolved",
    )
    with read() as session:
        everything = engine.incidents(session, officer().name, resolved=wanted.resolved)
        found = [one for one in everything if _is_wanted(one, wanted)]
        page = min(max(request.args.get("page", 1, type=int), 1), max(1, -(-len(found) // PAGE)))
        rows = [
            (one, FlowWords(engine.package_of(session, one.definition_id), lang()))
            for one in found[(page - 1) * PAGE : page * PAGE]
        ]
    flows = sorted({one.flow for one in everything} | {wanted.flow} - {""})
    causes = sorted({one.code for one in everything} | {wanted.cause} - {""})
    titles, names = {one.flow: words.title for one, words in rows}, table_of("cause", lang())
    return render_template(
        "desk/incidents.html",
        rows=rows,
        wanted=wanted,
        total=len(found),
        flows=flows,
        flows_named=[(key, titles.get(key, key)) for key in flows],
        causes=causes,
        causes_named=[(code, names.get(code, code)) for code in causes],
        why=why,
        pages=(
            wanted.address(page - 1) if page > 1 else None,
            wanted.address(page + 1) if page * PAGE < len(found) else None,
        ),
    )


def _is_wanted(incident: Incident, wanted: Filters) -> bool:
    return wanted.flow in ("", incident.flow) and wanted.cause in ("", incident.code)


@bp.post("/cases/<number>/retry")
def retry(number: str) -> ResponseReturnValue:
    """Try a stuck element again."""
    file, incident, id_ = _asked(number)
    return _gone_on(
        file,
        incident,
        act(lambda s: engine.retry(s, number, incident.item, actor=officer().name, at=now(), command_id=id_)),
    )


@bp.post("/cases/<number>/correct")
def correct(number: str) -> ResponseReturnValue:
    """Correct the public data a stuck element decides by, with a reason, and try again."""
    file, incident, id_ = _asked(number)
    data = forms.parse(correctable(file, incident.element), request.form)
    reason = request.form.get("reason", "")[:2000]
    try:
        done = act(
            lambda s: engine.correct(
                s, number, incident.item, actor=officer().name, data=data, reason=reason, at=now(), command_id=id_
            )
        )
    except Rejection as rejection:
        return _not_done(number, "correct", rejection)
    return _gone_on(file, incident, done)


@bp.post("/cases/<number>/skip")
def skip(number: str) -> ResponseReturnValue:
    """Go past a stuck element where the flowchart allows it, with a reason."""
    file, incident, id_ = _asked(number)
    reason, take = request.form.get("reason", "")[:2000], request.form.get("take") or None
    try:
        done = act(
            lambda s: engine.skip(
                s, number, incident.item, actor=officer().name, reason=reason, take=take, at=now(), command_id=id_
            )
        )
    except Rejection as rejection:
        return _not_done(number, "skip", rejection)
    return _gone_on(file, incident, done)


def _asked(number: str) -> tuple[File, Incident, str | None]:
    """The case, the incident the form names, and the number that makes a double click one step."""
    file, item, id_ = open_file(number), request.form.get("item", ""), request.form.get("command_id", "")
    incident = next((one for one in file.view.incidents if one.item == item), None)
    if incident is None:
        raise Rejection("incident.unknown", item=item, case=number)
    return file, incident, id_ if COMMAND_ID.fullmatch(id_) else None


def _gone_on(file: File, incident: Incident, done: Done) -> ResponseReturnValue:
    still = any(one.element == incident.element for one in done.incidents)
    flash(_("已重试，仍然受阻，原因见下。") if still else _("受阻已经解决，办件继续往下走。"))
    return redirect(url_for("casework.case", number=file.view.case))


def _not_done(number: str, verb: str, rejection: Rejection) -> ResponseReturnValue:
    if rejection.code not in ("reason.missing", "data.missing", "take.unknown"):
        raise rejection
    return case_page(number, {verb: explain(rejection)}), 422
