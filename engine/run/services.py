"""Service tasks that something outside does: an account with the connection's post takes them, does them, or fails.

It works like an officer: its work items are on its desk, a result is the data it completes them with, so the journal
holds what came back and replay needs no service. Nothing outside is ever called from inside a transaction.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from engine.answers import Done
from engine.errors import Rejection
from engine.run import guard
from engine.run.open_case import answer, must_be, open_item, read_case
from engine.run.port import Command
from engine.run.post import write_command
from engine.run.reason import reason as why
from engine.run.runtime import answer_again
from engine.store import Session


def fail(
    session: Session,
    number: str,
    item: str,
    *,
    actor: str,
    reason: str,
    at: datetime,
    command_id: str | None = None,
    simulated: bool = False,
) -> Done:
    """A service could not do its work item; the third time the case stands still there (incident ``service.failed``).

    The reason is kept beside the record. Raises Rejection: ``fail.no_service``, ``item.not_yours``, ``item.unknown``,
    ``reason.missing`` …
    """
    command_id = command_id or uuid.uuid4().hex
    case = read_case(session, number, command_id, actor)
    if case is None:
        return answer_again(session, number, command_id)
    must_be(case, "open")
    row = open_item(session, case, item)
    if case.actor is None:
        raise Rejection("user.unknown", name=actor)
    guard.may_act(case.actor, case.definitions, case.node(row.item))
    said = why(reason)
    command = Command(type="fail", actor=actor, item=row.item, private=said.committed)
    case = write_command(session, case, command, at, command_id=command_id, simulated=simulated, salts=said.salts)
    return answer(session, case)
