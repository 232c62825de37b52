"""The control flow of one process as a graph: who follows whom, what can be reached, what goes round.

An arrow leads from its source to its target, a node to the boundary events it hosts, a link throw to the link catch
of its name. Each sub-process is a scope of its own; entering it means entering where its inside begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from bpmn.model import Flow, Node

#: Nodes that pass at once, without anyone or anything outside; user tasks, catch events and the like wait.
PASSING = frozenset(
    "serviceTask scriptTask sendTask businessRuleTask exclusiveGateway inclusiveGateway parallelGateway complexGateway "
    "intermediateThrowEvent startEvent endEvent".split()
)


class ControlFlow:
    """The graph; every question is answered without recursion, in time linear in nodes and arrows."""

    def __init__(self, nodes: Mapping[str, Node], flows: Iterable[Flow]) -> None:
        self.nodes = nodes
        self.flows = [flow for flow in flows if flow.source in nodes and flow.target in nodes]
        self.outgoing: dict[str, list[Flow]] = {node: [] for node in nodes}
        self.incoming: dict[str, list[Flow]] = {node: [] for node in nodes}
        for flow in self.flows:
            self.outgoing[flow.source].append(flow)
            self.incoming[flow.target].append(flow)
        self.after: dict[str, set[str]] = {node: {flow.target for flow in self.outgoing[node]} for node in nodes}
        for node in nodes.values():
            if node.attached_to in nodes:
                self.after[str(node.attached_to)].add(node.id)
            if node.type == "intermediateThrowEvent" and node.trigger == "link":
                self.after[node.id] |= {catch.id for catch in self.catches(node)}

    def catches(self, throw: Node) -> list[Node]:
        """The link catch events of a link throw's name, in the same scope."""
        return [
            node
            for node in self.nodes.values()
            if node.type == "intermediateCatchEvent"
            and node.trigger == "link"
            and node.parent == throw.parent
            and link_name(node) == link_name(throw)
        ]

    def inside(self, scope: str | None) -> list[Node]:
        """Nodes directly in a sub-process, or at the top for None."""
        return self._scopes.get(scope, [])

    @cached_property
    def _scopes(self) -> dict[str | None, list[Node]]:
        scopes: dict[str | None, list[Node]] = {}
        for node in self.nodes.values():
            scopes.setdefault(node.parent, []).append(node)
        return scopes

    def handles(self, node: Node) -> bool:
        """Is it the start event of an event sub-process?"""
        around = self.nodes.get(node.parent or "")
        return node.type == "startEvent" and around is not None and around.triggered_by_event

    def beginnings(self, scope: str | None) -> list[Node]:
        """Where a scope begins: its start events or, without any, every node nothing leads to (BPMN 10.5.2)."""
        members = self.inside(scope)
        starts = [node for node in members if node.type == "startEvent"]
        return starts or [node for node in members if self.is_unprompted(node)]

    def is_unprompted(self, node: Node) -> bool:
        """Does nothing lead to this node, though something should?"""
        own_way_in = (
            node.type in ("startEvent", "boundaryEvent")
            or node.for_compensation
            or node.triggered_by_event
            or (node.type == "intermediateCatchEvent" and node.trigger == "link")
        )
        return not own_way_in and not self.incoming[node.id]

    @cached_property
    def reachable(self) -> set[str]:
        """Ids of nodes that a case can come to."""
        seen: set[str] = set()
        waiting = [node.id for node in self.beginnings(None)]
        waiting += [node.id for node in self.inside(None) if node.triggered_by_event]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            waiting += self.after[node]
            waiting += [inner.id for inner in self.beginnings(node)] if self.inside(node) else []
            waiting += [inner.id for inner in self.inside(node) if inner.triggered_by_event]
        # A compensation handler is reached through an association, not an arrow.
        return seen | {node.id for node in self.nodes.values() if node.for_compensation}

    @cached_property
    def ending(self) -> set[str]:
        """Ids of nodes from which an end of their scope can be reached: an end event or a node nothing follows."""
        before: dict[str, set[str]] = {node: set() for node in self.nodes}
        for node, followers in self.after.items():
            for follower in followers:
                before[follower].add(node)
        seen: set[str] = set()
        waiting = [node for node in self.nodes if not self.outgoing[node] and not self._is_link_throw(node)]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += before[node]
        return seen

    def _is_link_throw(self, node: str) -> bool:
        return self.nodes[node].type == "intermediateThrowEvent" and self.nodes[node].trigger == "link"

    def leads_back(self, flow: Flow) -> bool:
        """Does a way lead from the arrow's target to its source, so that the arrow closes a loop?"""
        circle = self._circle_of.get(flow.source)
        return circle is not None and circle == self._circle_of.get(flow.target)

    @cached_property
    def _circle_of(self) -> dict[str, int]:
        return {node: number for number, circle in enumerate(self.circles()) for node in circle}

    def waits(self, node: Node) -> bool:
        """Does the case stop here until someone or something outside acts?"""
        if node.kind == "sub" or node.type == "callActivity":
            members = self.inside(node.id)
            return not members or any(self.waits(member) for member in members)
        if node.type in ("exclusiveGateway", "inclusiveGateway"):
            # Without any condition a person decides.
            arrows = self.outgoing[node.id]
            return len(arrows) > 1 and not any(arrow.condition for arrow in arrows)
        return node.type not in PASSING

    def circles(self, members: set[str] | None = None) -> list[set[str]]:
        """Sets of nodes that lie on loops together, considering only ``members`` (Tarjan, without recursion)."""
        members = set(self.nodes) if members is None else members
        return [group for group in _components(self.after, members) if self._goes_round(group)]

    def _goes_round(self, group: set[str]) -> bool:
        return len(group) > 1 or any(node in self.after[node] for node in group)


def link_name(node: Node) -> str:
    """The name that pairs a link throw with its catch."""
    return node.events[0].ref or node.name if node.events else node.name


def _components(after: Mapping[str, set[str]], members: set[str]) -> list[set[str]]:
    """Strongly connected components of the graph restricted to ``members``."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    groups: list[set[str]] = []
    for root in sorted(members):
        work = [] if root in index else [(root, iter(sorted(after[root] & members)))]
        while work:
            node, followers = work[-1]
            if node not in index:
                index[node] = low[node] = len(index)
                stack.append(node)
                on_stack.add(node)
            following = next(followers, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    groups.append(_popped(stack, on_stack, node))
            elif following not in index:
                work.append((following, iter(sorted(after[following] & members))))
            elif following in on_stack:
                low[node] = min(low[node], index[following])
    return groups


def _popped(stack: list[str], on_stack: set[str], last: str) -> set[str]:
    group: set[str] = set()
    while last not in group:
        node = stack.pop()
        on_stack.discard(node)
        group.add(node)
    return group
