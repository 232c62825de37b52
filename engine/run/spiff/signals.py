"""Signals within a case: whoever waits for one goes on when it is thrown, without anybody confirming it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task

from engine.run.spiff import instances

if TYPE_CHECKING:
    from engine.run.spiff.move import Move


def broadcast(move: Move, signal: str) -> None:
    """Every event of the case that waits for this signal now, the one that has waited longest first."""
    waiting = [
        (token, address, node_id)
        for token in move.workflow.live()
        for address, node_id in token.internal_data.get("items", {}).items()
        if move.program.nodes[node_id].get("signal") == signal
    ]
    for token, address, node_id in waiting:
        # One that was ended by an earlier one waits no more.
        if address in token.internal_data.get("items", {}):
            receive(move, token, address, node_id, signal=signal)


def receive(move: Move, token: Task, address: str, node_id: str, **what: Any) -> None:
    """What the token waits for at this address has come."""
    move.tell("message received", move.program.key(node_id), item=address, **what)
    del token.internal_data["items"][address]
    if node_id != token.task_spec.name:
        move.happen(token, node_id, address)
    else:
        instances.one_done(move, token)
