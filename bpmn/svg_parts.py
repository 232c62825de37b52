"""The elements a dressed picture is made of."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from bpmn import dial, xml
from bpmn.drawing import Box, Line, PlacedNode
from bpmn.frame import Frame
from bpmn.model import Node
from bpmn.node_shapes import DETAIL_ROLES
from bpmn.paths import Origin, number, outline, route
from bpmn.safe_svg import SVG

#: Distance of the two borders of a transaction.
RING = 4


def element(tag: str, **attributes: str) -> etree._Element:
    """An SVG element; ``class_`` is class, other underscores are hyphens."""
    made = etree.Element(f"{{{SVG}}}{tag}", nsmap={None: SVG})
    for name, value in attributes.items():
        made.set(name.rstrip("_").replace("_", "-"), value)
    return made


def shapes(raw: etree._Element, placed: PlacedNode, node: Node, origin: Origin) -> list[etree._Element]:
    """The outline of a node as Graphviz drew it: ``shape``, and behind it ``ring`` where the border is double."""
    made: list[etree._Element] = []
    for drawn in raw.iter(f"{{{SVG}}}polygon", f"{{{SVG}}}path", f"{{{SVG}}}ellipse", f"{{{SVG}}}polyline"):
        shape = _shape(drawn, placed, node, origin, inset=RING * len(made))
        shape.set("class", "ring" if made else "shape")
        made.append(shape)
    # The outer border lies behind the inner one, which carries the status.
    return made[::-1]


def _shape(drawn: etree._Element, placed: PlacedNode, node: Node, origin: Origin, inset: float) -> etree._Element:
    kind, box = xml.local_name(drawn), placed.box
    if kind == "ellipse":
        return circle(drawn, origin)
    if node.kind in ("task", "sub") or node.type == "group" or (node.kind == "event" and placed.lines):
        radius = box.height / 2 if node.kind == "event" else 10
        left, top, right, bottom = box.left + inset, box.top + inset, box.right - inset, box.bottom - inset
        return rect(Box(left=left, top=top, right=right, bottom=bottom), radius)
    if kind == "path":
        return element("path", d=route(drawn.get("d", ""), origin))
    return element("path", d=outline(drawn.get("points", ""), origin, kind == "polygon"))


def circle(drawn: etree._Element, origin: Origin, class_: str = "") -> etree._Element:
    """An ellipse of Graphviz as a circle."""
    made = element("circle", cx=origin.x(drawn, "cx"), cy=origin.y(drawn, "cy"), r=size_of(drawn.get("rx", "0")))
    if class_:
        made.set("class", class_)
    return made


def rect(box: Box, radius: float) -> etree._Element:
    """A rectangle with rounded corners."""
    made = element("rect", x=number(box.left), y=number(box.top), width=number(box.width), height=number(box.height))
    if radius:
        made.set("rx", number(radius))
    return made


def use(name: str, left: float, top: float, width: float, height: float, class_: str) -> etree._Element:
    """A symbol of the sprite."""
    made = element("use", href=f"#{name}", x=number(left), y=number(top), width=number(width), height=number(height))
    if class_:
        made.set("class", class_)
    return made


def size_of(text: str) -> str:
    """A length as short text."""
    return number(float(text))


def text_lines(
    raw: etree._Element, lines: tuple[Line, ...], x: float, origin: Origin, size: float
) -> list[etree._Element]:
    """Lines of text around ``x``: Graphviz says how high each stands, the words are the drawing's own.

    ``size`` is the size that needs no attribute.
    """
    heights = [origin.y(text) for text in raw.iter(f"{{{SVG}}}text")]
    made = []
    for line, y in zip((line for line in lines if line.text.strip()), heights, strict=False):
        text = element("text", x=number(x), y=y)
        if line.size != size:
            text.set("font-size", number(line.size))
        if line.role in DETAIL_ROLES:
            text.set("class", "detail")
        text.text = line.text
        made.append(text)
    return made


def frame_group(
    framed: Frame, group_of: Callable[[str], etree._Element], origin: Origin, size: float
) -> etree._Element:
    """What stands around the chart; ``group_of`` gives the raw group of a key."""
    group = element("g", class_="frame", aria_hidden="true")
    if framed.gutter is not None:
        gutter = element("g", class_="lane alt")
        gutter.append(rect(framed.gutter, 0))
        group.append(gutter)
    for i, text in enumerate(framed.texts):
        x = text.box.centre[0] if text.anchor == "middle" else text.box.left
        for made in text_lines(group_of(f"f{i}"), text.lines, x, origin, size):
            made.set("font-size", made.get("font-size") or number(size))
            made.set("text-anchor", text.anchor)
            made.set("class", f"{text.ink} bold" if text.bold else text.ink)
            group.append(made)
    for status, x, y in framed.legend:
        group.append(_sign(status, x, y))
    return group


def _sign(status: str, x: float, y: float) -> etree._Element:
    if status == "clock":
        return _clock(x, y)
    if status != "todo":
        return use(f"s-{status}", x, y, 20, 20, "")
    sign = rect(Box(left=x, top=y + 3, right=x + 20, bottom=y + 17), 3)
    sign.set("class", "sign-todo")
    return sign


def _clock(x: float, y: float) -> etree._Element:
    """The clock of the legend."""
    group = element("g", class_="ck", transform=f"translate({number(x)} {number(y)})")
    group.append(element("circle", class_="ck-face", cx="10", cy="10", r="9"))
    group.append(element("path", class_="ck-used", d=_strokes(dial.used(dial.SAMPLE))))
    group.append(element("path", class_="ck-stop", d=_strokes(dial.gaps(dial.SAMPLE))))
    group.append(element("path", class_="ck-hand", d=_strokes(dial.hand(dial.SAMPLE))))
    return group


def _strokes(lines: list[list[tuple[float, float]]]) -> str:
    """Cubic splines as path data."""
    parts = []
    for first, *rest in lines:
        curve = " ".join(f"{number(x)} {number(y)}" for x, y in rest)
        parts.append(f"M{number(first[0])} {number(first[1])}C{curve}")
    return "".join(parts)
