"""The public chart of a file: what is internal (``public="false"``) collapses into one box a group, all else stays.

It is an image of the internal chart: every node is shown by itself or by the box of its group, every arrow either lies
inside one box or stands between the images of its ends under its own id, and nothing is drawn that is not there. A
status is shown through the same map, so that both charts say the same of a case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bpmn.chart_words import words
from bpmn.marks import Mark, PictureStatus
from bpmn.model import Definitions, MessageFlow, Node

#: What the box of a group is called: its first element, so that the name stays while the group does.
_BOX = "internal-"
#: Which status of a group's elements is shown, the gravest first.
_RANK = tuple("incident overdue warn current waiting suspended returned done cancelled skipped todo".split())


def images(definitions: Definitions) -> dict[str, str]:
    """Node id → id of what shows it on the public chart: itself, or the box of its group."""
    hidden = _hidden(definitions)
    group = {node: node for node in hidden}

    def root(node: str) -> str:
        while group[node] != node:
            node = group[node]
        return node

    for one, other in _neighbours(definitions, hidden):
        first, second = sorted((root(one), root(other)), key=list(definitions.nodes).index)
        group[second] = first
    return {node: _BOX + root(node) if node in hidden else node for node in definitions.nodes}


def is_whole(definitions: Definitions) -> bool:
    """Is nothing internal, so that the public chart is the chart?"""
    return not _hidden(definitions)


def public(definitions: Definitions, lang: str = "zh") -> Definitions:
    """The file as the public sees it; the same value where nothing is internal."""
    if is_whole(definitions):
        return definitions
    image = images(definitions)
    sizes = {box: sum(shown == box for shown in image.values()) for box in image.values() if box.startswith(_BOX)}
    processes = []
    for process in definitions.processes:
        nodes: dict[str, Node] = {}
        for node in process.nodes:
            shown = image[node.id]
            if shown == node.id:
                nodes[shown] = replace(node, attached_to=image[node.attached_to] if node.attached_to else None)
            elif shown not in nodes:
                nodes[shown] = _box(node, shown, sizes[shown], lang)
        flows = tuple(
            replace(flow, source=image[flow.source], target=image[flow.target])
            for flow in process.flows
            if image[flow.source] != image[flow.target] or image[flow.source] == flow.source
        )
        processes.append(replace(process, nodes=tuple(nodes.values()), flows=flows))
    return replace(definitions, processes=tuple(processes), message_flows=tuple(_messages(definitions, image)))


def shown(status: PictureStatus, definitions: Definitions) -> PictureStatus:
    """The status of the internal chart, as the public one shows it."""
    if is_whole(definitions):
        return status
    image = images(definitions)
    groups: dict[str, list[Mark]] = {}
    for id_, mark in status.elements.items():
        groups.setdefault(image.get(id_, id_), []).append(mark)
    counts: dict[str, int] | None = None
    if status.counts is not None:
        counts = {}
        for id_, count in status.counts.items():
            counts[image.get(id_, id_)] = counts.get(image.get(id_, id_), 0) + count
    elements = {id_: marks[0] if len(marks) == 1 else _together(marks) for id_, marks in groups.items()}
    return PictureStatus(elements=elements, arrows=status.arrows, counts=counts)


def _together(marks: list[Mark]) -> Mark:
    """One mark for a group: its gravest status, the most visits, all cards, and the clock that runs."""
    status = next((rank for rank in _RANK if any(mark.status == rank for mark in marks)), marks[0].status)
    cards = dict.fromkeys(card for mark in marks for card in mark.cards)
    clock = next((mark.clock for mark in marks if mark.clock is not None and mark.status == status), None)
    return Mark(status=status, count=max(mark.count for mark in marks), cards=tuple(cards), clock=clock)


def _hidden(definitions: Definitions) -> frozenset[str]:
    """Internal steps, what lies inside them, and the questions that only they ask one another."""
    nodes = definitions.nodes
    own = {node.id for node in nodes.values() if node.step is not None and not node.step.public}
    if not own:
        return frozenset()
    hidden = {node.id for node in nodes.values() if own & {node.id, *_around(nodes, node)}}
    # Questions lead to questions: all are taken first, and those given back that anything public leads to or follows.
    asked = {node.id for node in nodes.values() if node.kind == "gateway" and definitions.incoming(node.id)}
    while public_too := {id_ for id_ in asked if not _ends(definitions, id_) <= hidden | asked}:
        asked -= public_too
    return frozenset(hidden | asked)


def _ends(definitions: Definitions, node: str) -> set[str]:
    """What leads to a node, and what follows it."""
    return {flow.source for flow in definitions.incoming(node)} | {flow.target for flow in definitions.outgoing(node)}


def _around(nodes: Mapping[str, Node], node: Node) -> Iterator[str]:
    while node.parent:
        yield node.parent
        node = nodes[node.parent]


def _neighbours(definitions: Definitions, hidden: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Pairs that belong in one box: joined by an arrow, lying in one another, or on one another's border."""
    nodes = definitions.nodes
    for flow in definitions.flows.values():
        if {flow.source, flow.target} <= hidden and nodes[flow.source].lane == nodes[flow.target].lane:
            yield flow.source, flow.target
    for node in nodes.values():
        for other in (node.parent, node.attached_to):
            if other and {node.id, other} <= hidden:
                yield node.id, other


def _box(node: Node, id_: str, size: int, lang: str) -> Node:
    return Node(
        id=id_,
        type="task",
        name=words(lang)["say"]["internal"].format(count=size),
        process=node.process,
        parent=node.parent,
        lane=node.lane,
    )


def _messages(definitions: Definitions, image: Mapping[str, str]) -> Iterator[MessageFlow]:
    for message in definitions.message_flows:
        ends = (image.get(message.source, message.source), image.get(message.target, message.target))
        yield replace(message, source=ends[0], target=ends[1])
