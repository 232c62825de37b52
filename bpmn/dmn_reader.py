"""DMN bytes → Decisions: any version from 1.1 on, read by element names; what cannot be used is told, not lost."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from bpmn import xml
from bpmn.dmn_model import Column, Decisions, Item, Row, Table, Trouble, Type
from bpmn.errors import Refused

MAX_RULES = 1_000
MAX_CELLS = 20_000
MAX_ITEMS = 200
MAX_COLUMNS = 40

_POLICIES = {
    "UNIQUE": "U",
    "ANY": "A",
    "PRIORITY": "P",
    "FIRST": "F",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
    "COLLECT": "C",
}
_AGGREGATIONS = {"": "", "SUM": "+", "MIN": "<", "MAX": ">", "COUNT": "#"}
#: Boxed expressions we do not run (DMN 10.2): each has a table or an expression that says the same.
_BOXED = frozenset("context invocation relation list functionDefinition conditional filter for every some".split())


def read(data: bytes) -> Decisions:
    """Read a DMN file. Raises Refused: ``xml.*``, ``dmn.no_definitions``, ``dmn.too_large``."""
    root = xml.parse(data)
    if xml.local_name(root) != "definitions" or "DMN" not in xml.namespace(root).upper():
        raise Refused("dmn.no_definitions", line=root.sourceline, found=xml.local_name(root))
    reader = _Reader()
    items = [item for element in root if (item := reader.item(element)) is not None]
    if len(items) > MAX_ITEMS:
        raise Refused("dmn.too_large", line=root.sourceline, count=len(items), limit=MAX_ITEMS)
    types = [_type(element) for element in root if xml.local_name(element) == "itemDefinition"]
    return Decisions(
        name=root.get("name", ""),
        items=tuple(reader.resolved(items)),
        types=tuple(types),
        troubles=tuple(reader.troubles),
    )


class _Reader:
    def __init__(self) -> None:
        self.troubles: list[Trouble] = []

    def item(self, element: etree._Element) -> Item | None:
        """An input, decision or knowledge; None for anything else."""
        kinds = {"inputData": "input", "decision": "decision", "businessKnowledgeModel": "knowledge"}
        kind = kinds.get(xml.local_name(element))
        if kind is None:
            return None
        variable = _child(element, "variable")
        named = variable if variable is not None and variable.get("name") else element
        name = " ".join((named.get("name") or "").split())
        logic = _child(element, "encapsulatedLogic") if kind == "knowledge" else element
        table, expression = self._logic(logic, element) if logic is not None and kind != "input" else (None, "")
        return Item(
            id=str(element.get("id") or name),
            kind=kind,
            name=name,
            label=element.get("label", ""),
            type=_type_ref(variable),
            requires=tuple(_required(element)),
            table=table,
            expression=expression,
            parameters=tuple(one.get("name", "") for one in _children(logic, "formalParameter")),
            line=element.sourceline,
        )

    def resolved(self, items: list[Item]) -> Iterator[Item]:
        """The items, without requirements on what this file does not have; a circle of them is a trouble."""
        known = {item.id: item for item in items}
        for item in items:
            for missing in [ref for ref in item.requires if ref not in known]:
                self._trouble("decision.unknown-requirement", item.id, item.line, name=item.name, missing=missing)
            if _is_circular(item, known):
                self._trouble("decision.circular", item.id, item.line, name=item.name)
            yield item

    def _logic(self, holder: etree._Element, owner: etree._Element) -> tuple[Table | None, str]:
        for child in holder:
            kind = xml.local_name(child)
            if kind == "decisionTable":
                return self._table(child, owner), ""
            if kind == "literalExpression":
                return None, _text(child)
            if kind in _BOXED:
                self._trouble("decision.boxed", owner.get("id", ""), child.sourceline, name=_name(owner), kind=kind)
                return None, ""
        self._trouble("decision.empty", owner.get("id", ""), owner.sourceline, name=_name(owner))
        return None, ""

    def _table(self, element: etree._Element, owner: etree._Element) -> Table | None:
        policy = _POLICIES.get(element.get("hitPolicy", "UNIQUE"))
        aggregation = _AGGREGATIONS.get(element.get("aggregation", ""))
        if policy is None or aggregation is None or (aggregation and policy != "C"):
            found = f"{element.get('hitPolicy', '')} {element.get('aggregation', '')}".strip()
            self._trouble(
                "decision.hit-policy", owner.get("id", ""), element.sourceline, name=_name(owner), found=found
            )
            return None
        inputs = [_input(child) for child in _children(element, "input")]
        outputs = [_output(child, owner) for child in _children(element, "output")]
        rules = [_rule(child) for child in _children(element, "rule")]
        columns = len(inputs) + len(outputs)
        if len(rules) > MAX_RULES or len(rules) * columns > MAX_CELLS or columns > MAX_COLUMNS:
            raise Refused(
                "dmn.too_large", element=owner.get("id"), line=element.sourceline, count=len(rules), limit=MAX_RULES
            )
        for number, row in enumerate(rules, 1):
            if (len(row.inputs), len(row.outputs)) != (len(inputs), len(outputs)):
                self._trouble("decision.cells", owner.get("id", ""), row.line, name=_name(owner), row=number)
                return None
        return Table(policy=policy + aggregation, inputs=tuple(inputs), outputs=tuple(outputs), rules=tuple(rules))

    def _trouble(self, code: str, element: str, line: int | None, **params: object) -> None:
        self.troubles.append(Trouble(code, element, line, params))


def _input(element: etree._Element) -> Column:
    expression = _child(element, "inputExpression")
    return Column(
        text=_text(expression),
        type=_type_ref(expression),
        values=_text(_child(element, "inputValues")),
        label=element.get("label", ""),
    )


def _output(element: etree._Element, owner: etree._Element) -> Column:
    return Column(
        text=element.get("name", ""),
        type=_type_ref(element) or _type_ref(_child(owner, "variable")),
        values=_text(_child(element, "outputValues")),
        default=_text(_child(element, "defaultOutputEntry")),
        label=element.get("label", ""),
    )


def _rule(element: etree._Element) -> Row:
    return Row(
        inputs=tuple(_text(child) for child in _children(element, "inputEntry")),
        outputs=tuple(_text(child) for child in _children(element, "outputEntry")),
        line=element.sourceline,
    )


def _type(element: etree._Element) -> Type:
    return Type(
        name=element.get("name", ""),
        base=_local((_child_text(element, "typeRef") or "").strip()),
        values=_text(_child(element, "allowedValues")),
        collection=element.get("isCollection") == "true",
        components=tuple(_type(child) for child in _children(element, "itemComponent")),
    )


def _required(element: etree._Element) -> Iterator[str]:
    for requirement in element:
        if xml.local_name(requirement) in ("informationRequirement", "knowledgeRequirement"):
            for required in requirement:
                yield required.get("href", "").rpartition("#")[2]


def _is_circular(item: Item, known: dict[str, Item]) -> bool:
    seen: set[str] = set()
    waiting = list(item.requires)
    while waiting:
        here = waiting.pop()
        if here == item.id:
            return True
        if here not in seen and here in known:
            seen.add(here)
            waiting += known[here].requires
    return False


def _children(element: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if element is None else [child for child in element if xml.local_name(child) == name]


def _child(element: etree._Element, name: str) -> etree._Element | None:
    found = _children(element, name)
    return found[0] if found else None


def _child_text(element: etree._Element, name: str) -> str | None:
    child = _child(element, name)
    return None if child is None else child.text


def _text(element: etree._Element | None) -> str:
    """The ``text`` inside an expression, '' without one."""
    return (_child_text(element, "text") or "").strip() if element is not None else ""


def _type_ref(element: etree._Element | None) -> str:
    return "" if element is None else _local(element.get("typeRef") or _child_text(element, "typeRef") or "")


def _local(name: str) -> str:
    """``feel:number`` in older files."""
    return name.strip().rpartition(":")[2]


def _name(element: etree._Element) -> str:
    return str(element.get("name") or element.get("id", ""))
