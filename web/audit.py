"""The auditors' room: every case, step by step on its chart; is the record whole, and does running it again give it?

Nothing here writes. Private values are never shown, not even to auditors: they see that a value was committed to, or
that it was erased.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from engine.answers import CaseRow
from engine.store import Session
from web import wording
from web.auth import require_role
from web.checks import Result, said, standing
from web.cli import documents
from web.errors import answer
from web.flowwords import FlowWords
from web.formatting import local
from web.language import gettext as _
from web.language import lang
from web.replay import Replay, address, replay
from web.session import read
from web.stepfacts import facts

bp = Blueprint("audit", __name__, url_prefix="/audit")

#: Cases on a page of the list.
PAGE = 25
STATES = ("open", "suspended", "closed", "cancelled")
CHECKS = ("verify", "replay")
#: What reading a journal raises that somebody wrote into: text that is no JSON, bodies without their fields.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which cases are wanted; None means all."""

    state: str | None = None
    key: str | None = None
    simulated: bool | None = None
    stuck: bool | None = None

    @classmethod
    def asked(cls) -> Filters:
        """Those of the request; what is not a choice is ignored."""
        state, key = request.args.get("state"), request.args.get("key")
        return cls(
            state=state if state in STATES else None,
            key=key or None,
            simulated={"simulated": True, "real": False}.get(request.args.get("clock", "")),
            stuck=True if request.args.get("stuck") else None,
        )

    def query(self, **changes: object) -> dict[str, object]:
        """As parameters of an address, with ``changes``; None leaves one out."""
        clock = {True: "simulated", False: "real", None: None}[self.simulated]
        wanted = {"state": self.state, "key": self.key, "clock": clock, "stuck": 1 if self.stuck else None}
        return {name: value for name, value in (wanted | changes).items() if value is not None}


@bp.app_template_filter("moment_exact")
def moment_exact(instant: datetime) -> str:
    """An instant as exactly as it is recorded, in local time: 2026-11-24 09:30:50.123."""
    return local(instant).strftime("%Y-%m-%d %H:%M:%S.") + f"{instant.microsecond // 1000:03d}"


@bp.app_template_filter("full_hash")
def full_hash(digest: str) -> str:
    """All 64 hex digits in groups of four."""
    return " ".join(digest[place : place + 4] for place in range(0, len(digest), 4))


@bp.before_request
@require_role("auditor", "supervisor")
def _only_auditors() -> None:
    """Every page of the room is for auditors and supervisors."""


@bp.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """All cases, narrowed and paged; with POST, all of them checked."""
    number = request.args.get("number", "").strip().upper()[:64]
    if number:
        return redirect(url_for("audit.case", number=number))
    filters, page = Filters.asked(), max(request.args.get("page", 1, type=int), 1)
    wanted = asdict(filters)
    with read() as session:
        result = _result(session, None)
        rows = engine.cases(session, **wanted, limit=PAGE, offset=(page - 1) * PAGE)
        words = _words_of(session, rows)
        cards = engine.cards(session, case_numbers=[row.case for row in rows], limit=500)
        totals, found = engine.totals(session), engine.totals(session, **wanted)
        flows = [(info.key, FlowWords(engine.package_of(session, info.id), lang()).title) for info in _flows(session)]
    return render_template(
        "audit/index.html",
        rows=rows,
        words=words,
        places={row.case: _places(row, words[row.case]) for row in rows},
        cards={row.case: dict.fromkeys(c.colour for c in cards if c.case == row.case) for row in rows},
        totals=totals,
        found=found,
        filters=filters,
        flows=flows,
        states_named=[(state, wording.word("state", state, lang())) for state in STATES],
        erased_name=_plain_name,
        result=result,
        first=(page - 1) * PAGE + 1,
        pages=_pages(filters, page, found.cases),
    )


@bp.route("/cases/<number>", methods=["GET", "POST"])
def case(number: str) -> ResponseReturnValue:
    """One case as of ``step``; with POST, its record verified or run again."""
    step = _step()
    with read() as session:
        verdict = engine.verify(session, number)
        result = _result(session, number)
        try:
            shown = replay(session, number, step)
        except UNREADABLE:
            if not verdict.differences:
                raise
            found = result or said("verify", verdict)
            return render_template("audit/unreadable.html", number=number, result=found, erased_name=_plain_name)
    return render_template(
        "audit/case.html",
        replay=shown,
        view=shown.view,
        words=shown.words,
        spoken=_spoken(shown),
        facts=facts(shown.journal, shown.here.step),
        present=_present(shown),
        address=lambda seq: address(number, seq),
        erased_name=lambda _case, name: shown.journal.label(name),
        result=result,
        standing=standing(verdict, shown.view.step),
        troubles=said("verify", verdict).differences,
    )


@bp.get("/cases/<number>/steps.json")
def steps(number: str) -> ResponseReturnValue:
    """The journal as recorded, enough to verify it without this program (docs/record-format.md)."""
    with read() as session:
        try:
            view = engine.show(session, number)
            recorded = [documents.step(step) for step in engine.steps(session, number)]
        except UNREADABLE:
            if not engine.verify(session, number).differences:
                raise
            return answer(
                422, _("没有办成"), _("办件 %(number)s 的记录有一步读不出来，核验会说明是哪一步。", number=number)
            )
    response = jsonify(
        case=number,
        definition=documents.definition(view.definition),
        simulated=view.simulated,
        format="docs/record-format.md",
        steps=recorded,
    )
    return _as_file(response, f"{number}-steps.json")


def _result(session: Session, number: str | None) -> Result | None:
    """What the check asked for by POST found; None with GET."""
    if request.method != "POST":
        return None
    check = request.form.get("check", "")
    if check not in CHECKS:
        abort(400)
    return said(check, engine.verify(session, number) if check == "verify" else engine.replay(session, number))


def _plain_name(case: str, name: str) -> str:
    """An erased field where the forms of its flow are not at hand."""
    return f"{case} {name}"


def _present(shown: Replay) -> list[str]:
    """The statuses on the chart, for its legend."""
    there = {status.status for status in shown.view.elements.values()}
    return [status for status in wording.table_of("status", lang()) if status in there]


def _spoken(shown: Replay) -> str:
    """The slider's value as it is read out."""
    where = f"：{shown.here.place}" if shown.here.place else ""
    return (
        _(
            "第 %(step)s 步，共 %(steps)s 步，%(title)s",
            step=shown.view.step,
            steps=shown.view.steps,
            title=shown.here.title,
        )
        + where
    )


def _step() -> int | None:
    text = request.args.get("step", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(404)
    return int(text)


def _flows(session: Session) -> list[Any]:
    return sorted(engine.definitions(session), key=lambda info: (not info.is_power, info.key))


def _words_of(session: Session, rows: list[CaseRow]) -> dict[str, FlowWords]:
    """The words of each case's version; a version is looked up once."""
    versions: dict[tuple[str, int], FlowWords] = {}
    for key, version in {(row.definition.key, row.definition.version) for row in rows}:
        info = engine.definition(session, key, version)
        versions[key, version] = FlowWords(engine.package_of(session, info.id), lang())
    return {row.case: versions[row.definition.key, row.definition.version] for row in rows}


def _places(row: CaseRow, words: FlowWords) -> list[str]:
    """Where a case stands, in the reader's language; each place once."""
    names = {node.name: words.name(node.id) for node in words.package.definitions.nodes.values()}
    return list(dict.fromkeys(names.get(name, name) for name in row.at))


def _pages(filters: Filters, page: int, cases: int) -> tuple[str | None, str | None]:
    """Addresses of the page before and the page after."""

    def there(number: int) -> str:
        return url_for("audit.index", **filters.query(page=number))  # type: ignore[arg-type]

    return there(page - 1) if page > 1 else None, there(page + 1) if page * PAGE < cases else None


def _as_file(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
