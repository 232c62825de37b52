"""What a node does when a token enters it: one function an act of the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task

from bpmn import normal
from bpmn.dmn import Undecided, decide, results
from bpmn.feel import FeelError, compile_script
from engine.record.canonical import Uncanonical
from engine.run.spiff import benchmarks, handlers, instances, signals
from engine.run.spiff.change import recordable
from engine.run.spiff.routing import Stuck, evaluated

if TYPE_CHECKING:
    from engine.run.spiff.move import Move
    from engine.run.spiff.program import Program


def _pass(move: Move, token: Task, node: dict[str, Any]) -> None:
    if node["choice"]:
        instances.begin(move, token, 0)
    else:
        move.advance(token)


def _work(move: Move, token: Task, node: dict[str, Any]) -> None:
    """Work for people, or a sub-process; with what may happen on its border. What comes from inside is not offered."""
    events = [event for event in node.get("boundary", ()) if not handlers.INSIDE & move.program.nodes[event].keys()]
    dues = move.dues(events)
    if instances.begin_first(move, token):
        move.offer_events(token, events, dues)


def _timer(move: Move, token: Task, node: dict[str, Any]) -> None:
    event = token.task_spec.name
    move.set_timer(token, event, move.dues([event])[event], token.internal_data["address"])


#: Rounds of an automatic standard loop; more is an endless one.
MAX_ROUNDS = 1_000
#: What one round of an automatic activity tells, as (kind, body), and the values it sets.
Round = tuple[list[tuple[str, dict[str, Any]]], dict[str, Any]]


def _script(move: Move, token: Task, node: dict[str, Any]) -> None:
    _repeat(move, token, node, lambda data: ([], _assigned(node.get("script", ""), data)))


def _decision(move: Move, token: Task, node: dict[str, Any]) -> None:
    if "discretion" in node:
        benchmarks.find(move, move.key(token), node["discretion"])
        move.advance(token)
        return
    _repeat(move, token, node, lambda data: _decided(move.program, node, data))


def _repeat(move: Move, token: Task, node: dict[str, Any], work: Callable[[Mapping[str, Any]], Round]) -> None:
    """Work as often as the activity says. Nothing is told before all of it went well: a retry begins anew."""
    key = move.key(token)
    for (told, values), condition in _rounds(node.get("many"), dict(move.data), work):
        for kind, said in told:
            move.tell(kind, key, **said)
        for name, value in values.items():
            move.assign(key, name, value)
        if condition:
            move.tell("condition evaluated", key, **condition)
    move.advance(token)


def _rounds(
    many: dict[str, Any] | None, data: dict[str, Any], work: Callable[[Mapping[str, Any]], Round]
) -> list[tuple[Round, dict[str, Any] | None]]:
    """Every round, and what was asked after it whether to go on. Raises Stuck, ``loop.endless`` among others."""
    if many is None:
        return [(work(data), None)]
    again = "while" in many
    rounds: list[tuple[Round, dict[str, Any] | None]] = []
    if again and many["before"]:
        rounds.append((([], {}), evaluated(many["while"], data)))
    most = instances.number_of(many, data)
    for number in count(1):
        asked = rounds[-1][1] if rounds else None
        # Several instances end when their condition holds, a loop when it does not.
        if (number > most and (most or not again)) or (asked and (asked["result"] is True) is not again):
            return rounds
        if number > MAX_ROUNDS:
            break
        round_ = work(data)
        data |= round_[1]
        condition = many["while" if again else "until"]
        rounds.append((round_, evaluated(condition, data) if condition else None))
    raise Stuck("loop.endless", limit=MAX_ROUNDS)


def _assigned(script: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """What a script sets, as it comes back from the record. Raises Stuck."""
    try:
        return {name: recordable(name, value) for name, value in compile_script(script).run(data).items()}
    except FeelError as error:
        raise Stuck("script.failed", reason=error.code) from error


def _decided(program: Program, node: dict[str, Any], data: Mapping[str, Any]) -> Round:
    """One ``decision made`` for the decision asked and each it requires, and what the answer sets. Raises Stuck."""
    ref, result = node["decision"]
    digest, decisions, name = program.decision(ref)
    try:
        made = decide(decisions, name, data)
        told = [("decision made", benchmarks.said(digest, one)) for one in made]
    except Undecided as error:
        raise Stuck(error.code, **error.params) from error
    except Uncanonical as error:
        raise Stuck("data.unrecordable", name=name, reason=str(error)) from error
    wanted, answer = decisions.by_id[made[-1].decision], made[-1].output
    names = results(result, wanted)
    values = answer if len(names) > 1 and isinstance(answer, dict) else {names[0]: answer}
    return told, {name: recordable(name, value) for name, value in values.items()}


def _events(move: Move, token: Task, node: dict[str, Any]) -> None:
    events = [move.program.flows[flow]["to"] for flow in node["out"]]
    move.offer_events(token, events, move.dues(events))


def _end(move: Move, token: Task, node: dict[str, Any]) -> None:
    move.advance(token)


def _terminate(move: Move, token: Task, node: dict[str, Any]) -> None:
    """Everything else in the same scope ends (BPMN 13.5.6)."""
    scope = token.internal_data["scope"]
    move.advance(token)
    for other in move.workflow.live():
        if other.internal_data["scope"] == scope:
            move.drop(other)


def _error(move: Move, token: Task, node: dict[str, Any]) -> None:
    """An error goes up to the nearest sub-process whose border catches it (BPMN 10.5.6); uncaught it is an incident."""
    caught = _catcher(move, token, "error", node["error"])
    if caught is None:
        raise Stuck("error.uncaught", error=node["error"])
    move.advance(token)
    move.happen(*caught)


def _escalation(move: Move, token: Task, node: dict[str, Any]) -> None:
    """An escalation goes up like an error, but need not end what it comes from; uncaught it has no effect (10.5.6)."""
    caught = _catcher(move, token, "escalation", node["escalation"])
    if caught is not None and not move.program.nodes[caught[1]]["interrupting"]:
        move.happen(*caught)
        caught = None
    move.advance(token)
    if caught is not None:
        move.happen(*caught)


def _catcher(move: Move, token: Task, kind: str, code: str) -> tuple[Task, str] | None:
    """Who catches this, nearest first, and where: what lies in wait in a scope, then the border of its sub-process."""
    scope = token.internal_data["scope"]
    while True:
        caught = handlers.catching(move, scope, kind, code)
        if caught is not None or not scope:
            return caught
        host = next(host for host in move.workflow.live() if scope in host.internal_data.get("scopes", ()))
        for event in move.node(host).get("boundary", ()):
            if move.program.nodes[event].get(kind) in ("", code):
                return host, event
        scope = host.internal_data["scope"]


def _signal(move: Move, token: Task, node: dict[str, Any]) -> None:
    """A signal reaches everything in the case that waits for it now (BPMN 10.5.1); this token has gone on by then."""
    move.tell("message sent", move.key(token), signal=node["signal"])
    move.advance(token)
    signals.broadcast(move, node["signal"])


ACTS: Mapping[str, Callable[[Move, Task, dict[str, Any]], None]] = {
    normal.PASS: _pass,
    normal.WORK: _work,
    normal.TIMER: _timer,
    normal.SCRIPT: _script,
    normal.DECISION: _decision,
    normal.SUB: _work,
    normal.EVENTS: _events,
    normal.END: _end,
    normal.TERMINATE: _terminate,
    normal.ERROR_END: _error,
    normal.ESCALATION: _escalation,
    normal.SIGNAL: _signal,
    normal.MESSAGE: signals.send,
}
