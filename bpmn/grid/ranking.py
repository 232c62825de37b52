"""Rows: every node below what comes before it, loop-backs left out, side steps into another lane kept level."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bpmn.grid.scene import Link, Scene

#: Above this many nodes the size of what follows is not compared (it would cost a search per node).
_MANY = 400


@dataclass(frozen=True, kw_only=True)
class Rows:
    row: Mapping[str, int]
    count: int
    #: Cells in reading order: along the arrows, the shorter branch first.
    order: tuple[str, ...]
    #: Ids of the arrows that lead back.
    back: frozenset[str]
    #: Forward successors by cell (sequence flows only).
    after: Mapping[str, tuple[str, ...]]
    before: Mapping[str, tuple[str, ...]]


@dataclass
class _Graph:
    """Forward arrows with the least distance in rows: 1 for a sequence flow, 0 for a message."""

    outs: dict[str, list[tuple[str, Link, int]]] = field(default_factory=lambda: defaultdict(list))
    ins: dict[str, list[tuple[str, Link, int]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, link: Link, least: int) -> None:
        self.outs[link.source].append((link.target, link, least))
        self.ins[link.target].append((link.source, link, least))

    def reaches(self, start: str, goal: str) -> bool:
        return goal in _reachable(start, lambda id_: (next_ for next_, _, _ in self.outs[id_]))

    def sequence_ins(self, id_: str) -> int:
        return sum(1 for _, _, least in self.ins[id_] if least)

    def sequence_outs(self, id_: str) -> int:
        return sum(1 for _, _, least in self.outs[id_] if least)


def rank(scene: Scene, capacity: Sequence[int]) -> Rows:
    """Rows of all cells; no column gets more than ``capacity[column]`` cells in one row."""
    flows = [link for link in scene.links if link.kind == "sequence" and link.source != link.target]
    flows = [link for link in flows if link.source in scene.nodes and link.target in scene.nodes]
    back, order = _walk(scene, flows)
    graph = _Graph()
    for link in flows:
        if link.id not in back:
            graph.add(link, 1)
    _add_messages(scene, graph)
    order = _topological(scene, graph, order)
    rows, level = _rows(scene, graph, order, capacity)
    _tighten(scene, graph, order, capacity, rows, level)
    used = {row: index for index, row in enumerate(sorted(set(rows.values())))}
    return Rows(
        row={id_: used[row] for id_, row in rows.items()},
        count=len(used),
        order=tuple(order),
        back=frozenset(back),
        after={id_: tuple(next_ for next_, _, least in graph.outs[id_] if least) for id_ in scene.nodes},
        before={id_: tuple(last for last, _, least in graph.ins[id_] if least) for id_ in scene.nodes},
    )


def _reachable(start: str, following: Callable[[str], Iterable[str]]) -> set[str]:
    seen, stack = {start}, [start]
    while stack:
        for id_ in following(stack.pop()):
            if id_ not in seen:
                seen.add(id_)
                stack.append(id_)
    return seen


def _walk(scene: Scene, flows: Sequence[Link]) -> tuple[set[str], list[str]]:
    """Loop-back arrows, and an order along the others in which the shorter branch follows its split at once."""
    outs: dict[str, list[Link]] = defaultdict(list)
    for link in flows:
        outs[link.source].append(link)
    roots = list(_roots(scene, flows))
    back = _declared_returns(flows, outs)
    for id_ in outs:
        outs[id_] = [link for link in outs[id_] if link.id not in back]
    back |= _search(roots, outs)[0]
    for id_ in outs:
        outs[id_] = [link for link in outs[id_] if link.id not in back]
    if len(scene.nodes) <= _MANY:
        size = {id_: len(_reachable(id_, lambda at: (link.target for link in outs[at]))) for id_ in scene.nodes}
        for links in outs.values():
            links.sort(key=lambda link: -size[link.target])
    return back, _search(roots, outs)[1][::-1]


def _declared_returns(flows: Sequence[Link], outs: Mapping[str, list[Link]]) -> set[str]:
    """Arrows declared as returns that do close a loop."""
    returns = {link.id for link in flows if link.returns}
    return {
        link.id
        for link in flows
        if link.returns
        and link.source
        in _reachable(link.target, lambda at: (out.target for out in outs.get(at, ()) if out.id not in returns))
    }


def _roots(scene: Scene, flows: Sequence[Link]) -> Iterable[str]:
    """Start events, then what nothing leads to, then the rest; what is tied to nothing comes last."""
    entered = {link.target for link in flows}
    tied = entered | {link.source for link in flows}
    starts = [id_ for id_, node in scene.nodes.items() if node.type == "startEvent" and id_ in tied]
    sources = [id_ for id_ in scene.nodes if id_ in tied and id_ not in entered]
    inner = [id_ for id_ in scene.nodes if id_ in tied]
    # The search lists what it finished last first, so the loose ends are visited first.
    loose = [id_ for id_ in scene.nodes if id_ not in tied]
    return dict.fromkeys([*reversed(loose), *reversed(dict.fromkeys([*starts, *sources])), *inner])


def _search(roots: Iterable[str], outs: Mapping[str, list[Link]]) -> tuple[set[str], list[str]]:
    """Arrows that close a loop, and the nodes in the order a depth-first search leaves them."""
    done: dict[str, bool] = {}
    finished: list[str] = []
    back: set[str] = set()
    for root in roots:
        if root not in done:
            _descend(root, outs, done, finished, back)
    return back, finished


def _descend(
    root: str, outs: Mapping[str, list[Link]], done: dict[str, bool], finished: list[str], back: set[str]
) -> None:
    """Depth-first search without recursion; ``done[id]`` is False while the node is being visited."""
    stack = [(root, iter(outs.get(root, ())))]
    done[root] = False
    while stack:
        id_, links = stack[-1]
        for link in links:
            if link.target not in done:
                done[link.target] = False
                stack.append((link.target, iter(outs.get(link.target, ()))))
                break
            if not done[link.target]:
                back.add(link.id)
        else:
            done[id_] = True
            finished.append(id_)
            stack.pop()


def _add_messages(scene: Scene, graph: _Graph) -> None:
    """A message is not received above the row it is sent from, unless that would close a circle."""
    for link in scene.links:
        inside = link.source in scene.nodes and link.target in scene.nodes
        if link.kind == "message" and inside and not graph.reaches(link.target, link.source):
            graph.add(link, 0)


def _topological(scene: Scene, graph: _Graph, first: list[str]) -> list[str]:
    """Order along all forward arrows, otherwise as in ``first``."""
    place = {id_: index for index, id_ in enumerate(first)}
    waiting = {id_: len(graph.ins[id_]) for id_ in scene.nodes}
    ready = [(place[id_], id_) for id_, count in waiting.items() if not count]
    heapq.heapify(ready)
    order = []
    while ready:
        _, id_ = heapq.heappop(ready)
        order.append(id_)
        for next_, _, _ in graph.outs[id_]:
            waiting[next_] -= 1
            if not waiting[next_]:
                heapq.heappush(ready, (place[next_], next_))
    return order


def _rows(scene: Scene, graph: _Graph, order: list[str], capacity: Sequence[int]) -> tuple[dict[str, int], set[str]]:
    """Longest path; a step into another lane may stay level; what is tied to nothing stands below the rest.

    Returns rows and the cells that stayed level.
    """
    rows: dict[str, int] = {}
    above = {id_ for id_ in order if graph.ins[id_] or graph.outs[id_]}
    floor = 0
    level: set[str] = set()
    standing: dict[int, list[str]] = defaultdict(list)
    column = scene.column_of
    for id_ in sorted(order, key=lambda id_: id_ not in above):
        best, flat = (0 if id_ in above else floor), False
        for last, link, least in graph.ins[id_]:
            distance = least
            if least and _may_stay_level(scene, graph, link, level, standing[rows[last]]):
                distance = 0
            if rows[last] + distance >= best:
                best, flat = rows[last] + distance, distance < least
        while sum(column[other] == column[id_] for other in standing[best]) >= capacity[column[id_]]:
            best, flat = best + 1, False
        rows[id_] = best
        standing[best].append(id_)
        if flat:
            level.add(id_)
        if id_ in above:
            floor = max(floor, best + 1)
    return rows, level


def _may_stay_level(scene: Scene, graph: _Graph, link: Link, level: set[str], standing: list[str]) -> bool:
    """May the arrow's target stand in its source's row? Only across lanes, with a free way between."""
    column, source, target = scene.column_of, link.source, link.target
    if column[source] == column[target] or any(column[other] == column[target] for other in standing):
        return False
    if link.leaves != source:  # a boundary event: its arrow goes down and aside anyway
        return True
    near, far = sorted((column[source], column[target]))
    return (
        source not in level
        and graph.sequence_ins(target) == 1
        and graph.sequence_outs(source) == 1
        and scene.nodes[source].kind != "gateway"
        and not (scene.nodes[target].kind == "gateway" and graph.sequence_outs(target) > 2)
        and not any(near < column[other] < far for other in standing)
    )


def _tighten(
    scene: Scene,
    graph: _Graph,
    order: list[str],
    capacity: Sequence[int],
    rows: dict[str, int],
    level: set[str],
) -> None:
    """Starts and splits that could stand lower move down to what follows them."""
    column = scene.column_of
    crowd: dict[tuple[int, int], int] = defaultdict(int)
    for id_, row in rows.items():
        crowd[column[id_], row] += 1
    for id_ in [*reversed(order)] * 2:
        if id_ in level or any(next_ in level and rows[next_] == rows[id_] for next_, _, _ in graph.outs[id_]):
            continue
        highest = min((rows[next_] - least for next_, _, least in graph.outs[id_]), default=rows[id_])
        if highest <= rows[id_] or 0 < graph.sequence_outs(id_) <= graph.sequence_ins(id_):
            continue
        if crowd[column[id_], highest] < capacity[column[id_]]:
            crowd[column[id_], rows[id_]] -= 1
            crowd[column[id_], highest] += 1
            rows[id_] = highest
