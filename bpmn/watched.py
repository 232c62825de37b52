"""Conditional events: which of them can be watched, because their condition is FEEL over the data of the case."""

from __future__ import annotations

from bpmn.feel import FeelError, compile_expression
from bpmn.model import Node


def watched(node: Node) -> str:
    """The FEEL text of a conditional event that reads data (BPMN 10.5.5); '' where only a person can tell."""
    if node.trigger != "conditional":
        return ""
    text = node.events[0].text
    try:
        return text if text and compile_expression(text).names else ""
    except FeelError:
        return ""
