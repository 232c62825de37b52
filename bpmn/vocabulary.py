"""The closed vocabulary of our namespace: what may stand where, and with which values (docs/flow-package.md).

A misspelt ``sun:limt`` or ``promised="十天"`` would otherwise be read as nothing at all, and the law with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from bpmn import xml
from bpmn.model import FLOW_NODES, SUN, Problem
from bpmn.power import GROUNDS, PARTS

POWER_TYPES = ("XK", "CF", "QZ", "ZS", "JF", "JC", "QR", "JL", "CJ", "QT", "GY")
UNITS = ("on_spot", "hour", "working_day", "calendar_day", "month", "year")
MILESTONES = ("received", "accepted", "filed", "served", "notified", "decided", "ended")
ANCHORS = ("entered", *MILESTONES)
BOUND = ("agency", "party", "third_party", "other_agency")
ROLES = tuple("applicant clerk handler reviewer approver legal panel host third system supervision".split())
LEVELS = ("high", "medium", "low")
#: Against a decision on a party; and, inside the administration, against a decision on a civil servant (公务员法 95).
REMEDIES = ("reconsideration", "litigation", "review", "appeal")

_FAMILY = "urn:sunpath:"
_DAY = re.compile(r"(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,5}")


#: What an attribute may hold: one of these words, a text of this form, or anything.
Allowed = tuple[str, ...] | re.Pattern[str] | None


def _free(names: str) -> dict[str, Allowed]:
    return dict.fromkeys(names.split())


@dataclass(frozen=True)
class Shape:
    """One element: its attributes and what they may hold, and its children."""

    attributes: dict[str, Allowed]
    children: frozenset[str] = field(default_factory=frozenset)


_FLAG = ("true", "false")
_CITED: dict[str, Allowed] = {
    "instrument": None,
    "article": None,
    "from": _DAY,
    "to": _DAY,
}
#: For which types of power a limit or a basis of a shared flow holds.
_TYPES = re.compile(rf"({'|'.join(POWER_TYPES)})( ({'|'.join(POWER_TYPES)}))*")

_POWER: dict[str, Allowed] = {"type": POWER_TYPES}
_REMEDY: dict[str, Allowed] = {"kind": REMEDIES}
_LIMIT: dict[str, Allowed] = {
    "kind": ("max", "min"),
    "unit": UNITS,
    "statutory": _WHOLE,
    "promised": _WHOLE,
    "anchor": ANCHORS,
    "id": None,
    "binds": BOUND,
    "roll": _FLAG,
    "until": MILESTONES,
    "stops": re.compile(rf"({'|'.join(GROUNDS)})( ({'|'.join(GROUNDS)}))*"),
}
_STOP: dict[str, Allowed] = {"ground": GROUNDS, "document": None}
_DISCRETION: dict[str, Allowed] = _free("by amount reasons when waives dissent") | {"part": PARTS}
_EXTENSION: dict[str, Allowed] = _free("limit field when approver notice") | {"most": _WHOLE}

SHAPES: dict[str, Shape] = {
    "power": Shape(
        _POWER | _free("code body theme apply address hours phone complaint supervision result"),
        frozenset("condition material limit fee remedy basis".split()),
    ),
    "step": Shape(
        {
            "post": None,
            "phase": None,
            "form": None,
            "public": _FLAG,
            "people": ("1", "2"),
            "decision": None,
            "skip": _FLAG,
            "service": None,
            "key": None,
            "data": None,
            "result": None,
            "marks": MILESTONES,
            "reached": None,
            "refusal": _FLAG,
            "once": _FLAG,
        },
        frozenset("limit basis document risk right remedy stop extension deemed discretion".split()),
    ),
    "arrow": Shape({"return": _FLAG}),
    "lane": Shape({"role": ROLES}),
    "condition": Shape({}),
    "material": Shape({"name": None, "form": None, "required": _FLAG}),
    "limit": Shape(_LIMIT | _CITED | {"types": _TYPES}),
    "stop": Shape(_STOP | _CITED),
    "extension": Shape(_EXTENSION | _CITED),
    "deemed": Shape({"effect": None} | _CITED),
    "discretion": Shape(_DISCRETION),
    "fee": Shape({"basis": None}),
    "remedy": Shape(_REMEDY | _CITED),
    "basis": Shape(_CITED | {"types": _TYPES}),
    "document": Shape({"name": None, "template": None, "number": None}),
    "risk": Shape({"level": LEVELS, "control": None}),
    "right": Shape({}),
}
_PLACES = {"process": "power", "sequenceFlow": "arrow", "lane": "lane"} | dict.fromkeys(FLOW_NODES, "step")


def check(root: etree._Element) -> Iterator[Problem]:
    """Everything of our namespace in this file that nothing would read: problems ``sun.*`` in document order."""
    for element in root.iter():
        place = xml.local_name(element)
        for name in element.attrib:
            if str(name).startswith(f"{{{SUN}}}"):
                yield _problem("sun.unknown_attribute", element, attribute=str(name).rpartition("}")[2], element=place)
        if place == "extensionElements":
            yield from _extensions(element)


def _extensions(extensions: etree._Element) -> Iterator[Problem]:
    owner = extensions.getparent()
    place = xml.local_name(owner) if owner is not None else ""
    seen: set[str] = set()
    for element in extensions:
        name, space = xml.local_name(element), xml.namespace(element)
        if space.startswith(_FAMILY) and space != SUN:
            yield _problem("sun.wrong_namespace", element, found=space, expected=SUN)
        if space != SUN:
            continue
        if _PLACES.get(place) != name or name in seen:
            yield _problem("sun.misplaced", element, name=name, place=place)
            continue
        seen.add(name)
        yield from _shape(element, name)


def _shape(element: etree._Element, name: str) -> Iterator[Problem]:
    shape = SHAPES[name]
    for attribute, value in element.attrib.items():
        if attribute not in shape.attributes:
            yield _problem("sun.unknown_attribute", element, attribute=str(attribute), element=name)
        elif allowed := _violated(shape.attributes[str(attribute)], str(value)):
            yield _problem("sun.bad_value", element, attribute=str(attribute), value=str(value), allowed=allowed)
    for child in element:
        inner = xml.local_name(child)
        if inner not in shape.children or xml.namespace(child) != SUN:
            yield _problem("sun.unknown_element", child, name=inner, parent=name)
        else:
            yield from _shape(child, inner)


def _violated(rule: Allowed, value: str) -> str:
    """What would have been allowed; '' where the value is."""
    if isinstance(rule, tuple):
        return "" if value in rule else ", ".join(rule)
    if rule is _WHOLE:
        return "" if _WHOLE.fullmatch(value) else "0, 1, 2 …"
    if rule is None or rule.fullmatch(value):
        return ""
    return "2026-01-31" if rule is _DAY else ", ".join(GROUNDS)


def _problem(code: str, at: etree._Element, /, **params: object) -> Problem:
    """A problem at this element, blamed on the BPMN element around it."""
    around: etree._Element | None = at
    while around is not None and not around.get("id"):
        around = around.getparent()
    owner = around.get("id") if around is not None else None
    return Problem(code=code, element=owner, line=at.sourceline, params=params)
