"""The documents for modellers name what there is: every rule with its severities, every function, every extension."""

from __future__ import annotations

import re

from bpmn import linter
from bpmn.feel_functions import FUNCTIONS
from bpmn.rules import RULES
from bpmn.rules_form import FIELD_KEYWORDS, WIDGETS
from bpmn.vocabulary import ANCHORS, POWER_TYPES, REMEDIES, ROLES, SHAPES, UNITS
from tests.conftest import ROOT

RULES_PAGE = (ROOT / "docs" / "lint-rules.md").read_text("utf-8")
PACKAGE_PAGE = (ROOT / "docs" / "flow-package.md").read_text("utf-8")


def test_every_rule_is_listed_with_its_severities() -> None:
    assert linter.ROOMS
    rows = re.findall(r"^\| `([\w.-]+)` \| (\S+) \| (\S+) \| .{20,} \|$", RULES_PAGE, re.MULTILINE)
    assert {code: (power, exercise) for code, power, exercise in rows} == {
        code: (rule.power or "–", rule.exercise or "–") for code, rule in RULES.items()
    }


def test_every_function_and_keyword_is_listed() -> None:
    for name in (*FUNCTIONS, *(key for key in FIELD_KEYWORDS if key.startswith("x-sun")), *WIDGETS):
        assert f"`{name}" in PACKAGE_PAGE, name


def test_the_vocabulary_is_listed() -> None:
    for name in (*ANCHORS, *REMEDIES, *ROLES, *UNITS):
        assert f"`{name}`" in PACKAGE_PAGE, name
    for name in POWER_TYPES:
        assert re.search(rf"\b{name} ", PACKAGE_PAGE), name
    for element, shape in SHAPES.items():
        assert f"sun:{element}" in PACKAGE_PAGE, element
        for attribute in shape.attributes:
            assert attribute in PACKAGE_PAGE, (element, attribute)
