"""Colours and shapes of a chart, once: the printed chart takes them from here, the standalone picture as CSS variables.

A status is always colour, shape or pattern, and words; red is for problems only. The values equal those of the pages'
``tokens.css`` (a test holds that).
"""

from __future__ import annotations

from dataclasses import dataclass

SANS = (
    '"PingFang SC","HarmonyOS Sans SC","MiSans","Noto Sans SC","Source Han Sans SC","Noto Sans CJK SC",'
    '"Microsoft YaHei UI","Microsoft YaHei",sans-serif'
)
#: The face of the printed chart (Debian: fonts-noto-cjk).
FONT = "Noto Sans CJK SC"

LIGHT = {
    "ink": "#15201f",
    "ink-2": "#44504e",
    "done": "#00664f",
    "done-tint": "#e6f4ef",
    "current": "#0b4fa0",
    "current-tint": "#e3eefb",
    "warn": "#7a5600",
    "warn-fill": "#ffd21f",
    "warn-tint": "#fff6cf",
    "on-warn": "#161200",
    "overdue": "#b3161e",
    "overdue-tint": "#fdeaea",
    "on-overdue": "#ffffff",
    "accent": "#a84a12",
    "accent-tint": "#faede1",
    "skip": "#56626a",
    "skip-tint": "#f1f2f2",
    "todo": "#5b6770",
    "hatch": "#c5cacb",
    "fc-bg": "#ffffff",
    "fc-lane": "#ffffff",
    "fc-lane-alt": "#f5f6f2",
    "fc-line": "#36474b",
    "fc-rule": "#a9b2b0",
    "fc-shape": "#ffffff",
    "fc-label": "#0b4a6b",
    "fc-not": "#858f93",
    "heat-1": "#edf4f3",
    "heat-2": "#cfe3e2",
    "heat-3": "#9fc9c9",
    "heat-4": "#f4cf86",
    "heat-5": "#e59a4c",
    "on-heat": "#10191a",
    "focus": "#161200",
    "focus-halo": "#ffd21f",
}
DARK = {
    "ink": "#edf3f1",
    "ink-2": "#bfccc9",
    "done": "#55d0ac",
    "done-tint": "#0f3a31",
    "current": "#86bbff",
    "current-tint": "#132f55",
    "warn": "#ffd75a",
    "warn-tint": "#3f3400",
    "overdue": "#ff938c",
    "overdue-tint": "#4a1416",
    "on-overdue": "#2a0506",
    "accent": "#f2ab74",
    "accent-tint": "#33231a",
    "skip": "#a9b4b8",
    "skip-tint": "#1e2628",
    "todo": "#a9b4b8",
    "hatch": "#46545a",
    "fc-bg": "#121b1c",
    "fc-lane": "#121b1c",
    "fc-lane-alt": "#172324",
    "fc-line": "#c3d0ce",
    "fc-rule": "#3b4d4d",
    "fc-shape": "#213032",
    "fc-label": "#9fd4f3",
    "fc-not": "#7d8c8f",
    "heat-1": "#1c2c2d",
    "heat-2": "#204443",
    "heat-3": "#2a6462",
    "heat-4": "#7a5a17",
    "heat-5": "#95520f",
    "on-heat": "#ffffff",
    "focus": "#ffffff",
    "focus-halo": "#b07a00",
}


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a status looks in print: token names for fill, border and text, border width in points and dash."""

    fill: str
    line: str
    pen: float
    dash: str = ""
    ink: str = "ink"


LOOKS = {
    "todo": Look(fill="fc-shape", line="todo", pen=1.4, dash="dashed"),
    "current": Look(fill="current-tint", line="current", pen=3.6),
    "waiting": Look(fill="fc-shape", line="current", pen=2.6, dash="dashed"),
    "warn": Look(fill="warn-tint", line="warn", pen=3.6),
    "overdue": Look(fill="overdue-tint", line="overdue", pen=3.6),
    "done": Look(fill="done-tint", line="done", pen=2),
    "returned": Look(fill="accent-tint", line="accent", pen=2.4),
    "skipped": Look(fill="skip-tint", line="skip", pen=1.4, dash="dotted", ink="skip"),
    "incident": Look(fill="overdue-tint", line="overdue", pen=2.6, dash="dashed"),
    "suspended": Look(fill="skip-tint", line="current", pen=2.6, dash="dashed"),
    "cancelled": Look(fill="skip-tint", line="skip", pen=1.4, ink="skip"),
}
#: Every status an element can have (docs: command line contract).
STATUSES = frozenset(LOOKS)


def colour(token: str) -> str:
    """The light value of a token: what paper shows."""
    return LIGHT[token]
