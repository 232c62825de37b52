"""The hardened way to turn bytes into an XML tree. Everything that reads XML comes through here.

No entities, no network, no DTD, bounded size, elements, depth and attributes: an upload can be refused,
it cannot reach a file, hang or exhaust the machine (OWASP ASVS 5.0, 1.5.1).
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from bpmn.errors import Refused


@dataclass(frozen=True)
class Limits:
    """What one file may hold."""

    size: int = 5 * 2**20
    elements: int = 50_000
    depth: int = 100
    attributes: int = 200


LIMITS = Limits()
CHUNK = 65_536


def parse(data: bytes, limits: Limits = LIMITS) -> etree._Element:
    """Return the root element of ``data``.

    Raises Refused: ``xml.size``, ``xml.doctype``, ``xml.elements``, ``xml.depth``, ``xml.attributes``, ``xml.broken``.
    """
    if len(data) > limits.size:
        raise Refused("xml.size", size=len(data), limit=limits.size)
    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        _feed(parser, data, limits)
        root: etree._Element = parser.close()
    except etree.XMLSyntaxError as error:
        raise Refused("xml.broken", line=error.lineno, reason=error.msg) from error
    _refuse_doctype(root)
    return root


def _feed(parser: etree.XMLPullParser, data: bytes, limits: Limits) -> None:
    elements = depth = 0
    for start in range(0, len(data), CHUNK):
        parser.feed(data[start : start + CHUNK])
        for event, element in parser.read_events():
            if event == "end":
                depth -= 1
                continue
            if elements == 0:
                # Before the body is read: an entity bomb lies in the DOCTYPE.
                _refuse_doctype(element)
            elements += 1
            depth += 1
            if elements > limits.elements:
                raise Refused("xml.elements", line=element.sourceline, limit=limits.elements)
            if depth > limits.depth:
                raise Refused("xml.depth", line=element.sourceline, limit=limits.depth)
            if len(element.attrib) > limits.attributes:
                raise Refused("xml.attributes", line=element.sourceline, limit=limits.attributes)


def _refuse_doctype(element: etree._Element) -> None:
    info = element.getroottree().docinfo
    if info.doctype or info.internalDTD is not None or info.externalDTD is not None:
        raise Refused("xml.doctype", line=1)


def local_name(element: etree._Element) -> str:
    """The element's name without its namespace; '' for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def namespace(element: etree._Element) -> str:
    """The element's namespace, '' for none."""
    return (etree.QName(element).namespace or "") if isinstance(element.tag, str) else ""
