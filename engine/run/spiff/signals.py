"""Signals and messages: whoever waits for one goes on when it comes, without anybody confirming it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task

from engine.record.canonical import encode
from engine.run.spiff import instances
from engine.run.spiff.routing import evaluated

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
    forget(token, address)
    if node_id != token.task_spec.name:
        move.happen(token, node_id, address)
    else:
        instances.one_done(move, token)


def awaited(move: Move, node_id: str) -> dict[str, Any]:
    """What a node waits for, as its offer says it: ``message`` with ``key``, or ``signal``. Raises Stuck."""
    node = move.program.nodes[node_id]
    if "signal" in node:
        return {"signal": node["signal"]}
    return {"message": node["message"], **_key(move, node)} if "message" in node else {}


def send(move: Move, token: Task, node: dict[str, Any]) -> None:
    """A message leaves the case, with the values the model names. Raises Stuck."""
    data = {name: move.data[name] for name in node.get("takes", ()) if name in move.data}
    body = {"message": node["message"], **_key(move, node)} | ({"data": encode(data)} if data else {})
    move.tell("message sent", move.key(token), **body)
    move.advance(token)


def _key(move: Move, node: dict[str, Any]) -> dict[str, Any]:
    """Which case is meant; nothing where it is that of the conversation."""
    return {"key": str(evaluated(node["key"], move.data)["result"])} if "key" in node else {}


def forget(token: Task, address: str) -> None:
    """The token waits no more at this address."""
    del token.internal_data["items"][address]
    token.internal_data.get("waits", {}).pop(address, None)
