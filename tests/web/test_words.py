"""Every sentence has its English, every code its sentence, and nothing stale is kept."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from web.language import CATALOGUES, translations
from web.wording import WORDS, rejection, table_of, word

ROOT = Path(__file__).resolve().parents[2]
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
TABLES = ("rejection", "field", "status", "state", "power", "room", "role", "remedy")


def sentences() -> set[str]:
    """Every Chinese sentence of templates and views (of plural forms, the first)."""
    found = extract_from_dir(ROOT / "web", METHODS, OPTIONS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_has_its_english_with_the_same_slots() -> None:
    english = translations("en")
    # ``ngettext`` too: on Debian's Python ``gettext`` passes over sentences that have a plural.
    said = {text: {english.gettext(text), english.ngettext(text, text, 1)} - {text} for text in sentences()}
    missing = sorted(text for text, words in said.items() if not words)
    assert not missing
    named = re.compile(r"%\((\w+)\)")
    wrong = [text for text in sentences() if set(named.findall(text)) - set(named.findall(english.gettext(text)))]
    assert not wrong


def test_no_english_is_kept_for_a_sentence_that_is_gone() -> None:
    known = sentences()
    for path in (CATALOGUES / "en").glob("*.po"):
        with path.open("rb") as source:
            messages = [message.id for message in read_po(source) if message.id]
        stale = [id_ for id_ in messages if (id_ if isinstance(id_, str) else id_[0]) not in known]
        assert not stale, path.name


@pytest.mark.parametrize("table", TABLES)
def test_both_word_files_say_the_same(table: str) -> None:
    chinese, english = table_of(table, "zh"), table_of(table, "en")
    assert chinese and chinese.keys() == english.keys()
    for code, sentence in chinese.items():
        assert slots(sentence) == slots(english[code]), code


def test_every_rejection_of_the_engine_has_a_sentence() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "engine").rglob("*.py"))
    codes = set(re.findall(r'(?:Rejection|Rejected|Conflict)\(\s*"([a-z_.]+)"', source))
    assert codes
    assert codes - table_of("rejection", "zh").keys() == set()


def test_an_unknown_code_is_its_own_sentence_and_a_missing_slot_stays_visible() -> None:
    assert rejection("no.such.code", {}, "zh") == "no.such.code"
    assert word("rejection", "case.unknown", "en") == "There is no case {case}. Please check the number."


def test_the_word_files_are_all_there() -> None:
    assert {path.name for path in WORDS.glob("*.toml")} == {"zh.toml", "en.toml"}


def test_every_cause_of_an_incident_has_its_words() -> None:
    sources = [*(ROOT / "engine" / "run").rglob("*.py"), ROOT / "bpmn" / "dmn.py"]
    sources.append(ROOT / "engine" / "law" / "discretion.py")
    raised = re.compile(r'(?:Stuck|Undecided|Unresolved)\(\s*"([a-z_.]+)"')
    codes = {code for path in sources for code in raised.findall(path.read_text("utf8"))}
    assert len(codes) > 10
    for lang in ("zh", "en"):
        assert codes == set(table_of("incident", lang)) == set(table_of("cause", lang)), lang
