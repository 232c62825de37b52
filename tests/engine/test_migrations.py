"""The migrations, in order, give exactly the tables the code works with; one from the future is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

import engine
from engine import tables
from engine.errors import Newer
from engine.store import MIGRATIONS, Store, open_store
from tests.conftest import CODE_KEY, Clock, add_people, fixture
from tests.histories.history import FOLDER, differences, put_back
from tests.postgres import Server


def test_migrations_give_the_tables(store: Store) -> None:
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    assert store.check()


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    store.upgrade()
    assert store.check()


def test_an_older_database_keeps_its_cases_and_indexes(tmp_path: Path, clock: Clock) -> None:
    """SQLite changes a column by making the table anew."""
    old = open_store(f"sqlite:///{tmp_path}/old.db", code_key=CODE_KEY)
    with old.connect() as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0002_messages")
    with old.begin() as session:
        number = put_back(session, FOLDER / "flow-xk-general-granted.json.gz")
    made = _made(old)
    old.upgrade()
    assert old.check() and set(made) <= set(_made(old))
    with old.begin() as session:
        add_people(session)
        engine.publish(session, fixture("timer-cycle"), key="weekly", author="modeller", at=clock())
        engine.start_case(session, "weekly", actor="clerk", at=clock())
    assert engine.tick(old, clock.forward(days=30)) == 3
    with old.read() as session:
        assert differences(session, number) == []
        assert engine.verify(session).differences == () and engine.replay(session).differences == ()
    old.dispose()


def _made(store: Store) -> list[str]:
    with store.read() as session:
        query = "SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY name"
        return list(session.execute(sa.text(query)).scalars())


def test_a_newer_database_is_not_touched(store: Store) -> None:
    with store.begin() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999_from_the_future'"))
    for touch in (store.upgrade, store.check):
        with pytest.raises(Newer, match="9999_from_the_future"):
            touch()


@pytest.fixture(params=["sqlite", "postgres"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database without tables."""
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path}/bare.db", code_key=CODE_KEY)
        yield opened
        opened.dispose()
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.database()
    opened = open_store(server.url(name), code_key=CODE_KEY)
    yield opened
    opened.dispose()
    server.drop(name)


def test_an_upgrade_that_fails_leaves_nothing(bare: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade = command.upgrade

    def fail(config: Config, revision: str) -> None:
        upgrade(config, revision)
        raise RuntimeError

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(command, "upgrade", fail)
        bare.upgrade()
    with bare.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    bare.upgrade()
    assert bare.check()
