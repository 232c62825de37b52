"""The dates of a case: its clocks, why each ends when it does, and as an entry for a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

import engine
from engine.answers import CaseView, Timing
from engine.explained import Explained, values_of
from engine.law import limits
from engine.law.limits import COUNTED
from web import auth, wording
from web.acting import today
from web.flowwords import FlowWords
from web.formatting import day as written
from web.language import gettext as _
from web.language import lang
from web.session import Session, now, read
from web.tracking import may_see
from web.whydate import units, why
from web.worklist import works_in

bp = Blueprint("dates", __name__)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One clock on the page of a case."""

    timing: Timing
    #: What it is about: the step, or all of the case.
    name: str
    #: (word, date in words or why there is none, how much is left) of each value.
    values: list[tuple[str, str, str]]
    #: Class of each day of the ribbon and its number; empty where days are not counted one by one.
    ribbon: list[tuple[str, str]]
    used: str


@bp.get("/cases/<number>/dates/<path:clock>")
def date_(number: str, clock: str) -> ResponseReturnValue:
    """Why this date? For whoever showed the code of the case."""
    if not may_see(number):
        return redirect(url_for("tracking.look_up", number=number))
    back = (url_for("cases.case", number=number), _("办件 %(number)s", number=number))
    return _page(number, clock, back, url_for("dates.entry", number=number, clock=clock))


@bp.get("/cases/<number>/dates.ics/<path:clock>")
def entry(number: str, clock: str) -> ResponseReturnValue:
    """The last day as an entry for one's own calendar (RFC 5545)."""
    if not may_see(number):
        return redirect(url_for("tracking.look_up", number=number))
    with read() as session:
        _, words, found = _explained(session, number, clock)
    due = found[0].due
    if due is None:
        return redirect(url_for("dates.date_", number=number, clock=clock))
    text = calendar_entry(f"{number} {clock_name(found[0].timing, words)}", due, f"{number}/{clock}", now())
    return Response(
        text, mimetype="text/calendar", headers={"Content-Disposition": f'attachment; filename="{number}.ics"'}
    )


@bp.get("/desk/cases/<number>/dates/<path:clock>")
@auth.require_role("clerk")
def desk_date(number: str, clock: str) -> ResponseReturnValue:
    """The same for the officers of the flow."""
    with read() as session:
        view = engine.show(session, number)
        words = FlowWords(engine.package_of(session, view.definition_id), lang())
    person = auth.person()
    if person is None or not works_in(person, words.package.definitions):
        abort(403)
    return _page(number, clock, (url_for("casework.case", number=number), _("办件 %(number)s", number=number)), "")


def _page(number: str, clock: str, back: tuple[str, str], ics: str) -> str:
    with read() as session:
        view, words, found = _explained(session, number, clock)
    page = why(found, words, today())
    name = clock_name(page.timing, words)
    return render_template("cases/date.html", view=view, words=words, page=page, name=name, back=back, ics=ics)


def _explained(session: Session, number: str, clock: str) -> tuple[CaseView, FlowWords, list[Explained]]:
    view = engine.show(session, number)
    words = FlowWords(engine.package_of(session, view.definition_id), lang())
    first = engine.explain(session, view, clock, now())
    others = [engine.explain(session, view, clock, now(), value) for value in first.values[1:]]
    return view, words, [first, *others]


def clock_name(timing: Timing, words: FlowWords) -> str:
    """What a clock is about."""
    return words.name(timing.element) if timing.element else _("全部办完")


def clocks(session: Session, view: CaseView, words: FlowWords, *, public: bool) -> list[Shown]:
    """The running clocks of a case, the whole of it first; ``public`` leaves out steps that are not shown."""
    running = [
        timing
        for timing in view.timings
        if timing.ended_at is None
        and values_of(timing)
        and (not public or not timing.element or words.is_public(timing.element))
    ]
    return [_shown(session, view, timing, words) for timing in sorted(running, key=lambda one: bool(one.element))]


def _shown(session: Session, view: CaseView, timing: Timing, words: FlowWords) -> Shown:
    found = [engine.explain(session, view, timing.id, now(), value) for value in values_of(timing)]
    longest = max(found, key=lambda one: len(one.days))
    return Shown(
        timing=timing,
        name=clock_name(timing, words),
        values=[_value(one) for one in found],
        ribbon=_ribbon(found, longest),
        used=_used(longest),
    )


def _used(found: Explained) -> str:
    limit = found.timing.limit
    number = sum(day.why == COUNTED and day.on <= today() for day in found.days)
    return "" if limit is None or limit.unit in ("on_spot", "hour") else units(number, _day_unit(limit.unit))


def _day_unit(unit: str) -> str:
    return "working_day" if unit == "working_day" else "calendar_day"


def _value(found: Explained) -> tuple[str, str, str]:
    word = wording.word("limit", found.value, lang())
    if found.due is None:
        return word, _("停止计算：%(ground)s", ground=wording.word("ground", found.timing.ground, lang())), ""
    limit = found.timing.limit
    assert limit is not None  # only clocks with a limit have values
    left = [day for day in found.days if day.why == COUNTED and day.on > today()]
    if limit.kind == "min":
        return word, _("%(day)s起才能办", day=written(found.due + timedelta(days=1))), ""
    if found.due < today():
        return word, written(found.due), _("已经过了")
    if limit.unit in ("on_spot", "hour"):
        return word, written(found.due), ""
    return word, written(found.due), _("还剩 %(left)s", left=units(len(left), _day_unit(limit.unit)))


#: More days than this are not drawn one by one.
RIBBON = 45


def _ribbon(found: list[Explained], longest: Explained) -> list[tuple[str, str]]:
    """A cell a day that counts, and one a stop: used, within the promise, within the statute."""
    promised = next((one.due for one in found if one.value == "promised"), None)
    cells = []
    for day in longest.days:
        if day.number:
            css = "u" if day.on <= today() else "p" if promised is None or day.on <= promised else "s"
            cells.append((css + (" now" if day.on == today() else ""), str(day.number)))
        elif day.why == limits.STOPPED and (not cells or cells[-1][0] != "stop"):
            cells.append(("stop", ""))  # one cell a stop, however long
    return cells if len(cells) <= RIBBON else []


def calendar_entry(summary: str, on: date, uid: str, at: datetime) -> str:
    """One all-day event."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Sunpath//zh-CN",
        "BEGIN:VEVENT",
        f"UID:{_escaped(uid)}@sunpath",
        f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(summary)}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    r"""Text of a property (RFC 5545, 3.3.11): backslash, comma, semicolon and line ends escaped."""
    for sign in "\\,;":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line of at most 75 octets, continued after a space (3.1), never inside a character."""
    parts, part = [], ""
    for character in line:
        if len((part + character).encode()) > 74:
            parts.append(part)
            part = ""
        part += character
    return "\r\n ".join([*parts, part])
