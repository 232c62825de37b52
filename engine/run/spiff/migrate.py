"""Moving the tokens of a case to another version of its flow: what maps, what cannot and why, and the move itself.

A token moves to the node of the same id, or the one it is mapped to, if that does the same kind of work in the same
scope. Its work items and timers stay as they are: addresses are kept, a timer keeps its due instant. What the new
version no longer has on the border is withdrawn, what it adds is offered or set.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.answers import Place
from engine.run.port import Command, Outcome, Rejected
from engine.run.spiff import handlers
from engine.run.spiff.conditions import WAITING
from engine.run.spiff.handlers import ARMED, INSIDE
from engine.run.spiff.move import Move
from engine.run.spiff.program import Program
from engine.run.spiff.workflow import dump

#: What of an activity's instances must be the same while some are at work.
_SAME = ("many", "choice", "handler", "calls")


def places(old: Program, new: Program, state: str, renamed: Mapping[str, str]) -> list[Place]:
    """Every token of a stored state, and where it maps."""
    tokens = json.loads(state)["tokens"]
    return [_place(old, new, token[0], token[2], renamed) for token in tokens if not _lies_in_wait_no_more(new, token)]


def _lies_in_wait_no_more(new: Program, token: list[Any]) -> bool:
    """Is it that of an event sub-process which has not begun, and which the new version does not have?"""
    return ARMED in token[2] and token[0] not in new.nodes


def apply(
    old: Program,
    new: Program,
    state: str,
    renamed: Mapping[str, str],
    data: Mapping[str, Any],
    command: Command,
    at: datetime,
) -> Outcome:
    """Move a case. Raises Rejected ``migrate.cannot`` with the first place that does not map."""
    for place in places(old, new, state, renamed):
        if place.reason:
            raise Rejected("migrate.cannot", element=place.old, to=place.new, reason=place.reason)
    values = json.loads(state)
    gone = [token for token in values["tokens"] if _lies_in_wait_no_more(new, token)]
    values["tokens"] = [token for token in values["tokens"] if token not in gone]
    lost = [_held(token) for token in gone] + [_moved(new, token, renamed) for token in values["tokens"]]
    move = Move(new, json.dumps(values), data, command, at)
    move.tell("case migrated", None, to=dict(command.data))
    for node_id, held in [entry for entries in lost for entry in entries]:
        move.tell("element cancelled", old.key(node_id), **held)
    _arm_new(old, move)
    for token in move.workflow.live():
        added = list(_added(old, new, token.task_spec.name, renamed))
        if added and "address" in token.internal_data and "stuck" not in token.internal_data:
            move.offer_events(token, added, move.dues(added))
    move.settle()
    closed = move.close_when_done()
    move.workflow.forget_finished()
    rest = {"counts": move.counts, "ended": move.ended}
    return Outcome(state=dump(move.workflow, rest), data=move.data, drafts=tuple(move.drafts), closed=closed)


def _held(token: list[Any]) -> list[tuple[str, dict[str, str]]]:
    """The offers and timers of a token that goes."""
    items = [(node_id, {"item": address}) for address, node_id in token[2].get("items", {}).items()]
    return items + [(entry[0], {"timer": address}) for address, entry in token[2].get("timers", {}).items()]


def _arm_new(old: Program, move: Move) -> None:
    """Let the event sub-processes the version before did not have lie in wait, in every scope that is at work."""
    hosts = [
        (token.task_spec.name, scope)
        for token in move.workflow.live()
        for scope in token.internal_data.get("scopes", ())
    ]
    for scope_id, scope in [("", ""), *hosts]:
        for handler in move.program.handlers.get(scope_id, ()):
            if handler not in old.nodes:
                handlers.arm(move, move.workflow.lay(handler, scope, **{ARMED: True}))


def _place(old: Program, new: Program, node_id: str, known: Mapping[str, Any], renamed: Mapping[str, str]) -> Place:
    to = renamed.get(node_id, node_id)
    place = Place(old.key(node_id), new.key(to) if to in new.nodes else to)
    return Place(place.old, place.new, _reason(old, new, node_id, to, known, renamed))


def _reason(
    old: Program, new: Program, node_id: str, to: str, known: Mapping[str, Any], renamed: Mapping[str, str]
) -> str:
    before, after = old.nodes[node_id], new.nodes.get(to)
    if after is None:
        return "missing"
    if before["act"] != after["act"] or before["join"] != after["join"]:
        return "kind"
    if renamed.get(before["scope"], before["scope"]) != after["scope"]:
        return "scope"
    if to != node_id and known.keys() & {"scopes", "items", "timers", "children"}:
        # Addresses hold the id; what is offered under it must keep it.
        return "renamed"
    if known.get("via") and before["join"] and new.flows.get(known["via"], {}).get("to") != to:
        return "arrow"
    if any(before.get(name) != after.get(name) for name in _SAME):
        return "instances" if before.get("many") != after.get("many") else "kind"
    if before["choice"] and before["out"] != after["out"]:
        return "choices"
    if before["act"] == "events" and _awaited(old, before) != _awaited(new, after):
        return "choices"
    return ""


def _awaited(program: Program, node: Mapping[str, Any]) -> set[str]:
    return {program.flows[flow]["to"] for flow in node["out"]}


def _moved(new: Program, token: list[Any], renamed: Mapping[str, str]) -> list[tuple[str, dict[str, str]]]:
    """Put a token on its new node; answers what it loses: offers and timers of borders that are no more."""
    node_id, _waiting, known = token
    to = token[0] = renamed.get(node_id, node_id)
    node = new.nodes[to]
    kept = {to, node.get("handler"), *node.get("boundary", ()), *(new.flows[flow]["to"] for flow in node["out"])}
    lost = []
    for kind, name in (("items", "item"), ("timers", "timer")):
        held = known.get(kind, {})
        for address, entry in list(held.items()):
            holder = entry if kind == "items" else entry[0]
            if holder not in kept:
                lost.append((holder, {name: address}))
                del held[address]
                known.get("waits", {}).pop(address, None)
    watched = known.get(WAITING, {})
    for address in [address for address, entry in watched.items() if entry[0] not in kept]:
        del watched[address]
    return lost


def _added(old: Program, new: Program, to: str, renamed: Mapping[str, str]) -> Iterator[str]:
    """Events on the border of a node that the version before did not have."""
    back = {after: before for before, after in renamed.items()}
    had = old.nodes.get(back.get(to, to), {}).get("boundary", ())
    for event in new.nodes[to].get("boundary", ()):
        if event not in had and not INSIDE & new.nodes[event].keys():
            yield event
