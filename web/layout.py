"""What every page stands in: header, language switch, who is signed in, and how fresh the data are."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, url_for

from web import auth, wording
from web.language import TAGS, lang
from web.language import gettext as _
from web.session import now, settings


def install(app: Flask) -> None:
    """Give all templates the words of the frame."""
    app.context_processor(_frame)
    app.jinja_env.globals["word"] = word


def word(table: str, code: str, **params: object) -> str:
    """A code in the language of the request (``web/words``)."""
    return wording.word(table, code, lang(), **params)


def _frame() -> dict[str, Any]:
    who = auth.person()
    return {
        "lang": lang(),
        "lang_tag": TAGS[lang()],
        "switch": _switch(),
        "navigation": _navigation(),
        "person": who,
        "rooms": auth.rooms(who),
        "now": now(),
        "demo": settings().demo,
        "place": settings().place_en if lang() == "en" else settings().place,
    }


def _switch() -> tuple[str, str, str]:
    """The same page in the other language: (language tag, its own name, address)."""
    other, name = ("zh", "中文") if lang() == "en" else ("en", "English")
    query = {key: value for key, value in request.args.items() if key != "lang"} | {"lang": other}
    return TAGS[other], name, f"{request.path}?{urlencode(query)}"


def _navigation() -> list[tuple[str, str, bool]]:
    """The main menu: (address, word, is it this page)."""
    pages = [
        ("public.home", _("首页")),
        ("public.powers", _("权力清单")),
        ("tracking.look_up", _("查我的办件")),
        ("supervision.board", _("监督公开")),
        ("law.index", _("法律依据")),
        ("public.about", _("关于本站")),
    ]
    return [(url_for(page), title, request.endpoint == page) for page, title in pages]
