"""The department's room: check a package, hand it in, have a second person publish it, and see what was published."""

from __future__ import annotations

from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from bpmn.chart import draw_chart
from bpmn.errors import Refused
from bpmn.marks import PictureStatus
from bpmn.package import FlowPackage, load
from bpmn.wording import say
from engine.answers import DefinitionInfo, Submission
from engine.errors import Rejection
from web import charts, drafts
from web.acting import act, officer, today
from web.auth import require_role
from web.errors import explain
from web.flowwords import FlowWords
from web.language import gettext as _
from web.language import lang
from web.preview import changes, preview
from web.session import Session, now, read

bp = Blueprint("department", __name__, url_prefix="/department")

WRITERS = frozenset({"modeller", "publisher", "admin"})
REVIEWERS = frozenset({"reviewer", "publisher"})
#: An upload of design section 5.
MAX_UPLOAD = 5 * 2**20
FILES = {"process.bpmn": "application/xml", "package.zip": "application/zip", "chart.pdf": "application/pdf"}


@bp.before_request
@require_role("modeller", "reviewer", "publisher")
def _only_the_department() -> None:
    """Every page of this room is for those who make and check flows."""


@bp.get("")
def index() -> ResponseReturnValue:
    """What waits for a second person, what is published, and the way in for a new version."""
    return _index([])


@bp.post("/check")
def check() -> ResponseReturnValue:
    """Look at an uploaded file: what is wrong with it stands on the page, what is sound can be handed in."""
    sent = request.files.get("file")
    name = PurePosixPath((sent.filename or "").replace("\\", "/")).name if sent is not None else ""
    if sent is None or not name:
        return _index([("file", _("请选择一个文件"))]), 422
    with sent.stream:
        data = sent.stream.read(MAX_UPLOAD + 1)
    if len(data) > MAX_UPLOAD:
        return _index([("file", _("“%(name)s”超过 5 MB，没有接收", name=name))]), 422
    try:
        package = load(data, name)
    except Refused as refused:
        sentence = say(refused.code, lang(), **{**refused.params, "name": name})
        return _index([("file", f"{sentence.message} {sentence.remedy}".strip())]), 422
    seen = preview(package)
    if not seen.clean:
        return render_template("department/check.html", seen=seen, name=name, draft=None, errors=[]), 422
    return redirect(url_for("department.draft", token=drafts.keep(package, name, officer().name, now())))


@bp.route("/drafts/<token>", methods=["GET", "POST"])
def draft(token: str) -> ResponseReturnValue:
    """A sound package, ready to be handed in under its key; sent twice, it is handed in once."""
    found = drafts.find(token, officer().name)
    if found is None:
        return render_template("department/draft_gone.html"), 410
    key = request.form.get("key", "").strip()
    if request.method == "GET":
        return _draft_page(found, found.suggested_key, [])
    with read() as session:
        wrong = _wrong_key(session, found.package, key)
        again = _waiting(session, found.package, key)
    if wrong:
        return _draft_page(found, key, [("key", wrong)]), 422
    if again is None:
        again = act(lambda session: engine.submit(session, found.package, key=key, author=officer().name, at=now()))
        flash(_("已送审。请另一位审核或者公布人员打开这一页。"))
    return redirect(url_for("department.submission", id=again))


@bp.get("/submissions/<int:id>")
def submission(id: int) -> ResponseReturnValue:
    """A package handed in, for the second person: what changed, what the linter says, how it looks."""
    return _submission_page(id, "")


@bp.post("/submissions/<int:id>/approve")
def approve(id: int) -> ResponseReturnValue:
    """Publish it, as somebody other than its author."""
    done = act(lambda session: engine.approve(session, id, reviewer=officer().name, at=now()))
    flash(_("已公布：%(key)s 第 %(version)s 版。", key=done.key, version=done.version))
    return redirect(url_for("department.flow", key=done.key))


@bp.post("/submissions/<int:id>/refuse")
def refuse(id: int) -> ResponseReturnValue:
    """Send it back with a reason."""
    reason = request.form.get("reason", "")[:2000]
    try:
        act(lambda session: engine.refuse(session, id, reviewer=officer().name, reason=reason, at=now()))
    except Rejection as rejection:
        if rejection.code != "reason.missing":
            raise
        return _submission_page(id, explain(rejection)), 422
    flash(_("已退回编制人。"))
    return redirect(url_for("department.index"))


@bp.get("/submissions/<int:id>/<any('process.bpmn', 'package.zip', 'chart.pdf'):name>")
def submitted_file(id: int, name: str) -> ResponseReturnValue:
    """A package handed in as a file, before it is public."""
    with read() as session:
        package = engine.submission_package(session, id)
    words = FlowWords(package, lang())
    bodies: dict[str, Any] = {
        "process.bpmn": lambda: package.process_bytes,
        "package.zip": package.to_zip,
        "chart.pdf": lambda: draw_chart(package.process_bytes, "a4", lang=lang(), labels=words.all, format="pdf"),
    }
    response = Response(bodies[name](), content_type=FILES[name])
    response.headers["Content-Disposition"] = f'attachment; filename="submission-{id}-{name}"'
    return response


@bp.get("/flows/<key>")
def flow(key: str) -> ResponseReturnValue:
    """All versions of a flow: who made them, who let them pass, and what each changed."""
    with read() as session:
        versions = engine.versions(session, key)
        packages = [engine.package_of(session, info.id) for info in versions]
        words = FlowWords(packages[0], lang())
        chart = charts.chart(session, versions[0].id, words, PictureStatus())
        people = {who.name: who.display for who in engine.people(session)}
    told = [
        changes(old, FlowWords(new, lang()), chart if new is packages[0] else None) for new, old in pairwise(packages)
    ]
    return render_template(
        "department/flow.html",
        key=key,
        words=words,
        chart=chart,
        versions=list(zip(versions, [*told, None], strict=True)),
        people=people,
    )


def _index(errors: list[tuple[str, str]]) -> str:
    with read() as session:
        handed_in = engine.submissions(session)
        published = [
            (info, _title(session, info), engine.standing(session, info, today()))
            for info in engine.definitions(session)
        ]
        people = {who.name: who.display for who in engine.people(session)}
    return render_template(
        "department/index.html",
        waiting=[one for one in handed_in if one.state == "waiting"],
        decided=[one for one in handed_in if one.state != "waiting"][:20],
        published=published,
        people=people,
        errors=errors,
        may_submit=bool(officer().roles & WRITERS),
    )


def _title(session: Session, info: DefinitionInfo) -> str:
    return FlowWords(engine.package_of(session, info.id), lang()).title or info.name


def _draft_page(found: drafts.Draft, key: str, errors: list[tuple[str, str]]) -> str:
    with read() as session:
        latest = _latest(session, key)
        keys = [info.key for info in engine.definitions(session)]
    return render_template(
        "department/check.html",
        seen=preview(found.package, latest),
        name=found.name,
        draft=found,
        errors=errors,
        key=key,
        keys=keys,
        may_submit=bool(officer().roles & WRITERS),
    )


def _submission_page(id: int, wrong: str) -> str:
    me = officer()
    with read() as session:
        package = engine.submission_package(session, id)
        handed_in = next(one for one in engine.submissions(session) if one.id == id)
        latest = _latest(session, handed_in.key) if handed_in.state == "waiting" else None
        people = {who.name: who.display for who in engine.people(session)}
    return render_template(
        "department/submission.html",
        submission=handed_in,
        seen=preview(package, latest),
        is_new=latest is None,
        people=people,
        wrong=wrong,
        reason=request.form.get("reason", ""),
        own=handed_in.author == me.name,
        may_review=bool(me.roles & REVIEWERS),
    )


def _latest(session: Session, key: str) -> FlowPackage | None:
    """The package published last under a key; None for a new key."""
    try:
        return engine.package_of(session, engine.definition(session, key).id)
    except Rejection:
        return None


def _wrong_key(session: Session, package: FlowPackage, key: str) -> str:
    """Why a package cannot be handed in under a key; '' when it can."""
    if not key:
        return _("请填写流程代号")
    if not drafts.KEY.fullmatch(key):
        return explain(Rejection("publish.key", key=key))
    try:
        same = next((info for info in engine.versions(session, key) if info.digest == package.digest), None)
    except Rejection:
        return ""
    return _("内容和已公布的第 %(version)s 版完全相同，不用再送审", version=same.version) if same else ""


def _waiting(session: Session, package: FlowPackage, key: str) -> int | None:
    """The same package under the same key, handed in already and not decided."""
    same: list[Submission] = [
        one
        for one in engine.submissions(session)
        if one.state == "waiting" and (one.key, one.digest, one.author) == (key, package.digest, officer().name)
    ]
    return same[0].id if same else None
