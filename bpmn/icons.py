"""The symbols of a chart as path data, once: on the web they become ``<symbol>``s, in print pinned native strokes.

Every icon lies in a square of 20 units. Path data is absolute and uses only M L H V C Z, so that Graphviz can draw it.
BPMN markers follow BPMN 2.0.2 (10.3, 10.5, 10.6, tables 10.93 and 13.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Point = tuple[float, float]
_NUMBER = r"-?\d*\.?\d+"
_KAPPA = 0.5523


@dataclass(frozen=True, kw_only=True)
class Icon:
    """Strokes and filled areas in one ink; ``gap`` are strokes in the ground's colour over a filled area."""

    stroke: str = ""
    fill: str = ""
    gap: str = ""
    width: float = 1.4


def _circle(x: float, y: float, radius: float) -> str:
    k = radius * _KAPPA
    return (
        f"M{x + radius:g} {y:g}C{x + radius:g} {y + k:g} {x + k:g} {y + radius:g} {x:g} {y + radius:g}"
        f"C{x - k:g} {y + radius:g} {x - radius:g} {y + k:g} {x - radius:g} {y:g}"
        f"C{x - radius:g} {y - k:g} {x - k:g} {y - radius:g} {x:g} {y - radius:g}"
        f"C{x + k:g} {y - radius:g} {x + radius:g} {y - k:g} {x + radius:g} {y:g}Z"
    )


_ENVELOPE = "M2.5 5H17.5V15H2.5Z"
_FLAP = "M2.5 5L10 11L17.5 5"
_BOLT = "M4 16L8 4L12 11L16 3L12.5 17L8.5 10Z"
_ARROWHEAD = "M10 3L15.5 16L10 11L4.5 16Z"
_REWIND = "M9.5 5V15L3.5 10ZM15.5 5V15L9.5 10Z"
_TRIANGLE = "M10 3L17 15.5H3Z"
_LINK = "M3 8H11V4.5L17 10L11 15.5V12H3Z"
_PENTAGON = "M10 3L17 8.2L14.3 16.4H5.7L3 8.2Z"
_CROSS = "M4 4L16 16M16 4L4 16"

#: Kinds of event definition; a throwing event shows the filled one.
EVENTS = {
    "timer": Icon(stroke=_circle(10, 10, 7.5) + "M10 5V10L13.5 12.5M10 2.5V4M10 16V17.5M2.5 10H4M16 10H17.5"),
    "message": Icon(stroke=_ENVELOPE + _FLAP),
    "error": Icon(stroke=_BOLT),
    "escalation": Icon(stroke=_ARROWHEAD),
    "signal": Icon(stroke=_TRIANGLE),
    "conditional": Icon(stroke="M5 3H15V17H5ZM7 6H13M7 8.7H13M7 11.3H13M7 14H13", width=1.2),
    "compensate": Icon(stroke=_REWIND),
    "link": Icon(stroke=_LINK),
    "cancel": Icon(stroke=_CROSS, width=2.6),
    "multiple": Icon(stroke=_PENTAGON),
    "message-thrown": Icon(fill=_ENVELOPE, gap=_FLAP),
    "error-thrown": Icon(stroke=_BOLT, fill=_BOLT),
    "escalation-thrown": Icon(stroke=_ARROWHEAD, fill=_ARROWHEAD),
    "signal-thrown": Icon(fill=_TRIANGLE),
    "compensate-thrown": Icon(stroke=_REWIND, fill=_REWIND),
    "link-thrown": Icon(stroke=_LINK, fill=_LINK),
    "cancel-thrown": Icon(stroke=_CROSS, width=3.4),
    "multiple-thrown": Icon(fill=_PENTAGON),
    "terminate": Icon(fill=_circle(10, 10, 7)),
}
GATEWAYS = {
    "exclusiveGateway": Icon(stroke="M5.5 4.5L14.5 15.5M14.5 4.5L5.5 15.5", width=2.6),
    "parallelGateway": Icon(stroke="M10 2.5V17.5M2.5 10H17.5", width=2.8),
    "inclusiveGateway": Icon(stroke=_circle(10, 10, 6.5), width=2.4),
    "eventBasedGateway": Icon(
        stroke=_circle(10, 10, 9) + _circle(10, 10, 7.2) + "M10 5.4L14.4 8.6L12.7 13.7H7.3L5.6 8.6Z",
        width=0.9,
    ),
    "complexGateway": Icon(stroke="M10 2.5V17.5M2.5 10H17.5M5 5L15 15M15 5L5 15", width=2),
}
TASKS = {
    "userTask": Icon(stroke=_circle(10, 6.2, 3.5) + "M3 17.5C3 12.5 6.2 10.7 10 10.7C13.8 10.7 17 12.5 17 17.5Z"),
    "manualTask": Icon(stroke="M2.5 9L7.5 5H11.5L9.6 7H16.5M8 9.3H17.5M8 12H16.8M8 14.6H15L7.5 16L2.5 14", width=1.3),
    "serviceTask": Icon(
        stroke=_circle(10, 10, 2.8)
        + _circle(10, 10, 5.6)
        + "M10 2.2V4.4M10 15.6V17.8M2.2 10H4.4M15.6 10H17.8M4.5 4.5L6 6M14 14L15.5 15.5M4.5 15.5L6 14M14 6L15.5 4.5"
    ),
    "sendTask": Icon(fill=_ENVELOPE, gap=_FLAP),
    "receiveTask": Icon(stroke=_ENVELOPE + _FLAP),
    "businessRuleTask": Icon(stroke="M2.5 4H17.5V16H2.5ZM2.5 7.5H17.5M2.5 12H17.5M7 7.5V16"),
    "scriptTask": Icon(
        stroke="M5.5 2.5H16.5C12.5 6.5 18.5 11 14.5 17.5H3.5C7.5 11 1.5 6.5 5.5 2.5Z"
        "M6.5 6.5H12.5M7.5 10H13.5M7.5 13.5H13.5",
        width=1.2,
    ),
}
#: Markers at the foot of an activity.
MARKERS = {
    "sub": Icon(stroke="M2.5 2.5H17.5V17.5H2.5ZM10 6V14M6 10H14", width=1.6),
    "loop": Icon(stroke="M6.5 16C1.5 12.5 3 4 10 4C17 4 18.5 12.5 13 16M7 11.5V16.2H2.3", width=1.8),
    "parallel": Icon(stroke="M5.5 3V17M10 3V17M14.5 3V17", width=2.4),
    "sequential": Icon(stroke="M3 5.5H17M3 10H17M3 14.5H17", width=2.4),
    "compensation": Icon(stroke=_REWIND),
    "adhoc": Icon(stroke="M2.5 12.5C5 5.5 8 7 10 10C12 13 15 14.5 17.5 7.5", width=2.6),
}
#: The mark inside a status badge and the badge's shape: disc, ring (white disc), card or diamond.
BADGES = {
    "done": ("disc", "done", Icon(stroke="M5.5 10.5L8.5 13.5L14.5 6.5", width=2.2)),
    "current": ("disc", "current", Icon(fill="M7.5 5.5L14.5 10L7.5 14.5Z")),
    "waiting": ("disc", "current", Icon(stroke="M10 5V10.5L13.5 13", width=2)),
    "warn": ("card", "warn-fill", Icon(stroke="M10 4.5V11.5M10 14V16", width=2.4)),
    "overdue": ("card", "overdue", Icon(stroke="M6.5 6.5L13.5 13.5M13.5 6.5L6.5 13.5", width=2.4)),
    "blue": ("card", "current", Icon(stroke="M10 8.6V15M10 4.6V6.3", width=2.4)),
    "returned": (
        "disc",
        "accent",
        Icon(stroke="M8.5 5L5 8.5L8.5 12M5 8.5H11.5C15.8 8.5 15.8 14.5 11.5 14.5H8.5", width=1.9),
    ),
    "skipped": ("ring", "skip", Icon(stroke="M5 10H15", width=2.4)),
    "incident": ("diamond", "overdue", Icon(stroke="M11.5 4.5L7.5 10.5H12.5L8.5 15.5", width=1.9)),
    "suspended": ("disc", "skip", Icon(stroke="M7.7 6V14M12.3 6V14", width=2.4)),
    "cancelled": ("ring", "skip", Icon(stroke="M6.5 6.5L13.5 13.5M13.5 6.5L6.5 13.5", width=2)),
}


def splines(data: str) -> Iterator[list[Point]]:
    """Path data → cubic splines (start point, then three points a segment), as Graphviz takes them."""
    points: list[Point] = []
    for command, text in re.findall(r"([MLHVCZ])([^MLHVCZ]*)", data):
        values = [float(value) for value in re.findall(_NUMBER, text)]
        if command == "M":
            if len(points) > 1:
                yield points
            points = [(values[0], values[1])]
        elif command == "C":
            for i in range(0, len(values), 2):
                points.append((values[i], values[i + 1]))
        else:
            points += _straight(points[-1], _corner(command, values, points))
    if len(points) > 1:
        yield points


def flattened(spline: list[Point], pieces: int = 6) -> list[Point]:
    """A cubic spline as a polyline."""
    points = [spline[0]]
    for a, b, c, d in zip(spline[::3], spline[1::3], spline[2::3], spline[3::3], strict=False):
        for step in range(1, pieces + 1):
            t = step / pieces
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            x, y = (sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))
            points.append((x, y))
    return points


def _corner(command: str, values: list[float], points: list[Point]) -> Point:
    x, y = points[-1]
    if command == "H":
        return values[0], y
    if command == "V":
        return x, values[0]
    return points[0] if command == "Z" else (values[0], values[1])


def _straight(start: Point, end: Point) -> list[Point]:
    dx, dy = end[0] - start[0], end[1] - start[1]
    return [(start[0] + dx / 3, start[1] + dy / 3), (start[0] + 2 * dx / 3, start[1] + 2 * dy / 3), end]
