"""The clock of an element on a printed chart: the dial the overlay draws on the page, as pinned strokes.

The sector used is one stroke as wide as the dial's radius; where the clock stood still, rays hatch it; a hand points to
the end of the promise. Shares (0 to 1) run clockwise from the top, in units of a badge 20 wide.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from bpmn.icons import Point
from bpmn.marks import ClockSign

MIDDLE, RIM, RADIUS = 10.0, 9.0, 4.25
#: Rays in a whole turn of hatching.
RAYS = 26
#: Below this share a sector cannot be seen, above its rest the dial is full.
LEAST = 0.005
#: The one of the legend.
SAMPLE = ClockSign(used=0.6, promised=0.8, stops=((0.25, 0.45),))


def used(clock: ClockSign) -> list[list[Point]]:
    """What is used, without what is hatched."""
    if clock.still:
        return []
    parts, begin = [], 0.0
    for since, until in sorted(clock.stops):
        parts.append((begin, min(since, clock.used)))
        begin = max(begin, min(until, clock.used))
    parts.append((begin, clock.used))
    return [_arc(first, last) for first, last in parts if last - first >= LEAST]


def gaps(clock: ClockSign) -> list[list[Point]]:
    """The arcs of what is hatched, where dashes along them do it."""
    spans = ((since, min(until, clock.used)) for since, until in clock.stops)
    return [_arc(since, until) for since, until in spans if until - since >= LEAST]


def stopped(clock: ClockSign) -> list[list[Point]]:
    """The rays where it stood still, or stands still now."""
    spans = [(0.0, 1.0)] if clock.still else [(since, min(until, clock.used)) for since, until in clock.stops]
    return [_line(1.5, 8.2, share) for since, until in spans for share in _rays(since, until)]


def hand(clock: ClockSign) -> list[list[Point]]:
    """Where the promise ends."""
    return [] if clock.still or clock.promised is None else [_line(0, RIM, clock.promised)]


def _rays(begin: float, end: float) -> Iterator[float]:
    count = max(1, round((end - begin) * RAYS)) if end - begin >= LEAST else 0
    for number in range(count):
        yield begin + (end - begin) * (number + 0.5) / count


def _arc(begin: float, end: float) -> list[Point]:
    """An arc as cubic splines, a quarter turn at most each."""
    pieces = max(1, math.ceil((end - begin) * 4))
    turn = 2 * math.pi * (end - begin) / pieces
    reach = 4 / 3 * math.tan(turn / 4) * RADIUS
    points = [_on(begin, RADIUS)]
    for number in range(pieces):
        first, last = (begin + (end - begin) * (number + step) / pieces for step in (0, 1))
        (x1, y1), (x2, y2) = _on(first, RADIUS), _on(last, RADIUS)
        (u1, v1), (u2, v2) = _along(first), _along(last)
        points += [(x1 + reach * u1, y1 + reach * v1), (x2 - reach * u2, y2 - reach * v2), (x2, y2)]
    return points


def _line(inner: float, outer: float, share: float) -> list[Point]:
    """A ray as a spline."""
    return [_on(share, inner + (outer - inner) * part / 3) for part in range(4)]


def _on(share: float, radius: float) -> Point:
    angle = 2 * math.pi * share
    return MIDDLE + radius * math.sin(angle), MIDDLE - radius * math.cos(angle)


def _along(share: float) -> Point:
    """The direction in which the dial runs there."""
    angle = 2 * math.pi * share
    return math.cos(angle), math.sin(angle)
