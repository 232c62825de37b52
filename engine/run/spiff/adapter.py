"""apply(program, state, data, command, at) → Outcome: one command on the tokens of a case, pure and deterministic.

SpiffWorkflow moves the tokens; this room decides what each does when it arrives and tells every change as a draft of a
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

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from bpmn import timer_text
from bpmn.feel import FeelError, compile_expression, compile_script
from engine.record.canonical import Uncanonical, decode, encode, instant
from engine.run.port import Command, Draft, Outcome, Rejected
from engine.run.spiff import program as acts
from engine.run.spiff.program import Program
from engine.run.spiff.routing import Stuck, holds, route
from engine.run.spiff.workflow import dump, restore

#: Automatic moves one command may cause; more is an endless loop.
MAX_MOVES = 5_000
#: Consumed tokens are dropped after so many moves, so that a long automatic run stays linear.
TIDY_AFTER = 64


def apply(program: Program, state: str | None, data: Mapping[str, Any], command: Command, *, at: datetime) -> Outcome:
    """Apply one command. Raises Rejected when it does not fit (``item.unknown``, ``timer.unknown``, …)."""
    move = Move(program, state, data, command, at)
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


class Move:
    """One command in progress."""

    def __init__(
        self, program: Program, state: str | None, data: Mapping[str, Any], command: Command, at: datetime
    ) -> None:
        self.program = program
        self.workflow, rest = restore(program, state)
        self.counts: dict[str, int] = rest["counts"]
        self.ended: bool = rest["ended"]
        self.data = dict(data)
        self.command = command
        self.at = at
        self.drafts: list[Draft] = []
        self.moves = 0
        #: Element and address of the work item this command completed, for return arrows.
        self.completed: tuple[str, str] | None = None

    # -- commands -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Put the first tokens on the start events."""
        self.set_data(None)
        for node_id in self.program.starts[""]:
            self.workflow.place(node_id, "")

    def complete(self) -> None:
        """A work item is done."""
        token, node_id = self._owner("items", "item.unknown")
        key = self.program.key(node_id)
        taken = self._taken(node_id)
        self.set_data(key)
        self.tell("work item completed", key, item=self.command.item)
        del token.internal_data["items"][self.command.item]
        self.completed = (key, self.command.item)
        if node_id != token.task_spec.name:
            self.happen(token, node_id)
        elif not self._instances_left(token):
            self.advance(token, taken)

    def fire(self) -> None:
        """A timer is due."""
        token, entry = self._owner("timers", "timer.unknown")
        node_id, due = entry
        self.tell("timer fired", self.program.key(node_id), timer=self.command.item, due=due)
        del token.internal_data["timers"][self.command.item]
        if node_id == token.task_spec.name:
            self.advance(token)
        else:
            self.happen(token, node_id)

    def retry(self) -> None:
        """Try again where the process is stuck, with corrected data."""
        for token in self.workflow.live():
            stuck = token.internal_data.get("stuck")
            if stuck and stuck[0] == self.command.item:
                key = self.key(token)
                self.set_data(key)
                self.tell("incident resolved", key, incident=stuck[0])
                del token.internal_data["stuck"]
                (self.act if stuck[1] == "enter" else self.advance)(token)
                return
        raise Rejected("incident.unknown", item=self.command.item)

    def cancel(self) -> None:
        """End the case: every token goes."""
        for token in self.workflow.live():
            self.drop(token)
        self.tell("case cancelled", None)

    # -- tokens ---------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let tokens go on by themselves until all wait for somebody."""
        while True:
            while self.workflow.arrived:
                self.arrive(self.workflow.arrived.popleft())
            if not self._finish_scopes() and not self.workflow.update_waiting_tasks():
                return

    def arrive(self, token: Task) -> None:
        """A token goes into its node."""
        if token.state != TaskState.READY:
            return
        key = self.key(token)
        number = self.counts[key] = self.counts.get(key, 0) + 1
        token.internal_data["address"] = f"{key}#{number}"
        self.tell("element entered", key)
        self.moves += 1
        if self.moves > MAX_MOVES:
            self.stop(token, "enter", Stuck("loop.endless", limit=MAX_MOVES))
            return
        if self.moves % TIDY_AFTER == 0:
            self.workflow.forget_finished()
        self.act(token)

    def act(self, token: Task) -> None:
        """Do what the node does when entered."""
        node = self.node(token)
        if token.internal_data.pop("happened", False):
            self.advance(token)
            return
        try:
            _ACTS[node["act"]](self, token, node)
        except Stuck as stuck:
            self.stop(token, "enter", stuck)

    def advance(self, token: Task, taken: list[str] | None = None) -> None:
        """The node is done: withdraw what it still offers, leave it, take its arrows."""
        node_id = token.task_spec.name
        try:
            chosen = route(self.program, node_id, self.data) if taken is None else None
        except Stuck as stuck:
            self.stop(token, "advance", stuck)
            return
        self.withdraw(token)
        for flow, body in chosen.evaluated if chosen else ():
            self.tell("condition evaluated", flow, **body)
        self.tell("element left", self.key(token))
        flows = chosen.taken if chosen else list(taken or ())
        for flow in flows:
            self.tell("arrow taken", flow)
            if self.program.flows[flow]["returns"] and self.completed:
                element, item = self.completed
                self.tell("work item returned", element, item=item, arrow=flow)
        steps: list[tuple[str | None, str]] = [(flow, self.program.flows[flow]["to"]) for flow in flows]
        link = self.node(token).get("link")
        if link:
            steps.append((None, link))
        if not steps and token.internal_data["scope"] == "":
            self.ended = True
        self.run(token, steps)

    def run(self, token: Task, steps: list[tuple[str | None, str]]) -> None:
        """The only place a SpiffWorkflow task is run; it runs tasks of any state, so the state is checked here."""
        if token.state != TaskState.READY:
            raise RuntimeError(f"token on {token.task_spec.name} is not ready")
        token.internal_data["route"] = steps
        token.run()

    def happen(self, token: Task, event: str) -> None:
        """An event the token waits for happened: one of its event gateway, or on its border."""
        node = self.program.nodes[event]
        if event in self.node(token).get("boundary", ()):
            scope = token.internal_data["scope"]
            if node["interrupting"]:
                self.drop(token)
            elif "timer" not in node:
                self.offer(token, event)
            self.workflow.place(event, scope, happened=True)
            return
        flow = next(flow for flow in self.node(token)["out"] if self.program.flows[flow]["to"] == event)
        self.withdraw(token)
        self.tell("element left", self.key(token))
        self.tell("arrow taken", flow)
        scope = token.internal_data["scope"]
        self.run(token, [])
        self.workflow.place(event, scope, happened=True)

    def drop(self, token: Task) -> None:
        """Cancel a token and everything inside its scopes."""
        for inner in self._inside(token):
            self.drop(inner)
        if not token.has_state(TaskState.NOT_FINISHED_MASK):
            return
        self.withdraw(token)
        # A token waiting at a join has not entered it.
        if token.internal_data.get("address"):
            self.tell("element cancelled", self.key(token))
        token.cancel()

    def withdraw(self, token: Task) -> None:
        """Take back every offer and timer of a token."""
        for item, node_id in token.internal_data.pop("items", {}).items():
            self.tell("element cancelled", self.program.key(node_id), item=item)
        for timer, (node_id, _due) in token.internal_data.pop("timers", {}).items():
            self.tell("element cancelled", self.program.key(node_id), timer=timer)

    def stop(self, token: Task, stage: str, stuck: Stuck) -> None:
        """The token stays here, visibly."""
        address = token.internal_data.get("address") or self.key(token)
        token.internal_data["stuck"] = [address, stage]
        self.tell("incident raised", self.key(token), incident=address, code=stuck.code, params=encode(stuck.params))

    # -- what a node offers ---------------------------------------------------------------------------------------

    def offer(self, token: Task, node_id: str, address: str = "", choices: list[str] | None = None) -> None:
        """Offer a work item that belongs to the token."""
        address = address or self._number(node_id)
        token.internal_data.setdefault("items", {})[address] = node_id
        body: dict[str, Any] = {"item": address}
        if choices:
            body["choices"] = choices
        self.tell("work item offered", self.program.key(node_id), **body)

    def set_timer(self, token: Task, node_id: str, address: str = "") -> None:
        """Set a timer that belongs to the token. Raises Stuck when its text gives no instant."""
        kind, text = self.program.nodes[node_id]["timer"]
        try:
            due = instant(timer_text.due(kind, text, self.at, lambda e: compile_expression(e).evaluate(self.data)))
        except FeelError as error:
            raise Stuck("timer.failed", text=text, reason=error.code) from error
        address = address or self._number(node_id)
        token.internal_data.setdefault("timers", {})[address] = [node_id, due]
        self.tell("timer set", self.program.key(node_id), timer=address, due=due)

    def watch_border(self, token: Task) -> None:
        """Offer what may happen on the border of an activity. Errors come from inside."""
        for event in self.node(token).get("boundary", ()):
            if "timer" in self.program.nodes[event]:
                self.set_timer(token, event)
            elif "error" not in self.program.nodes[event]:
                self.offer(token, event)

    def set_data(self, element: str | None) -> None:
        """Record what the command brought, by name: the recorded command has its names sorted."""
        for name, value in sorted(self.command.data.items()):
            if name != "take":
                self.assign(element, name, value)
        for name, commitment in sorted(self.command.private.items()):
            self.data.pop(name, None)
            self.tell("data set", element, name=name, commitment=commitment)

    def assign(self, element: str | None, name: str, value: object) -> None:
        """Set one case value. Raises Stuck when it cannot be recorded."""
        try:
            recorded = encode(value)
        except Uncanonical as error:
            raise Stuck("data.unrecordable", name=name, reason=str(error)) from error
        self.data[name] = decode(recorded)
        self.tell("data set", element, name=name, value=recorded)

    def tell(self, kind: str, element: str | None, **body: Any) -> None:
        """One step."""
        self.drafts.append(Draft(kind=kind, element=element, body=body))

    # -- asking ---------------------------------------------------------------------------------------------------

    def node(self, token: Task) -> dict[str, Any]:
        """The program's entry of a token's node."""
        return self.program.nodes[token.task_spec.name]

    def key(self, token: Task) -> str:
        """``scope/id`` of a token's node."""
        return self.program.key(token.task_spec.name)

    def close_when_done(self) -> bool:
        """Close the case when nothing is unfinished and an end was reached; a join nobody can reach is an incident."""
        live = self.workflow.live()
        if not live and self.ended:
            self.tell("case closed", None)
            return True
        if live and all(token.state == TaskState.WAITING for token in live):
            for token in live:
                if "stuck" not in token.internal_data:
                    self.stop(token, "advance", Stuck("join.never"))
        return False

    def _owner(self, kind: str, code: str) -> tuple[Task, Any]:
        for token in self.workflow.live():
            if self.command.item in token.internal_data.get(kind, {}):
                return token, token.internal_data[kind][self.command.item]
        raise Rejected(code, item=self.command.item)

    def _taken(self, node_id: str) -> list[str] | None:
        """Arrows a person chose at a gateway without conditions. Raises Rejected."""
        node = self.program.nodes[node_id]
        if not node["choice"]:
            return None
        taken = self.command.data.get("take")
        chosen = taken if isinstance(taken, list) else [taken]
        wrong = not chosen or any(flow not in node["out"] for flow in chosen)
        if wrong or (len(chosen) > 1 and node["type"] == "exclusiveGateway"):
            raise Rejected("take.unknown", taken=str(taken), choices=", ".join(node["out"]))
        return list(dict.fromkeys(chosen))

    def _number(self, node_id: str) -> str:
        """A fresh address of an event that is offered before it is entered."""
        key = self.program.key(node_id)
        number = self.counts[f"@{key}"] = self.counts.get(f"@{key}", 0) + 1
        return f"{key}#{number}"

    def _inside(self, token: Task) -> list[Task]:
        scopes = set(token.internal_data.get("scopes", ()))
        return [inner for inner in self.workflow.live() if inner.internal_data["scope"] in scopes]

    def _instances_left(self, token: Task) -> bool:
        """After one instance of several: does the activity go on? Offers the next one of a sequence."""
        many = self.node(token).get("many")
        if not many:
            return False
        done = token.internal_data["done"] = token.internal_data.get("done", 0) + 1
        try:
            enough = done >= many["count"] or (many["until"] != "" and holds(many["until"], self.data))
        except Stuck as stuck:
            self.stop(token, "advance", stuck)
            return True
        if enough:
            return False
        if not many["parallel"]:
            self.begin_instance(token, done + 1)
        return True

    def begin_instance(self, token: Task, number: int) -> None:
        """Start instance ``number`` of a multi-instance activity (0: the only one)."""
        address = token.internal_data["address"] + (f".{number}" if number else "")
        node = self.node(token)
        if node["act"] == acts.SUB:
            token.internal_data.setdefault("scopes", []).append(address)
            for start in self.program.starts[token.task_spec.name]:
                self.workflow.place(start, address)
        else:
            self.offer(token, token.task_spec.name, address, node["out"] if node["choice"] else None)

    def _finish_scopes(self) -> bool:
        """Sub-processes whose inside is done go on; answers whether anything moved."""
        live = self.workflow.live()
        busy = {token.internal_data["scope"] for token in live}
        for token in live:
            scopes = token.internal_data.get("scopes", [])
            over = [scope for scope in scopes if scope not in busy]
            if not over or "stuck" in token.internal_data:
                continue
            token.internal_data["scopes"] = [scope for scope in scopes if scope in busy]
            for _scope in over:
                if not self._instances_left(token):
                    for inner in self._inside(token):
                        self.drop(inner)
                    self.advance(token)
                    break
            return True
        return False


# -- what nodes do when entered ---------------------------------------------------------------------------------------


def _pass(move: Move, token: Task, node: dict[str, Any]) -> None:
    if node["choice"]:
        move.begin_instance(token, 0)
    else:
        move.advance(token)


def _work(move: Move, token: Task, node: dict[str, Any]) -> None:
    many = node.get("many")
    if not many:
        move.begin_instance(token, 0)
    for number in range(1, 1 + (many["count"] if many["parallel"] else 1) if many else 1):
        move.begin_instance(token, number)
    move.watch_border(token)


def _timer(move: Move, token: Task, node: dict[str, Any]) -> None:
    move.set_timer(token, token.task_spec.name, token.internal_data["address"])


def _script(move: Move, token: Task, node: dict[str, Any]) -> None:
    try:
        values = compile_script(node.get("script", "")).run(move.data) if node.get("script") else {}
    except FeelError as error:
        raise Stuck("script.failed", reason=error.code) from error
    for name, value in values.items():
        move.assign(move.key(token), name, value)
    move.advance(token)


def _events(move: Move, token: Task, node: dict[str, Any]) -> None:
    for flow in node["out"]:
        event = move.program.flows[flow]["to"]
        if "timer" in move.program.nodes[event]:
            move.set_timer(token, event)
        else:
            move.offer(token, event)


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


_ACTS: Mapping[str, Callable[[Move, Task, dict[str, Any]], None]] = {
    acts.PASS: _pass,
    acts.WORK: _work,
    acts.TIMER: _timer,
    acts.SCRIPT: _script,
    acts.SUB: _work,
    acts.EVENTS: _events,
    acts.END: _end,
    acts.TERMINATE: _terminate,
    acts.ERROR_END: _error,
}

_COMMANDS: Mapping[str, Callable[[Move], None]] = {
    "start": Move.start,
    "complete": Move.complete,
    "timer": Move.fire,
    "retry": Move.retry,
    "cancel": Move.cancel,
}
