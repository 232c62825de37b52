"""The databases a figure is measured on: fresh ones, away from any real data."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from itertools import count

import sqlalchemy as sa

from engine.store import Store, open_store
from tests.postgres import Server


def databases() -> Iterator[tuple[str, Callable[[], Store]]]:
    """What it is called, and how to open a fresh empty one; each kind is cleared away when the next is asked for."""
    numbers = count()
    with tempfile.TemporaryDirectory() as folder:
        yield (
            "SQLite WAL synchronous=FULL",
            lambda: open_store(f"sqlite:///{folder}/{next(numbers)}.db", code_key=bytes(32)),
        )
    server = Server()
    try:
        yield "PostgreSQL", lambda: open_store(server.url(server.database()), code_key=bytes(32))
    finally:
        server.stop()


def plain(store: Store) -> Store:
    """The same database as anybody would open it: on PostgreSQL SQLAlchemy and its driver hold the transactions.

    SQLite stays as the product opens it: as it comes it would write less safely, and could not be compared.
    """
    if store.engine.dialect.name == "sqlite":
        return store
    store.dispose()
    return Store(sa.create_engine(store.engine.url), bytes(32))
