"""Words at a gateway's exits: each answer stands where its arrow leaves, in room kept for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bpmn.drawing import Box, Line, Point
from bpmn.grid.profile import Profile
from bpmn.grid.routing import Route
from bpmn.grid.scene import Scene
from bpmn.grid.shapes import GATEWAY, Shape, as_lines, block_height, block_width, word_room
from bpmn.grid.words import Words
from bpmn.measure import width

#: An answer this short stands on its line beside the diamond; a longer one reaches back at most so far.
_SHORT, _MOST_TUCK = 27, 22
_PLACES = {"bottom": "below", "right": "right", "left": "left"}


@dataclass(frozen=True, kw_only=True)
class Exit:
    """The name of an arrow. ``place``: below, right or left of the gateway it leaves by that side alone; aside where
    several leave by the right or left, in the channel there; else free."""

    lines: tuple[Line, ...]
    place: str
    text: str

    @property
    def width(self) -> float:
        return block_width(self.lines)

    @property
    def height(self) -> float:
        return block_height(self.lines)


def exits(
    scene: Scene, routes: Mapping[int, Route], shapes: Mapping[str, Shape], words: Words, profile: Profile
) -> dict[int, Exit]:
    """Lines and place of every arrow's name, by index of the link."""
    found: dict[int, Exit] = {}
    named = {index: name for index in routes if (name := words.name(scene.links[index].id, scene.links[index].name))}
    users = Counter((scene.links[index].leaves, routes[index].leave) for index in named)
    for index, name in named.items():
        link, side = scene.links[index], routes[index].leave
        node = scene.nodes.get(link.leaves)
        place = _PLACES.get(side, "free") if node is not None and node.kind == "gateway" else "free"
        if users[link.leaves, side] > 1:
            place = "aside" if place in ("right", "left") else "free"
        room = max(_room(place, name, shapes.get(link.leaves), profile), 3 * profile.small_size + 1)
        room = max(room, word_room(name, profile.small_size, room))
        found[index] = Exit(lines=as_lines(name, profile.small_size, room, "name", 8), place=place, text=name)
    return found


def tuck(exit_: Exit, shape: Shape) -> float:
    """How far an answer beside a diamond reaches back over its slope: longer ones save width so."""
    return 0.0 if shape.width <= GATEWAY else max(0.0, min(_MOST_TUCK, exit_.width - _SHORT))


def rise(exit_: Exit, shape: Shape) -> float:
    """How far above its line an answer stands, to clear the slope."""
    back = tuck(exit_, shape)
    return 3 + back * shape.height / shape.width if back else 0.0


def at_exit(exit_: Exit, start: Point, shape: Shape) -> Box:
    """Box of an answer beside the first point of its arrow; left of a plain symbol it stands below the line."""
    x, y = start
    back, above = tuck(exit_, shape), 2 + rise(exit_, shape) + exit_.height
    if exit_.place == "below":
        left, top = x + 4, y + 1
    elif exit_.place == "right":
        left, top = x + 2 - back, y - above
    else:
        left, top = x - 2 + back - exit_.width, y + 1 if shape.width <= GATEWAY else y - above
    return Box(left=left, top=top, right=left + exit_.width, bottom=top + exit_.height)


def _room(place: str, name: str, shape: Shape | None, profile: Profile) -> float:
    """Width an answer may take. Beside a diamond four characters, five where that saves a line."""
    if place == "aside":
        return 4 * profile.small_size + 1
    if place == "free" or shape is None:
        return profile.text_width * 0.8
    if place == "below":
        return profile.box_width / 2 - 6
    if shape.width <= GATEWAY:
        return profile.box_width / 2 - shape.width / 2 - 3
    size = profile.small_size
    length = width(name, size)
    return 5 * size + 1 if 4 * size < length <= 5 * size + 1 or length > 8 * size else 4 * size + 1
