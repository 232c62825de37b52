"""Commands of staff: one transaction each, tried again under the same id when somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from flask import abort, request
from flask_babel import to_user_timezone

from engine.answers import Incident, Person
from engine.errors import Conflict
from web import auth, wording
from web.applying import COMMAND_ID
from web.language import lang
from web.session import Session, now, write

T = TypeVar("T")

#: A command that lost against another writer is tried this often before the loss is told.
TRIES = 5


def act(command: Callable[[Session], T]) -> T:
    """Run ``command`` in one writing transaction and commit.

    Only a lost comparison is repeated: what the command finds then (somebody else did the item) is its answer.
    Raises Conflict when it keeps losing.
    """
    for _ in range(TRIES - 1):
        try:
            with write() as session:
                return command(session)
        except Conflict:
            continue
    with write() as session:
        return command(session)


def command_id() -> str:
    """The number the sent form carries, by which a double click is one step; 400 when it is none of ours."""
    sent = request.form.get("command_id", "")
    if not COMMAND_ID.fullmatch(sent):
        abort(400)
    return sent


def officer() -> Person:
    """Who is signed in, in a view that ``auth.require_role`` guards."""
    who = auth.person()
    assert who is not None
    return who


def today() -> date:
    """The local date of this request."""
    local: datetime = to_user_timezone(now())
    return local.date()


def why(incident: Incident) -> str:
    """Why an element is stuck, in the language of the request."""
    return wording.incident(incident, lang())
