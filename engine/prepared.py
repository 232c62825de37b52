"""Statements that every step runs: put together once, then handed to the database's driver as they are.

SQLAlchemy prepares each run of a statement anew, which costs more than the database takes for it; here that is done
once. PostgreSQL gets what is sent together in one go (pipeline mode), so that a step waits for it four times and not
seven. What the driver says comes out as SQLAlchemy says it, so ``Store`` understands both alike (ADR 0026).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect

#: The values of one run, by the names of the statement's parameters.
Values = Mapping[str, Any]


class Prepared:
    """A statement for one kind of database; ``columns`` names what an INSERT sets where the statement does not."""

    def __init__(self, statement: sa.Executable, dialect: Dialect, columns: Sequence[str] | None = None) -> None:
        dialect = _by_place(dialect)
        compiled = statement.compile(dialect=dialect, column_keys=list(columns) if columns else None)  # type: ignore[attr-defined]
        self.text = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._given = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup
        ]
        read = getattr(statement, "selected_columns", ())
        self._names = [column.key for column in read]
        processes = [(one.key, one.type.dialect_impl(dialect).result_processor(dialect, None)) for one in read]
        self._taken = [(name, process) for name, process in processes if process]

    def arguments(self, values: Values) -> tuple[Any, ...]:
        """What the driver is given for one run."""
        all_ = {**self._fixed, **values} if self._fixed else values
        return tuple([process(all_[name]) if process else all_[name] for name, process in self._given])

    def row(self, values: Sequence[Any]) -> dict[str, Any]:
        """A row read by a SELECT, by the names of its columns."""
        row = dict(zip(self._names, values, strict=True))
        for name, process in self._taken:
            row[name] = process(row[name])
        return row


def _by_place(dialect: Dialect) -> Dialect:
    """The same with parameters by their place: psycopg takes half as long for them as for names."""
    return type(dialect)(paramstyle="format") if dialect.paramstyle == "pyformat" else dialect  # type: ignore[call-arg]


def read_one(session: sa.Connection, statement: Prepared, values: Values) -> dict[str, Any] | None:
    """The row a SELECT finds, by column; None where it finds none. It must not find two."""
    cursor = _send(session, [(statement, [values])])[0]
    row = cursor.fetchone()
    cursor.close()
    return None if row is None else statement.row(row)


def write_all(session: sa.Connection, orders: Sequence[tuple[Prepared, Sequence[Values]]]) -> list[int]:
    """Run statements one after the other, each for its rows. Answers how many rows each changed.

    Raises what SQLAlchemy raises. A statement after one that changed nothing has run: who minds must raise.
    """
    cursors = _send(session, orders)
    changed = [cursor.rowcount for cursor in cursors]
    for cursor in cursors:
        cursor.close()
    return changed


def _send(session: sa.Connection, orders: Sequence[tuple[Prepared, Sequence[Values]]]) -> list[Any]:
    """A cursor for each statement, when the database has answered all of them."""
    connection = session.connection
    cursors = [connection.cursor() for _ in orders]
    try:
        with _in_one_go(session, len(orders)):
            for cursor, (statement, rows) in zip(cursors, orders, strict=True):
                _run(session, cursor, statement, rows)
    except session.dialect.loaded_dbapi.Error as error:
        # What was sent in one go failed as one: which statement it was the error itself says.
        raise _as_sqlalchemy_says(session, error, "; ".join(statement.text for statement, _ in orders)) from error
    return cursors


def _run(session: sa.Connection, cursor: Any, statement: Prepared, rows: Sequence[Values]) -> None:
    """One row alone is sent at once; PostgreSQL prepares a list of them, which is worth it for several."""
    many = len(rows) != 1
    given = [statement.arguments(values) for values in rows] if many else statement.arguments(rows[0])
    # Whoever listens to what SQLAlchemy runs (a tracer, a test that counts) hears of these too.
    session.dispatch.before_cursor_execute(session, cursor, statement.text, given, None, many)
    (cursor.executemany if many else cursor.execute)(statement.text, given)


def _in_one_go(session: sa.Connection, statements: int) -> AbstractContextManager[Any]:
    """One statement alone is answered sooner without."""
    driver: Any = session.connection.driver_connection
    return driver.pipeline() if session.dialect.name == "postgresql" and statements > 1 else nullcontext()


def _as_sqlalchemy_says(session: sa.Connection, error: Exception, text: str) -> BaseException:
    """The driver's error as SQLAlchemy raises it. That a server is gone it finds by itself, when it rolls back."""
    dialect = session.dialect
    lost = dialect.is_disconnect(error, session.connection.dbapi_connection, None)  # type: ignore[arg-type]
    return sa.exc.DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
