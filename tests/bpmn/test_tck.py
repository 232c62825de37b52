"""The DMN Technology Compatibility Kit, compliance level 2: every case gives what the kit expects.

Its files are another project's and no part of this one: read beside the checkout, or where SUNPATH_SUITES says.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from bpmn.dmn import Undecided, decide, read
from tests.bpmn.pictures import SUITES
from tests.bpmn.tck import Case, cases

KIT = SUITES / "dmn-tck" / "compliance-level-2"
FOLDERS = sorted(path for path in KIT.glob("*") if path.is_dir())
CASES = [case for folder in FOLDERS for case in cases(folder)]
NEEDS_KIT = pytest.mark.skipif(not FOLDERS, reason=f"the DMN TCK is not in {KIT} (SUNPATH_SUITES)")
#: Results are written with this many digits in the kit.
DIGITS = Decimal("1e-8")


@NEEDS_KIT
def test_the_whole_kit_is_there() -> None:
    assert len(FOLDERS) == 28 and {case.model.parent for case in CASES} == set(FOLDERS)


@NEEDS_KIT
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_of_the_kit(case: Case) -> None:
    decisions = read(case.model.read_bytes())
    assert not decisions.troubles
    for decision, expected in case.expected.items():
        assert same(said(decisions, decision, case.given), expected), decision


def said(decisions: object, decision: str, given: dict[str, object]) -> object:
    try:
        return decide(decisions, decision, given)[-1].output  # type: ignore[arg-type]
    except Undecided:
        return None  # the kit calls "no answer" null


def same(found: object, expected: object) -> bool:
    if isinstance(expected, Decimal):
        return isinstance(found, Decimal) and abs(found - expected) <= DIGITS * max(1, abs(expected))
    if isinstance(expected, list):
        together = isinstance(found, list) and len(found) == len(expected)
        return together and all(same(a, b) for a, b in zip(found, expected, strict=True))  # type: ignore[arg-type]
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(same(found.get(key), value) for key, value in expected.items())
    return type(found) is type(expected) and found == expected
