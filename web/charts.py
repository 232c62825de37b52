"""A chart on a page: the picture drawn at publishing with a status put in, wide and for phones, and its words.

Nothing is drawn per view. A version without a picture (too large to draw) shows its words and says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup

import engine
from bpmn.chart import Picture, sprite
from bpmn.marks import PictureStatus
from bpmn.text import TwinStep, twin
from engine.store import Session
from web.flowwords import FlowWords

#: Both forms stand in the page and CSS chooses; the ids of the phone form bear the prefix ``m-``.
WIDE, PHONE = "wide", "phone"
#: Opening tags as ``bpmn.svg`` writes them.
_LINK = re.compile(r'<a (?:href="[^"]*" )?')


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


def chart(session: Session, definition_id: int, words: FlowWords, status: PictureStatus) -> Chart:
    """The chart of a version with a status: of a case, or how many cases stand where."""
    wide = engine.picture(session, definition_id, WIDE, words.lang)
    return Chart(
        title=words.title,
        wide=_inline(wide, status),
        phone=_inline(engine.picture(session, definition_id, PHONE, words.lang), status),
        sprite=Markup(sprite(words.lang)),
        twin=text_twin(words, wide),
    )


def illustration(session: Session, definition_id: int, words: FlowWords, status: PictureStatus) -> Markup | None:
    """The phone form as a mere picture: hidden from screen readers, nothing in it can be focused or clicked."""
    svg = _inline(engine.picture(session, definition_id, PHONE, words.lang), status)
    if svg is None:
        return None
    still = _LINK.sub("<g ", str(svg)).replace("</a>", "</g>")
    return Markup(sprite(words.lang) + still.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))


def text_twin(words: FlowWords, picture: Picture | None) -> tuple[TwinStep, ...]:
    """The chart as words, in the order and with the numbers of the picture where there is one."""
    return twin(
        words.package.definitions,
        order=picture.order if picture is not None else None,
        numbers=picture.numbers if picture is not None else None,
        lang=words.lang,
        labels=words.all,
    )


def _inline(picture: Picture | None, status: PictureStatus) -> Markup | None:
    """The picture as SVG for the page: it was checked against a closed vocabulary when it was drawn (``bpmn.svg``)."""
    return None if picture is None else Markup(picture.render(status))
