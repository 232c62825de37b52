"""Writing DOT: the only place where a text becomes DOT.

Nothing a modeller wrote is ever DOT: keys are ours, attribute names are a closed list, plain values are always quoted
with backslashes doubled, and HTML-like labels come from one fixed template with the text escaped for both HTML and
Graphviz's own ``\\N \\G \\E`` (facts: a name of the form ``<…>`` is otherwise DOT injection).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from bpmn.reader import clean

Point = tuple[float, float]
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_ATTRIBUTES = frozenset(
    "arrowhead arrowsize arrowtail bb charset color dir fillcolor fixedsize fontcolor fontname fontsize height id "
    "label labelloc lp margin notranslate orientation outputorder pad penwidth peripheries pos shape splines style "
    "width".split()
)


class Label(str):
    """An HTML-like label made by ``label``; the only value that is written between ``<`` and ``>``."""


def label(
    lines: Iterable[tuple[str, float, str, bool]],
    *,
    align: str = "CENTER",
    width: float = 0,
    room_above: float = 0,
    room_below: float = 0,
) -> Label:
    """Lines of (text, size in points, colour, bold) as a Graphviz label; empty lines are left out.

    ``align`` is LEFT, CENTER or RIGHT within at least ``width`` points; ``room_above`` and ``room_below`` are kept
    free.
    """
    # A cell is as wide as it says; a table that is wider leaves what is in it at its left.
    wide = f' WIDTH="{width:.0f}"' if width else ""
    rows = []
    for text, size, colour, bold in lines:
        if not clean(text):
            continue
        face = f"<B>{_safe(text)}</B>" if bold else _safe(text)
        rows.append(
            f'<TR><TD ALIGN="{align}"{wide}><FONT POINT-SIZE="{size:g}" COLOR="{colour}">{face}</FONT></TD></TR>'
        )
    if rows and room_above > 0:
        rows.insert(0, _spacer(room_above))
    if rows and room_below > 0:
        rows.append(_spacer(room_below))
    table = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">'
    return Label(f"{table}{''.join(rows)}</TABLE>" if rows else "")


def _safe(text: str) -> str:
    """A text for an HTML-like label. Backslashes are doubled: Graphviz expands \\N \\G \\E there too."""
    return html.escape(clean(text)).replace("\\", "&#92;&#92;")


def _spacer(height: float) -> str:
    return f'<TR><TD HEIGHT="{height:.0f}"></TD></TR>'


def line_label(text: str, size: float, colour: str) -> Label:
    """One bold line, centred in its node: a number, a sign."""
    return Label(f'<FONT POINT-SIZE="{size:g}" COLOR="{colour}"><B>{_safe(text)}</B></FONT>' if clean(text) else "")


def spline(points: Sequence[Point]) -> str:
    """Control points as Graphviz writes them."""
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


class Dot:
    """A digraph under construction."""

    def __init__(self, **attributes: str | float) -> None:
        self._lines = [f"graph {_list(attributes)}"]

    def defaults(self, kind: str, **attributes: str | float) -> None:
        """Attributes of every later ``node`` or ``edge``."""
        self._lines.append(f"{kind} {_list(attributes)}")

    def node(self, key: str, **attributes: str | float) -> None:
        self._lines.append(f"{_key(key)} {_list(attributes)}")

    def edge(self, tail: str, head: str, **attributes: str | float) -> None:
        self._lines.append(f"{_key(tail)} -> {_key(head)} {_list(attributes)}")

    def cluster(self, key: str, **attributes: str | float) -> None:
        self._lines.append(f"subgraph cluster_{_key(key)} {{ graph {_list(attributes)} }}")

    def __str__(self) -> str:
        return "digraph G {\n" + ";\n".join(self._lines) + ";\n}\n"


def _key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a key of ours: {key!r}")
    return key


def _list(attributes: dict[str, str | float]) -> str:
    unknown = attributes.keys() - _ATTRIBUTES
    if unknown:
        raise ValueError(f"not an attribute we write: {sorted(unknown)}")
    return "[" + " ".join(f"{name}={_value(value)}" for name, value in attributes.items()) + "]"


def _value(value: str | float) -> str:
    if isinstance(value, Label):
        return f"<{value}>" if value else '""'
    if isinstance(value, str):
        return '"' + clean_value(value) + '"'
    return f'"{value:.4f}"'


def clean_value(value: str) -> str:
    """A plain value for a quoted string: backslashes and quotes lose their meaning."""
    return value.replace("\\", "\\\\").replace('"', '\\"')
