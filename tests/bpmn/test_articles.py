"""References to articles: what an amendment of one place touches, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.articles import meet, number, places

MEET = [
    ("第三十二条", "第三十二条第一款"),
    ("第三十二条", "第三十二条第一款第（四）项"),
    ("第三十二条第一款", "第三十二条"),
    ("第三十二条第一款", "第三十二条第一款第四项"),
    ("第三十三条", "第三十二条、第三十三条"),
    ("第三十三条第二款", "第三十二条第一款、第三十三条"),
    ("第三十二条第三款", "第三十二条第一款、第三款"),
    ("第四十三条", "第四十二条至第四十五条"),
    ("第四十四条第一款", "第四十二至四十五条"),
    ("第四十五条", "第四十二条至四十五条"),
    ("第九十条之一", "第九十条之一第二款"),
    ("第124条", "第一百二十四条"),
    ("第三条第一款第（二）项", "第三条第（二）项"),
    ("附件一", "附件一"),
]
APART = [
    ("第三十二条", "第三十三条"),
    ("第三十二条", "第三百二十条"),
    ("第三十二条第一款", "第三十二条第二款"),
    ("第三十二条第一款第一项", "第三十二条第一款第二项"),
    ("第四十六条", "第四十二条至第四十五条"),
    ("第九十条", "第九十条之一"),
    ("附件一", "第一条"),
]


@pytest.mark.parametrize(("one", "other"), MEET)
def test_these_meet(one: str, other: str) -> None:
    assert meet(one, other) and meet(other, one)


@pytest.mark.parametrize(("one", "other"), APART)
def test_these_do_not(one: str, other: str) -> None:
    assert not meet(one, other) and not meet(other, one)


def test_what_is_not_understood_names_no_place() -> None:
    for text in ("", "附件", "第条", "第三十二条第", "第一款", "第三条第二条", "第一条至第二条至第三条"):
        assert places(text) == frozenset()


def chinese(value: int) -> str:
    """The numeral as law writes it."""
    digits = "零一二三四五六七八九"
    said = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            said += ("" if digit == 1 and unit == 10 and not said else digits[digit]) + name
        elif said and not said.endswith("零") and value % unit:
            said += "零"
    return said


@given(st.integers(1, 9_999))
def test_every_numeral_is_read(value: int) -> None:
    assert number(chinese(value)) == number(str(value)) == value


@given(st.text(alphabet="第一二三十百条款项目之至、（）1 -", max_size=30))
def test_nothing_breaks_it(text: str) -> None:
    assert all(place for place in places(text))
