"""``flask case limits|pause|unpause``: the clocks of the law on a case."""

from __future__ import annotations

from datetime import UTC, datetime

import click

import engine
from web.cli import documents, lines
from web.cli.database import reading, writing
from web.cli.given import ACTOR, AT, clock
from web.cli.verb import Verbs, lang, tell

limits_of = Verbs("limits", help="The clocks of the law on a case.")
GROUND = click.option("--ground", required=True, help="What they stand still for: one the limits list.")


@limits_of.command("limits")
@click.argument("number", metavar="CASE")
@click.option("--why", metavar="CLOCK", help="Print every day of this clock, counted or not, and why.")
@click.option("--value", type=click.Choice(["promised", "statutory"]), help="Which date to explain.")
def limits(number: str, why: str | None, value: str | None) -> None:
    """Show the clocks of a case."""
    with reading() as session:
        view = engine.show(session, number)
        explained = engine.explain(session, view, why, datetime.now(UTC), value) if why else None
    if explained is not None:
        tell(documents.explained(explained), lines.explained(explained, lang()))
        return
    found = [documents.timing(timing) for timing in view.timings]
    tell({"case": number, "limits": found}, (lines.timing(timing, view, lang()) for timing in view.timings))


@limits_of.command("pause")
@click.argument("number", metavar="CASE")
@GROUND
@click.option("--document", required=True, metavar="NUMBER", help="Number of the document that orders it.")
@ACTOR
@AT
def pause(number: str, ground: str, document: str, actor: str, at: datetime | None) -> None:
    """Let the clocks stand still that list the ground."""
    when, simulated = clock(at)
    done = writing(
        lambda session, _: engine.pause(
            session, number, ground, document=document, actor=actor, at=when, simulated=simulated
        )
    )
    tell(documents.done(done), lines.done(done, lang()))


@limits_of.command("unpause")
@click.argument("number", metavar="CASE")
@GROUND
@ACTOR
@AT
def unpause(number: str, ground: str, actor: str, at: datetime | None) -> None:
    """The ground is over: the clocks run on."""
    when, simulated = clock(at)
    done = writing(
        lambda session, _: engine.unpause(session, number, ground, actor=actor, at=when, simulated=simulated)
    )
    tell(documents.done(done), lines.done(done, lang()))
