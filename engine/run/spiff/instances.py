"""Instances of an activity: the only one, several at once or one after the other, each work or a run of a sub-process.

The activity is entered and left once. Its token counts the instances done; the items of several are numbered
``scope/id#visit.instance``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task

from bpmn.normal import SUB
from engine.run.spiff import handlers
from engine.run.spiff.routing import Stuck, evaluated

if TYPE_CHECKING:
    from engine.run.spiff.move import Move

#: More instances than this are cases of their own.
MAX_INSTANCES = 200
#: More cases of their own than this are a mistake.
MAX_CHILDREN = 10_000


def begin_first(move: Move, token: Task) -> bool:
    """Begin the only instance, the first of a sequence, or all that run at once.

    Too many of a flow that is published are cases of their own. Answers False where there is none to begin,
    and the activity is left. Raises Stuck where that cannot be told.
    """
    node = move.node(token)
    many = node.get("many")
    if not many:
        begin(move, token, 0)
        return True
    count = number_of(many, move.data, MAX_CHILDREN if "calls" in node else MAX_INSTANCES)
    if "number" in many:
        token.internal_data["count"] = count
    none = not count if "while" not in many else many["before"] and not _told(move, token, many["while"])
    if none:
        move.advance(token)
        return False
    if count > MAX_INSTANCES and "calls" in node:
        _as_cases(move, token, node["calls"], count, in_turn=not many["parallel"])
        return True
    for number in range(1, 1 + (count if many["parallel"] else 1)):
        begin(move, token, number)
    return True


def _as_cases(move: Move, token: Task, flow: str, count: int, *, in_turn: bool) -> None:
    """Have a case of the called flow opened for each instance: the state of this one does not grow with them."""
    token.internal_data["children"] = [flow, count, in_turn]
    item = token.internal_data["address"]
    move.tell("children begun", move.key(token), item=item, flow=flow, count=count)


def children_done(move: Move, token: Task, numbers: list[int]) -> None:
    """Cases of instances are over: wait for the others, or leave the activity."""
    item = token.internal_data["address"]
    move.tell("children ended", move.key(token), item=item, numbers=numbers)
    token.internal_data["done"] = token.internal_data.get("done", 0) + len(numbers)
    go_on(move, token)


def number_of(many: Mapping[str, Any], data: Mapping[str, Any], most: int = MAX_INSTANCES) -> int:
    """How many instances there are (BPMN 10.3.8); 0 for a standard loop without a most. Raises Stuck."""
    if "number" not in many:
        return int(many["count"])
    result = evaluated(many["number"], data)["result"]
    if not isinstance(result, int) or isinstance(result, bool) or not 0 <= result <= most:
        raise Stuck("instances.number", expression=many["number"], found=str(result), limit=most)
    return result


def begin(move: Move, token: Task, number: int) -> None:
    """Begin instance ``number`` of an activity (0: the only one): offer its work, or start inside it."""
    address = token.internal_data["address"] + (f".{number}" if number else "")
    node, node_id = move.node(token), token.task_spec.name
    if node["act"] == SUB:
        token.internal_data.setdefault("scopes", []).append(address)
        handlers.arm_all(move, node_id, address)
        for start in move.program.starts[node_id]:
            move.workflow.place(start, address)
    else:
        move.offer(token, node_id, address, node["out"] if node["choice"] else None)


def one_done(move: Move, token: Task, taken: list[str] | None = None) -> None:
    """An instance is done: begin the next, wait for the others, or leave the activity."""
    if "many" in move.node(token):
        token.internal_data["done"] = token.internal_data.get("done", 0) + 1
        go_on(move, token)
    else:
        move.advance(token, taken)


def go_on(move: Move, token: Task) -> None:
    """Are enough instances done? Leave the activity; else begin the next of a sequence."""
    many, done = move.node(token)["many"], token.internal_data["done"]
    count = token.internal_data.get("count", many["count"])
    if done >= count and (count or "while" not in many):
        move.advance(token)
        return
    try:
        if "while" in many:
            enough = many["while"] != "" and not _told(move, token, many["while"])
        else:
            enough = many["until"] != "" and _told(move, token, many["until"])
    except Stuck as stuck:
        move.stop_counting(token, stuck)
        return
    if enough:
        move.advance(token)
    elif not many["parallel"] and "children" not in token.internal_data:
        begin(move, token, done + 1)


def _told(move: Move, token: Task, condition: str) -> bool:
    body = evaluated(condition, move.data)
    move.tell("condition evaluated", move.key(token), **body)
    return body["result"] is True


def finish_scopes(move: Move) -> bool:
    """Let a sub-process go on whose inside is done. Answers whether there was one."""
    live = move.workflow.live()
    busy = {token.internal_data["scope"] for token in live if not handlers.is_armed(token)}
    for token in live:
        for scope in token.internal_data.get("scopes", ()):
            if scope not in busy:
                handlers.disarm(move, scope)
                token.internal_data["scopes"].remove(scope)
                one_done(move, token)
                return True
    return False
