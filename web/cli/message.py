"""``flask message`` and ``flask signal``: what comes from outside, and what still waits for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

import engine
from web.cli import documents, lines
from web.cli.database import known_store, reading, writing
from web.cli.given import ACTOR, AT, DATA, clock
from web.cli.verb import Verbs, lang, tell
from web.cli.words import word

message = Verbs("message", help="Messages to cases.")
signal = Verbs("signal", help="Signals to all cases that wait for them.")
ID = click.option("--id", "id_", required=True, help="The sender's number: sent twice it is one.")


@message.command("send")
@click.argument("name")
@ID
@click.option("--key", default="", help="Which case it is for.")
@ACTOR
@DATA
@AT
def send(name: str, id_: str, key: str, actor: str, data: Mapping[str, Any] | None, at: datetime | None) -> None:
    """Send the message NAME: to the case that waits for it, to open one, or into the inbox."""
    when, simulated = clock(at)
    sent = writing(
        lambda session, _: engine.deliver(
            session, id_, name, key=key, actor=actor, data=data, at=when, simulated=simulated
        )
    )
    tell(documents.message(sent), [lines.message(sent, lang())])


@message.command("list")
def waiting() -> None:
    """Messages nobody has waited for yet."""
    with reading() as session:
        found = engine.waiting(session)
    tell({"messages": [documents.message(one) for one in found]}, (lines.message(one, lang()) for one in found))


@message.command("assign")
@click.argument("id_", metavar="ID")
@click.argument("number", metavar="CASE")
@ACTOR
@AT
def assign(id_: str, number: str, actor: str, at: datetime | None) -> None:
    """Give the waiting message ID to CASE, which waits for one of its name."""
    when, simulated = clock(at)
    sent = writing(lambda session, _: engine.assign(session, id_, number, actor=actor, at=when, simulated=simulated))
    tell(documents.message(sent), [lines.message(sent, lang())])


@message.command("set-aside")
@click.argument("id_", metavar="ID")
@ACTOR
@click.option("--reason", required=True, help="Why nobody will wait for it.")
@AT
def set_aside(id_: str, actor: str, reason: str, at: datetime | None) -> None:
    """Take the waiting message ID out of the inbox; it is kept."""
    when, _simulated = clock(at)
    writing(lambda session, _: engine.set_aside(session, id_, actor=actor, reason=reason, at=when))
    tell({"id": id_}, [word("message_aside", lang(), id=id_)])


@signal.command("send")
@click.argument("name")
@ID
@ACTOR
@AT
def throw(name: str, id_: str, actor: str, at: datetime | None) -> None:
    """Throw the signal NAME: every case that waits for it now goes on."""
    when, simulated = clock(at)
    count = writing(lambda session, _: engine.signal(session, id_, name, actor=actor, at=when, simulated=simulated))
    engine.deliver_signals(known_store(), simulated)
    tell({"signal": name, "id": id_, "cases": count}, [word("signalled", lang(), name=name, count=count)])
