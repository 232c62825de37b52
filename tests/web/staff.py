"""Officers for tests: people with posts, and a browser in which one of them is signed in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Flask

import engine
from engine.store import Store
from tests.web.browser import Browser

#: Added to the small office of ``conftest``: name → display, roles, posts.
MORE: dict[str, tuple[str, list[str], list[str]]] = {
    "li": ("李窗口", ["clerk"], ["受理岗"]),
    "zhang": ("张承办", ["clerk"], ["承办岗"]),
    "liu": ("刘承办", ["clerk"], ["承办岗"]),
    "yang": ("杨审核", ["clerk"], ["审核岗"]),
    "wu": ("吴外人", ["clerk"], ["别处的岗"]),
    "sun": ("孙公布", ["publisher"], []),
    "mei": ("梅编制", ["modeller", "reviewer"], []),
}


def add_people(store: Store) -> None:
    """Fill the office."""
    with store.begin() as session:
        for name, (display, roles, posts) in MORE.items():
            engine.add_person(session, name, roles=roles, posts=posts, display=display)


def signed_in(app: Flask, name: str) -> Browser:
    """A browser with somebody signed in."""
    browser = app.test_client()
    assert isinstance(browser, Browser)
    at = datetime.now(UTC).isoformat()
    with browser.session_transaction() as session:
        session.update(name=name, since=at, seen=at)
    return browser


def do(store: Store, number: str, item: str, actor: str, **data: Any) -> None:
    """Do a work item without the page."""
    with store.begin() as session:
        engine.complete(session, number, item, actor=actor, data=data, at=datetime.now(UTC))
