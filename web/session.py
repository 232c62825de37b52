"""The database as a request sees it. The web's only transactions: a view reads in one, or writes in one.

``with read() as session`` gives a steady picture; ``with write() as session`` commits when the block ends and rolls
back when it raises, so a Rejection inside leaves nothing behind.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime

from flask import Flask, current_app, g

from engine.errors import Newer
from engine.store import Session, Store
from web.settings import Settings


class NotReady(Exception):
    """The database has not been brought to this version yet (``flask db upgrade``)."""


def install(app: Flask, settings: Settings, store: Store) -> None:
    """Let the views of ``app`` find the settings and the database."""
    app.extensions["sunpath"] = (settings, store)
    app.before_request(_know_the_database)


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["sunpath"][0]
    return found


def store() -> Store:
    """The opened database of the running application."""
    found: Store = current_app.extensions["sunpath"][1]
    return found


def read() -> AbstractContextManager[Session]:
    """One reading transaction."""
    return store().read()


def write() -> AbstractContextManager[Session]:
    """One writing transaction. Raises Conflict when somebody else took the same place first."""
    return store().begin()


def now() -> datetime:
    """The instant of this request: the clock is read once, here, and handed down as ``at``."""
    if "at" not in g:
        g.at = datetime.now(UTC)
    instant: datetime = g.at
    return instant


def _know_the_database() -> None:
    """Once a process: refuse to touch a database of another version. Raises NotReady or Newer."""
    if current_app.extensions.get("sunpath.known"):
        return
    if not store().check():
        raise NotReady
    current_app.extensions["sunpath.known"] = True


__all__ = ["Newer", "NotReady", "Session", "install", "now", "read", "settings", "store", "write"]
