"""The publish gate of pictures: a closed vocabulary, links only within the page, nothing active."""

from __future__ import annotations

from functools import cache

from lxml import etree

from bpmn import xml
from bpmn.errors import Refused

SVG = "http://www.w3.org/2000/svg"
ELEMENTS = frozenset(
    "svg g a title desc defs symbol pattern path polygon polyline ellipse circle rect text use style".split()
)
ATTRIBUTES = frozenset(
    "id class d points cx cy r rx ry x y width height fill stroke stroke-width transform viewBox text-anchor font-size "
    "font-weight role href aria-label aria-labelledby aria-describedby aria-hidden patternUnits patternTransform "
    "lang".split()
)
#: More elements than any chart within the limits has.
RAW = xml.Limits(size=32 * 2**20, elements=200_000)


def assert_safe(svg: str) -> None:
    """Raise Refused ``draw.unsafe`` (params: reason) unless ``svg`` holds only what our pictures are made of.

    Closed sets of elements and attributes; ``href`` only ``#…``; no ``url()`` in an attribute; every id once; the text
    of a ``style`` element is exactly our own.
    """
    seen: set[str] = set()
    for element in xml.parse(svg.encode(), RAW).iter():
        name = xml.local_name(element)
        if xml.namespace(element) != SVG or name not in ELEMENTS:
            raise Refused("draw.unsafe", reason=f"element {element.tag!r}")
        if name == "style" and element.text != _our_style():
            raise Refused("draw.unsafe", reason="style")
        _attributes(element, seen)


def _attributes(element: etree._Element, seen: set[str]) -> None:
    for attribute, value in element.attrib.items():
        if attribute not in ATTRIBUTES:
            raise Refused("draw.unsafe", reason=f"attribute {attribute!r}")
        if attribute == "href" and not str(value).startswith("#"):
            raise Refused("draw.unsafe", reason=f"href {value!r}")
        if attribute not in ("aria-label", "href", "id", "class") and "url(" in str(value):
            raise Refused("draw.unsafe", reason=f"url() in {attribute}")
        if attribute == "id":
            if value in seen:
                raise Refused("draw.unsafe", reason=f"id {value!r} twice")
            seen.add(str(value))


@cache
def _our_style() -> str:
    from bpmn.standalone import style  # it dresses what this room checks

    return style()
