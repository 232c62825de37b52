"""The token game of a drawn model: which tokens may move, and where to. A small interpreter of BPMN 2.0, chapter 13.

It shares nothing with what runs the cases but the model, so that the two can judge each other: it decides whether a
model can be run to an end (``soundness``) and whether what is recorded of a case was possible (``trail``).

One scope is played alone: the process, or the inside of a sub-process; a sub-process is one activity of the scope
around it. Data is not looked at: a question may be answered either way, an event may happen or not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from bpmn.control_flow import ControlFlow
from bpmn.model import Flow, Node

#: The arrows that hold a token, sorted; one that holds two stands there twice. A node where tokens begin without an
#: arrow (a start, the other end of a link) is named by its id with a mark before it.
Marking = tuple[str, ...]
BEGIN = ">"
#: Out of more conditional arrows than this not every combination is tried, only one, and all.
MAX_COMBINED = 5
_OPEN_ENDED = ("inclusiveGateway", "complexGateway")


@dataclass(frozen=True)
class Move:
    """A node takes tokens and gives others. ``ends``: every other token of the scope goes too."""

    node: str
    taken: Marking
    given: Marking
    ends: bool = False

    def after(self, marking: Marking) -> Marking:
        """The marking this move leads to."""
        if self.ends:
            return ()
        left = Counter(marking)
        left.subtract(self.taken)
        left.update(self.given)
        return tuple(sorted(left.elements()))


class TokenGame:
    """The moves of one scope (None: the process itself)."""

    def __init__(self, control: ControlFlow, scope: str | None = None) -> None:
        self.control = control
        self.nodes = {node.id: node for node in control.inside(scope)}
        #: Arrows that stay in the scope; one that crosses its border is refused by another rule.
        self.outgoing = {node: [f for f in control.outgoing[node] if f.target in self.nodes] for node in self.nodes}
        self.incoming = {node: [f for f in control.incoming[node] if f.source in self.nodes] for node in self.nodes}
        self._flows = {flow.id: flow for flows in self.outgoing.values() for flow in flows}
        self.start: Marking = tuple(sorted(BEGIN + node.id for node in control.beginnings(scope)))

    def target(self, place: str) -> str:
        """The node a token on this arrow goes into."""
        return place[1:] if place.startswith(BEGIN) else self._flows[place].target

    def ready(self, marking: Marking) -> dict[str, list[Marking]]:
        """The nodes that may move, each with the tokens it would take: any one, or at a join all it waits for."""
        found: dict[str, list[Marking]] = {}
        arrived: dict[str, list[str]] = {}
        for place in dict.fromkeys(marking):
            arrived.setdefault(self.target(place), []).append(place)
        for node_id, places in arrived.items():
            incoming = self.incoming[node_id]
            if len(incoming) < 2 or not self.is_join(node_id):
                found[node_id] = [(place,) for place in places]
            elif self.nodes[node_id].type == "parallelGateway":
                if len(places) == len(incoming):
                    found[node_id] = [tuple(places)]
            elif not self._may_still_come(marking, node_id, set(places)):
                found[node_id] = [tuple(places)]
        return found

    def is_join(self, node_id: str) -> bool:
        """Do tokens wait for each other here?"""
        return self.nodes[node_id].type in ("parallelGateway", "inclusiveGateway")

    def moves(self, node_id: str, taken: Marking) -> Iterator[Move]:
        """Everything that can come of the node taking these tokens."""
        node = self.nodes[node_id]
        if node.type == "endEvent":
            yield Move(node_id, taken, (), ends=node.trigger in ("terminate", "error", "cancel"))
            return
        border = [one for one in self.nodes.values() if one.attached_to == node_id and one.trigger != "compensate"]
        also = [one for one in border if not one.interrupting and one.trigger != "error"]
        for given in self._ways_out(node):
            yield Move(node_id, taken, given)
            for event in also:
                for more in self._ways_out(event):
                    yield Move(node_id, taken, tuple(sorted(given + more)))
        for event in border:
            if event not in also:
                for given in self._ways_out(event):
                    yield Move(node_id, taken, given)

    @cached_property
    def repeatable(self) -> frozenset[str]:
        """Arrows behind an event that leaves its host at work: it may happen again before the first is dealt with."""
        events = [node for node in self.nodes.values() if node.attached_to and not node.interrupting]
        return frozenset(arrow for event in events for arrow in self._ahead(BEGIN + event.id, ""))

    # -- out of a node --------------------------------------------------------------------------------------------

    def _ways_out(self, node: Node) -> list[Marking]:
        """The sets of arrows a node may give tokens to."""
        flows = self.outgoing[node.id]
        if node.type == "intermediateThrowEvent" and node.trigger == "link":
            return [tuple(sorted(BEGIN + catch.id for catch in self.control.catches(node)))]
        if node.type in ("exclusiveGateway", "eventBasedGateway"):
            return [(flow.id,) for flow in flows] or [()]
        if node.type == "parallelGateway":
            return [tuple(sorted(flow.id for flow in flows))]
        asks = flows if node.type in _OPEN_ENDED and len(flows) > 1 else [flow for flow in flows if flow.condition]
        return self._asked(node, flows, [flow for flow in asks if flow.id != node.default])

    def _asked(self, node: Node, flows: list[Flow], asked: list[Flow]) -> list[Marking]:
        """Any of the arrows that are asked, with all that are not; the default where none of them is taken."""
        always = [flow.id for flow in flows if flow not in asked and flow.id != node.default]
        instead = [flow.id for flow in flows if flow.id == node.default]
        ways = [tuple(sorted([*always, *some])) for some in _some([flow.id for flow in asked])]
        if not asked or instead:
            ways.append(tuple(sorted(always + instead)))
        return ways

    # -- what an OR-join waits for ----------------------------------------------------------------------------------

    def _may_still_come(self, marking: Marking, join: str, there: set[str]) -> bool:
        """BPMN 13.3.3: can a token come to an empty arrow of the join, by no way that has one already?"""
        empty = {flow.id for flow in self.incoming[join]} - there
        for place in set(marking):
            if self.target(place) != join:
                ahead = self._ahead(place, join)
                if ahead & empty and not ahead & there:
                    return True
        return False

    def _ahead(self, place: str, join: str) -> frozenset[str]:
        """The arrows a token on ``place`` can come to without passing ``join``."""
        if (place, join) not in self._known:
            seen: set[str] = set()
            ways = [self.target(place)]
            visited: set[str] = set()
            while ways:
                here = ways.pop()
                if here in visited or here == join:
                    continue
                visited.add(here)
                seen |= {flow.id for flow in self.outgoing.get(here, ())}
                ways += self.control.after[here]
            self._known[place, join] = frozenset(seen)
        return self._known[place, join]

    @cached_property
    def _known(self) -> dict[tuple[str, str], frozenset[str]]:
        return {}


def _some(arrows: list[str]) -> Iterator[tuple[str, ...]]:
    """Every choice of at least one; of very many only each alone, and all."""
    sizes = range(1, len(arrows) + 1) if len(arrows) <= MAX_COMBINED else (1, len(arrows))
    for size in sizes:
        yield from combinations(arrows, size)
