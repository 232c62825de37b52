"""``flask tick``: what is due."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import with_appcontext

import engine
from web.cli.database import known_store
from web.cli.given import AT, clock
from web.cli.verb import Verb, lang, tell
from web.cli.words import word


@click.command("tick", cls=Verb)
@AT
@with_appcontext
def tick(at: datetime | None) -> None:
    """Do what is due by now: fire timers, each under its own due time."""
    when, simulated = clock(at)
    fired = engine.tick(known_store(), when, simulated)
    tell({"fired": fired, "at": when}, [word("fired", lang(), fired=fired)])
