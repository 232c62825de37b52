"""A published picture with a status put in: pre-split text, no parsing and no drawing per view.

The template is made once, at publish, from a dressed picture: its text cut at the places where a status can change
something. The places are found in the tree, so no typed text can pass for one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from lxml import etree

from bpmn import xml
from bpmn.bake import CARDS
from bpmn.chart_words import words
from bpmn.icons import BADGES
from bpmn.marks import STATUSES, ClockSign, Mark, PictureStatus
from bpmn.safe_svg import RAW, SVG

__all__ = ["STATUSES", "Mark", "PictureStatus", "Template", "make_template"]

#: What can change: a node's class, accessible name and badge; an arrow's class and its ×n.
CLASS, NAME, BADGE, ARROW, TIMES = "class", "name", "badge", "arrow", "times"


@dataclass(frozen=True)
class Slot:
    """A place in the picture where something about ``element`` is said."""

    kind: str
    element: str
    #: badge and times: the transform of its group.
    place: str = ""


@dataclass(frozen=True)
class Template:
    """``texts[0] slots[0] texts[1] … slots[n-1] texts[n]``."""

    lang: str
    texts: tuple[str, ...]
    slots: tuple[Slot, ...]

    def render(self, status: PictureStatus | None = None) -> str:
        """The picture of one case or of all open cases; without a status, the blank picture."""
        if status is None:
            return "".join(self.texts)
        fill = _Fill(self.lang, status)
        out = []
        for text, slot in zip(self.texts, self.slots, strict=False):
            out.append(text)
            out.append(fill.slot(slot))
        out.append(self.texts[-1])
        return "".join(out)

    def to_json(self) -> str:
        """As one JSON document, for the database."""
        slots = [[slot.kind, slot.element, slot.place] for slot in self.slots]
        return json.dumps({"lang": self.lang, "texts": self.texts, "slots": slots}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Template:
        """What ``to_json`` wrote."""
        stored = json.loads(text)
        slots = tuple(Slot(kind, element, place) for kind, element, place in stored["slots"])
        return cls(stored["lang"], tuple(stored["texts"]), slots)


def make_template(svg: str, ids: Mapping[str, str], lang: str, prefix: str = "") -> Template:
    """Cut a dressed picture; ``ids`` maps the ids in it (``node-…``, ``edge-…``, without prefix) to BPMN ids."""
    root = xml.parse(svg.encode(), RAW)
    writer = _Writer(ids, prefix)
    writer.element(root)
    return Template(lang, (*writer.texts, "".join(writer.text)), tuple(writer.slots))


class _Writer:
    """Writes a tree as text and cuts it at the slots."""

    def __init__(self, ids: Mapping[str, str], prefix: str) -> None:
        self.ids, self.prefix = ids, prefix
        self.texts: list[str] = []
        self.slots: list[Slot] = []
        self.text: list[str] = []

    def element(self, element: etree._Element, owner: str = "", *, is_arrow: bool = False) -> None:
        name = xml.local_name(element)
        known = self.ids.get(element.get("id", "").removeprefix(self.prefix)) if name in ("a", "g") else None
        if known is not None:
            owner, is_arrow = known, name == "g"
        if element.get("class") == "ov":
            self._cut(Slot(TIMES if is_arrow else BADGE, owner, element.get("transform", "")))
            return
        self._start(element, name, known, is_arrow=is_arrow)
        for child in element:
            self.element(child, owner, is_arrow=is_arrow)
            self.text.append(escape(child.tail or "", quote=False))
        self.text.append(f"</{name}>" if len(element) or element.text else "")

    def _start(self, element: etree._Element, name: str, known: str | None, *, is_arrow: bool) -> None:
        self.text.append(f'<{name} xmlns="{SVG}"' if name == "svg" else f"<{name}")
        for attribute, value in element.attrib.items():
            self.text.append(f' {attribute}="{escape(str(value))}')
            if known is not None and attribute == "class":
                self._cut(Slot(ARROW if is_arrow else CLASS, known))
            elif known is not None and attribute == "aria-label":
                self._cut(Slot(NAME, known))
            self.text.append('"')
        self.text.append(">" if len(element) or element.text else "/>")
        self.text.append(escape(element.text or "", quote=False))

    def _cut(self, slot: Slot) -> None:
        self.texts.append("".join(self.text))
        self.text = []
        self.slots.append(slot)


class _Fill:
    """What each slot says under one status."""

    def __init__(self, lang: str, status: PictureStatus) -> None:
        self.status, self.words = status, words(lang)
        self.comma = self.words["say"]["comma"]
        self.counts = status.counts or {}
        self.is_case = status.is_case
        self.not_taken = " e-not" if status.is_case else ""
        #: What is said of an element that has no mark.
        self.unmarked = self._said("", "todo", None) if status.is_case else ""

    def slot(self, slot: Slot) -> str:
        kind, element = slot.kind, slot.element
        if kind in (ARROW, TIMES):
            count = self.status.arrows.get(element, 0)
            if kind == ARROW:
                return " e-taken" if count > 0 and self.is_case else self.not_taken
            return f'<text class="tn" transform="{slot.place}">×{count}</text>' if count > 1 else ""
        mark = self.status.elements.get(element)
        if mark is None and not self.counts:
            # Most slots of most pictures: nothing was recorded of the element.
            return "" if not self.is_case or kind == BADGE else " st-todo" if kind == CLASS else self.unmarked
        status = self.status.status_of(element)
        if kind == CLASS:
            heat = self.status.heat(element)
            return (f" st-{status}" if status else "") + (f" heat-{heat}" if heat else "")
        if kind == NAME:
            return self._said(element, status, mark)
        signs = self._signs(element, status, mark)
        return f'<g class="ov" transform="{slot.place}">{signs}</g>' if signs else ""

    def _said(self, element: str, status: str, mark: Mark | None) -> str:
        say = self.words["say"]
        texts = [say["status"].format(status=self.words["status"][status])] if status else []
        if mark is not None:
            if mark.count > 1:
                texts.append(say["times"].format(count=mark.count))
            texts += [self.words["card"][card] for card in mark.cards if card in CARDS]
            texts += [mark.words] if mark.words else []
            texts += [clock_words(mark.clock, say)] if mark.clock is not None else []
        if self.counts.get(element, 0) > 0:
            texts.append(say["open_cases"].format(count=self.counts[element]))
        return escape("".join(self.comma + text for text in texts))

    def _signs(self, element: str, status: str, mark: Mark | None) -> str:
        """From right to left: status, cards the status does not show already, its clock, ×n or how many are open."""
        left = 0
        names = [status] if status in BADGES else []
        names += [CARDS[card] for card in (mark.cards if mark else ()) if card in CARDS and CARDS[card] != status]
        signs = ""
        for name in names:
            place = f' x="{left}"' if left else ""
            signs += f'<use href="#s-{name}"{place} width="20" height="20"/>'
            left -= 17
        if mark is not None and mark.clock is not None:
            signs += _clock(mark.clock, left)
            left -= 21
        if mark is not None and mark.count > 1:
            signs += _pill(f"×{mark.count}", left + 18)
        if self.counts.get(element, 0) > 0:
            signs += _pill(self.words["say"]["cases"].format(count=self.counts[element]), left + 18)
        return signs


def _clock(clock: ClockSign, left: float) -> str:
    """A dial: the sector used, hatched where it stood still, a hand where the promise ends."""
    parts = ['<circle class="ck-face" cx="10" cy="10" r="9"/>']
    if clock.still:
        parts.append(_sector("ck-stop", 0, 1))
    else:
        parts.append(_sector("ck-used", 0, clock.used))
        for begin, end in clock.stops:
            parts += [_sector("ck-gap", begin, min(end, clock.used)), _sector("ck-stop", begin, min(end, clock.used))]
        if clock.promised is not None:
            x, y = _on_dial(clock.promised, 9)
            parts.append(f'<path class="ck-hand" d="M10 10L{x:.2f} {y:.2f}"/>')
    return f'<g class="ck" transform="translate({left:g} 0)">{"".join(parts)}</g>'


def _sector(css: str, begin: float, end: float) -> str:
    """A sector of the dial as a thick stroke; dashes along it are its hatching."""
    if end - begin < 0.005:
        return ""
    if end - begin > 0.995:
        return f'<circle class="{css}" cx="10" cy="10" r="4.25"/>'
    (x1, y1), (x2, y2) = _on_dial(begin, 4.25), _on_dial(end, 4.25)
    large = int(end - begin > 0.5)
    return f'<path class="{css}" d="M{x1:.2f} {y1:.2f}A4.25 4.25 0 {large} 1 {x2:.2f} {y2:.2f}"/>'


def _on_dial(share: float, radius: float) -> tuple[float, float]:
    """The point of a share of the whole, clockwise from the top."""
    angle = 2 * math.pi * share
    return 10 + radius * math.sin(angle), 10 - radius * math.cos(angle)


def clock_words(clock: ClockSign, say: Mapping[str, str]) -> str:
    """A clock as it is read out; ``say``: that table of the chart's words."""
    return say["clock_still"] if clock.still else say["clock"].format(percent=round(100 * clock.used))


def _pill(text: str, right: int) -> str:
    """A small count whose right end is at ``right``."""
    width = 10 + sum(11 if ord(character) > 0x2E80 else 7 for character in text)
    return (
        f'<rect x="{right - width}" y="2" width="{width}" height="16" rx="8"/>'
        f'<text x="{right - width / 2:g}" y="14">{text}</text>'
    )
