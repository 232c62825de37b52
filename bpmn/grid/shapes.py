"""How big each cell is, the lines inside it, and the caption beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bpmn.drawing import Line
from bpmn.grid.profile import Profile
from bpmn.grid.scene import PARTICIPANT
from bpmn.grid.words import Words
from bpmn.measure import line_height, longest_word, width, wrap, wrap_rhombus
from bpmn.model import Node

#: Diameter of an event, of a boundary event, and diagonal of a gateway that is a plain symbol.
EVENT, BOUNDARY, GATEWAY = 32, 24, 44
#: Room at the bottom of a box for its markers, and for the upper half of a boundary event.
MARKERS, HALF_BOUNDARY = 14, 12
#: The name of a boundary event stands so far below its host, clear of the sign of the host's type.
BELOW_HOST = 8
#: A question that would need a higher diamond stands beside a plain one.
MAX_DIAMOND = 150
#: A diamond narrower than a task may not be higher than this; and the share of a diamond that text can fill.
_LOW_DIAMOND, _FILL = 66, 0.36
#: A word longer than this, in ems, tells a chart in Latin letters.
_LATIN = 5
#: Ems that the longest word of a boundary event's name may ask for.
_HUNG = 6
_DECIDES = frozenset("exclusiveGateway inclusiveGateway complexGateway".split())


@dataclass(frozen=True, kw_only=True)
class Caption:
    """A name beside its symbol. ``place``: right, below, upper-right or upper-left of it."""

    lines: tuple[Line, ...]
    place: str

    @property
    def width(self) -> float:
        return block_width(self.lines)

    @property
    def height(self) -> float:
        return block_height(self.lines)


@dataclass(frozen=True, kw_only=True)
class Shape:
    width: float
    height: float
    lines: tuple[Line, ...] = ()
    caption: Caption | None = None


def block_width(lines: Sequence[Line]) -> float:
    return max((width(line.text, line.size) for line in lines), default=0.0)


def block_height(lines: Sequence[Line]) -> float:
    return sum(line_height(line.size) for line in lines)


def as_lines(text: str, size: float, max_width: float, role: str, max_lines: int = 99) -> tuple[Line, ...]:
    """``text`` broken to ``max_width``; nothing for an empty text."""
    if not text.strip():
        return ()
    return tuple(Line(text=part, size=size, role=role) for part in wrap(text, size, max_width, max_lines))


def shape_of(node: Node, words: Words, profile: Profile, hung: Sequence[Node]) -> Shape:
    """Size and text of a cell (not of an expanded sub-process, whose inside decides)."""
    name = words.name(node.id, node.name)
    if node.kind in ("task", "sub") or node.type == PARTICIPANT:
        return _box(node, name, words, profile, hung)
    if node.kind == "event":
        return _event(node, name, profile)
    return _gateway(node, name, profile)


def opened(node: Node, inside: tuple[float, float], words: Words, profile: Profile, hung: Sequence[Node]) -> Shape:
    """An expanded sub-process around an inside of this width and height, its title strip on top."""
    room = max(inside[0] + 12, profile.box_width, hang_width(hung, words, profile))
    lines = as_lines(words.name(node.id, node.name), profile.name_size, room - 32, "name")
    for role, text in words.small_lines(node):
        lines += as_lines(text, profile.small_size, room - 16, role)
    height = title_height(lines) + inside[1] + 4
    if node.loop is not None or node.for_compensation or node.type != "subProcess":
        height += MARKERS
    return Shape(width=room, height=height + (HALF_BOUNDARY if hung else 0), lines=lines)


def title_height(lines: Sequence[Line]) -> float:
    """Height of a title strip with these lines."""
    return block_height(lines) + 8 if lines else 12


def hang_width(hung: Sequence[Node], words: Words, profile: Profile) -> float:
    """Least width of a host whose boundary events and their names must not touch each other or the way out."""
    if not hung:
        return 0.0
    size = profile.small_size
    longest = max(longest_word(words.name(event.id, event.name), size) for event in hung)
    if len(hung) == 1:
        return 2 * (min(longest, _HUNG * size) + 23)
    return 2 * ((len(hung) + 1) // 2) * (30 + min(max(longest, 2 * size), _HUNG * size)) + 28


def word_room(text: str, size: float, room: float) -> float:
    """Room that splits no word, though not much more than was meant."""
    return min(longest_word(text, size) + 1, 1.8 * room)


def fit_words(names: Sequence[str], profile: Profile) -> Profile:
    """Boxes wide enough for the longest Latin word, within reason, and not narrowed where text is Latin.

    On the phone they may get narrower, but not so far that words are torn: a chart that is wider then is shown smaller.
    """
    size, least = profile.name_size, profile.least_text
    if profile.lanes:
        latin = longest_of(names, size) > _LATIN * size
        least = max(profile.text_width if latin else least, min(longest_of(names, size) + 1, 1.35 * profile.text_width))
    else:
        least = unbroken(names, size, least)
    return replace(profile, text_width=max(profile.text_width, least), least_text=least)


def unbroken(names: Sequence[str], size: float, least: float) -> float:
    """Room, at least so much and little more, in which no Latin word of the names is torn."""
    return max(least, min(longest_of(names, size) + 1, 1.35 * least))


def longest_of(names: Sequence[str], size: float) -> float:
    """Width of the longest Latin word of all names."""
    return max((longest_word(name, size) for name in names), default=0.0)


def _box(node: Node, name: str, words: Words, profile: Profile, hung: Sequence[Node]) -> Shape:
    room = profile.text_width
    if profile.lanes and len(wrap(name, profile.name_size, room)) > 7:
        room *= 1.6
    lines = as_lines(name, profile.name_size, room, "name")
    for role, text in words.small_lines(node):
        lines += as_lines(text, profile.small_size, room, role)
    height = block_height(lines) + 2 * profile.padding
    if node.kind == "sub" or node.loop is not None or node.for_compensation:
        height += MARKERS
    if hung:
        height += HALF_BOUNDARY
    return Shape(
        width=max(room + 2 * profile.padding, hang_width(hung, words, profile)), height=max(height, 44), lines=lines
    )


def _event(node: Node, name: str, profile: Profile) -> Shape:
    ends = node.type in ("startEvent", "endEvent")
    if profile.notation == "gov" and ends and name:
        room = max(profile.text_width - 8, min(longest_word(name, profile.name_size) + 1, profile.text_width))
        lines = as_lines(name, profile.name_size, room, "name")
        return Shape(width=max(block_width(lines) + 34, 84), height=max(34, block_height(lines) + 14), lines=lines)
    half = profile.box_width / 2
    if node.type == "endEvent":
        place, room = "below", profile.text_width + profile.padding
    elif node.type == "startEvent":
        place, room = "right", half - EVENT / 2 - 3
    else:
        place, room = "upper-right", half - 13
    return Shape(width=EVENT, height=EVENT, caption=_caption(name, profile, room, place))


def _gateway(node: Node, name: str, profile: Profile) -> Shape:
    if profile.notation == "gov" and name and node.type in _DECIDES:
        diamond = _diamond(name, profile)
        if diamond is not None:
            return diamond
    caption = _caption(name, profile, profile.box_width / 2 - 14, "upper-left")
    return Shape(width=GATEWAY, height=GATEWAY, caption=caption)


def _diamond(question: str, profile: Profile) -> Shape | None:
    """The question inside: a narrow low diamond if that needs no more lines, else as wide as a task or somewhat
    wider; None where it does not fit."""
    size = profile.label_size
    if width(question, size) * line_height(size) > _FILL * 1.3 * profile.box_width * MAX_DIAMOND:
        return None
    fewest = len(wrap_rhombus(question, size, profile.box_width)[0])
    fitting: Shape | None = None
    for stretch in (0.72, 0.86, 1.0, 1.15, 1.3) if profile.lanes else (0.72, 0.86, 1.0, 1.15):
        box = profile.box_width * stretch
        lines, height = wrap_rhombus(question, size, box)
        if height <= (_LOW_DIAMOND if stretch < 1 else MAX_DIAMOND) and (stretch >= 1 or len(lines) == fewest):
            text = tuple(Line(text=line, size=size, role="question") for line in lines)
            fitting = Shape(width=box, height=height, lines=text)
            if longest_word(question, size) <= block_width(text) + 1e-6:
                break
    return fitting


def _caption(name: str, profile: Profile, room: float, place: str) -> Caption | None:
    """A long name gets more room than half a cell rather than many lines; the twin holds what ten lines do not."""
    if not name.strip():
        return None
    size = profile.label_size
    room = max(room, 3 * size + 1, min(width(name, size) / 4, 1.6 * room), word_room(name, size, room))
    return Caption(lines=as_lines(name, size, room, "name", max_lines=10), place=place)


@dataclass(frozen=True)
class Slot:
    """Place of a boundary event on its host's bottom border: offset from the middle, and room for its name."""

    offset: float
    room: float


def event_slot(place: int, count: int, host_width: float) -> Slot:
    """Slots fill from right of the middle, then from the left border; the middle stays free for the way out."""
    right = (count + 1) // 2
    half = host_width / 2
    if place < right:
        step = (half - 14) / right
        offset = 18 + place * step
        return Slot(offset, half + 10 - offset - 14 if place == right - 1 else step - 28)
    step = (half - 20) / (count - right)
    offset = -half + 16 + (place - right) * step
    return Slot(offset, -4 - offset - 14 if place == count - 1 else step - 28)
