"""A second opinion on how tokens move: a small interpreter of BPMN 2.0 chapter 13, written for tests alone.

It shares nothing with the product but the reader: it looks for ways forward where the adapter looks upstream, keeps
tokens on arrows where the adapter keeps tasks, and reads the few conditions and scripts of the random models itself.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from bpmn.model import Definitions, Flow, Node

#: Triggers of catch events that somebody or something outside makes happen.
WAITING = ("timer", "message", "signal", "conditional")
#: Instead of the arrow: an event that has happened already when it is entered.
HAPPENED = "!"


@dataclass(eq=False)
class Scope:
    """The process or one run of a sub-process: tokens on arrows into joins, and activities at work."""

    owner: Active | None = None
    waiting: list[str] = field(default_factory=list)
    active: list[Active] = field(default_factory=list)
    #: Event sub-processes that lie in wait.
    armed: list[Active] = field(default_factory=list)


@dataclass(eq=False)
class Active:
    """A node that holds a token."""

    node: Node
    scope: Scope
    #: Node ids of what may happen to it from outside: its own item, what stands on its border, events it waits for.
    open: list[str] = field(default_factory=list)
    #: Conditional events it waits for, and whether their condition held when it was asked last.
    watched: dict[str, bool] = field(default_factory=dict)
    inner: list[Scope] = field(default_factory=list)
    #: Instances of it that were not begun, and that are not done.
    to_begin: int = 0
    to_do: int = 1
    number: int = 0


class Reference:
    """One case of the first process of a file."""

    def __init__(self, definitions: Definitions, data: dict[str, int]) -> None:
        self.definitions = definitions
        self.data = dict(data)
        self.top = Scope()
        self.closed = False
        self.held = 0
        self.entered: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.queue: deque[tuple[Scope, str, str | None]] = deque()
        self._begin(self.top, None)
        self._settle()

    def open(self) -> list[tuple[str, Active]]:
        """(BPMN id, who holds it) of all that may happen from outside, oldest holder first."""
        holders = sorted(self._all(self.top), key=lambda active: active.number)
        return [(node, active) for active in holders for node in active.open]

    def happen(self, node_id: str, active: Active, data: dict[str, int]) -> None:
        """Somebody does a work item, an event arrives, a timer is due."""
        self.data |= data
        self._arrived(node_id, active)
        self._settle()

    def _arrived(self, node_id: str, active: Active) -> None:
        event = self.definitions.nodes[node_id]
        if active in active.scope.armed:
            self._handle(active, event)
        elif event.attached_to == active.node.id:
            self._border(active, event)
        elif active.node.type == "eventBasedGateway":
            active.scope.active.remove(active)
            (arrow,) = [flow for flow in self.definitions.outgoing(active.node.id) if flow.target == node_id]
            self.taken[arrow.id] += 1
            self.queue.append((active.scope, node_id, HAPPENED))
        else:
            if node_id in active.open:
                active.open.remove(node_id)
            self._instance_done(active)

    # -- one node -------------------------------------------------------------------------------------------------

    def _begin(self, scope: Scope, parent: str | None) -> None:
        inside = [node for node in self.definitions.nodes.values() if node.parent == parent]
        (start,) = [node for node in inside if node.type == "startEvent"]
        self.queue.append((scope, start.id, None))
        for handler in (node for node in inside if node.triggered_by_event):
            self.held += 1
            event = self._start_of(handler)
            armed = Active(handler, scope, number=self.held)
            scope.armed.append(armed)
            self._await(armed, event)

    def _start_of(self, handler: Node) -> Node:
        (start,) = [n for n in self.definitions.nodes.values() if n.parent == handler.id and n.type == "startEvent"]
        return start

    def _enter(self, scope: Scope, node: Node) -> None:
        self.entered[node.id] += 1
        throws = node.type in ("intermediateThrowEvent", "endEvent")
        if throws and node.trigger == "signal":
            self._leave(scope, node)
            self._broadcast(node.events[0].ref)
        elif throws and node.trigger == "escalation":
            self._escalate(scope, node)
        elif node.type == "startEvent":
            self._leave(scope, node)
        elif node.type in ("userTask", "subProcess", "eventBasedGateway") or node.trigger in WAITING:
            self._hold(scope, node)
        elif node.trigger == "terminate":
            self._clear(scope)
        elif node.trigger == "error":
            self._throw(scope, node)
        else:
            if node.type == "scriptTask":
                name = node.script.split(" ")[0]
                self.data[name] += 1
            self._leave(scope, node)

    def _hold(self, scope: Scope, node: Node) -> None:
        self.held += 1
        active = Active(node, scope, number=self.held)
        scope.active.append(active)
        if node.type == "eventBasedGateway":
            active.open = [flow.target for flow in self.definitions.outgoing(node.id)]
            return
        if node.loop and node.loop.kind == "standard":
            if node.loop.test_before and not self._is(node.loop.condition):
                scope.active.remove(active)
                self._leave(scope, node)
                return
        elif node.loop:
            active.to_do = int(node.loop.cardinality)
            active.to_begin = active.to_do - 1 if node.loop.kind == "sequential" else 0
        for _ in range(active.to_do - active.to_begin):
            self._begin_instance(active)
        for event in self.definitions.nodes.values():
            if event.attached_to == node.id:
                self._await(active, event)

    def _await(self, active: Active, event: Node) -> None:
        if event.trigger == "conditional":
            active.watched[event.id] = False
        elif event.trigger not in ("error", "escalation"):
            active.open.append(event.id)

    def _begin_instance(self, active: Active) -> None:
        if active.node.type == "subProcess":
            inner = Scope(active)
            active.inner.append(inner)
            self._begin(inner, active.node.id)
        elif active.node.trigger == "conditional":
            active.watched[active.node.id] = False
        else:
            active.open.append(active.node.id)

    def _instance_done(self, active: Active) -> None:
        loop = active.node.loop
        active.to_do -= 1
        if loop and loop.kind == "standard" and self._is(loop.condition):
            active.to_do += 1
            self._begin_instance(active)
        elif active.to_begin:
            active.to_begin -= 1
            self._begin_instance(active)
        elif not active.to_do:
            active.scope.active.remove(active)
            self._leave(active.scope, active.node)

    def _border(self, active: Active, event: Node) -> None:
        if event.interrupting or event.trigger == "error":
            active.scope.active.remove(active)
            self._forget(active.inner)
        elif event.trigger == "timer":
            active.open.remove(event.id)
        self.queue.append((active.scope, event.id, HAPPENED))

    def _handle(self, armed: Active, event: Node) -> None:
        """What an event sub-process waits for happened: it runs once, beside all else in its scope or instead of it."""
        if event.interrupting or event.trigger == "error":
            self._clear(armed.scope)
        elif event.trigger == "timer":
            armed.open.remove(event.id)
        self.queue.append((armed.scope, armed.node.id, None))

    def _clear(self, scope: Scope) -> None:
        scope.waiting.clear()
        scope.active.clear()
        scope.armed.clear()
        self._forget([scope])

    def _throw(self, scope: Scope, end: Node) -> None:
        """Up through the scopes to the first that catches it."""
        caught = self._catcher(scope, end)
        assert caught is not None, "the random models catch every error"
        self._arrived(caught[1].id, caught[0])

    def _catcher(self, scope: Scope, thrown: Node) -> tuple[Active, Node] | None:
        here: Scope | None = scope
        while here is not None:
            catching = [(active, self._start_of(active.node)) for active in here.armed]
            owner = here.owner
            if owner is not None:
                border = (event for event in self.definitions.nodes.values() if event.attached_to == owner.node.id)
                catching += [(owner, event) for event in border]
            for active, event in catching:
                if event.trigger == thrown.trigger and event.events[0].ref in ("", thrown.events[0].ref):
                    return active, event
            here = owner.scope if owner else None
        return None

    def _escalate(self, scope: Scope, node: Node) -> None:
        """Like an error, but what it comes from may go on; uncaught it is nothing."""
        caught = self._catcher(scope, node)
        if caught is not None and not caught[1].interrupting:
            self._arrived(caught[1].id, caught[0])
            caught = None
        self._leave(scope, node)
        if caught is not None:
            self._arrived(caught[1].id, caught[0])

    def _broadcast(self, signal: str) -> None:
        waiting = [
            (node_id, active)
            for node_id, active in self.open()
            if self.definitions.nodes[node_id].trigger == "signal"
            and self.definitions.nodes[node_id].events[0].ref == signal
        ]
        for node_id, active in waiting:
            if active in list(self._all(self.top)) and node_id in active.open:
                self._arrived(node_id, active)

    def _look(self) -> None:
        """Every condition that has begun to hold makes its event happen, the one waited for longest first."""
        for active in sorted(self._all(self.top), key=lambda active: active.number):
            for node_id in list(active.watched):
                if active in list(self._all(self.top)):
                    held = active.watched[node_id]
                    active.watched[node_id] = self._is(self.definitions.nodes[node_id].events[0].text)
                    if active.watched[node_id] and not held:
                        self._arrived(node_id, active)

    def _forget(self, scopes: list[Scope]) -> None:
        """What was on its way in these scopes is gone."""
        self.queue = deque(e for e in self.queue if not any(self._is_within(e[0], scope) for scope in scopes))

    # -- arrows ---------------------------------------------------------------------------------------------------

    def _leave(self, scope: Scope, node: Node) -> None:
        flows = self.definitions.outgoing(node.id)
        if node.trigger == "link" and node.type == "intermediateThrowEvent":
            self.queue.append((scope, self._catch(node).id, None))
        if node.type != "parallelGateway" and len(flows) > 1:
            default = [flow for flow in flows if flow.id == node.default]
            true = [flow for flow in flows if flow.id != node.default and self._holds(flow)]
            flows = (true[:1] if node.type == "exclusiveGateway" else true) or default
        for flow in flows:
            self.taken[flow.id] += 1
            self.queue.append((scope, flow.target, flow.id))

    def _catch(self, throw: Node) -> Node:
        links = (node for node in self.definitions.nodes.values() if node.trigger == "link" and node is not throw)
        return next(node for node in links if node.events[0].ref == throw.events[0].ref)

    def _holds(self, flow: Flow) -> bool:
        return self._is(flow.condition)

    def _is(self, condition: str) -> bool:
        match = re.fullmatch(r"(\w+) = (\d)", condition)
        assert match
        return self.data[match[1]] == int(match[2])

    # -- until all wait -------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        self._look()
        while self._moved():
            self._look()
        if not self.top.active and not self.top.waiting:
            self.closed = True
            self.top.armed.clear()

    def _moved(self) -> bool:
        if self.queue:
            scope, node_id, flow = self.queue.popleft()
            node = self.definitions.nodes[node_id]
            if flow == HAPPENED:
                self.entered[node_id] += 1
                self._leave(scope, node)
            elif flow and self._joins(node):
                scope.waiting.append(flow)
                if node.type == "parallelGateway":
                    self._join(scope, node)
            else:
                self._enter(scope, node)
            return True
        return any(self._or_join(scope) or self._finish(scope) for scope in list(self._scopes(self.top)))

    def _joins(self, node: Node) -> bool:
        return node.type in ("parallelGateway", "inclusiveGateway") and len(self.definitions.incoming(node.id)) > 1

    def _join(self, scope: Scope, node: Node) -> bool:
        incoming = [flow.id for flow in self.definitions.incoming(node.id)]
        if not all(flow in scope.waiting for flow in incoming):
            return False
        for flow in incoming:
            scope.waiting.remove(flow)
        self._enter(scope, node)
        return True

    def _or_join(self, scope: Scope) -> bool:
        targets = {self.definitions.flows[flow].target for flow in scope.waiting}
        for node in (self.definitions.nodes[target] for target in sorted(targets)):
            if node.type == "inclusiveGateway" and not self._may_still_come(scope, node):
                for flow in {flow for flow in scope.waiting if self.definitions.flows[flow].target == node.id}:
                    scope.waiting.remove(flow)
                self._enter(scope, node)
                return True
        return False

    def _may_still_come(self, scope: Scope, join: Node) -> bool:
        incoming = {flow.id for flow in self.definitions.incoming(join.id)}
        there = incoming & set(scope.waiting)
        places = [active.node.id for active in scope.active]
        places += [self.definitions.flows[flow].target for flow in scope.waiting if flow not in incoming]
        for place in places:
            ahead = self._ahead(place, join.id)
            if ahead & (incoming - there) and not ahead & there:
                return True
        return False

    def _ahead(self, node_id: str, stop: str) -> set[str]:
        """Arrows that a token on ``node_id`` can come to without passing ``stop``."""
        seen: set[str] = set()
        ways = [node_id]
        while ways:
            here = ways.pop()
            if here == stop:
                continue
            after = list(self.definitions.outgoing(here))
            node = self.definitions.nodes[here]
            if node.type == "intermediateThrowEvent" and node.trigger == "link":
                after += self.definitions.outgoing(self._catch(self.definitions.nodes[here]).id)
            for event in self.definitions.nodes.values():
                if event.attached_to == here:
                    after += self.definitions.outgoing(event.id)
            for flow in after:
                if flow.id not in seen:
                    seen.add(flow.id)
                    ways.append(flow.target)
        return seen

    def _finish(self, scope: Scope) -> bool:
        if scope.owner is None or scope.active or scope.waiting:
            return False
        scope.owner.inner.remove(scope)
        self._instance_done(scope.owner)
        return True

    # -- walking --------------------------------------------------------------------------------------------------

    def _scopes(self, scope: Scope) -> Iterator[Scope]:
        for active in scope.active:
            for inner in active.inner:
                yield from self._scopes(inner)
        yield scope

    def _all(self, scope: Scope) -> Iterator[Active]:
        yield from scope.armed
        for active in scope.active:
            yield active
            for inner in active.inner:
                yield from self._all(inner)

    def _is_within(self, scope: Scope, outer: Scope) -> bool:
        here: Scope | None = scope
        while here is not None:
            if here is outer:
                return True
            here = here.owner.scope if here.owner else None
        return False
