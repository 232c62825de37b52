"""BPMN ids as parts of ids and links in a page."""

from __future__ import annotations

import re

_OTHER = re.compile(r"[^\w.\-]")


def anchor(bpmn_id: str) -> str:
    """The id as it stands after ``node-``, ``edge-``, ``lane-`` and ``step-``: itself for every valid BPMN id.

    What an XML id may not hold (spaces, quotes, slashes) becomes ``_x`` and its code, so that any file can be drawn.
    """
    return _OTHER.sub(lambda match: f"_x{ord(match[0]):x}", bpmn_id)
