"""``flask audit``: is the record whole, and does running it again give the same?"""

from __future__ import annotations

import click

import engine
from engine.answers import Verdict
from web.cli import documents, lines
from web.cli.database import reading
from web.cli.verb import Stop, Verbs, lang, tell

audit = Verbs("audit", help="Check the record and re-run it.")
CASE = click.option("--case", "number", metavar="CASE", help="Only this case.")


@audit.command("verify")
@CASE
def verify(number: str | None) -> None:
    """Re-hash every step and compare what is stored with it."""
    with reading() as session:
        _tell(engine.verify(session, number), "whole")


@audit.command("replay")
@CASE
@click.option("--all", "everything", is_flag=True, help="All cases (also without any option).")
def replay(number: str | None, everything: bool) -> None:
    """Run the recorded commands again and compare every step."""
    if number and everything:
        raise click.UsageError("--case and --all exclude each other")
    with reading() as session:
        _tell(engine.replay(session, number), "same")


def _tell(found: Verdict, whole: str) -> None:
    tell(documents.verdict(found), lines.verdict(found, lang(), whole))
    if found.differences:
        raise Stop(lines.difference(found.differences[0], lang()))
