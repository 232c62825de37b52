"""Points: where every line of the mesh lies once sizes, names and tracks are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from bpmn.grid.captions import Exit, rise, tuck
from bpmn.grid.mesh import Mesh
from bpmn.grid.profile import Profile
from bpmn.grid.routing import Route
from bpmn.grid.scene import Scene
from bpmn.grid.shapes import BELOW_HOST, BOUNDARY, GATEWAY, Shape, as_lines, block_height, event_slot
from bpmn.grid.tracks import Leg, Tracks
from bpmn.grid.words import Words

#: Least widths and heights of channels: at the side of a lane, inside one, between pools; at the edge, between rows.
_SIDE, _INNER, _GAP, _EDGE, _BETWEEN = 16, 20, 34, 10, 24
#: Distance of the outermost track to what lies beside the channel.
_SHY = 12
#: Width of a black-box pool between its side channels, and half the least height of a row.
_BARE, _HALF_ROW = 64, 22


@dataclass
class Needs:
    """What the cells and names ask of the lines: widths by vertical, heights by row."""

    width: dict[int, float] = field(default_factory=dict)
    up: dict[int, float] = field(default_factory=lambda: defaultdict(lambda: float(_HALF_ROW)))
    down: dict[int, float] = field(default_factory=lambda: defaultdict(lambda: float(_HALF_ROW)))
    #: From the centre of a row down to the lowest name below it, which the channel's tracks must pass under.
    under: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    #: Room for answers at the left and right border of a vertical channel.
    left: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    right: dict[int, float] = field(default_factory=lambda: defaultdict(float))


def needs_of(
    scene: Scene,
    mesh: Mesh,
    routes: Mapping[int, Route],
    shapes: Mapping[str, Shape],
    exits: Mapping[int, Exit],
    words: Words,
    profile: Profile,
) -> Needs:
    """Everything that must find room, line by line."""
    needs = Needs()
    for x, vertical in enumerate(mesh.verticals):
        if not vertical.is_channel:
            needs.width[x] = _BARE if vertical.is_bare else profile.box_width
    for id_, shape in shapes.items():
        _cell_needs(needs, mesh.cell[id_], shape)
        _hung_needs(needs, mesh.cell[id_], shape, scene, id_, words, profile)
    for index, exit_ in exits.items():
        cell = mesh.cell.get(scene.links[index].source)
        if cell is not None:
            _exit_needs(needs, cell, shapes[scene.links[index].source], exit_, routes[index].leave)
    return needs


def _cell_needs(needs: Needs, cell: tuple[int, int], shape: Shape) -> None:
    x, row = cell[0], cell[1] // 2
    up = down = shape.height / 2
    width = shape.width
    caption = shape.caption
    if caption is not None and caption.place == "below":
        down += 4 + caption.height
        width = max(width, caption.width)
    elif caption is not None and caption.place == "right":
        up = down = max(up, caption.height / 2)
        width = max(width, shape.width + 2 * caption.width + 6)
    elif caption is not None:
        up = max(up, caption.height + 12)
        width = max(width, 2 * caption.width + 28)
    needs.width[x] = max(needs.width[x], width)
    needs.up[row], needs.down[row] = max(needs.up[row], up), max(needs.down[row], down)


def _hung_needs(
    needs: Needs, cell: tuple[int, int], shape: Shape, scene: Scene, id_: str, words: Words, profile: Profile
) -> None:
    hung, row = scene.hung.get(id_, ()), cell[1] // 2
    if hung:
        needs.down[row] = max(needs.down[row], shape.height / 2 + BOUNDARY / 2)
    for place, event in enumerate(hung):
        room = event_slot(place, len(hung), shape.width).room
        height = block_height(as_lines(words.name(event.id, event.name), profile.small_size, room, "name", 6))
        if height:
            needs.under[row] = max(needs.under[row], shape.height / 2 + BELOW_HOST + 1 + height)


def _exit_needs(needs: Needs, cell: tuple[int, int], shape: Shape, exit_: Exit, side: str) -> None:
    x, row = cell[0], cell[1] // 2
    if exit_.place == "below":
        needs.under[row] = max(needs.under[row], shape.height / 2 + 3 + exit_.height)
        needs.width[x] = max(needs.width[x], 2 * exit_.width + 10)
    elif exit_.place == "aside":
        near, far = (needs.left, needs.right) if side == "right" else (needs.right, needs.left)
        channel = x + 1 if side == "right" else x - 1
        near[channel] = max(near[channel], exit_.width + 6 - (needs.width[x] - shape.width) / 2)
        far[channel] = max(far[channel], exit_.width / 2)
    elif exit_.place in ("right", "left") and shape.width <= GATEWAY:
        room = needs.up if exit_.place == "right" else needs.down
        room[row] = max(room[row], exit_.height + 4)
        needs.width[x] = max(needs.width[x], shape.width + 2 * exit_.width + 8)
    elif exit_.place in ("right", "left"):
        needs.up[row] = max(needs.up[row], exit_.height + rise(exit_, shape) + 4)
        lacking = exit_.width + 4 - tuck(exit_, shape) - (needs.width[x] - shape.width) / 2
        if exit_.place == "right":
            needs.left[x + 1] = max(needs.left[x + 1], lacking)
        else:
            needs.right[x - 1] = max(needs.right[x - 1], lacking)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """Coordinates in points; ``x`` and ``y`` are those of a line, of its first track if it is a channel."""

    scene: Scene
    mesh: Mesh
    shapes: Mapping[str, Shape]
    profile: Profile
    tracks: Tracks
    x: tuple[float, ...]
    y: tuple[float, ...]
    #: Left and right border of each lane.
    lanes: tuple[tuple[float, float], ...]
    width: float
    height: float
    clearance: float = 4

    def along(self, leg: Leg, *, at_end: bool) -> float:
        point = leg.last if at_end else leg.first
        return self.x[point[0]] if leg.axis == "H" else self.y[point[1]]

    def across(self, leg: Leg) -> float:
        if leg.event:
            return self.event_x(leg.event, leg)
        base = self.y[leg.line] if leg.axis == "H" else self.x[leg.line]
        return base + self.tracks.of.get((leg.link, leg.place), 0) * self.profile.track

    def event_x(self, event: str, leg: Leg) -> float:
        """The middle of a boundary event that a leg starts or ends at."""
        link = self.scene.links[leg.link]
        host = link.source if link.leaves == event and leg.place == 0 else link.target
        return self.hung_x(host, event)

    def hung_x(self, host: str, event: str) -> float:
        hung = [node.id for node in self.scene.hung[host]]
        slot = event_slot(hung.index(event), len(hung), self.shapes[host].width)
        return self.x[self.mesh.cell[host][0]] + slot.offset


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Coordinates before anything is measured: the numbers of the mesh lines."""

    scene: Scene
    mesh: Mesh
    tracks: Tracks
    clearance: float = 0.3

    def along(self, leg: Leg, *, at_end: bool) -> float:
        point = leg.last if at_end else leg.first
        return float(point[0] if leg.axis == "H" else point[1])

    def across(self, leg: Leg) -> float:
        if leg.event:
            return leg.first[0] + 0.3 if leg.place == 0 else leg.last[0] + 0.3
        return leg.line + 0.01 * self.tracks.of.get((leg.link, leg.place), 0)


def measure_out(
    scene: Scene, mesh: Mesh, shapes: Mapping[str, Shape], needs: Needs, tracks: Tracks, profile: Profile
) -> Metric:
    """Coordinates for these tracks."""
    x, lanes, width = _verticals(mesh, needs, tracks, profile)
    y, height = _horizontals(mesh, needs, tracks, profile)
    return Metric(
        scene=scene,
        mesh=mesh,
        shapes=shapes,
        profile=profile,
        tracks=tracks,
        x=tuple(x),
        y=tuple(y),
        lanes=tuple(lanes),
        width=width,
        height=height,
    )


def _verticals(
    mesh: Mesh, needs: Needs, tracks: Tracks, profile: Profile
) -> tuple[list[float], list[tuple[float, float]], float]:
    at: list[float] = []
    borders: list[float] = []
    position = 0.0
    sides = {line for margin in mesh.margins for line in margin}
    for index, vertical in enumerate(mesh.verticals):
        borders.append(position)
        if not vertical.is_channel:
            at.append(position + needs.width[index] / 2)
            position += needs.width[index]
            continue
        least = _GAP if vertical.lane < 0 else _SIDE if index in sides else _INNER
        count = tracks.count.get(("V", index), 0)
        breadth = max(0, count - 1) * profile.track
        room = max(least, 2 * _SHY + breadth if count else 0)
        at.append(position + max(0.0, needs.left[index]) + (room - breadth) / 2)
        position += max(0.0, needs.left[index]) + room + max(0.0, needs.right[index])
    borders.append(position)
    return at, [(borders[first], borders[last + 1]) for first, last in mesh.margins], position


def _horizontals(mesh: Mesh, needs: Needs, tracks: Tracks, profile: Profile) -> tuple[list[float], float]:
    at: list[float] = []
    position = 0.0
    for line in range(mesh.height):
        row = (line - 1) // 2
        if line % 2:
            at.append(position + needs.up[row])
            position += needs.up[row] + needs.down[row]
            continue
        edge = line in (0, mesh.height - 1)
        count = tracks.count.get(("H", line), 0)
        breadth = max(0, count - 1) * profile.track
        room = max(_EDGE if edge else _BETWEEN, 2 * _SHY + breadth if count else 0)
        kept = max(0.0, needs.under[row] - needs.down[row]) if line else 0.0
        at.append(position + kept + (room - breadth) / 2)
        position += kept + room
    return at, position
