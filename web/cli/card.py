"""``flask card``: cards of electronic supervision, and what people do about them."""

from __future__ import annotations

from datetime import datetime

import click

import engine
from web.cli import documents, lines
from web.cli.database import reading, writing
from web.cli.given import ACTOR, AT, clock
from web.cli.verb import Verbs, lang, tell

card = Verbs("card", help="Cards of electronic supervision.")
SAID = click.option("--reason", required=True, help="What is said; kept beside the record.")


@card.command("list")
@click.option("--colour", type=click.Choice(["blue", "yellow", "red"]), help="Of this colour only.")
@click.option("--open", "waiting", is_flag=True, help="Only those that wait for an answer or a decision.")
@click.option("--post", "posts", multiple=True, help="Only those charged to this post; may be repeated.")
def list_(colour: str | None, waiting: bool, posts: tuple[str, ...]) -> None:
    """List cards, newest first, and how many each flow has."""
    with reading() as session:
        found = engine.cards(session, colour=colour, state="open" if waiting else None, posts=posts or None)
        counts = engine.card_counts(session, None if engine.is_demo(session) else False)
    tell(
        {
            "cards": [documents.card_row(row) for row in found],
            "counts": [documents.card_count(count) for count in counts],
        },
        [*(lines.card(row, lang()) for row in found), *(lines.card_count(count, lang()) for count in counts)],
    )


def _verb(move: str, what: str) -> None:
    @card.command(move, help=what)
    @click.argument("number", metavar="CASE")
    @click.argument("id_", metavar="CARD")
    @ACTOR
    @SAID
    @AT
    def treat(number: str, id_: str, actor: str, reason: str, at: datetime | None) -> None:
        when, simulated = clock(at)
        done = writing(
            lambda session, _: engine.treat_card(
                session, number, id_, move, actor=actor, reason=reason, at=when, simulated=simulated
            )
        )
        tell(documents.done(done), lines.done(done, lang()))


_verb("answer", "Say how it came about and what is done; by the post it is charged to.")
_verb("appeal", "Object to a card; by the post it is charged to.")
_verb("uphold", "Leave it as it is; by a supervisor it does not concern.")
_verb("revoke", "Take it back, on the record; by a supervisor it does not concern.")
