"""Every code has words in both languages, with the same slots; parameters of uploads cannot do anything in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from bpmn.diff import Change
from bpmn.rules import RULES
from bpmn.wording import LANGUAGES, Sentence, _words, codes, say
from tests.conftest import ROOT

SLOT = re.compile(r"\{(\w+)\}")
REFUSING = ("Refused", "FeelError", "Unsafe", "Unusable")


def spoken() -> Iterator[str]:
    """Every code the rooms of bpmn refuse with."""
    for path in sorted((ROOT / "bpmn").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSING:
                for argument in node.args[:1]:
                    yield from (text.value for text in ast.walk(argument) if isinstance(text, ast.Constant))


def test_every_rule_and_every_refusal_has_words() -> None:
    needed = {*RULES, *(code for code in spoken() if isinstance(code, str))}
    assert len(needed) > 150
    for lang in LANGUAGES:
        assert needed - codes(lang) == set(), lang


def test_both_languages_have_the_same_codes_and_slots() -> None:
    chinese, english = _words("zh"), _words("en")
    assert chinese.keys() == english.keys()
    for code, words in chinese.items():
        assert words.keys() == english[code].keys(), code
        for part, text in words.items():
            assert set(SLOT.findall(text)) == set(SLOT.findall(english[code][part])), code


def test_every_rule_has_a_remedy() -> None:
    for code in RULES:
        assert say(code).remedy and say(code, "en").remedy, code


def test_a_code_without_words_is_said_as_itself() -> None:
    assert say("no.such-code", "en", x=1) == Sentence("no.such-code")
    assert say("feel.empty", "fr") == say("feel.empty", "zh")


def test_slots_are_filled_and_nothing_else() -> None:
    hostile = "{name.__class__} {0} {path}"
    sentence = say("package.unknown_file", "en", path=hostile)
    assert sentence.message == f"“{hostile}” does not belong in a flow package."
    assert say("package.unknown_file", "en").message == "“…” does not belong in a flow package."


def test_a_reason_is_said_within_the_sentence() -> None:
    sentence = say(
        "condition.syntax", "en", name="齐全", position=3, code="feel.foreign_operator", found="==", instead="="
    )
    assert sentence.message == "The condition of “齐全” cannot be read at character 3: “==” is of another language."
    assert sentence.remedy == "Write = instead."


@pytest.mark.parametrize("lang", LANGUAGES)
def test_changes_are_said(lang: str) -> None:
    change = Change(kind="node-renamed", element="A", params={"old": "审查", "new": "审核"})
    assert "审查" in change.say(lang).message and "审核" in change.say(lang).message
