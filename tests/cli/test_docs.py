"""The command line and its documents say the same."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from string import Formatter

import click
import pytest

from tests.conftest import ROOT
from web.cli import GROUPS
from web.wording import table_of

DOC = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
TABLES = {"Rejection": "rejection", "Rejected": "rejection", "Conflict": "rejection", "Stuck": "incident"}
WORDS = ROOT / "web" / "cli" / "words"


def verbs() -> Iterator[tuple[str, click.Command]]:
    for group in GROUPS:
        if isinstance(group, click.Group):
            yield from ((f"{group.name} {name}", command) for name, command in group.commands.items())
        else:
            yield str(group.name), group


@pytest.mark.parametrize(("name", "command"), list(verbs()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_verb_and_option_is_documented(name: str, command: click.Command) -> None:
    assert f"`{name}" in DOC
    assert command.help
    for option in command.params:
        if isinstance(option, click.Option):
            assert any(spelling in DOC for spelling in option.opts), option.opts


def test_both_languages_have_the_same_words() -> None:
    zh, en = (tomllib.loads((WORDS / f"{lang}.toml").read_text(encoding="utf-8")) for lang in ("zh", "en"))
    assert slots(zh) == slots(en)


def slots(words: dict[str, str]) -> dict[str, set[str | None]]:
    return {code: {field for _, field, _, _ in Formatter().parse(text) if field} for code, text in words.items()}


def test_whatever_the_engine_refuses_has_words() -> None:
    """Codes written out in a ``Rejection``, ``Rejected``, ``Conflict`` or ``Stuck``."""
    found: dict[str, set[str]] = {"rejection": set(), "incident": set()}
    for path in sorted((ROOT / "engine").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args:
                table = TABLES.get(call.func.id)
                if table and isinstance(call.args[0], ast.Constant):
                    found[table].add(str(call.args[0].value))
    for table, codes in found.items():
        for lang in ("zh", "en"):
            assert sorted(codes - set(table_of(table, lang))) == []
