"""Check digits: of real-looking numbers of a region that does not exist, and of any that are altered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import forms
from engine.identity import identity_check, is_identity_number, is_unified_code, unified_check

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DATES = st.dates().map(lambda day: f"{day:%Y%m%d}".rjust(8, "0"))


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("11010519491231002X", True),  # the example of GB 11643
        ("11010519491231002x", False),
        ("110105194912310021", False),
        ("110105194913310020", False),
        ("440524188001010014", True),
        ("", False),
        ("１１0105194912310021", False),
    ],
)
def test_identity_numbers(text: str, valid: bool) -> None:
    assert is_identity_number(text) is valid


@pytest.mark.parametrize(
    ("text", "valid"),
    [("91350100M000100Y43", True), ("91350100M000100Y44", False), ("91350100I000100Y43", False), ("", False)],
)
def test_unified_codes(text: str, valid: bool) -> None:
    assert is_unified_code(text) is valid


@given(st.from_regex(r"[0-9]{6}", fullmatch=True), DATES, st.from_regex(r"[0-9]{3}", fullmatch=True), st.data())
def test_one_wrong_digit_is_always_found(region: str, born: str, order: str, data: st.DataObject) -> None:
    digits = region + born + order
    whole = digits + identity_check(digits)
    assert is_identity_number(whole)
    place = data.draw(st.integers(0, 16))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != whole[place]]))
    assert not is_identity_number(whole[:place] + other + whole[place + 1 :])


@given(st.text(LETTERS, min_size=17, max_size=17), st.data())
def test_one_wrong_letter_is_always_found(letters: str, data: st.DataObject) -> None:
    whole = letters + unified_check(letters)
    assert is_unified_code(whole)
    place = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from([letter for letter in LETTERS if letter != whole[place]]))
    assert not is_unified_code(whole[:place] + other + whole[place + 1 :])


def test_a_form_names_the_field() -> None:
    schema = {"type": "object", "properties": {"number": {"type": "string", "format": "cn-identity"}}}
    assert [(error.field, error.code) for error in forms.errors(schema, {"number": "1"})] == [
        ("number", "format.cn-identity")
    ]
    assert forms.errors(schema, {"number": "11010519491231002X"}) == []
