"""A file that is too large to draw as a whole, with its sub-processes closed."""

from __future__ import annotations

from dataclasses import replace

from bpmn.model import Definitions


def collapsed(definitions: Definitions) -> Definitions:
    """The same file with every sub-process closed: what lies inside is not drawn."""
    inside = {node.id: node.parent for node in definitions.nodes.values() if node.parent}
    processes = tuple(
        replace(
            process,
            nodes=tuple(replace(node, expanded=False) for node in process.nodes if not node.parent),
            flows=tuple(flow for flow in process.flows if not flow.parent),
        )
        for process in definitions.processes
    )
    messages = tuple(
        flow for flow in definitions.message_flows if flow.source not in inside and flow.target not in inside
    )
    return replace(definitions, processes=processes, message_flows=messages)
