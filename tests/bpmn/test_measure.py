"""Text is never wider than we think, and breaks where a reader would break it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.measure import line_height, longest_word, rhombus_height, width, wrap, wrap_rhombus

TEXT = st.text(st.sampled_from("受理申请材料并当场作出决定，。、（）《》 abcdefgWM-/12345%？！"), max_size=60)


@pytest.mark.parametrize(
    ("text", "ems"),
    [
        ("受理", 2),
        ("（）", 2),
        ("", 0),
        ("e\u0301", 0.678),
        ("W", 1.103),
        ("Щ", 1.2),
        ("ж", 1),
        ("ã", 0.85),
        ("👍", 1.4),
    ],
)
def test_width(text: str, ems: float) -> None:
    assert width(text, 10) == pytest.approx(ems * 10)


@given(TEXT, st.floats(20, 200))
def test_no_line_is_wider_than_its_room(text: str, room: float) -> None:
    lines = wrap(text, 14, room)
    assert all(width(line, 14) <= room + 1e-6 or len(line) == 1 for line in lines)


@given(TEXT, st.floats(30, 200))
def test_no_character_is_lost(text: str, room: float) -> None:
    assert "".join(wrap(text, 14, room)).replace(" ", "") == text.replace(" ", "")


@given(TEXT)
def test_punctuation_does_not_begin_a_line(text: str) -> None:
    lines = wrap(text, 14, 140)
    runs = max((len(run) for run in "".join(c if c in "，。、）》？！%" else " " for c in text).split()), default=0)
    if runs < 5:  # a longer run of punctuation has to go somewhere
        assert not [line for line in lines[1:] if line[0] in "，。、）》？！"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一次性告知申请人需要补正的全部内容", ["一次性告知申请人", "需要补正的全部内容"]),
        ("在线填报或到窗口提交申请材料", ["在线填报或到", "窗口提交申请材料"]),
        ("7个工作日(法定20日)", ["7个工作日", "(法定20日)"]),
        ("Sequence Flow Looping Task", ["Sequence Flow", "Looping Task"]),
        ("受理", ["受理"]),
        ("", [""]),
        ("  two   words ", ["two words"]),
    ],
)
def test_lines_end_at_words_and_phrases(text: str, lines: list[str]) -> None:
    assert wrap(text, 14, 126) == lines


def test_a_latin_word_is_split_only_when_it_is_wider_than_a_line() -> None:
    assert wrap("Administrative review", 14, 126) == ["Administrative", "review"]
    assert len(wrap("Donaudampfschifffahrt", 14, 126)) == 2
    assert longest_word("an administrative act", 10) == pytest.approx(width("administrative", 10))


def test_what_does_not_fit_ends_in_an_ellipsis() -> None:
    lines = wrap("长" * 100, 10, 50, max_lines=3)
    assert len(lines) == 3 and lines[-1].endswith("…")
    assert width(lines[-1], 10) <= 50


@given(st.text(st.sampled_from("材料是否齐全符合法定形式abc "), min_size=1, max_size=30))
def test_a_question_fits_its_rhombus(question: str) -> None:
    lines, height = wrap_rhombus(question, 12, 150)
    assert height >= 54
    assert rhombus_height([width(line, 12) for line in lines], 12, 150) <= height
    widest = max(width(line, 12) for line in lines)
    assert widest < 150
    assert len(lines) * 12 < height


def test_a_line_leaves_room_for_its_neighbours() -> None:
    assert line_height(15) > 15 * 1.2
