"""A chart on a page: the picture drawn at publishing with a status put in, wide and for phones, and its words.

Nothing is drawn per view. A version without a picture (too large to draw) shows its words and says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

import engine
from bpmn.anchors import anchor
from bpmn.chart import Picture, sprite
from bpmn.chart_words import words as chart_words
from bpmn.marks import Mark, PictureStatus
from bpmn.overlay import clock_words
from bpmn.public_view import public as public_view
from bpmn.public_view import shown
from bpmn.text import TwinStep, twin
from engine.store import Session
from web.flowwords import FlowWords

#: Both forms stand in the page and CSS chooses; the ids of the phone form bear the prefix ``m-``.
WIDE, PHONE = "wide", "phone"
#: Opening tags as ``bpmn.svg`` writes them.
_LINK = re.compile(r'<a (?:href="[^"]*" )?')
_ROOT = re.compile(r"<svg [^>]*>")
#: Size of the cut-out on the home page, in the picture's units.
CUT_WIDTH, CUT_HEIGHT = 540, 500


@dataclass(frozen=True, kw_only=True)
class Call:
    """A published flow that is called: its name, and which version."""

    key: str
    name: str
    version: int


#: A lane chart of one or two lanes; drawn across a whole page its letters would be giants.
NARROW = 480


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What ``components/chart.html`` shows."""

    title: str
    #: Inline SVG; None when there is no picture.
    wide: Markup | None
    phone: Markup | None
    #: The symbols both use, once a page.
    sprite: Markup
    twin: tuple[TwinStep, ...]
    #: Is the lane chart so narrow that it need not fill the page?
    narrow: bool = False
    #: What it calls, by key: only what is public itself.
    calls: Mapping[str, Call] = field(default_factory=dict)
    #: What the picture shows of a case, by element: the text twin says the same.
    marks: Mapping[str, Mark] = field(default_factory=dict)
    #: The clocks among it, in words.
    clocks: Mapping[str, str] = field(default_factory=dict)


def chart(
    session: Session, definition_id: int, words: FlowWords, status: PictureStatus, *, public: bool = False
) -> Chart:
    """The chart of a version with a status: of a case, or how many cases stand where.

    ``public``: what is internal is one box a group, in the picture and in words.
    """
    wide = engine.picture(session, definition_id, WIDE, words.lang, public=public)
    seen = shown(status, words.package.alone.definitions) if public else status
    return Chart(
        title=words.title,
        wide=_inline(wide, seen),
        phone=_inline(engine.picture(session, definition_id, PHONE, words.lang, public=public), seen),
        sprite=Markup(sprite(words.lang)),
        twin=text_twin(words, wide, public=public),
        narrow=wide is not None and wide.width < NARROW,
        calls=_calls(session, definition_id, words),
        marks=seen.elements,
        clocks=_clocks(seen, words.lang),
    )


def _clocks(status: PictureStatus, lang: str) -> dict[str, str]:
    say = chart_words(lang)["say"]
    return {id_: clock_words(mark.clock, say) for id_, mark in status.elements.items() if mark.clock is not None}


def _calls(session: Session, definition_id: int, words: FlowWords) -> dict[str, Call]:
    called = [info for info in engine.called_by(session, definition_id) if info.is_power]
    titles = {info.key: FlowWords(words.package.called[info.key], words.lang).title for info in called}
    return {info.key: Call(key=info.key, name=titles[info.key], version=info.version) for info in called}


def illustration(session: Session, definition_id: int, words: FlowWords, status: PictureStatus) -> Markup | None:
    """A cut-out of the lane chart around the step where most cases stand, as a mere picture.

    Hidden from screen readers; nothing in it can be focused or clicked. None when there is no picture.
    """
    picture = engine.picture(session, definition_id, WIDE, words.lang, public=True)
    if picture is None:
        return None
    status = shown(status, words.package.alone.definitions)
    still = _LINK.sub("<g ", picture.render(status)).replace("</a>", "</g>")
    counts = status.counts or {}
    x, y = _place(still, max(counts, key=lambda id_: counts[id_]) if counts else picture.order[0])
    left = min(max(x - CUT_WIDTH / 2, 0), max(picture.width - CUT_WIDTH, 0))
    top = min(max(y - CUT_HEIGHT / 2, 0), max(picture.height - CUT_HEIGHT, 0))
    root = (
        f'<svg aria-hidden="true" focusable="false" class="flowchart" '
        f'viewBox="{left:.0f} {top:.0f} {CUT_WIDTH} {CUT_HEIGHT}">'
    )
    return Markup(sprite(words.lang) + _ROOT.sub(root, still, count=1))


def _place(svg: str, element: str) -> tuple[float, float]:
    """The middle of a node in its picture; the top left corner where it has no rectangle."""
    node = re.search(rf'id="node-{re.escape(anchor(element))}">(?:<title>[^<]*</title>)?<rect ([^>]*)>', svg)
    side = dict(re.findall(r'\b(x|y|width|height)="([\d.-]+)"', node[1])) if node else {}
    if len(side) < 4:
        return 0, 0
    return float(side["x"]) + float(side["width"]) / 2, float(side["y"]) + float(side["height"]) / 2


def text_twin(words: FlowWords, picture: Picture | None, *, public: bool = False) -> tuple[TwinStep, ...]:
    """The chart as words, in the order and with the numbers of the picture where there is one."""
    definitions = words.package.alone.definitions
    return twin(
        public_view(definitions, words.lang) if public else definitions,
        order=picture.order if picture is not None else None,
        numbers=picture.numbers if picture is not None else None,
        lang=words.lang,
        labels=words.all,
    )


def _inline(picture: Picture | None, status: PictureStatus) -> Markup | None:
    """The picture as SVG for the page: it was checked against a closed vocabulary when it was drawn (``bpmn.svg``)."""
    return None if picture is None else Markup(picture.render(status))
