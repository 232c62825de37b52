"""``flask calendar``: working days as they were published."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click

import engine
from engine.errors import Rejection
from web.cli import documents
from web.cli.database import known_store, reading, writing
from web.cli.given import AT, clock
from web.cli.verb import Verbs, lang, tell
from web.cli.words import word

calendar = Verbs("calendar", help="Working days as they were published.")


@calendar.command("list")
def list_() -> None:
    """List the published editions, newest first."""
    with reading() as session:
        found = engine.editions(session)
    tell(
        {"editions": [documents.edition(row) for row in found]},
        (word("edition", lang(), **row._mapping) for row in found),
    )


@calendar.command("show")
@click.argument("year", type=click.IntRange(2004, 2999))
@click.option("--region", help="Of this region; without it the installation's.")
def show(year: int, region: str | None) -> None:
    """Show the days of YEAR that are not what the weekday says."""
    with reading() as session:
        edition = engine.calendar_of(session, region=region)
    found = [(day, *special) for day, special in sorted(edition.calendar.special(year).items())]
    days = [{"date": day, "kind": "makeup" if worked else "holiday", "name": name} for day, worked, name in found]
    tell(
        {"year": year, "published": bool(found), "digest": edition.digest, "days": days},
        (f"{day['date']}  {day['kind']}  {day['name']}" for day in days),
    )


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--year", type=click.IntRange(2004, 2999), required=True, help="The year the days are of.")
@click.option("--source", required=True, help="The notice that published them, with its number.")
@click.option("--region", default="", help="Lay the days over the country's for this region.")
@click.option("--as", "actor", required=True, metavar="USER", help="Who imports it; an admin.")
@AT
def import_(file: Path, year: int, source: str, region: str, actor: str, at: datetime | None) -> None:
    """Import a year from a CSV FILE of date,holiday|makeup,name, and count running clocks anew by it."""
    when, simulated = clock(at)
    lines = list(_lines(file))
    edition = writing(
        lambda session, _: engine.publish_year(session, year, lines, source=source, actor=actor, at=when, region=region)
    )
    cases = engine.recount(known_store(), when, simulated)
    tell(
        {"year": year, "region": region, "digest": edition.digest, "recounted": cases},
        [word("calendar_imported", lang(), year=year, digest=edition.digest, cases=cases)],
    )


@calendar.command("region")
@click.argument("region", default="")
@click.option("--as", "actor", required=True, metavar="USER", help="Who says so; an admin.")
@AT
def region_(region: str, actor: str, at: datetime | None) -> None:
    """Count by the calendar of REGION from now on; without one by the whole country's."""
    when, simulated = clock(at)
    writing(lambda session, _: engine.set_region(session, region, actor=actor))
    cases = engine.recount(known_store(), when, simulated)
    tell({"region": region, "recounted": cases}, [word("calendar_region", lang(), region=region, cases=cases)])


def _lines(file: Path) -> Iterator[tuple[date, str, str]]:
    """The lines of a file; an empty one, a comment (#) and a heading are left out. Raises ``calendar.bad_line``."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        for number, row in enumerate(csv.reader(text), 1):
            if not row or row[0].startswith("#") or (number == 1 and row[0].strip() == "date"):
                continue
            try:
                day, kind, name = (part.strip() for part in row)
                yield date.fromisoformat(day), kind, name
            except ValueError as error:
                raise Rejection("calendar.bad_line", line=f"{number}: {','.join(row)}") from error
