"""Statements that every step runs: put together once, then handed to the database's driver as they are.

SQLAlchemy prepares each run of a statement anew, which costs more than the database takes for it; here that is done
once. PostgreSQL gets what a command writes together with its commit, so that a step waits for it twice: for the case,
and for the end. What the driver says comes out as SQLAlchemy says it, so ``Store`` understands both alike (ADR 0026).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa
from psycopg.pq import TransactionStatus
from sqlalchemy.engine.interfaces import Dialect

from engine.errors import Conflict, Damaged

#: The values of one run, by the names of the statement's parameters.
Values = Mapping[str, Any]
#: Where a connection notes the orders that were put off.
_UNSENT = "unsent"


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


class Order(NamedTuple):
    """A statement to run, and the values of each run."""

    statement: Prepared
    rows: Sequence[Values]
    #: Must it change exactly one row? Else another writer was faster.
    swaps: bool = False


def read_one(session: sa.Connection, statement: Prepared, values: Values) -> dict[str, Any] | None:
    """The row a SELECT finds, by column; None where it finds none. It must not find two.

    On PostgreSQL it begins no transaction: READ COMMITTED looks anew at each statement, so one that has only read
    sees the same without.
    """
    send(session)
    order = Order(statement, [values])
    with _understood(session, [order]):
        (cursor,) = _run_all(session, [order])
    row = cursor.fetchone()
    cursor.close()
    return None if row is None else statement.row(row)


def write_all(session: sa.Connection, orders: Sequence[Order]) -> None:
    """Run statements one after the other, each for its rows.

    PostgreSQL gets them with the next question or with the commit, and what fails then is raised there. Raises what
    SQLAlchemy raises, and Conflict for an order that ``swaps`` and changed nothing.
    """
    if session.dialect.name == "postgresql":
        session.info.setdefault(_UNSENT, []).extend(orders)
        return
    with _understood(session, orders):
        cursors = _run_all(session, orders)
    _check(orders, cursors)


def send(session: sa.Connection, *, commit: bool = False) -> None:
    """Send what ``write_all`` has put off, and a commit with it where that is asked. Raises as ``write_all``."""
    orders = session.info.pop(_UNSENT, None)
    if not orders:
        return
    driver: Any = session.connection.driver_connection
    with _understood(session, orders):
        with driver.pipeline():
            begin(driver)
            cursors = _run_all(session, orders)
            if commit:
                driver.execute("COMMIT")
    _check(orders, cursors, committed=commit)


def forget(session: sa.Connection) -> None:
    """What was put off is not to be sent any more."""
    if not session.invalidated:
        session.info.pop(_UNSENT, None)


def begin(driver: Any) -> None:
    """Begin a transaction on a connection to PostgreSQL that is in none."""
    if driver.pgconn.transaction_status == TransactionStatus.IDLE:
        driver.execute("BEGIN")


def _run_all(session: sa.Connection, orders: Sequence[Order]) -> list[Any]:
    """A cursor for each order."""
    connection = session.connection
    cursors = [connection.cursor() for _ in orders]
    for cursor, order in zip(cursors, orders, strict=True):
        _run(session, cursor, order)
    return cursors


def _run(session: sa.Connection, cursor: Any, order: Order) -> None:
    """One row alone is sent at once; PostgreSQL prepares a list of them, which is worth it for several."""
    statement, rows = order.statement, order.rows
    many = len(rows) != 1
    given = [statement.arguments(values) for values in rows] if many else statement.arguments(rows[0])
    # Whoever listens to what SQLAlchemy runs (a tracer, a test that counts) hears of these too.
    session.dispatch.before_cursor_execute(session, cursor, statement.text, given, None, many)
    (cursor.executemany if many else cursor.execute)(statement.text, given)


def _check(orders: Sequence[Order], cursors: Sequence[Any], *, committed: bool = False) -> None:
    """Raises Conflict for a swap that changed nothing.

    Where it is ``committed`` with what it swaps for, what comes after it must have failed: the steps of whoever was
    faster have these numbers. A database in which they have not contradicts its record.
    """
    for order, cursor in zip(orders, cursors, strict=True):
        changed = cursor.rowcount
        cursor.close()
        if order.swaps and changed != 1:
            raise Damaged(order.statement.text) if committed else Conflict("conflict")


@contextmanager
def _understood(session: sa.Connection, orders: Sequence[Order]) -> Iterator[None]:
    """The driver's error as SQLAlchemy raises it. That a server is gone it finds by itself, when it rolls back."""
    dialect = session.dialect
    try:
        yield
    except dialect.loaded_dbapi.Error as error:
        # What was sent in one go failed as one: which statement it was the error itself says.
        raise sa.exc.DBAPIError.instance(
            "; ".join(order.statement.text for order in orders),
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=dialect.is_disconnect(error, session.connection.dbapi_connection, None),
            dialect=dialect,
        ) from error
