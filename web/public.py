"""What anyone may read without telling who they are: the home page, the powers, one power, and about this site."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

import engine
from bpmn.marks import PictureStatus
from engine.answers import DefinitionInfo
from engine.store import Session
from web import charts, markdown, pagecache
from web.acting import today
from web.flowwords import FlowWords
from web.language import lang
from web.layout import word
from web.session import read, settings
from web.tracking import CASE_NUMBER

bp = Blueprint("public", __name__)

#: Power types in the order of the national list of powers.
TYPES = ("XK", "CF", "QZ", "ZS", "JF", "JC", "QR", "JL", "CJ", "QT")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A power in a list, in the reader's language."""

    info: DefinitionInfo
    name: str
    body: str
    theme: str
    #: Open cases of all its versions.
    open_cases: int
    #: What the search looks in: both languages, lower case.
    haystack: str


@bp.get("/")
def home() -> ResponseReturnValue:
    """Say in two sentences what this is, and lead to a power or to one's own case."""
    with read() as session:
        listed = list_powers(session)
        hero = _hero(session, listed)
    return render_template(
        "public/home.html",
        powers=listed,
        types=[(letters, sum(1 for power in listed if power.info.type == letters)) for letters in TYPES],
        bodies=Counter((power.info.body, power.body) for power in listed).most_common(),
        themes=Counter((power.info.theme, power.theme) for power in listed if power.theme).most_common(),
        newest=sorted(listed, key=lambda power: power.info.published_at, reverse=True)[:5],
        open_cases=sum(power.open_cases for power in listed),
        hero=hero,
    )


@bp.get("/powers")
def powers() -> ResponseReturnValue:
    """The list of powers, narrowed by words, type, body and theme."""
    wanted = {name: request.args.get(name, "").strip() for name in ("q", "type", "body", "theme")}
    if CASE_NUMBER.fullmatch(wanted["q"].upper()):
        return redirect(url_for("tracking.look_up", number=wanted["q"].upper()))
    with read() as session:
        listed = list_powers(session)
    return render_template(
        "public/powers.html",
        found=[power for power in listed if matches(power, **wanted)],
        wanted=wanted,
        choices={
            "type": [
                (letters, word("power", letters)) for letters in TYPES if letters in {p.info.type for p in listed}
            ],
            "body": sorted({(power.info.body, power.body) for power in listed}),
            "theme": sorted({(power.info.theme, power.theme) for power in listed if power.theme}),
        },
    )


@bp.get("/powers/<key>")
def power(key: str) -> ResponseReturnValue:
    """One power: its chart with where cases stand now, the same in words, and the guide."""
    return _power_page(key, None)


@bp.get("/powers/<key>/v/<int:version>")
def power_version(key: str, version: int) -> ResponseReturnValue:
    """An earlier version, as it was published."""
    return _power_page(key, version)


@bp.get("/about")
def about() -> ResponseReturnValue:
    """What this site is, what it promises, and how to check it."""
    return render_template("public/about.html")


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """How the pages can be used, and what is still missing."""
    return render_template("public/accessibility.html")


def list_powers(session: Session) -> list[Listed]:
    """The latest version of every power, in the reader's language."""
    return [_listed(session, info) for info in engine.powers(session)]


def matches(power: Listed, q: str, type: str, body: str, theme: str) -> bool:
    """Does a power answer to every part of ``q`` and to the filters that are set?"""
    if (
        (type and power.info.type != type)
        or (body and power.info.body != body)
        or (theme and power.info.theme != theme)
    ):
        return False
    return all(part in power.haystack for part in q.casefold().split())


def _listed(session: Session, info: DefinitionInfo) -> Listed:
    package = engine.package_of(session, info.id)
    words = FlowWords(package, lang())
    both = [FlowWords(package, language) for language in ("zh", "en")]
    texts = [text for one in both for text in (one.title, one.text(info.body), one.text(info.theme))]
    return Listed(
        info=info,
        name=words.title,
        body=words.text(info.body),
        theme=words.text(info.theme),
        open_cases=sum(version.open_cases for version in engine.versions(session, info.key)),
        haystack=" ".join([info.key, *texts]).casefold(),
    )


def _hero(session: Session, listed: list[Listed]) -> tuple[Listed, Markup | None] | None:
    """The power with most open cases, shown live on the home page; None while nothing is published."""
    if not listed:
        return None
    busiest = max(listed, key=lambda power: power.open_cases)
    words = FlowWords(engine.package_of(session, busiest.info.id), lang())
    counts = engine.live_counts(session, busiest.info.key, simulated=settings().demo)
    return busiest, charts.illustration(session, busiest.info.id, words, PictureStatus(counts=counts))


def _callers(session: Session, key: str) -> list[tuple[str, str]]:
    """Key and title of the powers that call a shared flow."""
    found = engine.callers(session, key)
    return [(info.key, FlowWords(engine.package_of(session, info.id), lang()).title) for info in found]


def _power_page(key: str, version: int | None) -> ResponseReturnValue:
    with read() as session:
        latest = engine.latest(session, key)
    return pagecache.kept(("power", key, version, latest), lambda: _power(key, version))


def _power(key: str, version: int | None) -> str:
    with read() as session:
        return _render_power(session, key, version)


def _render_power(session: Session, key: str, version: int | None) -> str:
    info = engine.definition(session, key, version)
    versions = engine.versions(session, key)
    counts = engine.live_counts(session, key, simulated=settings().demo) if version is None else {}
    package = engine.package_of(session, info.id)
    words = FlowWords(package, lang())
    stale = engine.standing(session, info, today())
    gone = [one for one in stale if one.expired]
    return render_template(
        "public/power.html",
        info=info,
        words=words,
        power=words.power,
        chart=charts.chart(session, info.id, words, PictureStatus(counts=counts), public=True),
        counts=counts,
        callers=_callers(session, key) if words.power.shared else [],
        versions=versions,
        open_cases=sum(one.open_cases for one in versions),
        about=markdown.render(package.about),
        online=words.applies_online,
        latest=info.version == versions[0].version,
        stale=stale,
        expired=next((one.expired for one in stale if one.expired), ""),
        lit=list(dict.fromkeys(words.basis(one.citation.basis) for one in gone or stale)),
    )
