"""Corners → the cubic splines that Graphviz is pinned to."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]
CORNER = 5


def bezier(points: Sequence[Point], radius: float = CORNER) -> list[Point]:
    """A polyline as cubic splines with rounded corners."""
    out = [points[0]]
    current = points[0]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, distance(before, corner) / 2, distance(corner, after) / 2)
        start, end = towards(corner, before, reach), towards(corner, after, reach)
        out += [*straight(current, start), corner, corner, end]
        current = end
    return out + straight(current, points[-1])


def distance(a: Point, b: Point) -> float:
    """Length of the way along the axes."""
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def towards(start: Point, end: Point, reach: float) -> Point:
    """The point ``reach`` from ``start`` on the way to ``end``."""
    length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
    if not length:
        return start
    return (start[0] + (end[0] - start[0]) * reach / length, start[1] + (end[1] - start[1]) * reach / length)


def slash(start: Point, end: Point) -> list[Point]:
    """A short slanted stroke across the beginning of a leg."""
    x, y = towards(start, end, 10)
    return [(x - 4, y + 4), *straight((x - 4, y + 4), (x + 4, y - 4))]


def straight(start: Point, end: Point) -> list[Point]:
    """A straight line as the three control points that follow its start."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    return [(start[0] + dx / 3, start[1] + dy / 3), (start[0] + 2 * dx / 3, start[1] + 2 * dy / 3), end]
