"""Codes into sentences: what the engine refuses, what a form field lacks, what a step did (``words/{zh,en}.toml``).

Sentences of the templates are in ``translations/``; the words of lint findings and refused files in ``bpmn/words``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from bpmn.wording import say
from engine.answers import Incident

WORDS = Path(__file__).parent / "words"


class _Gaps(dict[str, object]):
    """A slot nobody filled stays visible instead of failing the page."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def word(table: str, code: str, lang: str, **params: object) -> str:
    """The sentence of ``code`` in a table of the word file (rejection, field, step, status, type, state …).

    An unknown code is its own sentence: visible, never a failed page.
    """
    pattern = table_of(table, lang).get(code)
    return code if pattern is None else pattern.format_map(_Gaps(params))


def rejection(code: str, params: Mapping[str, Any], lang: str) -> str:
    """Why a command was refused, for people."""
    return word("rejection", code, lang, **params)


def incident(stuck: Incident, lang: str) -> str:
    """Why an element is stuck, as a sentence."""
    params = {name: "; ".join(value) if isinstance(value, list) else value for name, value in stuck.params.items()}
    if "reason" in params:
        params["reason"] = say(str(params["reason"]), lang).message
    return word("incident", stuck.code, lang, **params)


@lru_cache(maxsize=64)
def table_of(table: str, lang: str) -> dict[str, str]:
    """One table of a word file: code → sentence with ``{slots}``."""
    found = _words(lang).get(table, {})
    return {code: str(text) for code, text in found.items()}


@lru_cache(maxsize=4)
def _words(lang: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((WORDS / f"{lang}.toml").read_text(encoding="utf-8"))
