"""Finished public pages, kept in memory by everything they depend on, so that a crowd costs one rendering.

A key names the record the page shows (a case's head hash, a version's digest …), so nothing stale can be found under
it; the minute belongs to every key because each page says as of when its data are.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from flask import Flask, current_app, session

from web import auth
from web.language import lang
from web.session import now

#: About 130 KB each.
PAGES = 200


class _Kept:
    """The pages used last."""

    def __init__(self) -> None:
        self.pages: OrderedDict[Hashable, str] = OrderedDict()
        self.lock = Lock()

    def find(self, key: Hashable) -> str | None:
        with self.lock:
            if key not in self.pages:
                return None
            self.pages.move_to_end(key)
            return self.pages[key]

    def keep(self, key: Hashable, page: str) -> None:
        with self.lock:
            self.pages[key] = page
            while len(self.pages) > PAGES:
                self.pages.popitem(last=False)


def install(app: Flask) -> None:
    """Give the application its own memory of pages."""
    app.extensions["sunpath.pages"] = _Kept()


def kept(key: tuple[Hashable, ...], render: Callable[[], str]) -> str:
    """The page of ``key``, rendered only when it is not at hand.

    Pages for somebody signed in, or with a message for this visitor, are rendered for them alone.
    """
    if auth.person() is not None or "_flashes" in session:
        return render()
    pages: _Kept = current_app.extensions["sunpath.pages"]
    whole = (*key, lang(), now().replace(second=0, microsecond=0))
    page = pages.find(whole)
    if page is None:
        page = render()
        pages.keep(whole, page)
    return page
