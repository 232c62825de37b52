"""Which DOT shape a node has."""

from __future__ import annotations

from bpmn.model import Definitions, Node
from bpmn.palette import colour

#: Roles of lines that stand below a name, in a lighter ink.
DETAIL_ROLES = frozenset({"post", "limit", "lane", "detail"})


def node_of(definitions: Definitions, node_id: str) -> Node:
    """The node or artifact a placed node stands for."""
    found = definitions.nodes.get(node_id)
    if found is None:
        found = next((artifact for artifact in definitions.artifacts if artifact.id == node_id), None)
    return found or Node(id=node_id, type="task")


def shape_of(node: Node, has_text: bool) -> dict[str, str | float]:
    """DOT shape of a node (BPMN 2.0.2 tables 7.2, 10.x; a government terminator is an event with its text inside)."""
    if node.kind == "gateway":
        return {"shape": "diamond", "style": "filled", "fillcolor": colour("fc-shape"), "penwidth": "1.4"}
    if node.kind == "event":
        return _event_shape(node, has_text)
    if node.kind == "artifact":
        return _artifact_shape(node)
    shape: dict[str, str | float] = {"shape": "box", "style": "rounded,filled", "fillcolor": colour("fc-shape")}
    shape["penwidth"] = "3.2" if node.type == "callActivity" else "1.4"
    if node.type == "transaction":
        shape["peripheries"] = "2"
    if node.triggered_by_event:
        shape["style"] = "rounded,filled,dotted"
    if node.expanded:
        shape |= {"labelloc": "t", "fillcolor": colour("fc-lane")}
    return shape


def _event_shape(node: Node, has_text: bool) -> dict[str, str | float]:
    shape: dict[str, str | float] = {"shape": "circle", "style": "filled", "fillcolor": colour("fc-shape")}
    if has_text:
        shape |= {"shape": "box", "style": "rounded,filled"}
    shape["penwidth"] = "3.4" if node.type == "endEvent" else "1.4"
    if not has_text and node.type in ("boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"):
        shape["peripheries"] = "2"
    if not node.interrupting:
        shape["style"] = f"{shape['style']},dashed"
    return shape


def _artifact_shape(node: Node) -> dict[str, str | float]:
    shapes = {"dataStoreReference": "cylinder", "textAnnotation": "plaintext", "group": "box"}
    style = {"group": "rounded,dashed", "textAnnotation": ""}.get(node.type, "filled")
    return {
        "shape": shapes.get(node.type, "note"),
        "style": style,
        "fillcolor": colour("fc-lane"),
        "penwidth": "1.2",
    }
