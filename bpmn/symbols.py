"""The icons as SVG ``<symbol>``s and the patterns of the statuses: once a page, or inside a standalone picture."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from bpmn.chart_words import words
from bpmn.icons import BADGES, EVENTS, GATEWAYS, MARKERS, TASKS, Icon

_ICONS = {**EVENTS, **GATEWAYS, **MARKERS}
_GROUND = {
    "disc": '<circle class="bg" cx="10" cy="10" r="9"/>',
    "ring": '<circle class="bg" cx="10" cy="10" r="9"/>',
    "card": '<rect class="bg" x="3.5" y="1" width="13" height="18" rx="1.5"/>',
    "diamond": '<path class="bg" d="M10 0L20 10L10 20L0 10Z"/>',
}
_RISK = '<path class="bg" d="M13 1L25.5 21.5H.5Z"/>'
PATTERNS = (
    '<pattern id="p-warn" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="9" height="9"/><path d="M0 0V9" stroke-width="4"/></pattern>'
    '<pattern id="p-over" width="7" height="7" patternUnits="userSpaceOnUse">'
    '<rect width="7" height="7"/><circle cx="3.5" cy="3.5" r="1.4"/></pattern>'
    '<pattern id="p-skip" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="8" height="8"/><path d="M0 0V8" stroke-width="2.5"/></pattern>'
    '<pattern id="p-stop" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
    '<rect width="9" height="9"/><path d="M0 0V9" stroke-width="2"/></pattern>'
)


@cache
def sprite(lang: str = "zh") -> str:
    """A hidden ``<svg>`` with every symbol and pattern: include it once in a page that holds charts."""
    names = [
        *(f"i-{name}" for name in _ICONS),
        *(f"t-{name}" for name in TASKS),
        *(f"s-{name}" for name in BADGES),
        *_risk_names(),
    ]
    inside = "".join(symbol(name, lang) for name in names)
    attributes = 'class="sprite" width="0" height="0" aria-hidden="true" focusable="false"'
    return f"<svg {attributes}><defs>{inside}{PATTERNS}</defs></svg>"


def used(svg: str) -> list[str]:
    """The symbols a picture uses, sorted."""
    return sorted(set(re.findall(r'<use href="#([istr]-[\w-]+)"', svg)))


def definitions(names: Iterable[str], lang: str) -> str:
    """``<defs>`` with these symbols and all patterns."""
    return f"<defs>{''.join(symbol(name, lang) for name in names)}{PATTERNS}</defs>"


def symbol(name: str, lang: str) -> str:
    """One symbol: ``i-<icon>``, ``t-<task type>``, ``s-<badge>`` or ``r-<risk level>``."""
    kind, _, rest = name.partition("-")
    if kind == "i":
        return f'<symbol id="{name}" viewBox="0 0 20 20">{_paths(_ICONS[rest])}</symbol>'
    if kind == "t":
        disc = '<circle class="bg" cx="14" cy="14" r="13"/>'
        inside = f'<g transform="translate(4.6 4.6)scale(.94)">{_paths(TASKS[rest])}</g>'
        return f'<symbol id="{name}" class="t" viewBox="0 0 28 28">{disc}{inside}</symbol>'
    if kind == "s":
        shape, _, mark = BADGES[rest]
        return f'<symbol id="{name}" class="s-{shape}" viewBox="0 0 20 20">{_GROUND[shape]}{_paths(mark)}</symbol>'
    text = words(lang)["risk_mark"][rest]
    return f'<symbol id="{name}" class="r" viewBox="0 0 26 22">{_RISK}<text x="13" y="18.5">{text}</text></symbol>'


def _risk_names() -> list[str]:
    return [f"r-{level}" for level in ("high", "medium", "low", "any")]


def _paths(icon: Icon) -> str:
    fill = f'<path d="{icon.fill}" fill="currentColor"/>' if icon.fill else ""
    stroke = (
        f'<path d="{icon.stroke}" fill="none" stroke="currentColor" stroke-width="{icon.width:g}"/>'
        if icon.stroke
        else ""
    )
    gap = f'<path class="gap" d="{icon.gap}" fill="none" stroke-width="{icon.width:g}"/>' if icon.gap else ""
    return fill + stroke + gap
