"""Patterns of forms: quick on every text, or refused."""

from __future__ import annotations

import re

import pytest

from bpmn.safe_pattern import Unsafe, check


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\d{17}[\dX]$",
        r"^[0-9A-HJ-NPQRTUWXY]{18}$",
        r"^1\d{10}$",
        r"^[^@\s]{1,64}@[^@\s]{1,64}$",
        r"^\d+$",
        r"^0\d{2,3}-\d{7,8}(-\d{1,4})?$",
        r"^(XK|CF|QZ)\d{4}$",
        r"^[一-龥·]{2,20}$",
        r"\d{3}",
        "",
    ],
)
def test_ordinary_patterns_are_accepted(pattern: str) -> None:
    check(pattern)
    assert re.compile(pattern)


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("^(a+)+$", "pattern.repeated_group"),
        ("^(a|a)*$", "pattern.repeated_group"),
        ("^(?:x{1,3}){2,}$", "pattern.repeated_group"),
        ("^a*a*a*$", "pattern.too_many_ways"),
        (r"^\d{0,300}\d{0,300}\d{0,300}$", "pattern.too_many_ways"),
        (r"\d+x", "pattern.too_many_ways"),
        (r"^(a)\1$", "pattern.syntax"),
        ("^(?=a)b$", "pattern.syntax"),
        ("^a+?$", "pattern.syntax"),
        ("^a++$", "pattern.syntax"),
        ("^[a", "pattern.syntax"),
        ("^(a", "pattern.syntax"),
        ("a" * 101, "pattern.too_long"),
    ],
)
def test_dangerous_patterns_are_refused(pattern: str, code: str) -> None:
    with pytest.raises(Unsafe, match=re.escape(code)):
        check(pattern)
