"""The few words of the command line's readable answers; sentences of refusals are in ``web/words``."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path


def word(code: str, lang: str, /, **params: object) -> str:
    """The words of ``code`` with its slots filled."""
    return _words(lang)[code].format(**params)


@lru_cache(maxsize=2)
def _words(lang: str) -> dict[str, str]:
    words: dict[str, str] = tomllib.loads((Path(__file__).parent / f"{lang}.toml").read_text(encoding="utf-8"))
    return words
