"""``flask law``: what the published powers rest on, and what of it was amended or repealed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

import engine
from engine.answers import Cited
from engine.law import limits
from engine.law.instruments import AMENDED, REPEALED
from web.cli.database import reading, writing
from web.cli.given import AT, clock
from web.cli.verb import Verbs, lang, tell
from web.cli.words import word

law = Verbs("law", help="The law the published powers rest on.")


@law.command("list")
def list_() -> None:
    """List the instruments that are cited, with what no longer stands."""
    found: dict[str, list[Cited]] = {}
    for one in _index():
        found.setdefault(one.citation.basis.instrument, []).append(one)
    rows = [_instrument(name, own) for name, own in found.items()]
    tell({"instruments": rows}, (_line(row) for row in rows))


@law.command("show")
@click.argument("instrument")
def show(instrument: str) -> None:
    """Show the articles of INSTRUMENT that are cited, and where."""
    rows = [_row(one) for one in _index() if one.citation.basis.instrument == instrument]
    said = (
        word("cited", lang(), **row | {"basis": f"《{instrument}》{row['article']}", "state": _state(row)})
        for row in rows
    )
    tell({"instrument": instrument, "citations": rows}, said)


@law.command("amend")
@click.argument("instrument")
@click.option("--article", default="", help="Only this article.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="From when.")
@click.option("--document", required=True, help="What did it.")
@click.option("--repeal", is_flag=True, help="Not amended: no longer in force.")
@click.option("--as", "actor", required=True, metavar="USER", help="Who registers it; an admin.")
@AT
def amend(
    instrument: str, article: str, on: datetime, document: str, repeal: bool, actor: str, at: datetime | None
) -> None:
    """Register that INSTRUMENT was amended or repealed; the flows that cite it light up."""
    when, _ = clock(at)
    kind = REPEALED if repeal else AMENDED
    change = writing(
        lambda session, id_: engine.change_law(
            session, instrument, kind=kind, on=on.date(), document=document, actor=actor, at=when, article=article
        )
    )
    flows = sorted({one.definition.key for one in _index() if change.concerns(one.citation.basis)})
    said = word(
        "law_changed",
        lang(),
        instrument=instrument,
        article=article,
        on=change.on,
        kind=word(f"law_{kind}", lang()),
        document=document,
        flows=len(flows),
    )
    tell({"instrument": instrument, "article": article, "kind": kind, "on": change.on, "flows": flows}, [said])


def _index() -> list[Cited]:
    when, _ = clock(None)
    with reading() as session:
        on: date = limits.local(when)
        return engine.law_index(session, on)


def _instrument(name: str, own: list[Cited]) -> dict[str, Any]:
    return {
        "instrument": name,
        "articles": len({one.citation.basis.article for one in own}),
        "flows": sorted({one.definition.key for one in own}),
        "expired": sorted({one.definition.key for one in own if one.expired}),
        "amended": sorted({one.definition.key for one in own if one.amended}),
    }


def _line(row: dict[str, Any]) -> str:
    lit = [f"{word('law_repealed', lang())} {key}" for key in row["expired"]]
    lit += [f"{word('law_amended', lang())} {key}" for key in row["amended"]]
    return word("law", lang(), **row | {"flows": len(row["flows"]), "state": ", ".join(lit)})


def _row(one: Cited) -> dict[str, Any]:
    return {
        "article": one.citation.basis.article,
        "flow": one.definition.key,
        "version": one.definition.version,
        "element": one.citation.element,
        "benchmark": one.citation.benchmark,
        "why": one.citation.why,
        "expired": one.expired,
        "amended": one.amended,
    }


def _state(row: dict[str, Any]) -> str:
    if row["expired"]:
        return word("law_expired", lang(), since=row["expired"])
    return word("law_stale", lang(), since=row["amended"]) if row["amended"] else ""
