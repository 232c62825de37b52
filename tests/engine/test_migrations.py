"""The migrations, in order, give exactly the tables the code works with; one from the future is left alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from engine import tables
from engine.errors import Newer
from engine.store import Store


def test_migrations_give_the_tables(store: Store) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    assert store.check()


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    store.upgrade()
    assert store.check()


def test_a_newer_database_is_not_touched(store: Store) -> None:
    with store.begin() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999_from_the_future'"))
    for touch in (store.upgrade, store.check):
        with pytest.raises(Newer, match="9999_from_the_future"):
            touch()
