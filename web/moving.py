"""Moving cases to another version of their flow: what would become of each, then each by its own recorded command.

Undoing is the same, the other way. What does not map stays where it is and says why.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from engine.answers import DefinitionInfo, Plan
from engine.errors import Rejection
from web.acting import act, command_id, officer
from web.auth import require_role
from web.errors import explain
from web.flowwords import FlowWords
from web.language import gettext as _
from web.language import lang, ngettext
from web.layout import word
from web.session import Session, now, read

bp = Blueprint("moving", __name__, url_prefix="/department/flows/<key>/move")

#: Cases on one page, and so the most that are moved at once.
PAGE = 50
MOVERS = frozenset({"publisher", "admin"})


@dataclass(frozen=True, kw_only=True)
class Row:
    """What would become of one case: where it stands, and why it cannot move (empty where it can)."""

    case: str
    version: int
    places: list[str]
    wrong: list[str]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the page is asked: to which version, from which (0: all others), which elements have another id there."""

    key: str
    to: int
    since: int
    map: str
    page: int

    @property
    def pairs(self) -> list[list[str]]:
        """``old=new``, several with commas or spaces between them, each split at its sign."""
        return [pair.split("=") for pair in self.map.replace(",", " ").replace("，", " ").split()]

    @property
    def misread(self) -> str:
        """The first of them that is no pair; '' where all are."""
        return next(("=".join(pair) for pair in self.pairs if len(pair) != 2 or not all(pair)), "")

    @property
    def renamed(self) -> dict[str, str]:
        """Old id → new; empty where it is misread."""
        return {} if self.misread else {old: new for old, new in self.pairs}

    def address(self, **changed: Any) -> str:
        """This page with something changed."""
        asked = {"to": self.to, "since": self.since or None, "map": self.map or None, "page": None}
        return url_for("moving.index", key=self.key, **(asked | changed))


@bp.before_request
@require_role("modeller", "reviewer", "publisher", "admin")
def _only_the_department() -> None:
    """Who makes flows may see what would be; who publishes them may do it."""


@bp.get("")
def index(key: str) -> ResponseReturnValue:
    """Every case that is not over under another version, and what would become of it. Writes nothing."""
    return _page(key, [])


@bp.post("")
def move(key: str) -> ResponseReturnValue:
    """Move the chosen cases, each in its own transaction; one that cannot be moved leaves the others alone."""
    number, reason, chosen = command_id(), request.form.get("reason", "")[:2000], request.form.getlist("case")
    wanted = _wanted(key)
    wrong = [] if reason.strip() else [("reason", explain(Rejection("reason.missing")))]
    if not chosen:
        wrong.append(("cases", _("请至少选一件")))
    if wrong or wanted.misread:
        return _page(key, wrong), 422
    with read() as session:
        known = set(engine.cases_of(session, key))
    moved = 0
    for case in [one for one in chosen if one in known][:PAGE]:
        try:
            _move(wanted, case, reason, f"{number}/{case}")
            moved += 1
        except Rejection as rejection:
            if rejection.code == "role.missing":
                raise
            flash(_("%(case)s 没有换：%(why)s", case=case, why=explain(rejection)))
    if moved:
        flash(ngettext("%(num)d 件换到第 %(to)s 版。", "%(num)d 件换到第 %(to)s 版。", moved, to=wanted.to))
    return redirect(wanted.address())


def _move(wanted: Wanted, case: str, reason: str, id_: str) -> None:
    act(
        lambda session: engine.migrate(
            session,
            case,
            wanted.to,
            actor=officer().name,
            reason=reason,
            renamed=wanted.renamed,
            at=now(),
            command_id=id_,
        )
    )


def _wanted(key: str) -> Wanted:
    """What this request asks for; without a version to go to it is the newest, and 404 for one that is not there."""
    with read() as session:
        versions = [info.version for info in engine.versions(session, key)]
    asked = request.values
    to = asked.get("to", versions[0], type=int)
    if to not in versions:
        abort(404)
    return Wanted(
        key=key,
        to=to,
        since=asked.get("since", 0, type=int),
        map=asked.get("map", "")[:500].strip(),
        page=max(1, asked.get("page", 1, type=int)),
    )


def _page(key: str, wrong: list[tuple[str, str]]) -> str:
    wanted = _wanted(key)
    if wanted.misread:
        wrong = [*wrong, ("map", _("“%(text)s”不是“旧编号=新编号”的写法", text=wanted.misread))]
    with read() as session:
        versions = engine.versions(session, key)
        cases = _cases(session, wanted, versions)
        words = {info.version: FlowWords(engine.package_of(session, info.id), lang()) for info in versions}
        first = (wanted.page - 1) * PAGE
        rows = [_row(session, wanted, *one, words[one[0]]) for one in cases[first : first + PAGE]]
    return render_template(
        "department/move.html",
        wanted=wanted,
        versions=versions,
        words=words[versions[0].version],
        rows=rows,
        count=len(cases),
        errors=wrong,
        chosen=set(request.form.getlist("case")) if request.method == "POST" else None,
        reason=request.form.get("reason", ""),
        command_id=request.form.get("command_id") or uuid.uuid4().hex,
        may_move=bool(officer().roles & MOVERS),
        pages=(
            wanted.address(page=wanted.page - 1) if wanted.page > 1 else None,
            wanted.address(page=wanted.page + 1) if cases[first + PAGE :] else None,
        ),
    )


def _cases(session: Session, wanted: Wanted, versions: list[DefinitionInfo]) -> list[tuple[int, str]]:
    """Version and number of every case that could move."""
    since = [info.version for info in versions if info.version != wanted.to and wanted.since in (0, info.version)]
    return [(version, case) for version in sorted(since) for case in engine.cases_of(session, wanted.key, version)]


def _row(session: Session, wanted: Wanted, version: int, case: str, own: FlowWords) -> Row:
    try:
        plan = engine.plan(session, case, wanted.to, renamed=wanted.renamed, at=now())
    except Rejection as rejection:
        return Row(case=case, version=version, places=[], wrong=[explain(rejection)])
    keys = [place.old for place in plan.places]
    # Of a sub-process and what is open in it only the latter: where somebody has to act.
    inner = dict.fromkeys(own.name(key) for key in keys if not any(other.startswith(f"{key}/") for other in keys))
    return Row(case=case, version=version, places=list(inner), wrong=_wrong(plan, own))


def _wrong(plan: Plan, own: FlowWords) -> list[str]:
    return [
        _("“%(name)s”：%(why)s", name=own.name(place.old), why=word("migration", place.reason))
        for place in plan.places
        if place.reason
    ]
