"""Arrows side by side: every stretch in a channel gets a track, ordered so that few arrows cross.

A route becomes legs, straight pieces that alternate between across (H) and down (V). Legs of arrows with the same
source, or the same target, share a track: they are one line that forks or joins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bpmn.grid.mesh import GridPoint, Mesh
from bpmn.grid.routing import Route
from bpmn.grid.scene import Scene


@dataclass(frozen=True)
class Leg:
    """A straight piece of a route on one line of the mesh."""

    link: int
    #: Its number among the legs of its link.
    place: int
    #: H: on a horizontal line, V: on a vertical one.
    axis: str
    line: int
    first: GridPoint
    last: GridPoint
    #: Not on a mesh line but below this boundary event.
    event: str = ""


@dataclass(frozen=True)
class Tracks:
    #: Track of (link, place of the leg); legs on centres have none.
    of: Mapping[tuple[int, int], int]
    #: Number of tracks of a channel, by (axis, line).
    count: Mapping[tuple[str, int], int]


class Coordinates(Protocol):
    """Where things are: first in mesh numbers, then in points once the tracks are known."""

    @property
    def clearance(self) -> float:
        """Two stretches nearer than this would touch if they were on the same track."""

    def along(self, leg: Leg, *, at_end: bool) -> float:
        """Coordinate of a leg's end along its axis where no other leg gives it."""

    def across(self, leg: Leg) -> float:
        """Coordinate of the line a leg lies on."""


def legs_of(scene: Scene, mesh: Mesh, routes: Mapping[int, Route]) -> dict[int, list[Leg]]:
    """Every route as legs, from centre to centre of its cells (from the border of a pool)."""
    return {index: _legs(scene, mesh, index, route) for index, route in routes.items()}


def assign(mesh: Mesh, scene: Scene, legs: Mapping[int, Sequence[Leg]], where: Coordinates) -> Tracks:
    """Tracks for all channels from the ends' present coordinates."""
    of: dict[tuple[int, int], int] = {}
    count: dict[tuple[str, int], int] = {}
    for channel, stretches in _by_channel(mesh, legs, where).items():
        nets = _nets(scene, legs, stretches)
        tracks = _pack(nets, _order(nets), where.clearance)
        count[channel] = 1 + max(tracks)
        for net, track in zip(nets, tracks, strict=True):
            of.update({(member.leg.link, member.leg.place): track for member in net.members})
    return Tracks(of, count)


# -- legs -----------------------------------------------------------------------------------------------------------


def _legs(scene: Scene, mesh: Mesh, index: int, route: Route) -> list[Leg]:
    link = scene.links[index]
    points = list(route.points)
    first, last = points[0], points[-1]
    if route.leave not in ("event", "wall"):
        points.insert(0, mesh.cell[link.source])
    if route.arrive not in ("event", "wall"):
        points.append(mesh.cell[link.target])
    pieces = [(axis, line, start, end, "") for axis, line, start, end in _straight(points)]
    if route.leave == "event":
        pieces.insert(0, ("V", -1, mesh.cell[link.source], first, link.leaves))
    elif route.leave == "wall" and (not pieces or pieces[0][0] == "V"):
        pieces.insert(0, ("H", first[1], first, first, ""))
    if route.arrive == "event":
        pieces.append(("V", -1, last, mesh.cell[link.target], link.arrives))
    elif route.arrive == "wall" and pieces[-1][0] == "V":
        pieces.append(("H", last[1], last, last, ""))
    return [Leg(index, place, *piece) for place, piece in enumerate(_alternating(pieces))]


def _straight(points: Sequence[GridPoint]) -> Iterable[tuple[str, int, GridPoint, GridPoint]]:
    """Runs of points on one line as (axis, line, first, last)."""
    start = 0
    while start < len(points) - 1:
        across = 1 if points[start][1] == points[start + 1][1] else 0
        end = start + 1
        while end < len(points) - 1 and points[end + 1][across] == points[start][across]:
            end += 1
        axis = "H" if across else "V"
        yield axis, points[start][across], points[start], points[end]
        start = end


def _alternating(
    pieces: Sequence[tuple[str, int, GridPoint, GridPoint, str]],
) -> list[tuple[str, int, GridPoint, GridPoint, str]]:
    """Between two pieces down that do not lie on one line goes a short one across."""
    result: list[tuple[str, int, GridPoint, GridPoint, str]] = []
    for piece in pieces:
        if result and result[-1][0] == piece[0] == "V":
            corner = result[-1][3]
            result.append(("H", corner[1], corner, corner, ""))
        result.append(piece)
    return result


# -- stretches and nets ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stretch:
    """A leg in a channel: its extent, and at each end where it turns and to which side (-1 up or left, 1 down)."""

    leg: Leg
    low: float
    high: float
    ends: tuple[tuple[float, int], tuple[float, int]]


@dataclass(frozen=True)
class _Net:
    """Stretches that are one line."""

    members: tuple[_Stretch, ...]
    low: float
    high: float
    ends: tuple[tuple[float, int], ...]


def _by_channel(
    mesh: Mesh, legs: Mapping[int, Sequence[Leg]], where: Coordinates
) -> dict[tuple[str, int], list[_Stretch]]:
    channels: dict[tuple[str, int], list[_Stretch]] = defaultdict(list)
    for chain in legs.values():
        for leg in chain:
            in_channel = leg.line % 2 == 0 if leg.axis == "H" else mesh.verticals[leg.line].is_channel
            if in_channel and not leg.event:
                channels[leg.axis, leg.line].append(_stretch(chain, leg, where))
    return channels


def _stretch(chain: Sequence[Leg], leg: Leg, where: Coordinates) -> _Stretch:
    before = chain[leg.place - 1] if leg.place else None
    after = chain[leg.place + 1] if leg.place + 1 < len(chain) else None
    start = where.across(before) if before else where.along(leg, at_end=False)
    end = where.across(after) if after else where.along(leg, at_end=True)
    ends = (
        (start, _side(leg, before.first, before.event) if before else 0),
        (end, _side(leg, after.last, after.event) if after else 0),
    )
    return _Stretch(leg, min(start, end), max(start, end), ends)


def _side(leg: Leg, other: GridPoint, event: str) -> int:
    """To which side of the leg's line its neighbour goes on."""
    if event:
        return -1
    across = other[1] if leg.axis == "H" else other[0]
    return 1 if across > leg.line else -1


def _nets(scene: Scene, legs: Mapping[int, Sequence[Leg]], stretches: Sequence[_Stretch]) -> list[_Net]:
    """First legs of the same source and last legs of the same target join where they touch."""
    from_source: dict[tuple[object, ...], list[_Stretch]] = defaultdict(list)
    to_target: dict[tuple[object, ...], list[_Stretch]] = defaultdict(list)
    for stretch in stretches:
        link, leg = scene.links[stretch.leg.link], stretch.leg
        if leg.place <= 2:
            from_source[link.origin, link.family].append(stretch)
        if leg.place >= len(legs[leg.link]) - 3:
            to_target[link.arrives, link.family].append(stretch)
    taken: set[Leg] = set()
    nets: list[_Net] = []
    for group in [*from_source.values(), *to_target.values()]:
        free = [stretch for stretch in group if stretch.leg not in taken]
        if len({stretch.leg.link for stretch in free}) > 1:
            taken.update(stretch.leg for stretch in free)
            nets += _joined(free)
    return nets + [_net([stretch]) for stretch in stretches if stretch.leg not in taken]


def _joined(stretches: Sequence[_Stretch]) -> list[_Net]:
    """One net for each run of stretches that touch."""
    rest = sorted(stretches, key=lambda stretch: (stretch.low, stretch.high))
    nets: list[_Net] = []
    run, reach = [rest[0]], rest[0].high
    for stretch in rest[1:]:
        if stretch.low <= reach + 1e-6:
            run.append(stretch)
            reach = max(reach, stretch.high)
        else:
            nets.append(_net(run))
            run, reach = [stretch], stretch.high
    return [*nets, _net(run)]


def _net(members: Sequence[_Stretch]) -> _Net:
    low, high = min(member.low for member in members), max(member.high for member in members)
    return _Net(tuple(members), low, high, tuple(end for member in members for end in member.ends))


def _order(nets: Sequence[_Net]) -> list[int]:
    """Order across the channel with few crossings: start by where the ends turn, then best insertion."""
    before = [[_crossings(a, b) for b in nets] for a in nets]
    order = sorted(range(len(nets)), key=lambda i: (sum(side for _, side in nets[i].ends), nets[i].low))
    for _ in range(30):
        moved = [_insert(order, index, before) for index in range(len(order))]
        if not any(moved):
            break
    return order


def _insert(order: list[int], index: int, before: Sequence[Sequence[float]]) -> bool:
    """Move one net to where it crosses least; True if that was somewhere better."""
    net = order[index]
    rest = order[:index] + order[index + 1 :]
    now = sum(before[other][net] for other in rest[:index]) + sum(before[net][other] for other in rest[index:])
    cost = best = sum(before[net][other] for other in rest)
    place = 0
    for position, other in enumerate(rest, start=1):
        cost += before[other][net] - before[net][other]
        if cost < best - 1e-9:
            best, place = cost, position
    if best >= now - 1e-9:
        return False
    order[:] = [*rest[:place], net, *rest[place:]]
    return True


def _crossings(first: _Net, second: _Net) -> float:
    """Crossings if ``first`` lies above (left of) ``second``; touching at an end counts half."""
    cost = 0.0
    for net, other, side in ((first, second, 1), (second, first, -1)):
        low, high = other.low, other.high
        for position, turns in net.ends:
            if turns == side and low - 1e-6 < position < high + 1e-6:
                cost += 1 if low + 1e-6 < position < high - 1e-6 else 0.5
    return cost


def _pack(nets: Sequence[_Net], order: Sequence[int], clearance: float) -> list[int]:
    """The lowest track of each net that keeps the order among those it would touch."""
    tracks = [0] * len(nets)
    done: list[int] = []
    for index in order:
        net = nets[index]
        touching = [
            tracks[other] + 1
            for other in done
            if nets[other].low - clearance <= net.high and net.low - clearance <= nets[other].high
        ]
        tracks[index] = max(touching, default=0)
        done.append(index)
    return tracks
