"""The words of charts and text twins: words/chart.<lang>.toml, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")


@cache
def words(lang: str) -> dict[str, Any]:
    """The tables of a language; another language than zh and en falls back to zh. Treat as read-only."""
    known = lang if lang in LANGUAGES else "zh"
    text = (Path(__file__).parent / "words" / f"chart.{known}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
