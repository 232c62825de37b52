"""Random models: structured nests of everything we execute, with ways out of them that are not structured."""

from __future__ import annotations

from random import Random

TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
MESSAGE = "<messageEventDefinition/>"
INSTANCES = (
    '<multiInstanceLoopCharacteristics isSequential="{}"><loopCardinality>{}</loopCardinality>'
    "</multiInstanceLoopCharacteristics>"
)
#: Names conditions read; every work item sets them anew.
VALUES = ("v0", "v1", "v2")


class RandomModel:
    """``nodes``, ``arrows`` and ``inside`` as ``models.xml`` takes them."""

    def __init__(self, seed: int, depth: int = 3) -> None:
        self.random = Random(seed)
        self.nodes: dict[str, str] = {}
        self.flows: list[str] = []
        self.inside: dict[str, str] = {}
        self._process("", depth)
        if self.random.random() < 0.1:
            self._handle("", self.random.choice((TIMER, MESSAGE)), 1)

    @property
    def arrows(self) -> str:
        return " ".join(self.flows)

    def spoil(self) -> None:
        """Make one gateway another kind: branches that are parted and joined in different ways."""
        kinds = ("parallelGateway", "exclusiveGateway", "inclusiveGateway")
        gateways = [node for node, element in self.nodes.items() if element in kinds]
        if gateways:
            self.nodes[self.random.choice(gateways)] = self.random.choice(kinds)

    def _process(self, scope: str, depth: int) -> None:
        last = self._node("startEvent", scope)
        for _ in range(2 if not scope else 1):
            last = self._block(last, scope, depth)
        self._to(last, self._node("endEvent", scope))

    def _node(self, element: str, scope: str) -> str:
        node_id = f"{element[0]}{len(self.nodes)}"
        self.nodes[node_id] = element
        if scope:
            self.inside[node_id] = scope
        return node_id

    def _to(self, source: str, target: str, condition: str = "", default: bool = False) -> None:
        self.flows.append(f"{source}>{target}" + (f"[{condition}]" if condition else "") + ("!" if default else ""))

    def _then(self, last: str, element: str, scope: str) -> str:
        node_id = self._node(element, scope)
        self._to(last, node_id)
        return node_id

    def _condition(self) -> str:
        return f"{self.random.choice(VALUES)} = {self.random.randint(0, 1)}"

    def _block(self, last: str, scope: str, depth: int) -> str:
        kinds = ["task"] if depth <= 0 else [
            "task", "task", "sequence", "parallel", "exclusive", "inclusive", "loop", "sub", "border", "events",
            "script", "escape", "error", "terminate", "catch", "instances", "link", "asking", "again",
            "signal", "escalation", "handler", "watch",
        ]  # fmt: skip
        return getattr(self, f"_{self.random.choice(kinds)}")(last, scope, depth - 1)

    def _task(self, last: str, scope: str, depth: int) -> str:
        return self._then(last, "userTask", scope)

    def _instances(self, last: str, scope: str, depth: int) -> str:
        body = INSTANCES.format(self.random.choice(("true", "false")), self.random.randint(1, 3))
        return self._then(last, f"userTask|{body}", scope)

    def _script(self, last: str, scope: str, depth: int) -> str:
        return self._then(last, "scriptTask|<script>n := n + 1</script>", scope)

    def _catch(self, last: str, scope: str, depth: int) -> str:
        return self._then(last, f"intermediateCatchEvent|{self.random.choice((TIMER, MESSAGE))}", scope)

    def _link(self, last: str, scope: str, depth: int) -> str:
        name = f"L{len(self.nodes)}"
        link = f'<linkEventDefinition name="{name}"/>'
        self._then(last, f"intermediateThrowEvent|{link}", scope)
        return self._node(f"intermediateCatchEvent|{link}", scope)

    def _again(self, last: str, scope: str, depth: int) -> str:
        """A standard loop; people set the value that ends it, and rounds of a task are no arrows."""
        before = self.random.choice(("true", "false"))
        loop = f'<standardLoopCharacteristics testBefore="{before}"><loopCondition>{self._condition()}</loopCondition>'
        return self._then(last, f"userTask|{loop}</standardLoopCharacteristics>", scope)

    def _signal(self, last: str, scope: str, depth: int) -> str:
        """One branch waits for, or is broken off or joined by, what the other tells; a person may be faster."""
        signal = '<signalEventDefinition signalRef="Go"/>'
        split, join = self._then(last, "parallelGateway", scope), self._node("parallelGateway", scope)
        thrown = self._then(self._block(split, scope, depth), f"intermediateThrowEvent|{signal}", scope)
        self._to(thrown, join)
        kind = self.random.choice(("catch", "true", "false"))
        if kind == "catch":
            self._to(self._then(split, f"intermediateCatchEvent|{signal}", scope), join)
            return join
        host = self._sub(split, scope, depth)
        event = self._node(f'boundaryEvent attachedToRef="{host}" cancelActivity="{kind}"|{signal}', scope)
        merge = self._then(host, "exclusiveGateway", scope)
        self._to(merge, join)
        self._to(event, merge if kind == "true" else self._node("endEvent", scope))
        return join

    def _escalation(self, last: str, scope: str, depth: int) -> str:
        """A sub-process that tells those around it, at its end or on the way."""
        sub = self._then(last, "subProcess", scope)
        first = self._block(self._node("startEvent", sub), sub, depth)
        thrown = f'|<escalationEventDefinition escalationRef="{self.random.choice(("X", "Y"))}"/>'
        if self.random.random() < 0.5:
            first = self._then(first, f"intermediateThrowEvent{thrown}", sub)
            self._to(self._block(first, sub, depth), self._node("endEvent", sub))
        else:
            self._to(first, self._node(f"endEvent{thrown}", sub))
        cancel = self.random.choice(("true", "false"))
        ref = self.random.choice(("", ' escalationRef="X"'))
        if self.random.random() < 0.3:
            self._handle(sub, f"<escalationEventDefinition{ref}/>", depth)
            return sub
        event = self._node(
            f'boundaryEvent attachedToRef="{sub}" cancelActivity="{cancel}"|<escalationEventDefinition{ref}/>', scope
        )
        merge = self._then(sub, "exclusiveGateway", scope)
        self._to(self._block(event, scope, depth), merge if cancel == "true" else self._node("endEvent", scope))
        return merge

    def _until(self) -> str:
        return f"<conditionalEventDefinition><condition>{self._condition()}</condition></conditionalEventDefinition>"

    def _watch(self, last: str, scope: str, depth: int) -> str:
        """Something that waits for the data beside other work, or on its border."""
        if self.random.random() < 0.4:
            split, join = self._then(last, "parallelGateway", scope), self._node("parallelGateway", scope)
            self._to(self._block(split, scope, depth), join)
            self._to(self._then(split, f"intermediateCatchEvent|{self._until()}", scope), join)
            return join
        host = self._sub(last, scope, depth)
        cancel = self.random.choice(("true", "false"))
        event = self._node(f'boundaryEvent attachedToRef="{host}" cancelActivity="{cancel}"|{self._until()}', scope)
        self._to(self._block(event, scope, depth), self._node("endEvent", scope))
        return host

    def _handler(self, last: str, scope: str, depth: int) -> str:
        """A sub-process in which something may happen while it is at work: a reminder, a message, a signal."""
        sub = self._sub(last, scope, depth)
        signal = '<signalEventDefinition signalRef="Go"/>'
        self._handle(sub, self.random.choice((TIMER, MESSAGE, signal, self._until())), depth)
        return sub

    def _handle(self, scope: str, trigger: str, depth: int) -> None:
        handler = self._node('subProcess triggeredByEvent="true"', scope)
        interrupts = self.random.choice(("true", "false"))
        start = self._node(f'startEvent isInterrupting="{interrupts}"|{trigger}', handler)
        self._to(self._block(start, handler, depth), self._node("endEvent", handler))

    def _asking(self, last: str, scope: str, depth: int) -> str:
        """Conditions and a default on the arrows of a task itself (BPMN 13.3.1)."""
        task, join = self._then(last, "userTask", scope), self._node("inclusiveGateway", scope)
        self._branches(task, join, scope, depth)
        return join

    def _sequence(self, last: str, scope: str, depth: int) -> str:
        return self._block(self._block(last, scope, depth), scope, depth)

    def _parallel(self, last: str, scope: str, depth: int) -> str:
        split, join = self._then(last, "parallelGateway", scope), self._node("parallelGateway", scope)
        for _ in range(self.random.randint(2, 3)):
            self._to(self._block(split, scope, depth), join)
        return join

    def _exclusive(self, last: str, scope: str, depth: int) -> str:
        split, join = self._then(last, "exclusiveGateway", scope), self._node("exclusiveGateway", scope)
        self._branches(split, join, scope, depth)
        return join

    def _inclusive(self, last: str, scope: str, depth: int) -> str:
        split, join = self._then(last, "inclusiveGateway", scope), self._node("inclusiveGateway", scope)
        self._branches(split, join, scope, depth)
        if self.random.random() < 0.3:
            self._to(split, join, self._condition())
        return join

    def _branches(self, split: str, join: str, scope: str, depth: int) -> None:
        count = self.random.randint(2, 3)
        for number in range(count):
            first = self._node("serviceTask", scope)
            self._to(split, first, "" if number == count - 1 else self._condition(), default=number == count - 1)
            self._to(self._block(first, scope, depth), join)

    def _loop(self, last: str, scope: str, depth: int) -> str:
        merge = self._then(last, "exclusiveGateway", scope)
        question = self._then(
            self._then(self._block(merge, scope, depth), "userTask", scope), "exclusiveGateway", scope
        )
        out = self._node("serviceTask", scope)
        self._to(question, merge, self._condition())
        self._to(question, out, default=True)
        return out

    def _escape(self, last: str, scope: str, depth: int) -> str:
        """A way out of a block: an OR-join must not wait for it, an AND-join waits for ever."""
        question = self._then(self._then(last, "userTask", scope), "exclusiveGateway", scope)
        on, out = self._node("serviceTask", scope), self._node("endEvent", scope)
        self._to(question, out, self._condition())
        self._to(question, on, default=True)
        return on

    def _sub(self, last: str, scope: str, depth: int) -> str:
        body = INSTANCES.format(self.random.choice(("true", "false")), 2) if self.random.random() < 0.3 else ""
        sub = self._then(last, f"subProcess|{body}", scope)
        self._process(sub, depth)
        return sub

    def _border(self, last: str, scope: str, depth: int) -> str:
        host = (self._task if self.random.random() < 0.6 else self._sub)(last, scope, depth)
        cancel = self.random.choice(("true", "false"))
        event = self._node(
            f'boundaryEvent attachedToRef="{host}" cancelActivity="{cancel}"|{self.random.choice((TIMER, MESSAGE))}',
            scope,
        )
        after = self._block(event, scope, depth)
        if cancel == "true" and self.random.random() < 0.5:
            merge = self._then(host, "exclusiveGateway", scope)
            self._to(after, merge)
            return merge
        self._to(after, self._node("endEvent", scope))
        return host

    def _events(self, last: str, scope: str, depth: int) -> str:
        gateway, merge = self._then(last, "eventBasedGateway", scope), self._node("exclusiveGateway", scope)
        for trigger in (MESSAGE, TIMER, TIMER)[: self.random.randint(2, 3)]:
            event = self._then(gateway, f"intermediateCatchEvent|{trigger}", scope)
            self._to(self._block(event, scope, depth), merge)
        return merge

    def _error(self, last: str, scope: str, depth: int) -> str:
        """A sub-process, perhaps in another, that may fail; the outermost border catches it."""
        outer = self._then(last, "subProcess", scope)
        inner = outer
        begin = self._node("startEvent", outer)
        if self.random.random() < 0.5:
            inner = self._then(begin, "subProcess", outer)
            self._to(inner, self._node("endEvent", outer))
            begin = self._node("startEvent", inner)
        split = self._then(begin, "parallelGateway", inner)
        self._to(self._block(split, inner, depth), self._node("endEvent", inner))
        question = self._then(self._then(split, "userTask", inner), "exclusiveGateway", inner)
        self._to(question, self._node('endEvent|<errorEventDefinition errorRef="Bad"/>', inner), self._condition())
        self._to(question, self._node("endEvent", inner), default=True)
        ref = self.random.choice(("", ' errorRef="Bad"'))
        if self.random.random() < 0.3:
            self._handle(self.random.choice((inner, outer)), f"<errorEventDefinition{ref}/>", depth)
            return outer
        caught = self._node(f'boundaryEvent attachedToRef="{outer}"|<errorEventDefinition{ref}/>', scope)
        merge = self._then(outer, "exclusiveGateway", scope)
        self._to(self._block(caught, scope, depth), merge)
        return merge

    def _terminate(self, last: str, scope: str, depth: int) -> str:
        sub = self._then(last, "subProcess", scope)
        split = self._then(self._node("startEvent", sub), "parallelGateway", sub)
        self._to(self._block(split, sub, depth), self._node("endEvent", sub))
        stop = self._node("endEvent|<terminateEventDefinition/>", sub)
        self._to(self._then(split, "userTask", sub), stop)
        return sub
