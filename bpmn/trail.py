"""A second opinion on a record: could tokens have moved through the drawn model the way the steps say?

Read from the model alone, by rules of its own (BPMN 2.0, chapter 13), so that a defect of what runs the cases, or a
record that was made up, is found by something that does not share it. What runs side by side in several instances of a
sub-process is counted together: the steps name elements, not instances.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bpmn.control_flow import ControlFlow
from bpmn.model import Flow, Node, Process

#: Kinds of step whose body is looked at; of the others it may be left empty.
WITH_BODY = frozenset({"element cancelled", "case migrated"})
#: Kinds of step by which tokens move, beside arrows taken and migrations.
_MOVES = frozenset({"case opened", "element entered", "element left", "element cancelled", "case closed"})


@dataclass(frozen=True)
class Impossible:
    """The first step no token could have made: its place among the steps, and what forbids it."""

    index: int
    #: nowhere, not-arrived, not-begun, not-at-work, not-left, arrow-missing, arrow-too-many, unfinished
    reason: str


T = TypeVar("T")


class _Broken(Exception):
    """The step is impossible."""


def follow(
    process: Process,
    steps: Iterable[tuple[str, str | None, Mapping[str, Any]]],
    version: Callable[[Mapping[str, Any]], Process] | None = None,
) -> Impossible | None:
    """The first (kind, element, body) that is impossible in this process; None when all were possible.

    ``version`` gives the process a ``case migrated`` goes to, from what its body says of it.
    """
    trail = _Trail(process)
    for index, (kind, element, body) in enumerate(steps):
        try:
            if kind == "case migrated" and version is not None:
                trail = trail.moved(version(body["to"]), body["to"].get("map", {}))
            trail.step(kind, element or "", body)
        except _Broken as broken:
            return Impossible(index, str(broken))
    return None


class _Trail:
    """Tokens on arrows and nodes at work, as far as the steps tell."""

    def __init__(self, process: Process) -> None:
        nodes = {node.id: node for node in process.nodes if node.kind != "artifact"}
        self.control = ControlFlow(nodes, process.flows)
        self.nodes = nodes
        #: ``scope/id``, as steps name a node, → its id.
        self.ids = {_key(node, nodes): node.id for node in nodes.values()}
        self.flows = {flow.id: flow for flow in self.control.flows}
        self.on_arrow: Counter[str] = Counter()
        self.at_work: Counter[str] = Counter()
        #: Visits that began without an arrow and are not entered yet: starts, and the other end of a link.
        self.begun: Counter[str] = Counter()
        #: Hosts that were ended by what stands on their border, which is not entered yet.
        self.interrupted: Counter[str] = Counter()
        #: The node that was left last, and the arrows taken since.
        self.leaving: tuple[Node, list[str]] | None = None
        #: May tokens be left over? Those that wait at a join vanish without a word when their scope ends, and how many
        #: an OR-join took is not known of instances side by side.
        self.may_be_left = False

    def moved(self, process: Process, renamed: Mapping[str, str]) -> _Trail:
        """The same tokens in another version of the process, nodes by their id or where they are mapped to."""
        self._settle()
        after = _Trail(process)
        after.on_arrow, after.may_be_left = self.on_arrow, True
        for mine, theirs in ((self.at_work, after.at_work), (self.begun, after.begun)):
            for node_id, count in mine.items():
                theirs[renamed.get(node_id, node_id)] += count
        return after

    def step(self, kind: str, element: str, body: Mapping[str, Any]) -> None:
        """One step. Raises _Broken."""
        if kind == "arrow taken":
            self._taken(_known(self.flows, element))
            return
        if kind not in _MOVES:
            return
        element = self.ids.get(element, element)
        if kind != "case opened":
            self._settle()
        if kind == "case opened":
            self.begun.update(node.id for node in self.control.beginnings(None))
        elif kind == "element entered":
            self._entered(_known(self.nodes, element))
        elif kind == "element left":
            self._left(_known(self.nodes, element))
        elif kind == "element cancelled" and not body:
            self._take(self.at_work, element, "not-at-work")
            self.interrupted[element] += 1
            self.may_be_left = True
        elif kind == "case closed":
            self._closed()

    def _entered(self, node: Node) -> None:
        incoming = self.control.incoming[node.id]
        if node.attached_to:
            self._on_border(node)
        elif self.begun[node.id]:
            self.begun[node.id] -= 1
        elif not incoming:
            self._begin_inside(node)
        elif node.type == "parallelGateway":
            for flow in incoming:
                self._take(self.on_arrow, flow.id, "not-arrived")
        else:
            there = [flow.id for flow in incoming if self.on_arrow[flow.id]]
            if not there:
                raise _Broken("not-arrived")
            joins = node.type == "inclusiveGateway"
            self.may_be_left |= joins and self._side_by_side(node)
            for flow_id in there if joins and not self._side_by_side(node) else there[:1]:
                self.on_arrow[flow_id] -= 1
        self.at_work[node.id] += 1

    def _on_border(self, event: Node) -> None:
        host = str(event.attached_to)
        if event.interrupting or event.trigger == "error":
            self._take(self.interrupted, host, "not-at-work")
        elif not self.at_work[host]:
            raise _Broken("not-at-work")

    def _begin_inside(self, node: Node) -> None:
        """Where the inside of a sub-process begins: as often as it has instances, while it is at work.

        An event sub-process begins while what is around it is at work; it may end all else there.
        """
        top = node.parent is None and node.triggered_by_event
        if not top and not self.at_work[node.parent or ""]:
            raise _Broken("not-begun")
        self.may_be_left |= node.triggered_by_event

    def _left(self, node: Node) -> None:
        self._take(self.at_work, node.id, "not-at-work")
        self.leaving = (node, [])
        if node.type == "intermediateThrowEvent" and node.trigger == "link":
            self.begun.update(catch.id for catch in self.control.catches(node))
        self.may_be_left |= node.trigger in ("terminate", "error", "cancel")

    def _taken(self, flow: Flow) -> None:
        if self.leaving is None or self.leaving[0].id != flow.source:
            raise _Broken("not-left")
        if flow.id in self.leaving[1]:
            raise _Broken("arrow-too-many")
        self.leaving[1].append(flow.id)
        self.on_arrow[flow.id] += 1

    def _settle(self) -> None:
        """The node left last has taken all its arrows: were they as many as it must?"""
        if self.leaving is None:
            return
        node, taken = self.leaving
        self.leaving = None
        flows = self.control.outgoing[node.id]
        if node.type in ("exclusiveGateway", "eventBasedGateway"):
            least, most = min(1, len(flows)), 1
        elif node.type in ("inclusiveGateway", "complexGateway"):
            least, most = min(1, len(flows)), len(flows)
        else:
            always = [flow for flow in flows if not flow.condition and flow.id != node.default]
            least, most = max(len(always), min(1, len(flows))), len(flows)
            if any(flow.id not in taken for flow in always):
                raise _Broken("arrow-missing")
        if len(taken) < least:
            raise _Broken("arrow-missing")
        if len(taken) > most:
            raise _Broken("arrow-too-many")

    def _closed(self) -> None:
        if any(self.at_work.values()) or (any(self.on_arrow.values()) and not self.may_be_left):
            raise _Broken("unfinished")

    def _side_by_side(self, node: Node) -> bool:
        """Does the node lie in a sub-process that may run several times at once?"""
        here = self.nodes.get(node.parent or "")
        while here is not None:
            if here.loop is not None and here.loop.kind == "parallel":
                return True
            here = self.nodes.get(here.parent or "")
        return False

    @staticmethod
    def _take(places: Counter[str], place: str, reason: str) -> None:
        if not places[place]:
            raise _Broken(reason)
        places[place] -= 1


def _key(node: Node, nodes: Mapping[str, Node]) -> str:
    path = [node.id]
    while parent := nodes[path[-1]].parent:
        path.append(parent)
    return "/".join(id_.rpartition("/")[2] for id_ in reversed(path))


def _known(things: Mapping[str, T], element: str) -> T:
    if element not in things:
        raise _Broken("nowhere")
    return things[element]
