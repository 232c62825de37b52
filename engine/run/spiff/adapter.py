"""apply(program, state, data, command, at) → Outcome: one command on the tokens of a case, pure and deterministic.

SpiffWorkflow moves the tokens; our rooms decide what each does when it arrives and tell every change as a draft of a
step, in the order it happens. An activity's work items, timers and inner scopes belong to its token: boundary events,
event gateways, sub-processes and multi-instance need nothing of the library's own machinery for them, which loses,
doubles or contaminates cases (docs/adr/0007).

Order within one node: entered · offered, set · completed or fired · withdrawn · conditions evaluated · left · arrows
taken. A join is entered when it fires; the arrows that led tokens to it are recorded when they pass them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.record.canonical import instant
from engine.run.port import Command, Outcome, Rejected
from engine.run.spiff import benchmarks, handlers, instances, signals
from engine.run.spiff.change import Counting
from engine.run.spiff.move import ADVANCE, COUNT, ENTER, FAIL, Move
from engine.run.spiff.program import Program
from engine.run.spiff.routing import Stuck
from engine.run.spiff.workflow import dump

#: How often a service may fail at a work item before the case stands still.
ATTEMPTS = 3


def apply(
    program: Program,
    state: str | None,
    data: Mapping[str, Any],
    command: Command,
    *,
    at: datetime,
    counting: Counting | None = None,
) -> Outcome:
    """Apply one command; ``at`` (with zone) is its recorded instant, its zone that of dates without one.

    ``counting``: the clocks of the law and the calendar, for timer events whose instant the law counts.

    Raises Rejected when the command does not fit: ``command.unknown``, ``case.started``, ``case.not_started``,
    ``item.unknown``, ``take.unknown``, ``timer.unknown``, ``timer.not_due``, ``incident.unknown``,
    ``data.unrecordable``.
    """
    if command.type not in _COMMANDS:
        raise Rejected("command.unknown", type=command.type)
    if (state is None) != (command.type == "start"):
        raise Rejected("case.started" if state else "case.not_started", type=command.type)
    move = Move(program, state, data, command, at, counting)
    _COMMANDS[command.type](move)
    move.settle()
    closed = command.type != "cancel" and move.close_when_done()
    move.workflow.forget_finished()
    return Outcome(
        state=dump(move.workflow, {"counts": move.counts, "ended": move.ended}),
        data=move.data,
        drafts=tuple(move.drafts),
        closed=closed,
    )


def _start(move: Move) -> None:
    """Put the first tokens on the start events."""
    move.set_data(None)
    handlers.arm_all(move, "", "")
    for node_id in move.program.starts[""]:
        move.workflow.place(node_id, "")


def _complete(move: Move) -> None:
    """A work item is done, or what a person was asked to confirm has happened."""
    token, node_id = move.owner("items", "item.unknown")
    key = move.program.key(node_id)
    taken = _taken(move, node_id)
    move.set_data(key)
    move.tell("work item completed", key, item=move.command.item)
    if clause := move.program.nodes[node_id].get("discretion"):
        benchmarks.follow(move, key, clause)
    signals.forget(token, move.command.item)
    move.completed = (key, move.command.item)
    if node_id != token.task_spec.name:
        move.happen(token, node_id, move.command.item)
    else:
        instances.one_done(move, token, taken)


def _taken(move: Move, node_id: str) -> list[str] | None:
    """Arrows a person chose at a gateway without conditions. Raises Rejected."""
    node = move.program.nodes[node_id]
    if not node["choice"]:
        return None
    taken = move.command.data.get("take")
    chosen = taken if isinstance(taken, list) else [taken]
    wrong = not chosen or any(flow not in node["out"] for flow in chosen)
    if wrong or (len(chosen) > 1 and node["type"] == "exclusiveGateway"):
        raise Rejected("take.unknown", taken=str(taken), choices=", ".join(node["out"]))
    return list(dict.fromkeys(chosen))


def _message(move: Move) -> None:
    """What a token waits for has come from outside the case, with what it brought."""
    token, node_id = move.owner("items", "item.unknown")
    what = token.internal_data.get("waits", {}).get(move.command.item)
    if what is None:
        raise Rejected("item.unknown", item=move.command.item)
    move.set_data(move.program.key(node_id))
    signals.receive(move, token, move.command.item, node_id, **what)


def _fire(move: Move) -> None:
    """A timer is due."""
    token, (node_id, due, *_) = move.owner("timers", "timer.unknown")
    if instant(move.at) < due:
        raise Rejected("timer.not_due", item=move.command.item, due=due)
    move.tell("timer fired", move.program.key(node_id), timer=move.command.item, due=due)
    entry = token.internal_data["timers"].pop(move.command.item)
    if "deemed" in move.program.nodes[node_id]:
        move.tell("deemed effect", move.program.key(node_id), **move.program.nodes[node_id]["deemed"])
    if node_id == token.task_spec.name:
        move.advance(token)
    else:
        move.happen(token, node_id, move.command.item, entry)


def _skip(move: Move) -> None:
    """Go past a stuck element, along the arrow a person names where it asks; what only lies in wait will not begin."""
    token, _stage = move.stuck_token()
    node = move.node(token)
    if not node.get("skip"):
        raise Rejected("skip.not_allowed", item=move.command.item)
    taken = move.command.data.get("take")
    if taken is not None and taken not in node["out"]:
        raise Rejected("take.unknown", taken=str(taken), choices=", ".join(node["out"]))
    move.resolve(token)
    if handlers.is_armed(token):
        return
    move.advance(token, None if taken is None else [taken])


def _retry(move: Move) -> None:
    """Try again where the process is stuck, with corrected data."""
    token, stage = move.stuck_token()
    move.set_data(move.key(token))
    move.resolve(token)
    if stage == ENTER:
        move.act(token)
    elif stage == COUNT:
        instances.go_on(move, token)
    elif stage == ADVANCE:
        move.advance(token)
    elif stage == FAIL:
        move.offer(token, token.task_spec.name, token.internal_data.pop("broken"))


def _fail(move: Move) -> None:
    """The service that does a work item could not; the third time in a row the case stands still there."""
    token, node_id = move.owner("items", "item.unknown")
    item, key = move.command.item, move.program.key(node_id)
    if not move.program.nodes[node_id].get("service"):
        raise Rejected("fail.no_service", item=item)
    failed = token.internal_data.setdefault("failed", {})
    failed[item] = failed.get(item, 0) + 1
    if failed[item] < ATTEMPTS:
        return
    del failed[item]
    signals.forget(token, item)
    move.tell("element cancelled", key, item=item)
    token.internal_data["broken"] = item
    move.stop(token, FAIL, Stuck("service.failed", attempts=ATTEMPTS))


def _children(move: Move) -> None:
    """Cases that are instances of an activity are over."""
    for token in move.workflow.live():
        if "children" in token.internal_data and token.internal_data["address"] == move.command.item:
            instances.children_done(move, token, list(move.command.data["numbers"]))
            return
    raise Rejected("item.unknown", item=move.command.item)


def _cancel(move: Move) -> None:
    """End the case: every token goes."""
    for token in move.workflow.live():
        move.drop(token)
    move.tell("case cancelled", None)


_COMMANDS: Mapping[str, Callable[[Move], None]] = {
    "start": _start,
    "complete": _complete,
    "message": _message,
    "timer": _fire,
    "retry": _retry,
    "correct": _retry,
    "fail": _fail,
    "skip": _skip,
    "children": _children,
    "cancel": _cancel,
}
