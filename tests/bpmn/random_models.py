"""Random BPMN files as values: orderly ones and wild ones, to lay out."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from bpmn.model import Definitions, EventDefinition, Flow, Lane, Loop, MessageFlow, Node, Pool, Process
from bpmn.power import Limit, Step

NAMES = (
    "",
    "受理",
    "材料是否齐全、符合法定形式？",
    "一次性告知申请人需要补正的全部内容并说明理由",
    "Review",
    "Administrative reconsideration of the decision",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "长" * 120,
)
ACTIVITIES = ("userTask", "task", "serviceTask", "callActivity", "subProcess")
OTHERS = (
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "intermediateCatchEvent",
    "startEvent",
    "endEvent",
)


class _Sketch:
    """One process being made up."""

    def __init__(self, random: Random, key: str, lanes: int) -> None:
        self.random, self.key = random, key
        self.nodes: list[Node] = []
        self.flows: list[Flow] = []
        nested = random.random() < 0.2
        self.lanes = tuple(
            Lane(
                id=f"{key}-lane{i}",
                name=random.choice(NAMES),
                process=key,
                parent=f"{key}-lane0" if nested and i else None,
            )
            for i in range(lanes)
        )

    def node(self, kind: str, parent: str | None = None) -> Node:
        random = self.random
        step = Step(post="审查岗", people=random.choice((1, 2)), limits=(Limit(statutory=20, promised=10),))
        made = Node(
            id=f"{self.key}-{len(self.nodes)}",
            type=kind,
            name=random.choice(NAMES),
            process=self.key,
            parent=parent,
            lane=random.choice(self.lanes).id if self.lanes and random.random() < 0.95 else None,
            expanded=kind == "subProcess" and random.random() < 0.6,
            events=(EventDefinition(kind="timer"),) if kind == "boundaryEvent" else (),
            loop=Loop(kind="parallel") if random.random() < 0.1 else None,
            step=step if random.random() < 0.4 else None,
        )
        self.nodes.append(made)
        return made

    def hang(self, host: Node) -> Node:
        """A boundary event; like the reader's it has its host's lane."""
        event = replace(self.node("boundaryEvent", host.parent), attached_to=host.id, lane=host.lane)
        self.nodes[-1] = event
        return event

    def flow(self, source: str, target: str, parent: str | None = None) -> None:
        self.flows.append(
            Flow(
                id=f"{self.key}-flow{len(self.flows)}",
                source=source,
                target=target,
                name=self.random.choice(("", "", *NAMES)),
                process=self.key,
                parent=parent,
                returns=self.random.random() < 0.05,
            )
        )

    def wild(self, count: int, parent: str | None = None, depth: int = 0) -> None:
        """Nodes of all kinds with arrows between any two of them."""
        random, ids = self.random, []
        for _ in range(count):
            node = self.node(random.choice(ACTIVITIES + OTHERS), parent)
            ids.append(node.id)
            if node.type == "subProcess" and depth < 2:
                self.wild(random.randint(1, 4), node.id, depth + 1)
            if node.type in ACTIVITIES:
                ids += [self.hang(node).id for _ in range(random.choice((0, 0, 1, 3)))]
        for _ in range(int(len(ids) * random.choice((0.5, 1, 1.5)))):
            self.flow(random.choice(ids), random.choice(ids), parent)

    def orderly(self, depth: int, last: str) -> str:
        """A block after ``last``: a task, a row of blocks, a choice, parallel work or a loop. Returns its end."""
        random = self.random
        kind = random.choice(("task", "row", "choice", "parallel", "loop") if depth else ("task",))
        if kind == "task":
            task = self.node(random.choice(("userTask", "serviceTask"))).id
            self.flow(last, task)
            return task
        if kind == "row":
            return self.orderly(depth - 1, self.orderly(depth - 1, last))
        gateway = "parallelGateway" if kind == "parallel" else "exclusiveGateway"
        split, join = self.node(gateway).id, self.node(gateway).id
        if kind == "loop":
            self.flow(last, join)
            self.flow(self.orderly(depth - 1, join), split)
            self.flow(split, join)
            return split
        self.flow(last, split)
        for _ in range(random.randint(2, 4)):
            self.flow(self.orderly(depth - 1, split), join)
        return join

    def process(self) -> Process:
        return Process(id=self.key, name="过程", lanes=self.lanes, nodes=tuple(self.nodes), flows=tuple(self.flows))


def wild(random: Random) -> Definitions:
    """Anything a file may hold: several pools, black boxes, messages to anywhere, loose ends, arrows to itself."""
    pooled = random.choice((0, 0, 1, 2, 3))
    sketches = [_Sketch(random, f"P{i}", random.choice((0, 1, 2, 4))) for i in range(max(1, pooled))]
    for sketch in sketches:
        sketch.wild(random.randint(0, 9))
    pools = [Pool(id=f"pool{i}", name=random.choice(NAMES), process=f"P{i}") for i in range(pooled)]
    if pools:
        pools += [Pool(id=f"box{i}", name=random.choice(NAMES)) for i in range(random.choice((0, 1, 2)))]
        random.shuffle(pools)
    ends = [node.id for sketch in sketches for node in sketch.nodes] + [pool.id for pool in pools] * 2
    pairs = [(random.choice(ends), random.choice(ends)) for _ in range(random.randint(0, 6))] if len(pools) > 1 else []
    messages = tuple(
        MessageFlow(id=f"message{i}", source=source, target=target, name=random.choice(NAMES))
        for i, (source, target) in enumerate(pairs)
        if source != target
    )
    return Definitions(
        processes=tuple(sketch.process() for sketch in sketches), pools=tuple(pools), message_flows=messages
    )


def orderly(random: Random, depth: int = 3) -> Definitions:
    """One process of nested blocks between a start and an end, over some lanes."""
    sketch = _Sketch(random, "P", random.choice((0, 2, 3, 5)))
    start = sketch.node("startEvent").id
    last = sketch.orderly(depth, start)
    sketch.flow(last, sketch.node("endEvent").id)
    return Definitions(processes=(sketch.process(),))
