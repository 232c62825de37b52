"""Graphviz's numbers → short SVG path data in the drawing's own coordinates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

Point = tuple[float, float]
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


@dataclass(frozen=True)
class Origin:
    """Where the drawing's left top corner lies in the raw SVG."""

    left: float
    top: float

    @classmethod
    def of(cls, group: etree._Element | None) -> Origin:
        """From the group of the ``origin`` node."""
        polygon = next(iter(group.iter("{*}polygon")), None) if group is not None else None
        points = _points(polygon.get("points", "")) if polygon is not None else []
        if not points:
            return cls(0, 0)
        return cls(sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))

    def x(self, element: etree._Element, name: str = "x") -> str:
        return number(float(element.get(name, "0")) - self.left)

    def y(self, element: etree._Element, name: str = "y") -> str:
        return number(float(element.get(name, "0")) - self.top)


def number(value: float) -> str:
    """At most one decimal, no trailing zero."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def outline(points: str, origin: Origin, closed: bool = True) -> str:
    """The points of a polygon or polyline as path data."""
    corners = _moved(_points(points), origin)
    if len(corners) > 2 and corners[0] == corners[-1]:
        corners = corners[:-1]
    return _start(corners[0]) + _lines(corners) + ("z" if closed else "") if corners else ""


def route(data: str, origin: Origin) -> str:
    """``M x,y C …`` as path data; straight pieces become lines, rounded corners quadratic curves."""
    points = _moved(_points(data), origin)
    if not points:
        return ""
    out, corners = [_start(points[0])], [points[0]]
    for first, second, end in zip(points[1::3], points[2::3], points[3::3], strict=False):
        if _in_line(corners[-1], first, second, end):
            _append(corners, end)
            continue
        out.append(_lines(corners))
        out.append(_curve(corners[-1], first, second, end))
        corners = [end]
    return "".join([*out, _lines(corners)])


def _points(text: str) -> list[Point]:
    values = [float(value) for value in _NUMBER.findall(text)]
    return list(zip(values[::2], values[1::2], strict=False))


def _moved(points: Iterable[Point], origin: Origin) -> list[Point]:
    return [(round(x - origin.left, 1), round(y - origin.top, 1)) for x, y in points]


def _start(point: Point) -> str:
    return f"M{number(point[0])} {number(point[1])}"


def _lines(corners: Sequence[Point]) -> str:
    out = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        if x0 == x1:
            out.append(f"v{number(y1 - y0)}")
        elif y0 == y1:
            out.append(f"h{number(x1 - x0)}")
        else:
            out.append(f"l{_pair(x1 - x0, y1 - y0)}")
    return "".join(out)


def _curve(start: Point, first: Point, second: Point, end: Point) -> str:
    x, y = start
    if first == second:
        return f"q{_pair(first[0] - x, first[1] - y)} {_pair(end[0] - x, end[1] - y)}"
    return "c" + " ".join(_pair(px - x, py - y) for px, py in (first, second, end))


def _pair(x: float, y: float) -> str:
    return f"{number(x)} {number(y)}"


def _in_line(start: Point, *others: Point) -> bool:
    """Do all points lie on one horizontal or vertical line, or on one slanted line within a tenth?"""
    end = others[-1]
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1])) or 1
    return all(
        abs((end[0] - start[0]) * (y - start[1]) - (end[1] - start[1]) * (x - start[0])) <= 0.15 * length
        for x, y in others
    )


def _append(corners: list[Point], end: Point) -> None:
    """Go on in a line: the corner between two pieces of the same direction is left out."""
    if len(corners) > 1:
        before, last = corners[-2], corners[-1]
        if (before[0] == last[0] == end[0]) or (before[1] == last[1] == end[1]):
            corners[-1] = end
            return
    corners.append(end)
