"""Why this date? A clock as month calendars and as a list, a day at a time, with the rules it was counted by. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from babel.dates import format_date

from bpmn.power import Basis
from engine.answers import Timing
from engine.explained import Explained
from engine.law import limits
from engine.law.calendar import HOLIDAY, MAKEUP
from engine.law.limits import ANCHOR, COUNTED, ROLLED, STOPPED, Day
from engine.record.canonical import read_instant
from web import wording
from web.flowwords import FlowWords
from web.formatting import day as written
from web.language import gettext as _
from web.language import lang, ngettext

#: Classes of a day: the anchor, counted and over, still to be counted, not counted, standing still.
ZERO, USED, AHEAD, OUT, STOP = "zero", "c", "f", "x", "x stop"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One day of a month's table."""

    day: int
    css: str = "idle"
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month, or the weeks of it that are met, Monday first; None are days of other months."""

    caption: str
    weeks: list[list[Cell | None]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One day in the list."""

    on: date
    css: str
    head: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule that was applied, and where it stands."""

    title: str
    text: str = ""
    cite: str = ""


@dataclass(frozen=True, kw_only=True)
class Why:
    """The page of one clock."""

    timing: Timing
    title: str
    lead: str
    months: list[Month]
    lines: list[Line]
    rules: list[Rule]
    #: Word of the value, its date in words, how much it is.
    results: list[tuple[str, str, str]]
    digest: str
    stands_still: bool


def why(found: Sequence[Explained], words: FlowWords, today: date) -> Why:
    """The page of a clock, ``found`` for each value it counts; ``today`` is the local date."""
    first = found[0]
    days = max((one.days for one in found), key=len)
    dues = {one.due: wording.word("limit", one.value, lang()) for one in reversed(found) if one.due is not None}
    return Why(
        timing=first.timing,
        title=title(first),
        lead=_lead(first),
        months=list(_months(days, dues, first, today)),
        lines=[_line(day, dues, first, today) for day in days],
        rules=list(_rules(first, days, words)),
        results=[_result(one) for one in found],
        digest=first.digest,
        stands_still=first.due is None,
    )


def title(found: Explained) -> str:
    """The question the page answers."""
    limit, due = found.timing.limit, found.due
    if due is None:
        return _("为什么现在没有到期日")
    if limit is not None and limit.kind == "min":
        return _("为什么 %(day)s起才能办", day=written(due + timedelta(days=1)))
    return _("为什么是 %(day)s", day=written(due))


def units(number: int, unit: str) -> str:
    """So many units of time."""
    said = {
        "working_day": ngettext("%(num)d 个工作日", "%(num)d 个工作日", number),
        "calendar_day": ngettext("%(num)d 日", "%(num)d 日", number),
        "hour": ngettext("%(num)d 小时", "%(num)d 小时", number),
        "month": ngettext("%(num)d 个月", "%(num)d 个月", number),
        "year": ngettext("%(num)d 年", "%(num)d 年", number),
    }
    return said.get(unit, _("当场"))


def length(found: Explained) -> str:
    """How much time a value gives, with what it was extended by."""
    limit = found.timing.limit
    if limit is None or limit.unit == "on_spot":
        return _("当场")
    return units((getattr(limit, found.value) or 0) + found.timing.extended, limit.unit)


def _lead(found: Explained) -> str:
    timing = found.timing
    anchor = wording.word("limit", timing.anchor, lang())
    said = _(
        "%(day)s%(anchor)s，从下一日起数 %(length)s。", day=written(timing.since), anchor=anchor, length=length(found)
    )
    return said if found.due is not None else said + _("现在停止计算，恢复后才有到期日。")


def _result(found: Explained) -> tuple[str, str, str]:
    due = written(found.due) if found.due is not None else _("停止计算")
    return wording.word("limit", found.value, lang()), due, length(found)


# -- days -------------------------------------------------------------------------------------------------------------


def _css(day: Day, dues: dict[date, str], today: date) -> str:
    css = {ANCHOR: ZERO, COUNTED: USED if day.on <= today else AHEAD, STOPPED: STOP}.get(day.why, OUT)
    return " ".join(
        part
        for part, told in (
            (css, True),
            ("mk", day.kind == MAKEUP),
            ("now", day.on == today),
            ("due", day.on in dues),
        )
        if told
    )


def _note(day: Day, found: Explained) -> str:
    """Why a day is as it is, in a word or two."""
    if day.why == STOPPED:
        return wording.word("ground", day.ground, lang())
    if day.kind == HOLIDAY:
        return found.calendar.name(day.on) if lang() == "zh" else wording.word("calendar", HOLIDAY, lang())
    if day.why == COUNTED and day.kind == MAKEUP:
        return _("调休上班，计入")
    return wording.word("calendar", day.kind, lang()) if day.why != COUNTED and day.kind != "workday" else ""


def _short(day: Day, dues: dict[date, str], found: Explained) -> str:
    if day.on in dues:
        return dues[day.on]
    if day.why == ANCHOR:
        return wording.word("limit", found.timing.anchor, lang())
    if day.number:
        return _("第 %(number)s 日", number=day.number)
    return _note(day, found)


def _line(day: Day, dues: dict[date, str], found: Explained, today: date) -> Line:
    head = _("第 %(number)s 日", number=day.number) if day.number else _("不计")
    if day.why == ANCHOR:
        head, note = wording.word("limit", found.timing.anchor, lang()), _("当日不计")
    elif day.why == ROLLED:
        head, note = _("顺延"), _note(day, found)
    else:
        note = _note(day, found)
    notes = [note, dues.get(day.on, ""), _("今天") if day.on == today else ""]
    return Line(on=day.on, css=_css(day, dues, today), head=head, note=_("，").join(part for part in notes if part))


def _months(days: Sequence[Day], dues: dict[date, str], found: Explained, today: date) -> Iterator[Month]:
    """The weeks from the anchor to the last date, a table a month."""
    known = {day.on: day for day in days}
    monday = days[0].on - timedelta(days=days[0].on.weekday())
    last = days[-1].on + timedelta(days=6 - days[-1].on.weekday())
    month: Month | None = None
    while monday <= last:
        for number in sorted({(monday + timedelta(days=n)).replace(day=1) for n in range(7)}):
            week = [monday + timedelta(days=n) for n in range(7)]
            own = [on if on.replace(day=1) == number else None for on in week]
            if not any(on in known for on in own if on is not None):
                continue
            caption = _caption(number)
            if month is None or month.caption != caption:
                if month is not None:
                    yield month
                month = Month(caption=caption)
            month.weeks.append([_cell(on, known, dues, found, today) if on is not None else None for on in own])
        monday += timedelta(days=7)
    if month is not None:
        yield month


def _cell(on: date, known: dict[date, Day], dues: dict[date, str], found: Explained, today: date) -> Cell:
    day = known.get(on)
    if day is None:
        return Cell(day=on.day, css="idle now" if on == today else "idle")
    return Cell(day=on.day, css=_css(day, dues, today), words=_short(day, dues, found))


def _caption(first: date) -> str:
    if lang() == "en":
        return format_date(first, "MMMM y", locale="en")
    return f"{first.year} 年 {first.month} 月"


# -- rules ------------------------------------------------------------------------------------------------------------


def _rules(found: Explained, days: Sequence[Day], words: FlowWords) -> Iterator[Rule]:
    """What was applied here, in the order it works, each with where it stands."""
    timing, limit = found.timing, found.timing.limit
    assert limit is not None  # only clocks with a limit are explained
    if limit.statutory is not None:
        cite = words.basis(limit.basis) if limit.basis is not None else ""
        yield Rule(title=_("法定期限"), text=units(limit.statutory, limit.unit), cite=cite)
    if limit.promised is not None or limit.unit == "on_spot":
        yield Rule(
            title=_("承诺期限"), text=_("%(length)s，由本机关承诺。", length=units(limit.promised or 0, limit.unit))
        )
    yield Rule(
        title=_("起算当日不数"),
        text=_("开始的当日不计入，自下一日开始计算。"),
        cite=_("《中华人民共和国民法典》第二百零一条"),
    )
    if limit.unit == "working_day":
        yield Rule(
            title=_("只数工作日"),
            text=_("周末和法定节假日不数，调休上班的日子要数。"),
            cite=_cite_working_days(timing, words),
        )
    elif limit.unit != "hour" and limit.roll and limit.unit != "on_spot":
        yield Rule(
            title=_("最后一日是休息日的，顺延"),
            text=_("以法定休假日结束的次日为最后一日。"),
            cite=_("《中华人民共和国民法典》第二百零三条"),
        )
    elif not limit.roll:
        yield Rule(title=_("最后一日是休息日的，不顺延"), text=_("限制人身、财产的期限到期即止。"))
    yield from _calendar_rule(found, days)
    for stop in timing.stops:
        until = written(read_instant(stop.until)) if stop.until else _("现在")
        yield Rule(
            title=_("停止计算：%(ground)s", ground=wording.word("ground", stop.ground, lang())),
            text=_(
                "%(since)s停止，自下一日起至%(until)s不计入。", since=written(read_instant(stop.since)), until=until
            ),
            cite=_("，").join(part for part in (_stop_basis(stop.ground, words), stop.document) if part),
        )
    if timing.extended:
        by = units(timing.extended, limit.unit)
        yield Rule(title=_("延长 %(by)s", by=by), text=_("经批准延长一次，已计入上面的期限。"))
    if timing.provisional:
        yield Rule(title=_("暂定"), text=_("该年假日安排尚未公布，先按周一至周五计算；公布后自动重算，并写入记录。"))


def _stop_basis(ground: str, words: FlowWords) -> str:
    """The article the model names for a ground; '' where the office stopped the clock by hand."""
    stops = [node.step.stop for node in words.package.definitions.nodes.values() if node.step and node.step.stop]
    return next((words.basis(stop.basis) for stop in stops if stop.ground == ground and stop.basis), "")


def _cite_working_days(timing: Timing, words: FlowWords) -> str:
    """The article by which the law of the limit says that its periods are working days; '' where it does not."""
    basis = timing.limit.basis if timing.limit is not None else None
    article = limits.WORKING_DAYS_BY.get(basis.instrument) if basis is not None else None
    if basis is None or article is None:
        return ""
    return words.basis(Basis(instrument=basis.instrument, article=article[lang() == "en"]))


def _calendar_rule(found: Explained, days: Sequence[Day]) -> Iterator[Rule]:
    """The holidays and make-up days met on the way."""
    names = dict.fromkeys(found.calendar.name(day.on) for day in days if day.kind == HOLIDAY)
    worked = [written(day.on) for day in days if day.kind == MAKEUP]
    if not names and not worked:
        return
    said = [_("放假：%(names)s。", names=_("、").join(names))] if names else []
    said += [_("调休上班：%(days)s。", days=_("、").join(worked))] if worked else []
    cite = "；".join(found.sources) or _("国务院办公厅节假日安排")
    yield Rule(title=_("放假和调休按国家安排"), text="".join(said), cite=cite)
