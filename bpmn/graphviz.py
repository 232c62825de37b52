"""Pinned DOT → SVG, PDF or PNG by ``neato -n2``: Graphviz draws, it does not lay out."""

from __future__ import annotations

import shutil
from functools import cache

from bpmn import limited
from bpmn.errors import Refused

#: What a Debian machine needs; the message of ``draw.no_graphviz`` says it.
INSTALL = "apt-get install graphviz fonts-noto-cjk"
FORMATS = frozenset({"svg", "png", "pdf"})
#: Points are 1/72 inch: 144 dots an inch draw a point as two pixels.
DPI = 144


def draw(dot: str, format: str, *, bounds: limited.Bounds = limited.BOUNDS) -> bytes:
    """Draw pinned DOT.

    Raises Refused: ``draw.no_graphviz`` (params: install), ``draw.timeout`` (params: seconds), ``draw.failed``
    (params: reason).
    """
    if format not in FORMATS:
        raise ValueError(f"not a format of ours: {format}")
    program = shutil.which("neato")
    if program is None:
        raise Refused("draw.no_graphviz", install=INSTALL)
    command = [program, "-n2", f"-T{format}", *([f"-Gdpi={DPI}"] if format == "png" else [])]
    try:
        # With SERVER_NAME set, Graphviz reads no file that a graph names.
        return limited.run(command, dot.encode(), bounds=bounds, environment={"SERVER_NAME": "sunpath"})
    except limited.Exceeded:
        raise Refused("draw.timeout", seconds=bounds.seconds) from None
    except limited.Failed as error:
        raise Refused("draw.failed", reason=error.message) from error


@cache
def missing() -> tuple[str, ...]:
    """What this machine lacks to draw: codes ``draw.no_graphviz``, ``draw.no_font``; empty when nothing. Asked once."""
    lacks = []
    if shutil.which("neato") is None:
        lacks.append("draw.no_graphviz")
    if not _chinese_font():
        lacks.append("draw.no_font")
    return tuple(lacks)


def available() -> bool:
    """Can this machine draw Chinese charts?"""
    return not missing()


def _chinese_font() -> bool:
    program = shutil.which("fc-list")
    if program is None:
        return False
    try:
        return bool(limited.run([program, ":lang=zh", "family"], b"").strip())
    except (limited.Exceeded, limited.Failed):
        return False
