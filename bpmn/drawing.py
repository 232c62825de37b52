"""What a layout produced: positions, routes and labels as values, in points, y down."""

from __future__ import annotations

from dataclasses import dataclass

from bpmn.power import Limit

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Box:
    """An axis-parallel rectangle: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> Point:
        return ((self.left + self.right) / 2, (self.top + self.bottom) / 2)

    def shifted(self, dx: float, dy: float) -> Box:
        return Box(left=self.left + dx, top=self.top + dy, right=self.right + dx, bottom=self.bottom + dy)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of text inside a node or label."""

    text: str
    size: float
    #: name, question, post, limit, lane: decides ink and weight.
    role: str = "name"


@dataclass(frozen=True, kw_only=True)
class PlacedNode:
    """A node with its box and the lines that fit into it (an event or symbol gateway has none: its name is a label)."""

    id: str
    box: Box
    lines: tuple[Line, ...] = ()
    #: Step number shown at its corner: tasks and sub-processes in reading order; 0 for none.
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class PlacedFlow:
    """An arrow with its corners from border to border; ``kind`` is sequence or message."""

    id: str
    source: str
    target: str
    points: tuple[Point, ...]
    kind: str = "sequence"


@dataclass(frozen=True, kw_only=True)
class Label:
    """Text beside its owner (the name of an event, of a symbol gateway, of an arrow)."""

    owner: str
    box: Box
    lines: tuple[Line, ...]
    #: start, middle or end: the side the lines are flush with.
    anchor: str = "start"


@dataclass(frozen=True, kw_only=True)
class PlacedLane:
    """A lane column (or a pool without lanes) with its heading."""

    id: str
    name: str
    box: Box
    #: Height of the heading strip at its top.
    head: float
    pool: str = ""
    #: Its name as broken into lines that fit the heading.
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PlacedPool:
    """A pool's heading over its lanes, only where there is more than one pool.

    In a chart without lanes a pool that messages go to stands as a box of its own (``head`` is its whole height).
    """

    id: str
    name: str
    box: Box
    head: float
    #: Its name as broken into lines that fit the heading.
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A laid-out chart of one form and notation."""

    form: str
    notation: str
    lang: str
    width: float
    height: float
    nodes: tuple[PlacedNode, ...]
    flows: tuple[PlacedFlow, ...]
    labels: tuple[Label, ...]
    lanes: tuple[PlacedLane, ...] = ()
    pools: tuple[PlacedPool, ...] = ()
    #: Node ids in reading order: keyboard focus, text twin and step numbers follow it.
    order: tuple[str, ...] = ()


def limit_words(limit: Limit, lang: str) -> str:
    """A limit as the chart prints it: 承诺3个工作日（法定20个工作日） / 3 working days (by law 20)."""
    unit = _UNITS[lang].get(limit.unit, limit.unit)
    if limit.unit == "on_spot":
        return unit
    values = [value for value in (limit.promised, limit.statutory) if value is not None]
    if not values:
        return ""
    few = f"{values[0]}{unit}" if lang == "zh" else f"{values[0]} {unit.removesuffix('s') if values[0] == 1 else unit}"
    at_least = {"zh": "不少于", "en": "at least "}[lang] if limit.kind == "min" else ""
    if limit.promised is not None and limit.statutory is not None and limit.statutory != limit.promised:
        by_law = f"（法定{limit.statutory}）" if lang == "zh" else f" (by law {limit.statutory})"
        return at_least + few + by_law
    return at_least + few


_UNITS = {
    "zh": {
        "on_spot": "当场",
        "hour": "小时",
        "working_day": "个工作日",
        "calendar_day": "日",
        "month": "个月",
        "year": "年",
    },
    "en": {
        "on_spot": "on the spot",
        "hour": "hours",
        "working_day": "working days",
        "calendar_day": "days",
        "month": "months",
        "year": "years",
    },
}
