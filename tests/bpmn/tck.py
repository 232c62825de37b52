"""The test format of the DMN Technology Compatibility Kit: inputs and expected results of a DMN file, as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from lxml import etree

from bpmn.xml import local_name, parse

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


@dataclass(frozen=True)
class Case:
    """One test case: the model's file, what is given, and what each decision must say."""

    model: Path
    name: str
    given: dict[str, object]
    expected: dict[str, object]


def cases(folder: Path) -> Iterator[Case]:
    """Every case of a folder of the kit."""
    for path in sorted(folder.glob("*-test-*.xml")):
        root = parse(path.read_bytes())
        model = folder / str(root.findtext("{*}modelName")).strip()
        for case in root.findall("{*}testCase"):
            yield Case(
                model,
                f"{path.stem}-{case.get('id')}",
                {node.get("name", ""): _value(node) for node in case.findall("{*}inputNode")},
                {node.get("name", ""): _value(_only(node, "expected")) for node in case.findall("{*}resultNode")},
            )


def _value(element: etree._Element) -> object:
    parts = {local_name(child): child for child in element}
    if "list" in parts:
        return None if parts["list"].get(_NIL) == "true" else [_value(item) for item in parts["list"]]
    if "component" in parts:
        return {child.get("name", ""): _value(child) for child in element}
    value = parts.get("value")
    if value is None or value.get(_NIL) == "true":
        return None
    return _READ[value.get(_TYPE, "string").rpartition(":")[2]](value.text or "")


def _only(element: etree._Element, name: str) -> etree._Element:
    (child,) = element.findall(f"{{*}}{name}")
    return child


_READ = {
    "string": str,
    "boolean": lambda text: text == "true",
    "decimal": Decimal,
    "double": Decimal,
    "integer": Decimal,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "dateTime": datetime.fromisoformat,
}
