"""The transactions of the command line: it is an edge, so here and nowhere below are they opened and committed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from engine.errors import Conflict
from engine.store import Session, Store
from web.session import NotReady, store

T = TypeVar("T")

#: A command that lost against another writer is tried again this often before the loss is told.
TRIES = 5


@contextmanager
def reading() -> Iterator[Session]:
    """One reading transaction. Raises NotReady or Newer for a database of another version."""
    with known_store().read() as session:
        yield session


def writing(command: Callable[[Session, str], T]) -> T:
    """Run ``command(session, command_id)`` in one transaction and commit.

    Losing against another writer repeats the command under the same id, so it can never be done twice; what it then
    finds (somebody else has done the item) is its answer. Raises Conflict when it keeps losing.
    """
    known = known_store()
    command_id = uuid.uuid4().hex
    for left in reversed(range(TRIES)):
        try:
            with known.begin() as session:
                return command(session, command_id)
        except Conflict:
            if not left:
                raise
    raise AssertionError("unreachable")


def known_store() -> Store:
    """The database, once it is sure to be of this version. Raises NotReady or Newer."""
    if not store().check():
        raise NotReady
    return store()
