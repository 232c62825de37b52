"""A picture as a file of its own: the page's stylesheet and the symbols go inside."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bpmn import symbols
from bpmn.palette import DARK, LIGHT, SANS


def standalone(svg: str, lang: str) -> str:
    """``svg`` (a dressed picture, with or without a status) with style and symbols, readable without a page."""
    head, tag, rest = svg.partition("</desc>")
    if not tag:
        raise ValueError("not a dressed picture")
    return f"{head}{tag}<style>{style()}</style>{symbols.definitions(symbols.used(svg), lang)}{rest}"


@cache
def style() -> str:
    """The stylesheet of a standalone picture: the tokens' values, then the chart's rules."""
    rules = (Path(__file__).parent / "chart.css").read_text(encoding="utf-8")
    dark = f"@media screen and (prefers-color-scheme:dark){{svg{{{_variables(DARK)}}}}}"
    return f"svg{{--sans:{SANS};{_variables(LIGHT)}background:var(--fc-bg)}}{dark}{rules}"


def _variables(tokens: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in tokens.items())
