"""How values are written for people: instants in local time, dates, numbers, digests, masked names."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask

from bpmn.anchors import anchor
from engine.answers import Due
from engine.files import name_of
from web.language import gettext as _
from web.language import lang
from web.session import now, settings

_NBSP = "\u00a0"


def install(app: Flask) -> None:
    """Give templates these filters."""
    for filter_ in (file_name, moment, day, passed, weekday, due_words, short_hash, plain, mask, anchor):
        app.jinja_env.filters[filter_.__name__] = filter_


def local(instant: datetime) -> datetime:
    """An instant in the zone people read times in."""
    return instant.astimezone(ZoneInfo(settings().timezone))


def moment(instant: datetime) -> str:
    """An instant to the minute, in local time: 2026-11-24 09:30."""
    return format(local(instant), "%Y-%m-%d %H:%M")


def day(value: date | datetime) -> str:
    """A date with its year: 2026 年 11 月 24 日, 24 Nov 2026; number and unit never part."""
    if isinstance(value, datetime):
        value = local(value).date()
    if lang() == "en":
        return format_date(value, "d MMM y", locale="en").replace(" ", _NBSP)
    return f"{value.year} 年 {value.month} 月 {value.day} 日".replace(" ", _NBSP)


def passed(on: date) -> bool:
    """Is the date over, where people read times?"""
    return on < local(now()).date()


def weekday(on: date) -> str:
    """周一, Mon."""
    return str(format_date(on, "EEE", locale="en" if lang() == "en" else "zh"))


def due_words(due: Due | None) -> str:
    """Until when, and how sure that is: an estimate is never shown as law."""
    if due is None:
        return _("未起算")
    words = _("%(day)s前", day=day(due.on)) if due.counted else _("%(day)s前（估算）", day=day(due.on))
    return words + _("，暂定：该年假日安排尚未公布") if due.provisional else words


def short_hash(digest: str) -> str:
    """The first 32 hex digits in groups of four."""
    return " ".join(digest[place : place + 4] for place in range(0, min(len(digest), 32), 4))


def plain(value: Any) -> str:
    """A value of a form or of case data in one line."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, list | tuple):
        return _("、").join(plain(item) for item in value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def mask(value: Any, kind: str = "name") -> str:
    """A personal value so that its owner recognises it and nobody else learns it.

    ``name``: 张*; ``phone``: 138****6021; ``id``: 3101**********1234; anything else: only that it is kept.
    """
    if isinstance(value, bool):
        return plain(value)
    text = str(value)
    if kind == "name":
        return text[:1] + "*" * max(len(text) - 1, 1)
    if kind == "phone" and len(text) >= 8:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    if kind == "id" and len(text) >= 10:
        return text[:4] + "*" * (len(text) - 8) + text[-4:]
    return "***"


def file_name(reference: str) -> str:
    """What a file was called when it was handed in."""
    return name_of(reference)
