"""How tokens move while one command is in progress: they arrive, act, go on or are dropped, and all of it is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.record.canonical import encode
from engine.run.lawful import event_due
from engine.run.spiff import conditions, handlers, signals, timers
from engine.run.spiff.acts import ACTS
from engine.run.spiff.change import Change
from engine.run.spiff.instances import finish_scopes
from engine.run.spiff.routing import Route, Stuck, route

#: Automatic moves one command may cause; more is an endless loop.
MAX_MOVES = 5_000
#: Consumed tokens are dropped after so many moves, so that a long automatic run stays linear.
TIDY_AFTER = 64
#: Where a token is stuck: doing what its node does, counting its instances, leaving, waiting at a join, or because the
#: service that does it failed.
ENTER, COUNT, ADVANCE, WAIT, FAIL = "enter", "count", "advance", "wait", "fail"


class Move(Change):
    """The tokens of a case while one command moves them."""

    # -- until all wait -------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Let tokens go on by themselves until all wait for somebody."""
        while True:
            self._look()
            while self.workflow.arrived:
                self.arrive(self.workflow.arrived.popleft())
                self._look()
            if not finish_scopes(self) and not self.workflow.update_waiting_tasks():
                return

    def _look(self) -> None:
        """Let what waits for a condition happen as soon as the data says so."""
        if self.changed and self.program.conditional:
            conditions.look(self)

    def close_when_done(self) -> bool:
        """Close the case when nothing is unfinished and an end was reached."""
        live = [token for token in self.workflow.live() if not handlers.is_armed(token)]
        if not live and self.ended:
            handlers.disarm(self, "")
            self.tell("case closed", None)
            return True
        if not _can_move(live):
            watching = [token for token in live if conditions.WAITING in token.internal_data]
            if not watching:
                self._stop_joins(live)
            elif not _can_move(self.workflow.live()):
                for token in watching:
                    self.stop(token, WAIT, Stuck("condition.waits"))
        return False

    def _stop_joins(self, live: list[Task]) -> None:
        """Nobody and nothing can move the case any more: the joins that still wait are stuck, each told once."""
        told: set[tuple[str, str]] = set()
        for token in live:
            place = (token.task_spec.name, token.internal_data["scope"])
            if token.state == TaskState.WAITING and place not in told:
                told.add(place)
                self.stop(token, WAIT, Stuck("join.never"))

    # -- one token ------------------------------------------------------------------------------------------------

    def arrive(self, token: Task) -> None:
        """A token goes into its node."""
        if token.state != TaskState.READY:
            return
        known, node_id = token.internal_data, token.task_spec.name
        if "address" not in known:
            known["address"] = self.number(node_id) if self.program.nodes[node_id]["counted"] else ""
        self.tell("element entered", self.key(token))
        self.moves += 1
        if self.moves > MAX_MOVES:
            self.stop(token, ENTER, Stuck("loop.endless", limit=MAX_MOVES))
            return
        if self.moves % TIDY_AFTER == 0:
            self.workflow.forget_finished()
        self.act(token)

    def act(self, token: Task) -> None:
        """Do what the node does when entered."""
        if token.internal_data.pop("happened", False):
            self.advance(token)
            return
        if handlers.is_armed(token):
            handlers.arm(self, token)
            return
        node = self.node(token)
        try:
            ACTS[node["act"]](self, token, node)
        except Stuck as stuck:
            self.stop(token, ENTER, stuck)

    def advance(self, token: Task, taken: list[str] | None = None) -> None:
        """The node is done: end what it still holds, leave it, take its arrows (``taken``: those a person chose)."""
        chosen = Route(taken=list(taken or ()))
        try:
            if taken is None:
                route(self.program, token.task_spec.name, self.data, chosen)
        except Stuck as stuck:
            self._tell_evaluated(chosen)
            self.stop(token, ADVANCE, stuck)
            return
        if "stuck" in token.internal_data:
            self.resolve(token)
        for inner in self._inside(token):
            self.drop(inner)
        self.withdraw(token)
        self._tell_evaluated(chosen)
        self.tell("element left", self.key(token))
        self.reached.add(self.node(token).get("marks", ""))
        for flow in chosen.taken:
            self._take(flow)
        steps: list[tuple[str | None, str]] = [(flow, self.program.flows[flow]["to"]) for flow in chosen.taken]
        if link := self.node(token).get("link"):
            steps.append((None, link))
        if not steps and token.internal_data["scope"] == "":
            self.ended = True
        self._run(token, steps)

    def _tell_evaluated(self, chosen: Route) -> None:
        for flow, body in chosen.evaluated:
            self.tell("condition evaluated", flow, **body)

    def _take(self, flow: str) -> None:
        self.tell("arrow taken", flow)
        if self.program.flows[flow]["returns"] and self.completed:
            element, item = self.completed
            self.tell("work item returned", element, item=item, arrow=flow)

    def _run(self, token: Task, steps: list[tuple[str | None, str]]) -> None:
        token.internal_data["route"] = steps
        token.run()

    def happen(self, token: Task, event: str, address: str = "", timer: list[Any] | None = None) -> None:
        """An event happened that the token waits for: on its border, one of its event gateway, or starting it.

        ``address`` is the event's if it was offered or timed; ``timer`` its entry then.
        """
        if handlers.is_armed(token):
            handlers.begin(self, token, address, timer)
            return
        scope = token.internal_data["scope"]
        known: dict[str, Any] = {"happened": True} | ({"address": address} if address else {})
        if event in self.node(token).get("boundary", ()):
            if self.program.nodes[event]["interrupting"]:
                self.drop(token)
            else:
                self.again(token, event, address, timer)
            self.workflow.place(event, scope, **known)
            return
        flow = next(flow for flow in self.node(token)["out"] if self.program.flows[flow]["to"] == event)
        self.withdraw(token)
        self.tell("element left", self.key(token))
        self.tell("arrow taken", flow)
        self._run(token, [])
        self.workflow.place(event, scope, **known)

    def drop(self, token: Task) -> None:
        """Cancel a token and everything inside its scopes."""
        for inner in self._inside(token):
            self.drop(inner)
        if not token.has_state(TaskState.NOT_FINISHED_MASK):
            return
        self.withdraw(token)
        # A token that waits at a join or has not arrived yet has entered nothing.
        if "address" in token.internal_data and "happened" not in token.internal_data:
            self.tell("element cancelled", self.key(token))
        token.cancel()

    def withdraw(self, token: Task) -> None:
        """Take back every offer and timer of a token; nothing else is waited for any more."""
        token.internal_data.pop("waits", None)
        token.internal_data.pop(conditions.WAITING, None)
        for item, node_id in token.internal_data.pop("items", {}).items():
            self.tell("element cancelled", self.program.key(node_id), item=item)
        for timer, (node_id, *_) in token.internal_data.pop("timers", {}).items():
            self.tell("element cancelled", self.program.key(node_id), timer=timer)

    # -- incidents ------------------------------------------------------------------------------------------------

    def stop(self, token: Task, stage: str, stuck: Stuck) -> None:
        """The token stays here, visibly."""
        address = token.internal_data.get("address") or self.number(token.task_spec.name)
        token.internal_data["stuck"] = [address, stage]
        self.tell("incident raised", self.key(token), incident=address, code=stuck.code, params=encode(stuck.params))

    def stop_waiting(self, token: Task, stuck: Stuck) -> None:
        """Whether what it waits for has happened cannot be told."""
        self.stop(token, WAIT, stuck)

    def stop_counting(self, token: Task, stuck: Stuck) -> None:
        """Whether enough instances are done cannot be told."""
        self.stop(token, COUNT, stuck)

    def resolve(self, token: Task) -> None:
        """It is stuck no longer."""
        self.tell("incident resolved", self.key(token), incident=token.internal_data.pop("stuck")[0])

    # -- what a token offers --------------------------------------------------------------------------------------

    def offer(self, token: Task, node_id: str, address: str = "", choices: list[str] | None = None) -> None:
        """Offer a work item that belongs to the token; an event with a condition waits for the data instead."""
        address = address or self.number(node_id)
        if "when" in self.program.nodes[node_id]:
            conditions.wait(self, token, node_id, address)
            return
        token.internal_data.setdefault("items", {})[address] = node_id
        body: dict[str, Any] = {"item": address}
        if choices:
            body["choices"] = choices
        if what := signals.awaited(self, node_id):
            token.internal_data.setdefault("waits", {})[address] = what
            body |= what
        self.tell("work item offered", self.program.key(node_id), **body)

    def dues(self, events: Iterable[str]) -> dict[str, str]:
        """When each timer among these events is due if set now. Raises Stuck, so that nothing is offered in halves."""
        events = list(events)
        for event in events:
            signals.awaited(self, event)
        texts = {event: self.program.nodes[event].get("timer") for event in events}
        return {event: self._due(event, text) for event, text in texts.items() if text}

    def _due(self, event: str, text: tuple[str, str]) -> str:
        """When a timer is due if set now: by the law's count where it has a limit, else by its text. Raises Stuck."""
        limit = next(iter(self.program.nodes[event].get("limits", ())), None)
        if limit is None or self.counting is None:
            return timers.due(text, self.at, self.data)
        clocks, edition = self.counting
        due = event_due(clocks, limit, self.at, edition.calendar, self.reached)
        if due is None:
            raise Stuck("timer.failed", text=limit["anchor"], reason="limit.no-anchor")
        return due

    def offer_events(self, token: Task, events: Iterable[str], dues: Mapping[str, str]) -> None:
        """Let each of these events happen: a timer is set, anything else a person confirms."""
        for event in events:
            if event in dues:
                self.set_timer(token, event, dues[event])
            else:
                self.offer(token, event)

    def set_timer(self, token: Task, node_id: str, due: str, address: str = "", fired: int = 0) -> None:
        """Set a timer that belongs to the token; ``fired`` counts how often the same one fired before."""
        address = address or self.number(node_id)
        entry: list[Any] = [node_id, due, fired] if fired else [node_id, due]
        token.internal_data.setdefault("timers", {})[address] = entry
        limits = self.program.nodes[node_id].get("limits") if self.counting else None
        calendar = {"calendar": self.counting[1].digest} if self.counting and limits else {}
        self.tell("timer set", self.program.key(node_id), timer=address, due=due, **calendar)

    def again(self, token: Task, event: str, address: str, timer: list[Any] | None) -> None:
        """Let an event that interrupts nothing happen once more; where that cannot be told, an incident."""
        try:
            if timer is not None:
                self._set_again(token, event, timer)
            elif address:
                self.offer(token, event)
        except Stuck as stuck:
            self.stop(token, WAIT, stuck)

    def _set_again(self, token: Task, event: str, timer: list[Any]) -> None:
        """Set the timer of an event again that may fire again; ``timer`` is its entry that fired."""
        _, due, *before = timer
        fired = 1 + sum(before)
        again = timers.following(self.program.nodes[event]["timer"], due, fired, self.at, self.data)
        if again is not None:
            self.set_timer(token, event, again, fired=fired)

    def _inside(self, token: Task) -> list[Task]:
        scopes = set(token.internal_data.get("scopes", ()))
        return [inner for inner in self.workflow.live() if inner.internal_data["scope"] in scopes] if scopes else []


def _can_move(tokens: Iterable[Task]) -> bool:
    """Can somebody or the clock move one of these, or is somebody told already?"""
    return any(token.internal_data.keys() & {"items", "timers", "stuck", "children"} for token in tokens)
