"""Conditional events: what waits until the data says so (BPMN 2.0, 10.5.5).

A condition is asked when the waiting begins and after each change of the data, before anything else moves. One that
does not interrupt happens again only after its condition has ceased to hold in between. Told is only what happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task

from engine.run.spiff import instances
from engine.run.spiff.routing import Stuck, evaluated

if TYPE_CHECKING:
    from engine.run.spiff.move import Move

#: Address → the event, and whether its condition held when it was asked last.
WAITING = "conditions"


def wait(move: Move, token: Task, node_id: str, address: str) -> None:
    """The token waits for the condition of this event."""
    token.internal_data.setdefault(WAITING, {})[address] = [node_id, False]
    move.changed = True


def look(move: Move) -> None:
    """Ask every condition that is waited for, the one that has waited longest first."""
    move.changed = False
    for token in move.workflow.live():
        for address in list(token.internal_data.get(WAITING, ())):
            # One that was ended by an earlier one waits no more.
            if address in token.internal_data.get(WAITING, ()):
                _ask(move, token, address)


def _ask(move: Move, token: Task, address: str) -> None:
    entry = token.internal_data[WAITING][address]
    node_id, held = entry
    try:
        body = evaluated(move.program.nodes[node_id]["when"], move.data)
    except Stuck as stuck:
        if "stuck" not in token.internal_data:
            move.stop_waiting(token, stuck)
        return
    entry[1] = body["result"] is True
    if not entry[1] or held:
        return
    move.tell("condition evaluated", move.program.key(node_id), **body)
    del token.internal_data[WAITING][address]
    if node_id == token.task_spec.name:
        instances.one_done(move, token)
        return
    move.happen(token, node_id, address)
    for again in token.internal_data.get(WAITING, {}).values():
        if again[0] == node_id:
            again[1] = True
