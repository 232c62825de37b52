"""One command decided in pure code: what the process does (the adapter) and what the office does (claim, suspend …).

Runtime and replay both come through here, so re-applying the recorded commands gives the recorded steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.run import lawful, spiff
from engine.run.lawful import Edition
from engine.run.port import Command, Draft, Outcome
from engine.run.projection import ZONE

#: Rules that produce steps. A case replays under the edition it was opened with.
EDITION = 2


def perform(
    program: str,
    state: str | None,
    data: Mapping[str, Any],
    command: Command,
    *,
    at: datetime,
    target: str | None = None,
    clocks: str | None = None,
    calendar: Edition = lawful.SEED,
    seq: int = 0,
) -> Outcome:
    """The steps a command makes, and the state after it. Same input, same bytes; raises Rejected.

    ``target`` is the program of the version a ``migrate`` goes to. ``clocks``: those of the law as they stand, None in
    a case of the first edition; ``seq``: number of the step that the first of these will follow.
    """
    if clocks is None:
        return _moved(program, state, data, command, at, target)
    if command.type in lawful.OWN and state is not None:
        law = spiff.load(program).law
        after, drafts = lawful.perform(law, clocks, command, at=at, calendar=calendar, seq=seq)
        return Outcome(state=state, data=dict(data), drafts=drafts, closed=False, clocks=after)
    outcome = _moved(program, state, data, command, at, target, (clocks, calendar))
    law = spiff.load(target or program).law
    after, drafts = lawful.follow(law, clocks, command, outcome.drafts, outcome.data, at=at, calendar=calendar, seq=seq)
    return replace(outcome, drafts=(*outcome.drafts, *drafts), clocks=after)


def _moved(
    program: str,
    state: str | None,
    data: Mapping[str, Any],
    command: Command,
    at: datetime,
    target: str | None,
    counting: tuple[str, Edition] | None = None,
) -> Outcome:
    """What the process and the office do."""
    if command.type == "migrate" and state is not None and target is not None:
        old, new = spiff.load(program), spiff.load(target)
        return spiff.migrate(old, new, state, command.data.get("map", {}), data, command, at.astimezone(ZONE))
    office = _OFFICE.get(command.type)
    if office is not None and state is not None:
        return Outcome(state=state, data=dict(data), drafts=office(command), closed=False)
    return spiff.apply(spiff.load(program), state, data, command, at=at.astimezone(ZONE), counting=counting)


def _claimed(command: Command) -> tuple[Draft, ...]:
    return (_claim(command, command.actor),)


def _released(command: Command) -> tuple[Draft, ...]:
    """Back on everybody's desk: claimed by nobody."""
    return (_claim(command, None),)


def _claim(command: Command, person: str | None) -> Draft:
    element = command.item.rpartition("#")[0]
    return Draft(kind="work item claimed", element=element, body={"item": command.item, "by": person})


def _suspended(_command: Command) -> tuple[Draft, ...]:
    return (Draft(kind="case suspended", element=None, body={}),)


def _resumed(_command: Command) -> tuple[Draft, ...]:
    return (Draft(kind="case resumed", element=None, body={}),)


def _erased(_command: Command) -> tuple[Draft, ...]:
    """The command itself says which names were erased; nothing moves."""
    return ()


def _issued(command: Command) -> tuple[Draft, ...]:
    """A document was made; its bytes lie beside the record."""
    return (Draft(kind="document issued", element=command.item or None, body=dict(command.data)),)


_OFFICE = {
    "issue": _issued,
    "claim": _claimed,
    "release": _released,
    "suspend": _suspended,
    "resume": _resumed,
    "erase": _erased,
}
