"""Boxes, points and segments of a drawing: what overlaps, lies inside, crosses or runs together."""

from __future__ import annotations

from bpmn.drawing import Box, Point

Segment = tuple[Point, Point]
#: A point this near a border, in points, lies on it.
TOUCH = 1.5


def overlap(a: Box, b: Box, allowed: float) -> bool:
    """Do two boxes overlap by more than ``allowed``?"""
    return (
        a.left < b.right - allowed
        and b.left < a.right - allowed
        and a.top < b.bottom - allowed
        and b.top < a.bottom - allowed
    )


def reaches_rhombus(box: Box, rhombus: Box) -> bool:
    """Does a box reach into the rhombus that fills another?"""
    x, y = rhombus.centre
    dx, dy = max(box.left - x, x - box.right, 0.0), max(box.top - y, y - box.bottom, 0.0)
    return dx / (rhombus.width / 2 - 1) + dy / (rhombus.height / 2 - 1) < 1


def inside(inner: Box, outer: Box) -> bool:
    """Does a box lie in another, but for half a point?"""
    return (
        inner.left >= outer.left - 0.5
        and inner.right <= outer.right + 0.5
        and inner.top >= outer.top - 0.5
        and inner.bottom <= outer.bottom + 0.5
    )


def on_border(point: Point, box: Box) -> bool:
    """Does a point lie on the border of a box?"""
    x, y = point
    near_x = box.left - TOUCH <= x <= box.right + TOUCH
    near_y = box.top - TOUCH <= y <= box.bottom + TOUCH
    on_side = min(abs(x - box.left), abs(x - box.right)) <= TOUCH and near_y
    on_top = min(abs(y - box.top), abs(y - box.bottom)) <= TOUCH and near_x
    return on_side or on_top


def crosses_box(segment: Segment, box: Box, margin: float) -> bool:
    """Does a segment pass through the box less a margin? (Liang and Barsky, 1984)"""
    (x1, y1), (x2, y2) = segment
    enter, leave = 0.0, 1.0
    for step, room in (
        (x1 - x2, x1 - box.left - margin),
        (x2 - x1, box.right - margin - x1),
        (y1 - y2, y1 - box.top - margin),
        (y2 - y1, box.bottom - margin - y1),
    ):
        if abs(step) < 1e-9:
            if room < 0:
                return False
        elif step < 0:
            enter = max(enter, room / step)
        else:
            leave = min(leave, room / step)
    return enter < leave


def cross(a: Segment, b: Segment) -> bool:
    """Do two segments cross properly, not just touch?"""
    return _turn(*a, b[0]) * _turn(*a, b[1]) < -1e-9 and _turn(*b, a[0]) * _turn(*b, a[1]) < -1e-9


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def shared(a: Segment, b: Segment) -> float:
    """Length over which two axis-parallel segments lie on each other."""
    for along, across in ((0, 1), (1, 0)):
        flat = all(abs(one[0][across] - one[1][across]) < 0.5 for one in (a, b))
        if flat and abs(a[0][across] - b[0][across]) < 1.5:
            low = max(min(a[0][along], a[1][along]), min(b[0][along], b[1][along]))
            high = min(max(a[0][along], a[1][along]), max(b[0][along], b[1][along]))
            return max(0.0, high - low)
    return 0.0
