"""Chinese and English. Pages are written in Chinese; ``translations/en/*.po`` holds the English of every sentence.

The catalogues are read as text: several .po files, one a room, no compiled copy that could be stale.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, Response, g, has_request_context, request
from flask_babel import Babel, Domain

from web.security import cookies_are_secure
from web.settings import Settings

CATALOGUES = Path(__file__).parent / "translations"
LOCALES = {"zh": "zh_CN", "en": "en"}
#: How the language is written in ``<html lang>``.
TAGS = {"zh": "zh-CN", "en": "en"}
COOKIE = "lang"


class _Catalogues(Domain):  # type: ignore[misc]
    """Flask-Babel's source of sentences: the .po files of the request's language."""

    def get_translations(self) -> NullTranslations:
        return translations(lang())


class _Babel(Babel):  # type: ignore[misc]
    domain_instance = _Catalogues()


def install(app: Flask, settings: Settings) -> None:
    """Give templates ``_()`` and the language of the request: ``?lang=``, then the cookie, then Chinese."""
    _Babel(
        app, default_locale=LOCALES["zh"], default_timezone=settings.timezone, locale_selector=lambda: LOCALES[lang()]
    )
    app.after_request(_remember)


def lang() -> str:
    """``zh`` or ``en``: the language of this request (of the words, the labels and the picture)."""
    if not has_request_context():
        return "zh"
    if "lang" not in g:
        g.lang = _wanted()
    language: str = g.lang
    return language


def gettext(sentence: str, **slots: object) -> str:
    """A sentence in the language of this request, its ``%(slots)s`` filled."""
    found: str = translations(lang()).gettext(sentence)
    return found % slots if slots else found


def ngettext(singular: str, plural: str, number: int, **slots: object) -> str:
    """A sentence about so many things, ``%(num)d`` of them."""
    found: str = translations(lang()).ngettext(singular, plural, number)
    return found % ({"num": number} | slots)


@lru_cache(maxsize=4)
def translations(language: str) -> NullTranslations:
    """Every sentence in a language; Chinese is what the pages are written in and needs none."""
    folder = CATALOGUES / language
    if not folder.is_dir():
        return NullTranslations()
    merged = Translations()
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as source:
            catalogue = read_po(source, locale=language)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        merged.merge(Translations(compiled))
    return merged


def _wanted() -> str:
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LOCALES:
            return wanted
    return "zh"


def _remember(response: Response) -> Response:
    wanted = request.args.get("lang")
    if wanted in LOCALES and "sunpath.error" not in g:
        response.set_cookie(
            COOKIE, wanted, max_age=365 * 86400, httponly=True, samesite="Lax", secure=cookies_are_secure()
        )
    return response
