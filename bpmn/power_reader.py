"""What the law adds to BPMN: the extension elements of our namespace → Power and Step (docs/flow-package.md)."""

from __future__ import annotations

from lxml import etree

from bpmn.model import SUN
from bpmn.power import Basis, Deemed, Discretion, Extension, Limit, Material, Paper, Power, Remedy, Risk, Step, Stop

S = f"{{{SUN}}}"


def read_power(element: etree._Element | None) -> Power | None:
    """``sun:power`` of a process."""
    if element is None:
        return None
    get = element.get
    fee = element.find(f"{S}fee")
    return Power(
        type=get("type", ""),
        code=get("code", ""),
        body=get("body", ""),
        theme=get("theme", ""),
        apply=get("apply", ""),
        address=get("address", ""),
        hours=get("hours", ""),
        phone=get("phone", ""),
        complaint=get("complaint", ""),
        supervision=get("supervision", ""),
        result=get("result", ""),
        conditions=tuple(_text(child) for child in element.findall(f"{S}condition")),
        materials=tuple(
            Material(
                name=child.get("name", ""),
                form=child.get("form", ""),
                required=child.get("required", "true") != "false",
                note=_text(child),
            )
            for child in element.findall(f"{S}material")
        ),
        limits=tuple(_limit(child) for child in element.findall(f"{S}limit")),
        fee=_text(fee) if fee is not None else "",
        fee_basis=fee.get("basis", "") if fee is not None else "",
        remedies=_remedies(element),
        bases=tuple(_basis(child) for child in element.findall(f"{S}basis")),
    )


def read_step(element: etree._Element | None) -> Step | None:
    """``sun:step`` of a node."""
    if element is None:
        return None
    get = element.get
    return Step(
        post=get("post", ""),
        phase=get("phase", ""),
        form=get("form", ""),
        public=get("public", "true") != "false",
        people=_integer(get("people")) or 1,
        skip=get("skip") == "true",
        service=get("service", ""),
        key=get("key", ""),
        data=tuple(get("data", "").replace(",", " ").split()),
        decision=get("decision", ""),
        result=get("result", ""),
        marks=get("marks", ""),
        reached=get("reached", ""),
        refusal=get("refusal") == "true",
        once=get("once") == "true",
        stop=_stop(element.find(f"{S}stop")),
        extension=_extension(element.find(f"{S}extension")),
        deemed=_deemed(element.find(f"{S}deemed")),
        discretion=_discretion(element.find(f"{S}discretion")),
        limits=tuple(_limit(child) for child in element.findall(f"{S}limit")),
        bases=tuple(_basis(child) for child in element.findall(f"{S}basis")),
        documents=tuple(child.get("name", "") for child in element.findall(f"{S}document")),
        papers=tuple(
            Paper(name=child.get("name", ""), template=child.get("template", ""), number=child.get("number", ""))
            for child in element.findall(f"{S}document")
            if child.get("template")
        ),
        risks=tuple(
            Risk(text=_text(child), level=child.get("level", ""), control=child.get("control", ""))
            for child in element.findall(f"{S}risk")
        ),
        rights=tuple(_text(child) for child in element.findall(f"{S}right")),
        remedies=_remedies(element),
    )


def _remedies(element: etree._Element) -> tuple[Remedy, ...]:
    return tuple(
        Remedy(kind=child.get("kind", ""), text=_text(child), basis=_inline_basis(child))
        for child in element.findall(f"{S}remedy")
    )


def _limit(element: etree._Element) -> Limit:
    return Limit(
        kind=element.get("kind", "max"),
        unit=element.get("unit", "working_day"),
        statutory=_integer(element.get("statutory")),
        promised=_integer(element.get("promised")),
        anchor=element.get("anchor", "entered"),
        basis=_inline_basis(element),
        id=element.get("id", ""),
        binds=element.get("binds", "agency"),
        roll=element.get("roll") != "false",
        until=element.get("until", ""),
        stops=tuple(element.get("stops", "").split()),
        types=_types(element),
    )


def _stop(element: etree._Element | None) -> Stop | None:
    if element is None:
        return None
    return Stop(ground=element.get("ground", ""), document=element.get("document", ""), basis=_inline_basis(element))


def _extension(element: etree._Element | None) -> Extension | None:
    if element is None:
        return None
    get = element.get
    return Extension(
        limit=get("limit", ""),
        field=get("field", ""),
        most=_integer(get("most")),
        when=get("when", ""),
        approver=get("approver", ""),
        notice=get("notice", ""),
        basis=_inline_basis(element),
    )


def _deemed(element: etree._Element | None) -> Deemed | None:
    return None if element is None else Deemed(effect=element.get("effect", ""), basis=_inline_basis(element))


def _discretion(element: etree._Element | None) -> Discretion | None:
    if element is None:
        return None
    texts = {name: element.get(name, "") for name in ("part", "by", "amount", "reasons", "when", "waives", "dissent")}
    return Discretion(**texts)


def _basis(element: etree._Element) -> Basis:
    return Basis(
        instrument=element.get("instrument", ""),
        article=element.get("article", ""),
        effective_from=element.get("from", ""),
        effective_to=element.get("to", ""),
        types=_types(element),
    )


def _types(element: etree._Element) -> tuple[str, ...]:
    return tuple(element.get("types", "").split())


def _inline_basis(element: etree._Element) -> Basis | None:
    return _basis(element) if element.get("instrument") else None


def _integer(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _text(element: etree._Element) -> str:
    return " ".join((element.text or "").split())
