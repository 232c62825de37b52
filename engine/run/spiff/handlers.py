"""Event sub-processes: what lies in wait while its scope is at work (BPMN 2.0, 10.3.5 and 13.5.4).

Each has a token of its own in the scope, *armed*: it holds the offer or the timer of the start event, enters nothing
and keeps nothing busy. When the event happens a second token runs what is inside; an interrupting one ends all else in
the scope first, the armed tokens too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task

from engine.run.spiff.routing import Stuck

if TYPE_CHECKING:
    from engine.run.spiff.move import Move

#: What marks an event that is thrown inside, and never offered.
INSIDE = frozenset({"error", "escalation"})
#: What marks the token of an event sub-process that has not begun.
ARMED = "armed"


def is_armed(token: Task) -> bool:
    """Does the token only lie in wait?"""
    return ARMED in token.internal_data


def arm_all(move: Move, scope_id: str, scope: str) -> None:
    """Arm the event sub-processes of a scope that begins: its id in the program, and its address."""
    for handler in move.program.handlers.get(scope_id, ()):
        arm(move, move.workflow.lay(handler, scope, **{ARMED: True}))


def arm(move: Move, token: Task) -> None:
    """Offer the event, or set its timer; what is thrown inside the scope is only caught. Stuck, it is an incident."""
    event = move.node(token)["handler"]
    if INSIDE & move.program.nodes[event].keys():
        return
    try:
        move.offer_events(token, [event], move.dues([event]))
    except Stuck as stuck:
        move.stop(token, "enter", stuck)


def begin(move: Move, token: Task, address: str, timer: list[Any] | None) -> None:
    """The event an armed token waits for happened; ``address`` is what was offered or set, ``timer`` its entry."""
    handler, scope = token.task_spec.name, token.internal_data["scope"]
    event = move.node(token)["handler"]
    if move.program.nodes[event]["interrupting"]:
        for other in move.workflow.live():
            if other.internal_data["scope"] == scope:
                move.drop(other)
    else:
        move.again(token, event, address, timer)
    move.workflow.place(handler, scope)


def disarm(move: Move, scope: str) -> None:
    """The scope at this address ends."""
    for token in move.workflow.live():
        if is_armed(token) and token.internal_data["scope"] == scope:
            move.drop(token)


def catching(move: Move, scope: str, kind: str, code: str) -> tuple[Task, str] | None:
    """The armed token of this scope that catches an error or escalation of this code, and its start event."""
    for token in move.workflow.live():
        if is_armed(token) and token.internal_data["scope"] == scope:
            event = move.node(token)["handler"]
            if move.program.nodes[event].get(kind) in ("", code):
                return token, event
    return None
