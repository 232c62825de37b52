"""What is to be seen of a file: its visible nodes by level, the columns they stand in, and the arrows between them.

A ``Scene`` is one level: the whole chart, or the inside of one expanded sub-process. Boundary events hang on their
host and are no cells of their own. An arrow whose end is hidden inside a collapsed sub-process ends at that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bpmn.model import Definitions, Flow, Lane, MessageFlow, Node, Process

#: Gateways that ask a question.
DECIDES = frozenset("exclusiveGateway inclusiveGateway complexGateway eventBasedGateway".split())
#: Type of the cell that stands for a pool where a chart has no lanes.
PARTICIPANT = "participant"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A lane, or a pool without lanes. The single column of a chart without either has no id and is not drawn."""

    id: str = ""
    name: str = ""
    pool: str = ""
    black_box: bool = False


@dataclass(frozen=True, kw_only=True)
class Link:
    """An arrow between two cells; ``leaves`` and ``arrives`` are what it is really tied to (a boundary event too)."""

    id: str
    kind: str
    name: str
    source: str
    target: str
    leaves: str
    arrives: str
    #: Leads back: as the file declares, or because it closes a loop (known after ranking).
    returns: bool = False

    #: One answer of several to a question: it parts from the others at once.
    answers: bool = False

    @property
    def family(self) -> tuple[str, bool]:
        """Only arrows of one family may run on one line: messages, steps forward, steps back."""
        return (self.kind, self.returns)

    @property
    def origin(self) -> tuple[str, str]:
        """Arrows of one origin may leave as one line and fork later; an answer is its own origin."""
        return (self.leaves, self.id if self.answers else "")


@dataclass(frozen=True, kw_only=True)
class Scene:
    #: Cells by id, in document order.
    nodes: Mapping[str, Node]
    #: Boundary events by host.
    hung: Mapping[str, tuple[Node, ...]]
    columns: tuple[Column, ...]
    column_of: Mapping[str, int]
    #: Pools that messages go to as a whole: first and last column of each.
    walls: Mapping[str, tuple[int, int]]
    links: tuple[Link, ...]
    #: The expanded sub-processes among the cells.
    insides: Mapping[str, Scene]


def look_at(definitions: Definitions, *, lanes: bool) -> Scene:
    """The whole chart as scenes. Without ``lanes`` all cells stand in one column, pools addressed as a whole too."""
    return _Viewer(definitions, lanes).scene(None)


class _Viewer:
    """Knows what is visible and where; makes the scene of every level."""

    def __init__(self, definitions: Definitions, lanes: bool) -> None:
        self.definitions = definitions
        self.shown = {id_: node for id_, node in definitions.nodes.items() if self._is_shown(node)}
        self.host = {id_: host for id_, node in self.shown.items() if (host := self._host_of(node))}
        self.columns: tuple[Column, ...] = (Column(),)
        if lanes:
            self.columns = tuple(_columns(definitions, self._level(None))) or (Column(),)
        self.addressed = {end for flow in definitions.message_flows for end in (flow.source, flow.target)}
        self.links = self._links()

    def scene(self, parent: str | None) -> Scene:
        nodes = {node.id: node for node in self._level(parent)}
        walls = self._walls() if parent is None else {}
        if parent is None and not walls:
            nodes |= self._participants()
        columns = self.columns if parent is None else (Column(),)
        hung: dict[str, tuple[Node, ...]] = {}
        for event, host in self.host.items():
            if host in nodes:
                hung[host] = (*hung.get(host, ()), self.shown[event])
        return Scene(
            nodes=nodes,
            hung=hung,
            columns=columns,
            column_of={id_: self._column(node) if len(columns) > 1 else 0 for id_, node in nodes.items()},
            walls=walls,
            links=tuple(self.links.get(parent, ())),
            insides={id_: self.scene(id_) for id_, node in nodes.items() if self._is_open(node)},
        )

    # -- what is visible ----------------------------------------------------------------------------------------

    def _is_shown(self, node: Node) -> bool:
        seen = set()
        parent = node.parent
        while parent is not None and parent not in seen:
            seen.add(parent)
            enclosing = self.definitions.nodes.get(parent)
            if enclosing is None or not enclosing.expanded:
                return False
            parent = enclosing.parent
        return node.kind != "artifact"

    def _host_of(self, node: Node) -> str:
        host = self.shown.get(node.attached_to or "")
        fits = host is not None and host.parent == node.parent and host.kind in ("task", "sub")
        return host.id if fits and host is not None else ""

    def _level(self, parent: str | None) -> list[Node]:
        return [node for node in self.shown.values() if node.parent == parent and node.id not in self.host]

    def _is_open(self, node: Node) -> bool:
        return node.kind == "sub" and node.expanded and bool(self._level(node.id))

    # -- columns and pools --------------------------------------------------------------------------------------

    def _column(self, node: Node) -> int:
        wanted = (node.lane, _rest(node.process), node.process)
        places = {column.id: index for index, column in enumerate(self.columns)}
        pools = {pool.process: pool.id for pool in reversed(self.definitions.pools) if pool.process}
        return next((places[id_] for id_ in (*wanted, pools.get(node.process)) if id_ in places), 0)

    def _walls(self) -> dict[str, tuple[int, int]]:
        walls: dict[str, tuple[int, int]] = {}
        if len({column.pool for column in self.columns}) > 1:
            for index, column in enumerate(self.columns):
                if column.pool in self.addressed:
                    walls[column.pool] = (walls.get(column.pool, (index, index))[0], index)
        return walls

    def _participants(self) -> dict[str, Node]:
        return {
            pool.id: Node(id=pool.id, type=PARTICIPANT, name=pool.name)
            for pool in self.definitions.pools
            if pool.id in self.addressed and pool.id not in self.definitions.nodes
        }

    # -- arrows -------------------------------------------------------------------------------------------------

    def _links(self) -> dict[str | None, list[Link]]:
        """The visible arrows by the level they are drawn on: the innermost that holds both ends."""
        links: dict[str | None, list[Link]] = {}
        for flow in self.definitions.flows.values():
            self._add(links, flow, "sequence", flow.returns)
        for message in {message.id: message for message in self.definitions.message_flows}.values():
            self._add(links, message, "message", False)
        return links

    def _add(self, links: dict[str | None, list[Link]], flow: Flow | MessageFlow, kind: str, returns: bool) -> None:
        leaves, arrives = self._visible(flow.source), self._visible(flow.target)
        if leaves == arrives and flow.source != flow.target:
            return  # hidden inside one collapsed sub-process
        leaves, arrives = self._to_common_level(leaves, arrives)
        level = self.shown[leaves].parent if leaves in self.shown else None
        link = Link(
            id=flow.id,
            kind=kind,
            name=flow.name,
            source=self.host.get(leaves, leaves),
            target=self.host.get(arrives, arrives),
            leaves=leaves,
            arrives=arrives,
            returns=returns,
            answers=leaves in self.shown and self.shown[leaves].type in DECIDES and bool(flow.name),
        )
        links.setdefault(level, []).append(link)

    def _visible(self, id_: str) -> str:
        node = self.definitions.nodes.get(id_)
        while node is not None and node.id not in self.shown and node.parent is not None:
            node = self.definitions.nodes.get(node.parent)
        return node.id if node is not None else id_

    def _to_common_level(self, source: str, target: str) -> tuple[str, str]:
        """Both ends lifted to the innermost level that holds both (a message may cross a sub-process's border)."""
        above_source, above_target = self._chain(source), self._chain(target)
        while len(above_source) > 1 and len(above_target) > 1 and above_source[-1] == above_target[-1]:
            above_source.pop()
            above_target.pop()
        return above_source[-1], above_target[-1]

    def _chain(self, id_: str) -> list[str]:
        """The node and its enclosing sub-processes, innermost first."""
        chain = [id_]
        node = self.shown.get(id_)
        while node is not None and node.parent is not None:
            chain.append(node.parent)
            node = self.shown.get(node.parent)
        return chain


def _columns(definitions: Definitions, top: list[Node]) -> Iterator[Column]:
    """Lanes and pools in declared order; a process outside every pool stands last."""
    processes = {process.id: process for process in definitions.processes}
    done: set[str] = set()
    for pool in definitions.pools:
        process = processes.get(pool.process or "")
        if process is None or process.id in done or not (process.lanes or _stands(process, top)):
            yield Column(id=pool.id, name=pool.name, pool=pool.id, black_box=True)
            continue
        done.add(process.id)
        yield from _lanes(process, pool.id, pool.name, top)
    rest = [process for process in definitions.processes if process.id not in done and _stands(process, top)]
    for process in rest:
        alone = len(rest) == 1 and not definitions.pools and not process.lanes
        yield from [Column()] if alone else _lanes(process, process.id, process.name, top)


def _stands(process: Process, top: list[Node]) -> bool:
    return any(node.process == process.id for node in top)


def _lanes(process: Process, pool: str, name: str, top: list[Node]) -> Iterator[Column]:
    """The innermost lanes of a process; an outer lane only where nodes lie in it directly."""
    mine = [node for node in top if node.process == process.id]
    used = {node.lane for node in mine}
    outer = {lane.parent for lane in process.lanes}
    lanes = {lane.id: lane for lane in process.lanes}
    for lane in process.lanes:
        if lane.id not in outer or lane.id in used:
            yield Column(id=lane.id, name=_full_name(lane, lanes), pool=pool)
    if not lanes:
        yield Column(id=pool, name=name, pool=pool)
    elif any(node.lane not in lanes for node in mine):
        yield Column(id=_rest(process.id), name="", pool=pool)


def _rest(process: str) -> str:
    """Id of the column for nodes that no lane names."""
    return f"{process}-rest"


def _full_name(lane: Lane, lanes: Mapping[str, Lane]) -> str:
    names = [lane.name]
    while (outer := lanes.get(lane.parent or "")) is not None and len(names) < 4:
        lane = outer
        names.append(lane.name)
    return " · ".join(name for name in reversed(names) if name)
