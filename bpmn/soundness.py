"""Can a model always be run to its end? Bounded search through the token game: deadlocks, double work, dead nodes.

Sound is a model in which no token can get stuck, none runs behind another on the same arrow, and every node has its day
(van der Aalst 1998, for workflow nets). Each scope is searched alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from bpmn.control_flow import ControlFlow
from bpmn.tokens import BEGIN, Marking, Move, TokenGame

#: Markings of one scope that are looked at; what is beyond is not proved.
MAX_MARKINGS = 5_000


@dataclass(frozen=True)
class Defect:
    """``kind``: deadlock, twice, dead or not-proved; where, and the nodes and arrows that lead there, in order."""

    kind: str
    element: str
    path: tuple[tuple[str, str], ...] = ()
    #: Of a deadlock: the arrows on which nothing comes any more.
    missing: tuple[str, ...] = ()


@dataclass
class _Search:
    """Markings seen, each with the move that led to it first and the marking before."""

    before: dict[Marking, tuple[Marking, Move] | None] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    doubled: dict[str, Marking] = field(default_factory=dict)
    stuck: dict[str, Marking] = field(default_factory=dict)
    complete: bool = True


def defects(control: ControlFlow) -> Iterator[Defect]:
    """Every defect of a process, scope by scope; at most one of a kind for an element."""
    scopes = [None, *(node.id for node in control.nodes.values() if control.inside(node.id))]
    for scope in scopes:
        yield from _of_scope(TokenGame(control, scope), scope)


def _of_scope(game: TokenGame, scope: str | None) -> Iterator[Defect]:
    order = _order(game)
    found = _search(game, order)
    for node, marking in found.stuck.items():
        there = {place for place in marking if game.target(place) == node}
        missing = [flow.id for flow in game.incoming[node] if flow.id not in there]
        yield Defect("deadlock", node, _path(game, found, marking), tuple(missing))
    for place, marking in found.doubled.items():
        yield Defect("twice", place, _path(game, found, marking))
    if not found.complete:
        yield Defect("not-proved", scope or "")
    elif not found.doubled:
        for node_id in game.nodes:
            if node_id not in found.moved and node_id not in found.stuck and _should_move(game, node_id):
                yield Defect("dead", node_id)


def _search(game: TokenGame, order: dict[str, int]) -> _Search:
    """Look at every marking that matters.

    Whose turn it is does not matter, except to see two tokens on one arrow: so always the node furthest back moves,
    until those behind have caught up.
    """
    found, repeatable = _Search(before={game.start: None}), game.repeatable
    waiting = deque([game.start])
    while waiting:
        marking = waiting.popleft()
        ready = game.ready(marking)
        if not ready:
            for place in marking:
                found.stuck.setdefault(game.target(place), marking)
            continue
        found.moved |= ready.keys()
        node_id = min(ready, key=lambda node: (_ends_all(game, node), order[node]))
        for move in game.moves(node_id, ready[node_id][0]):
            found.moved |= {game.target(place) for place in move.given if place.startswith(BEGIN)}
            after = _once(move.after(marking), repeatable)
            if after in found.before:
                continue
            found.before[after] = (marking, move)
            double = next((one for one, other in pairwise(after) if one == other), None)
            if double is not None:
                found.doubled.setdefault(double, after)
            elif len(found.before) > MAX_MARKINGS:
                found.complete = False
                return found
            else:
                waiting.append(after)
    return found


def _once(marking: Marking, repeatable: frozenset[str]) -> Marking:
    """One token stands for several where the drawing says that it may happen more than once."""
    return tuple(one for one, other in pairwise((*marking, "")) if one != other or one not in repeatable)


def _ends_all(game: TokenGame, node_id: str) -> bool:
    """Such an end moves last: it would hide what the others do."""
    node = game.nodes[node_id]
    return node.type == "endEvent" and node.trigger in ("terminate", "error", "cancel")


def _should_move(game: TokenGame, node_id: str) -> bool:
    """Is the node one that tokens go into, and something leads to it? What nothing leads to is told by another rule."""
    node = game.nodes[node_id]
    return bool(game.incoming[node_id]) and not node.attached_to and node_id in game.control.reachable


def _order(game: TokenGame) -> dict[str, int]:
    """Nodes from the first to the last, arrows that lead back left aside (reverse postorder, without recursion)."""
    done: list[str] = []
    seen: set[str] = set()
    for start in [*(game.target(place) for place in game.start), *game.nodes]:
        work = [] if start in seen else [(start, iter(sorted(game.control.after[start])))]
        seen.add(start)
        while work:
            following = next((one for one in work[-1][1] if one not in seen), None)
            if following is None:
                done.append(work.pop()[0])
            else:
                seen.add(following)
                work.append((following, iter(sorted(game.control.after[following]))))
    return {node: place for place, node in enumerate(reversed(done))}


def _path(game: TokenGame, found: _Search, marking: Marking) -> tuple[tuple[str, str], ...]:
    """(node, the one arrow it chose among several or '') from the start to a marking."""
    steps: list[tuple[str, str]] = []
    here = found.before[marking]
    while here is not None:
        before, move = here
        chose = len(move.given) == 1 and move.given != tuple(flow.id for flow in game.outgoing[move.node])
        steps.append((move.node, move.given[0] if chose and not move.given[0].startswith(BEGIN) else ""))
        here = found.before[before]
    return tuple(reversed(steps))
