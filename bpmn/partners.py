"""Pools that write to each other (BPMN 2.0, 9.3): each process of a file that a message opens is a flow of its own.

A message flow says who writes to whom. Where its ends name no message, it is named by the message flow itself, so that
what is drawn is what is sent.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bpmn.model import Definitions, MessageFlow, Node, Process


def partners(definitions: Definitions) -> list[Process]:
    """The processes beside the one that runs which a message opens; what is called runs inside its caller instead."""
    main = definitions.main
    called = {node.called for node in definitions.nodes.values() if node.called}
    return [one for one in definitions.processes if one is not main and one.id not in called and _is_opened(one)]


def _is_opened(process: Process) -> bool:
    starts = [node for node in process.nodes if node.type == "startEvent" and node.parent is None]
    return len(starts) == 1 and starts[0].trigger == "message"


def key_of(key: str, process: Process) -> str:
    """The key under which a partner of the flow ``key`` is published."""
    return f"{key}--{re.sub('[^a-z0-9]+', '-', process.id.lower()).strip('-')}"[:64]


def wired(definitions: Definitions) -> Definitions:
    """The file with a message named at both ends of every message flow."""
    names: dict[str, str] = {}
    for flow in definitions.message_flows:
        ends = [definitions.nodes[end] for end in (flow.source, flow.target) if end in definitions.nodes]
        if len(ends) == 2:
            names |= {end.id: _name(flow, ends) for end in ends if not _message(end)}
    if not names:
        return definitions
    processes = tuple(
        replace(process, nodes=tuple(_named(node, names.get(node.id, "")) for node in process.nodes))
        for process in definitions.processes
    )
    return replace(definitions, processes=processes)


def _name(flow: MessageFlow, ends: list[Node]) -> str:
    return next((name for end in ends if (name := _message(end))), "") or flow.name or flow.id


def _message(node: Node) -> str:
    if node.trigger == "message":
        return node.events[0].name or node.events[0].ref
    return node.message


def _named(node: Node, name: str) -> Node:
    if not name:
        return node
    if node.trigger == "message":
        return replace(node, events=(replace(node.events[0], name=name),))
    return replace(node, message=name)
