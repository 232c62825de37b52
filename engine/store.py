"""The database: one place that opens it, one way to hold a transaction.

SQLite is the embedded default: WAL with ``synchronous=FULL`` (NORMAL may lose the last commits on power loss) and
BEGIN IMMEDIATE, so that two writers queue instead of failing half-way. ``recursive_triggers`` is on because without it
INSERT OR REPLACE walks past the triggers that keep the journal append-only.

PostgreSQL is for several processes: writers run READ COMMITTED, the comparison of a case's version decides who was
first; readers run REPEATABLE READ, because a verifier that sees half of another's commit raises a false alarm.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import ConnectionPoolEntry

from engine import prepared
from engine.errors import Conflict, Lost, Newer, Rejection, Unusable
from engine.prepared import Order, Prepared, write_all

#: What the verbs are handed: one open transaction. Only edges open and close it.
Session = sa.Connection

MIGRATIONS = Path(__file__).parent / "migrations"


class Store:
    """An opened database. ``code_key`` is the secret under which query codes are kept (32 bytes)."""

    def __init__(self, engine: sa.Engine, code_key: bytes) -> None:
        self.engine = engine.execution_options(code_key=code_key)

    def connect(self) -> sa.Connection:
        """A connection without a transaction. Raises Unusable when what lies there is no database."""
        try:
            return self.engine.connect()
        except (sa.exc.DatabaseError, sqlite3.DatabaseError) as error:
            raise Unusable(0, str(getattr(error, "orig", error)), self.engine.url.render_as_string()) from error

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One writing transaction: commits when the block ends, rolls back when it raises.

        Raises Conflict when another writer took the same place first, Lost when the database went away: whether the
        command was committed is then unknown, and only the same command under the same id may be sent again. Raises
        Rejection ``data.unrecordable`` for what a database cannot hold: half a character, a text with a zero in it.
        """
        with self._understood(), self.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One reading transaction: a steady picture, nothing can be written. Raises as ``begin`` does."""
        with self._understood(), self._reading() as connection:
            # Rolled back, PostgreSQL's driver would forget what it has prepared.
            yield connection
            connection.commit()

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """What a database says, as what it means here."""
        try:
            yield
        except sa.exc.IntegrityError as error:
            raise Conflict("conflict") from error
        except (sa.exc.DataError, UnicodeEncodeError, OverflowError) as error:
            if not _is_unstorable(error):
                raise
            raise Rejection("data.unrecordable", reason=str(getattr(error, "orig", error)).strip()) from error
        except sa.exc.OperationalError as error:
            if _is_taken(error):
                raise Conflict("conflict") from error
            if _is_lost(error):
                raise Lost("database.lost", reason=str(error.orig)) from error
            raise
        except Unusable as error:
            if self.engine.dialect.name == "postgresql":
                raise Lost("database.lost", reason=str(error.strerror)) from error
            raise

    def _reading(self) -> sa.Connection:
        """A connection that begins a reading transaction; another one if the server has dropped it meanwhile.

        A writer need not ask: what it lost it repeats.
        """
        connection = self.connect().execution_options(reading=True)
        try:
            connection.begin()
        except sa.exc.OperationalError:
            connection.close()
            connection = self.connect().execution_options(reading=True)
            connection.begin()
        return connection

    def upgrade(self) -> None:
        """Bring the tables to this version. Raises Newer when the database was written by a newer one."""
        with self.connect() as connection, connection.begin():
            _refuse_newer(connection)
            config = _alembic()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def check(self) -> bool:
        """Is the database at this version? False when it must be upgraded first; raises Newer."""
        with self.connect() as connection:
            _refuse_newer(connection)
            current = MigrationContext.configure(connection).get_current_revision()
            return current == ScriptDirectory.from_config(_alembic()).get_current_head()

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_store(url: str, *, code_key: bytes) -> Store:
    """Open the database at ``url`` (``sqlite:///var/sunpath.db``); nothing is created yet.

    Raises Unusable when the address is none.
    """
    try:
        # What people entered stays out of error messages, and so out of logs.
        engine = sa.create_engine(url, hide_parameters=True, **_POOL.get(sa.make_url(url).get_backend_name(), {}))
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
        raise Unusable(0, str(error), "DATABASE_URL") from error
    if engine.dialect.name == "sqlite":
        if engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        sa.event.listen(engine, "begin", _begin_postgres)
        sa.event.listen(engine, "before_cursor_execute", _before_postgres)
        sa.event.listen(engine, "commit", _commit_postgres)
        sa.event.listen(engine, "rollback", prepared.forget)
    return Store(engine, code_key)


def upsert(session: Session, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or update those whose primary key is there already: one statement for all of them."""
    if rows:
        write_all(session, [Order(upserting(session.dialect, table, tuple(rows[0])), rows)])


@lru_cache(maxsize=64)
def upserting(dialect: sa.Dialect, table: sa.Table, names: tuple[str, ...]) -> Prepared:
    """The statement that inserts a row of these columns, or updates the one whose primary key is there already."""
    keys = [column.name for column in table.primary_key]
    insert = (postgresql if dialect.name == "postgresql" else sqlite).insert(table)
    changes = {name: insert.excluded[name] for name in names if name not in keys}
    return Prepared(insert.on_conflict_do_update(index_elements=keys, set_=changes), dialect, names)


def one_at_a_time(session: Session, what: str) -> None:
    """Until this transaction ends, nobody else does ``what`` (a name): case numbers are given without gaps, and nobody
    misses a message that is just being sent.

    SQLite has one writer anyway.
    """
    if session.dialect.name == "postgresql":
        session.execute(_LOCK, {"what": what})


#: Built once. The lock is let go by commit and rollback alike.
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(sa.bindparam("what"))))
#: Options by database. Neither driver begins a transaction by itself (AUTOCOMMIT): when one begins is said below.
_POOL: dict[str, dict[str, Any]] = {"postgresql": {"pool_size": 10, "isolation_level": "AUTOCOMMIT"}}
#: What PostgreSQL calls a transaction that another one stood in the way of (deadlock, serialization).
_TAKEN = ("40001", "40P01")


def _is_taken(error: sa.exc.OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) in _TAKEN


def _is_unstorable(error: Exception) -> bool:
    """Did the database refuse a value? SQLite refuses numbers beyond 64 bits only by Python's own OverflowError."""
    return not isinstance(error, OverflowError) or "SQLite" in str(error)


def _is_lost(error: sa.exc.OperationalError) -> bool:
    return error.connection_invalidated or getattr(error.orig, "sqlstate", "") is None


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    for pragma in (
        "busy_timeout=10000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN" if _is_reading(connection) else "BEGIN IMMEDIATE")


def _begin_postgres(connection: sa.Connection) -> None:
    """A reader's transaction begins here, its picture with its first question; a writer's with what it does first."""
    if _is_reading(connection):
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _before_postgres(
    connection: sa.Connection, _cursor: Any, _text: str, _given: Any, context: Any, _many: bool
) -> None:
    """A writer's statement sees what was written before it, within its transaction. One of ours has no context."""
    if context is not None and not _is_reading(connection):
        prepared.send(connection)
        prepared.begin(connection.connection.driver_connection)


def _commit_postgres(connection: sa.Connection) -> None:
    prepared.send(connection, commit=True)


def _is_reading(connection: sa.Connection) -> bool:
    return bool(connection.get_execution_options().get("reading", False))


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _refuse_newer(connection: sa.Connection) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        return
    try:
        ScriptDirectory.from_config(_alembic()).get_revision(current)
    except CommandError as error:
        raise Newer(current) from error
