"""Finished public pages, kept in memory for the minute they speak of, so that a crowd costs one rendering.

A key names the record the page shows (a case and its head hash, a power and its latest version), so no page outlives
what it tells. Every page says as of which minute its data are: when the minute is over, all pages are dropped.

Pages are kept compressed: a browser takes them as they are. That is safe because these pages hold no form token and
repeat nothing of the request (a secret beside chosen text could be guessed from the compressed length).
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from flask import Flask, Response, current_app, request, session
from werkzeug.http import generate_etag

from web import auth
from web.language import lang
from web.session import now

#: About 25 KB each.
PAGES = 2000
HTML = "text/html"


@dataclass(frozen=True, kw_only=True)
class _Page:
    packed: bytes
    etag: str


class _Kept:
    """The pages of one minute, the newest PAGES of them."""

    def __init__(self) -> None:
        self.minute: datetime | None = None
        self.pages: dict[tuple[datetime, Hashable], _Page] = {}
        self.lock = Lock()

    def find(self, minute: datetime, key: Hashable) -> _Page | None:
        return self.pages.get((minute, key))

    def keep(self, minute: datetime, key: Hashable, page: _Page) -> None:
        with self.lock:
            if self.minute != minute:
                self.minute, self.pages = minute, {}
            self.pages[minute, key] = page
            if len(self.pages) > PAGES:
                del self.pages[next(iter(self.pages))]


def install(app: Flask) -> None:
    """Give the application its own memory of pages."""
    app.extensions["sunpath.pages"] = _Kept()


def kept(key: tuple[Hashable, ...], render: Callable[[], str], media: str = HTML) -> Response:
    """The page of ``key``, rendered only when it is not at hand; 304 when the browser has it already.

    Pages for somebody signed in, with a message for this visitor, or asked for with more than a language (the page
    may repeat the rest of its address) are rendered for them alone.
    """
    if auth.person() is not None or "_flashes" in session or request.args.keys() - {"lang"}:
        return Response(render(), mimetype=media)
    pages: _Kept = current_app.extensions["sunpath.pages"]
    minute = now().replace(second=0, microsecond=0)
    key = (*key, lang())
    page = pages.find(minute, key)
    if page is None:
        packed = gzip.compress(render().encode(), mtime=0)
        page = _Page(packed=packed, etag=generate_etag(packed))
        pages.keep(minute, key, page)
    return _answer(page, media)


def _answer(page: _Page, media: str) -> Response:
    if request.if_none_match.contains_weak(page.etag):
        response = Response(status=304)
    elif request.accept_encodings["gzip"]:
        response = Response(page.packed, mimetype=media, headers={"Content-Encoding": "gzip"})
    else:
        response = Response(gzip.decompress(page.packed), mimetype=media)
    response.set_etag(page.etag, weak=True)
    response.headers["Vary"] = "Accept-Encoding"
    return response
