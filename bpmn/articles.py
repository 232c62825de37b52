"""References to articles of law (第三十二条第一款第（四）项、第三十三条): the places they name, and whether two meet.

Pure. A place is a path: article, paragraph (款), item (项), sub-item (目).
"""

from __future__ import annotations

import re
from functools import lru_cache

#: A place: numbers from the article down; 之一 of an article is its second number, 0 without one.
Place = tuple[tuple[int, int], ...]

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMBER = r"[零〇一二三四五六七八九十百千0-9]{1,10}"
_PART = re.compile(
    rf"第?[（(]?(?P<number>{_NUMBER})[）)]?(?P<unit>[条款项目])?(?:之(?P<after>[一二三四五六七八九十]{{1,3}}))?"
)
_LEVELS = "条款项目"
#: What joins references: a list, or all from one article to another.
_LIST, _RANGE = re.compile("[、，,；;和及]|以及"), re.compile("[至到—-]")
#: More articles than this in a row are a mistake.
_LONGEST = 500


def number(text: str) -> int:
    """一百二十四 or 124 → 124."""
    if text.isdigit() and text.isascii():
        return int(text)
    total, digit = 0, 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[sign], 0
    return total + digit


@lru_cache(maxsize=4096)
def places(text: str) -> frozenset[Place]:
    """The places a reference names; none where it is not understood as a whole."""
    found: set[Place] = set()
    before: Place = ()
    for part in _LIST.split(text.replace(" ", "")):
        ends = [_place(end, before) for end in _RANGE.split(part)]
        if not all(ends) or len(ends) > 2:
            return frozenset()
        found |= _between(ends[0], ends[-1]) if len(ends) == 2 else {ends[0]}
        before = ends[-1]
    return frozenset(found)


def order(text: str) -> tuple[tuple[Place, ...], str]:
    """For sorting references as their texts stand in the law."""
    return tuple(sorted(places(text)))[:1], text


def meet(one: str, other: str) -> bool:
    """Do two references have a place in common, one perhaps as a part of the other? The same text always does."""
    if one == other:
        return True
    return any(a[: len(b)] == b[: len(a)] for a in places(one) for b in places(other))


def _place(text: str, before: Place) -> Place:
    """The place of one reference; what it leaves out above is that of the one before it. () for anything else."""
    found: dict[int, tuple[int, int]] = {}
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None or not (part["unit"] or part[0].startswith("第")):
            return ()
        # 第四十二至四十五条: the unit of a range stands at its end.
        level = _LEVELS.index(part["unit"]) if part["unit"] else 0
        if level in found or (found and level < max(found)):
            return ()
        found[level] = (number(part["number"]), number(part["after"]) if part["after"] else 0)
        at = part.end()
    first = min(found, default=0)
    above = before[:first]
    if len(above) < first or not found:
        return ()
    # A level that is skipped (第三条第（二）项) is its first paragraph.
    return (*above, *(found.get(level, (1, 0)) for level in range(first, max(found) + 1)))


def _between(first: Place, last: Place) -> set[Place]:
    if len(first) != len(last) or first[:-1] != last[:-1] or not 0 <= last[-1][0] - first[-1][0] <= _LONGEST:
        return {first, last}
    return {(*first[:-1], (count, 0)) for count in range(first[-1][0], last[-1][0] + 1)} | {first, last}
