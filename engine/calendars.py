"""The calendars that were published, as editions: each holds every year of one region, none is ever changed.

Whatever was counted with an edition names it by its digest; a later edition makes running clocks count anew, by a
recorded command (``engine.run.recount``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from engine import tables
from engine.errors import Rejection
from engine.law.calendar import Calendar, Year, published
from engine.office import people
from engine.record import canonical
from engine.record.canonical import instant
from engine.run.lawful import SEED, Edition, edition
from engine.store import Session, upsert

#: Editions by the number of the newest row, for each database: they never change.
_kept: WeakKeyDictionary[sa.Engine, dict[int, dict[str, Edition]]] = WeakKeyDictionary()
#: Editions by their digest, read once: a page asks for the same one for every clock.
_by_digest: WeakKeyDictionary[sa.Engine, dict[str, Edition]] = WeakKeyDictionary()


def newest(session: Session) -> int:
    """Number of the newest edition of any region."""
    return int(session.execute(sa.select(NEWEST)).scalar_one() or 0)


#: As parts of another statement: the newest edition, and the region of this installation.
NEWEST = sa.select(sa.func.max(tables.calendar.c.id)).scalar_subquery()
REGION = sa.select(tables.meta.c.value).where(tables.meta.c.name == "region").scalar_subquery()


def region_of(session: Session) -> str:
    """The region whose calendar counts here; '' is the whole country's."""
    return str(session.execute(sa.select(REGION)).scalar_one() or "")


def set_region(session: Session, region: str, *, actor: str) -> None:
    """Count by the calendar of a region from now on ('' is the whole country's). An admin says so.

    Raises Rejection ``calendar.no_region`` for a region without days, ``role.missing``.
    """
    people.require(people.known(session, actor), "admin")
    if region and region not in _editions(session, newest(session)):
        raise Rejection("calendar.no_region", region=region)
    upsert(session, tables.meta, [{"name": "region", "value": region}])


def current(session: Session, stamp: int | None = None, region: str | None = None) -> Edition:
    """The edition in force for a region, for one without days of its own that of the whole country.

    Without a region it is the one of this installation.
    """
    stamp = newest(session) if stamp is None else stamp
    region = region_of(session) if region is None else region
    kept = _kept.setdefault(session.engine, {})
    if stamp not in kept:
        kept[stamp] = _editions(session, stamp)
    return kept[stamp].get(region) or kept[stamp].get("", SEED)


def by_digest(session: Session, digest: str) -> Edition:
    """The edition the record names. Raises Rejection ``calendar.unknown``."""
    known = _by_digest.setdefault(session.engine, {SEED.digest: SEED})
    if digest in known:
        return known[digest]
    body = session.execute(sa.select(tables.calendar.c.body).where(tables.calendar.c.digest == digest)).scalar()
    if body is None:
        raise Rejection("calendar.unknown", digest=digest)
    return known.setdefault(digest, Edition(digest, Calendar.from_json(canonical.loads(body))))


def publish_year(
    session: Session,
    year: int,
    lines: Iterable[tuple[date, str, str]],
    *,
    source: str,
    actor: str,
    at: datetime,
    region: str = "",
) -> Edition:
    """Import a year: (date, ``holiday`` or ``makeup``, name), with the number of its notice.

    A region's own days are laid over the country's. Raises Rejection ``calendar.bad_line``, ``calendar.no_source``,
    ``calendar.other_year``, ``calendar.country_first`` for a region's days of a year that is not published yet,
    ``role.missing`` unless an admin imports it.
    """
    people.require(people.known(session, actor), "admin")
    try:
        days = published(lines)
    except ValueError as error:
        raise Rejection("calendar.bad_line", line=str(error)) from error
    if not source.strip():
        raise Rejection("calendar.no_source", year=year)
    wrong = [day.isoformat() for day in days if day.year != year]
    if wrong or (region and not days):
        raise Rejection("calendar.other_year", year=year, days=", ".join(wrong))
    own = Year(days, source.strip())
    before = _editions(session, newest(session))
    country = before[""].calendar
    if not region:
        for other in before.values():
            if other.calendar.region:
                _add(session, other.calendar.relaid(year, country, own), own.source, actor, at)
        return _add(session, country.with_year(year, own), source, actor, at)
    if year not in country.years:
        raise Rejection("calendar.country_first", year=year, region=region)
    base = before[region].calendar if region in before else country
    return _add(session, base.with_region(region, {year: own}), source, actor, at)


def editions(session: Session) -> list[Any]:
    """Every edition, newest first: region, digest, source, who added it and when."""
    table = tables.calendar.c
    columns = (table.id, table.region, table.digest, table.source, table.added_by, table.added_at)
    return list(session.execute(sa.select(*columns).order_by(table.id.desc())))


def first_row() -> dict[str, Any]:
    """The edition a database begins with."""
    return _row(SEED, "chinesecalendar", "system", "2026-01-01T00:00:00.000Z")


def _add(session: Session, calendar: Calendar, source: str, actor: str, at: datetime) -> Edition:
    made = edition(calendar)
    known = session.execute(sa.select(tables.calendar.c.id).where(tables.calendar.c.digest == made.digest)).scalar()
    if known is None:
        session.execute(sa.insert(tables.calendar).values(_row(made, source, actor, instant(at))))
    return made


def _row(made: Edition, source: str, actor: str, at: str) -> dict[str, Any]:
    body = canonical.dumps(made.calendar.as_json()).decode()
    own = {"region": made.calendar.region, "digest": made.digest, "body": body}
    return own | {"source": source, "added_by": actor, "added_at": at}


def _editions(session: Session, stamp: int) -> dict[str, Edition]:
    table = tables.calendar.c
    rows = session.execute(
        sa.select(table.region, table.digest, table.body).where(table.id <= stamp).order_by(table.id)
    )
    return {row.region: Edition(row.digest, Calendar.from_json(canonical.loads(row.body))) for row in rows}
