"""What a node does when a token enters it: one function an act of the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task

from bpmn import normal
from bpmn.dmn import Decided, Undecided, decide, results
from bpmn.feel import FeelError, compile_script
from engine.record.canonical import Uncanonical, encode
from engine.run.spiff import instances
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
    """Work for people, or a sub-process; with what may happen on its border. Errors come from inside, unoffered."""
    events = [event for event in node.get("boundary", ()) if "error" not in move.program.nodes[event]]
    dues = move.dues(events)
    instances.begin_first(move, token)
    move.offer_events(token, events, dues)


def _timer(move: Move, token: Task, node: dict[str, Any]) -> None:
    event = token.task_spec.name
    move.set_timer(token, event, move.dues([event])[event], token.internal_data["address"])


#: What one round of an automatic activity tells, as (kind, body), and the values it sets.
Round = tuple[list[tuple[str, dict[str, Any]]], dict[str, Any]]


def _script(move: Move, token: Task, node: dict[str, Any]) -> None:
    _repeat(move, token, node, lambda data: ([], _assigned(node.get("script", ""), data)))


def _decision(move: Move, token: Task, node: dict[str, Any]) -> None:
    _repeat(move, token, node, lambda data: _decided(move.program, node, data))


def _repeat(move: Move, token: Task, node: dict[str, Any], work: Callable[[Mapping[str, Any]], Round]) -> None:
    """Work as often as the activity says. Nothing is told before all of it went well: a retry begins anew."""
    key, many, data = move.key(token), node.get("many"), dict(move.data)
    rounds: list[tuple[Round, dict[str, Any] | None]] = []
    for _ in range(many["count"] if many else 1):
        round_ = work(data)
        data |= round_[1]
        body = evaluated(many["until"], data) if many and many["until"] else None
        rounds.append((round_, body))
        if body and body["result"] is True:
            break
    for (told, values), body in rounds:
        for kind, said in told:
            move.tell(kind, key, **said)
        for name, value in values.items():
            move.assign(key, name, value)
        if body:
            move.tell("condition evaluated", key, **body)
    move.advance(token)


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
        told = [("decision made", _said(digest, one)) for one in made]
    except Undecided as error:
        raise Stuck(error.code, **error.params) from error
    except Uncanonical as error:
        raise Stuck("data.unrecordable", name=name, reason=str(error)) from error
    wanted, answer = decisions.by_id[made[-1].decision], made[-1].output
    names = results(result, wanted)
    values = answer if len(names) > 1 and isinstance(answer, dict) else {names[0]: answer}
    return told, {name: recordable(name, value) for name, value in values.items()}


def _said(digest: str, made: Decided) -> dict[str, Any]:
    body = {"table": digest, "decision": made.decision, "name": made.name, "rules": list(made.rules)}
    return body | {"inputs": encode(made.inputs), "output": encode(made.output)}


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
    scope = token.internal_data["scope"]
    while scope:
        host = next(host for host in move.workflow.live() if scope in host.internal_data.get("scopes", ()))
        for event in move.node(host).get("boundary", ()):
            if move.program.nodes[event].get("error") in ("", node["error"]):
                move.advance(token)
                move.happen(host, event)
                return
        scope = host.internal_data["scope"]
    raise Stuck("error.uncaught", error=node["error"])


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
}
