"""Codes and parameters → sentences for people. The words are in ``words/{zh,en}.toml``, one table a code."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")
_WORDS = Path(__file__).with_name("words")
_SLOT = re.compile(r"\{(\w+)\}")


class Word(str):
    """A parameter that is a code itself, ``unit.working_day``: said in the language of its sentence."""


@dataclass(frozen=True)
class Sentence:
    """What is so, and what to do about it ('' where nothing need be done)."""

    message: str
    remedy: str = ""


def say(code: str, /, lang: str = "zh", **params: object) -> Sentence:
    """The sentence of ``code`` in ``lang``, its ``{slots}`` filled with ``params``; the code itself if it has no words.

    A parameter ``code`` is itself a code: its sentence fills ``{reason}``, and its remedy is the more precise one. A
    ``Word`` is said in words, a tuple of parameters part by part.
    """
    words = _words(lang).get(code) or _words("zh").get(code)
    if words is None:
        return Sentence(code)
    remedy = words.get("remedy", "")
    if isinstance(params.get("code"), str):
        inner = say(str(params["code"]), lang, **{key: value for key, value in params.items() if key != "code"})
        params = {**params, "reason": inner.message}
        remedy = inner.remedy or remedy
    return Sentence(_filled(words["message"], params, lang), _filled(remedy, params, lang))


@cache
def codes(lang: str) -> frozenset[str]:
    """Every code that has words in ``lang``."""
    return frozenset(_words(lang))


def _filled(text: str, params: dict[str, object], lang: str) -> str:
    # Not str.format: a parameter comes from an upload and must not be able to name attributes.
    return _SLOT.sub(lambda slot: _said(params.get(slot[1], "…"), lang), text)


def _said(value: object, lang: str) -> str:
    if isinstance(value, tuple):
        return "".join(_said(part, lang) for part in value)
    return say(value, lang).message if isinstance(value, Word) else str(value)


@cache
def _words(lang: str) -> dict[str, dict[str, str]]:
    """Code → {message, remedy}."""
    if lang not in LANGUAGES:
        return {}
    return tomllib.loads((_WORDS / f"{lang}.toml").read_text("utf-8"))
