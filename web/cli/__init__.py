"""The command line (docs/cli.md): every verb is a few lines over one verb of the engine or of the language below it."""

from __future__ import annotations

from flask import Flask

from web.cli import audit, benchmark, calendar, card, case, db, demo, flow, law, message, tick, user

GROUPS = (
    flow.flow,
    user.user,
    case.case,
    message.message,
    message.signal,
    card.card,
    benchmark.benchmark,
    law.law,
    calendar.calendar,
    tick.tick,
    audit.audit,
    db.db,
    demo.demo,
)


def install(app: Flask) -> None:
    """Register the verbs under ``flask``."""
    for group in GROUPS:
        app.cli.add_command(group)
