"""The order in which a chart is read when there is no drawing to tell it."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.model import Definitions, Node, Process


def reading_order(definitions: Definitions) -> list[str]:
    """Node ids: along the arrows, a join after all its branches, what lies inside a sub-process right after it."""
    return [node_id for process in definitions.processes for node_id in _level(definitions, process, None)]


def _level(definitions: Definitions, process: Process, parent: str | None) -> Iterator[str]:
    nodes = {node.id: node for node in process.nodes if node.parent == parent and node.kind != "artifact"}
    for node_id in _along_the_arrows(definitions, nodes):
        yield node_id
        if nodes[node_id].kind == "sub":
            yield from _level(definitions, process, node_id)


def _along_the_arrows(definitions: Definitions, nodes: dict[str, Node]) -> list[str]:
    """Reverse postorder of a depth-first walk: a topological order wherever the arrows allow one."""
    following = {
        node_id: [flow.target for flow in definitions.outgoing(node_id) if flow.target in nodes]
        + [event.id for event in nodes.values() if event.attached_to == node_id]
        for node_id in nodes
    }
    starts = [i for i, node in nodes.items() if node.type == "startEvent"]
    starts += [i for i in nodes if i not in starts and not definitions.incoming(i) and not nodes[i].attached_to]
    done: list[str] = []
    seen: set[str] = set()
    # What no start reaches is walked first, so that it stands last.
    reached = _reached(starts, following)
    for start in (*(i for i in reversed(nodes) if i not in reached), *reversed(starts)):
        _walk(start, following, seen, done)
    return done[::-1]


def _reached(starts: list[str], following: dict[str, list[str]]) -> set[str]:
    reached, rest = set(starts), list(starts)
    while rest:
        for target in following[rest.pop()]:
            if target not in reached:
                reached.add(target)
                rest.append(target)
    return reached


def _walk(start: str, following: dict[str, list[str]], seen: set[str], done: list[str]) -> None:
    """Depth first without recursion: a hostile file may be 2,000 nodes deep."""
    if start in seen:
        return
    seen.add(start)
    stack = [(start, iter(reversed(following[start])))]
    while stack:
        node_id, rest = stack[-1]
        unseen = next((target for target in rest if target not in seen), None)
        if unseen is None:
            stack.pop()
            done.append(node_id)
        else:
            seen.add(unseen)
            stack.append((unseen, iter(reversed(following[unseen]))))
