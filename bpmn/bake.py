"""Symbols, numbers, risk marks and status badges as native Graphviz elements, for PDF and PNG.

Graphviz has no free shapes, but it draws any spline an edge is pinned to: an icon is a few such strokes, so the printed
chart depends on no symbol font.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from bpmn import dial, icons, places
from bpmn.chart_words import words
from bpmn.dot import Dot, line_label, spline
from bpmn.drawing import Drawing, PlacedNode
from bpmn.icons import Icon, Point
from bpmn.marks import ClockSign, Mark, PictureStatus
from bpmn.model import Definitions, Node
from bpmn.node_shapes import node_of
from bpmn.palette import LOOKS, colour

INCH = 72
CARDS = {"blue": "blue", "yellow": "warn", "red": "overdue"}
_BADGE_SIZE = {"disc": (18, 18), "ring": (18, 18), "card": (13, 18), "diamond": (20, 20)}
_BADGE_SHAPE = {"disc": "circle", "ring": "circle", "card": "box", "diamond": "diamond"}


def bake(dot: Dot, definitions: Definitions, drawing: Drawing, status: PictureStatus) -> None:
    """Add everything ``svg.dress`` and the overlay would add on the web."""
    pen = Pen(dot, drawing.height)
    for placed in drawing.nodes:
        node = node_of(definitions, placed.id)
        ground = _ground(status.status_of(placed.id))
        for symbol in places.symbols(node, placed):
            pen.icon(symbol.icon, symbol.left, symbol.top, symbol.side, colour("fc-line"), ground)
        _corners(pen, node, placed, drawing.lang)
        _status(pen, node, placed, status, drawing.lang)
    for flow in drawing.flows:
        if status.arrows.get(flow.id, 0) > 1:
            _times(pen, places.times_place(drawing, flow), status.arrows[flow.id])


class Pen:
    """Draws small pinned things; every one gets a key of its own."""

    def __init__(self, dot: Dot, height: float, name: str = "b") -> None:
        self.dot, self.height, self.name, self.count = dot, height, name, 0

    def shape(self, shape: str, x: float, y: float, width: float, height: float, **attributes: str | float) -> None:
        """A filled native shape centred at (x, y)."""
        self.dot.node(
            self._key(),
            shape=shape,
            style=str(attributes.pop("style", "filled")),
            pos=f"{x:.2f},{self.height - y:.2f}",
            width=width / INCH,
            height=height / INCH,
            **{"label": "", **attributes},
        )

    def text(self, text: str, x: float, y: float, size: float, ink: str) -> None:
        """One bold line whose capitals stand centred at (x, y): a face's own middle lies a little higher."""
        room = size * (len(text) + 1)
        self.shape("plaintext", x, y + size * 0.11, room, size * 1.4, style="", label=line_label(text, size, ink))

    def icon(self, icon: Icon, left: float, top: float, side: float, ink: str, ground: str) -> None:
        """An icon in a square."""
        scale = side / 20
        for data, tint, width in (
            (icon.stroke, ink, icon.width),
            (icon.fill, ink, 0.0),
            (icon.gap, ground, icon.width),
        ):
            lines = list(icons.splines(data)) if width else _hatched(list(icons.splines(data)))
            self.strokes(
                [[(left + x * scale, top + y * scale) for x, y in line] for line in lines], tint, width * scale
            )

    def strokes(self, lines: list[list[Point]], ink: str, width: float) -> None:
        """Splines drawn in one ink; nothing where there are none."""
        if not lines:
            return
        key = self._key()
        x, y = lines[0][0]
        self.dot.node(
            key, shape="point", style="invis", label="", width=0.01, height=0.01, pos=f"{x:.2f},{self.height - y:.2f}"
        )
        route = ";".join(spline([(x, self.height - y) for x, y in line]) for line in lines)
        self.dot.edge(key, key, dir="none", color=ink, penwidth=width or 0.9, pos=route)

    def _key(self) -> str:
        self.count += 1
        return f"{self.name}{self.count}"


def draw_badge(pen: Pen, name: str, left: float, top: float, scale: float) -> None:
    """A status badge or card: its ground, then its mark."""
    shape, token, mark = icons.BADGES[name]
    width, height = (size * scale for size in _BADGE_SIZE[shape])
    x, y = left + 10 * scale, top + 10 * scale
    ring = shape == "ring"
    fill, line = (colour("fc-bg"), colour(token)) if ring else (colour(token), colour("fc-bg"))
    pen.shape(
        _BADGE_SHAPE[shape],
        x,
        y,
        width,
        height,
        fillcolor=fill,
        color=colour("on-warn") if name == "warn" else line,
        penwidth=1.2,
    )
    ink = colour(token) if ring else colour("on-warn") if name == "warn" else colour("fc-bg")
    pen.icon(mark, left, top, 20 * scale, ink, fill)


def draw_clock(pen: Pen, clock: ClockSign, left: float, top: float, scale: float) -> None:
    """The dial of a running clock: what is used, hatched where it stood still, a hand where the promise ends."""

    def there(lines: list[list[Point]]) -> list[list[Point]]:
        return [[(left + x * scale, top + y * scale) for x, y in line] for line in lines]

    ink, side = colour("current"), 2 * dial.RIM * scale
    middle = (left + dial.MIDDLE * scale, top + dial.MIDDLE * scale)
    pen.shape("circle", *middle, side, side, fillcolor=colour("fc-bg"), color=ink, penwidth=1.4 * scale)
    pen.strokes(there(dial.used(clock)), ink, 2 * dial.RADIUS * scale)
    pen.strokes(there(dial.stopped(clock)), colour("skip"), 1.2 * scale)
    pen.strokes(there(dial.hand(clock)), colour("warn"), 2 * scale)


def draw_sign(dot: Dot, height: float, status: str, left: float, top: float) -> None:
    """A sign of the legend."""
    pen = Pen(dot, height, "g" + status)
    if status in icons.BADGES:
        draw_badge(pen, status, left, top, 1)
    elif status == "clock":
        draw_clock(pen, dial.SAMPLE, left, top, 1)
    else:
        line = colour(LOOKS[status].line)
        pen.shape("box", left + 10, top + 10, 20, 14, style="rounded,dashed", color=line, penwidth=1.4)


def _corners(pen: Pen, node: Node, placed: PlacedNode, lang: str) -> None:
    if placed.number:
        x, y = places.number_place(placed)
        side, ink = places.NUMBER_RADIUS * 2, colour("fc-line")
        pen.shape("circle", x, y, side, side, fillcolor=ink, color=ink)
        pen.text(str(placed.number), x, y, 10.5, colour("fc-bg"))
    corner = places.type_place(node, placed)
    if corner is not None:
        line = colour("fc-line")
        pen.shape("circle", *corner, 17, 17, fillcolor=colour("fc-bg"), color=line, penwidth=0.9)
        pen.icon(icons.TASKS[node.type], corner[0] - 6, corner[1] - 6, 12, line, colour("fc-bg"))
    level = places.risk_level(node)
    if level:
        left, top = places.risk_place(placed)
        x, y = left + places.RISK_WIDTH / 2, top + places.RISK_HEIGHT / 2
        red = colour("overdue")
        # Graphviz keeps a triangle in the upper three quarters of its box.
        pen.shape("triangle", x, y + 3.6, 29, 29, fillcolor=colour("fc-bg"), color=red, penwidth=1.2)
        pen.text(words(lang)["risk_mark"][level], x, y + 3.5, 9.5, red)


def _status(pen: Pen, node: Node, placed: PlacedNode, status: PictureStatus, lang: str) -> None:
    place = places.badge_place(node, placed)
    mark = status.elements.get(placed.id)
    name = status.status_of(placed.id)
    left = place.left
    for badge in _row(name, mark):
        draw_badge(pen, badge, left, place.top, place.scale)
        left -= 16 * place.scale
    if mark is not None and mark.clock is not None:
        draw_clock(pen, mark.clock, left, place.top, place.scale)
        left -= 21 * place.scale
    if mark is not None and mark.count > 1:
        _pill(pen, f"×{mark.count}", left + 18 * place.scale, place.top + 10 * place.scale)
    count = (status.counts or {}).get(placed.id, 0)
    if count > 0:
        _pill(
            pen,
            words(lang)["say"]["cases"].format(count=count),
            place.left + 20 * place.scale,
            place.top + 10 * place.scale,
        )


def _row(status: str, mark: Mark | None) -> Iterable[str]:
    """The badges of a node from right to left: status, then cards that the status does not show already."""
    if status in icons.BADGES:
        yield status
    for card in mark.cards if mark else ():
        if card in CARDS and CARDS[card] != status:
            yield CARDS[card]


def _pill(pen: Pen, text: str, right: float, y: float) -> None:
    width = 8.0 + sum(11 if ord(character) > 0x2E80 else 7 for character in text)
    pen.shape(
        "box",
        right - width / 2,
        y,
        width,
        15,
        style="rounded,filled",
        fillcolor=colour("fc-bg"),
        color=colour("fc-line"),
        penwidth=1,
        label=line_label(text, 11, colour("ink")),
    )


def _times(pen: Pen, place: Point, count: int) -> None:
    text = line_label(f"×{count}", 11, colour("current"))
    pen.shape("plaintext", *place, 22, 13, fillcolor=colour("fc-bg"), label=text)


def _ground(status: str) -> str:
    return colour(LOOKS[status].fill) if status else colour("fc-shape")


def _hatched(outlines: list[list[Point]], step: float = 0.8) -> list[list[Point]]:
    """Areas as close horizontal strokes (even-odd): Graphviz fills no free outline."""
    edges = [pair for line in outlines for pair in pairwise(icons.flattened(line))]
    if not edges:
        return []
    strokes = []
    y = min(min(a[1], b[1]) for a, b in edges) + step / 2
    bottom = max(max(a[1], b[1]) for a, b in edges)
    while y < bottom:
        cuts = sorted(a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) for a, b in edges if (a[1] <= y) != (b[1] <= y))
        for left, right in zip(cuts[::2], cuts[1::2], strict=False):
            third = (right - left) / 3
            strokes.append([(left, y), (left + third, y), (right - third, y), (right, y)])
        y += step
    return strokes
