"""Statements put together once do as SQLAlchemy does at each run: the same rows and errors, on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from psycopg.pq import TransactionStatus

import engine
from engine import tables
from engine.errors import Conflict, Damaged, Lost, Rejection
from engine.prepared import Order, Prepared, read_one, write_all
from engine.store import Session, Store, upsert
from tests.conftest import Clock, add_people, fixture
from tests.postgres import Server

META = sa.insert(tables.meta)


def started(store: Store, clock: Clock) -> str:
    """A case of one step."""
    with store.begin() as session:
        add_people(session)
        engine.publish(session, fixture("plain"), key="plain", author="modeller", at=clock())
        return engine.start_case(session, "plain", actor="clerk", at=clock()).case


def meta(session: Session) -> Prepared:
    return Prepared(META, session.dialect, ["name", "value"])


def test_every_row_is_read_as_sqlalchemy_reads_it(store: Store, clock: Clock) -> None:
    """Yes and no, bytes, dates: SQLite has none of its own."""
    started(store, clock)
    with store.begin() as session:
        session.execute(sa.update(tables.work_item).values(due_on=date(2026, 3, 9), due_provisional=True))
        for table in (tables.case, tables.step, tables.work_item, tables.definition, tables.person):
            statement = sa.select(table).limit(1)
            read = read_one(session, Prepared(statement, session.dialect), {})
            expected = dict(session.execute(statement).one()._mapping)
            assert read == expected and [type(value) for value in read.values()] == [
                type(value) for value in expected.values()
            ]


def test_what_is_written_can_be_written_over(store: Store, clock: Clock) -> None:
    started(store, clock)
    with store.begin() as session:
        row = dict(session.execute(sa.select(tables.work_item)).one()._mapping) | {"due_on": date(2026, 3, 9)}
        upsert(session, tables.work_item, [row, row | {"item": "another#1", "due_provisional": True}])
        rows = session.execute(sa.select(tables.work_item).order_by(tables.work_item.c.item)).all()
        assert sorted((one.item, one.due_on, one.due_provisional) for one in rows) == sorted(
            [(row["item"], date(2026, 3, 9), False), ("another#1", date(2026, 3, 9), True)]
        )


def test_nothing_found_is_no_row(store: Store) -> None:
    with store.read() as session:
        wanted = sa.select(tables.meta).where(tables.meta.c.name == sa.bindparam("wanted"))
        assert read_one(session, Prepared(wanted, session.dialect), {"wanted": "nobody's"}) is None


def value_of(session: Session, name: str) -> str | None:
    """What stands under a name, asked past SQLAlchemy."""
    wanted = sa.select(tables.meta).where(tables.meta.c.name == sa.bindparam("wanted"))
    row = read_one(session, Prepared(wanted, session.dialect), {"wanted": name})
    return None if row is None else row["value"]


def swap(session: Session, name: str, to: str) -> Order:
    changing = sa.update(tables.meta).where(tables.meta.c.name == sa.bindparam("this")).values(value=sa.bindparam("to"))
    return Order(Prepared(changing, session.dialect), [{"this": name, "to": to}], swaps=True)


def test_whoever_asks_finds_what_was_written_before(store: Store) -> None:
    """PostgreSQL has not been sent it yet."""
    with store.begin() as session:
        write_all(session, [Order(meta(session), [{"name": name, "value": "1"} for name in "ab"])])
        assert value_of(session, "a") == "1"
        write_all(session, [swap(session, "a", "2"), swap(session, "b", "3")])
        values = session.execute(sa.select(tables.meta.c.value).where(tables.meta.c.name.in_(["a", "b"]))).scalars()
        assert sorted(values) == ["2", "3"]
        write_all(session, [swap(session, "a", "4")])
    with store.read() as session:
        assert value_of(session, "a") == "4"


def test_a_swap_that_changes_nothing_was_too_slow(store: Store) -> None:
    """The comparison of a case's version lives on this."""
    with pytest.raises(Conflict), store.begin() as session:
        write_all(session, [Order(meta(session), [{"name": "a", "value": "1"}]), swap(session, "nobody's", "2")])
        value_of(session, "a")
    with store.read() as session:
        assert value_of(session, "a") is None


def test_a_swap_that_changes_nothing_and_is_committed_is_no_conflict(postgres_store: Store) -> None:
    """Whoever was faster has written steps of the same numbers; where there are none somebody else wrote here."""
    with pytest.raises(Damaged), postgres_store.begin() as session:
        write_all(session, [swap(session, "nobody's", "2")])


def test_what_is_taken_back_is_never_sent(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.begin() as session:
        write_all(session, [Order(meta(session), [{"name": "a", "value": "1"}])])
        1 / 0  # noqa: B018
    with store.begin() as session:
        assert value_of(session, "a") is None


def test_a_step_waits_for_postgresql_twice(postgres_store: Store, clock: Clock) -> None:
    """For the case, and for its end: nothing is sent in between, no BEGIN either."""
    case = started(postgres_store, clock)
    with postgres_store.begin() as session:
        again = engine.start_case(session, "plain", actor="clerk", at=clock()).case
        engine.complete(session, case, "Do", actor="clerk", at=clock())  # what the version holds is read once
    seen: list[str] = []
    with postgres_store.begin() as session:
        sa.event.listen(session, "before_cursor_execute", lambda c, cur, sql, *rest: seen.append(sql.split()[0]))
        driver: Any = session.connection.driver_connection
        engine.complete(session, again, "Do", actor="clerk", at=clock())
        assert seen == ["SELECT"] and driver.info.transaction_status == TransactionStatus.IDLE
    assert seen == ["SELECT", "UPDATE", "INSERT", "INSERT"]


def test_what_was_sent_together_fails_together(store: Store) -> None:
    with pytest.raises(Conflict) as caught, store.begin() as session:
        secret = {"name": "phone", "value": "13800138000"}
        first = Order(meta(session), [{"name": "first", "value": ""}])
        write_all(session, [first, Order(meta(session), [secret, secret])])
    assert "13800138000" not in str(caught.value.__cause__), "errors end in logs"
    with store.read() as session:
        names = set(session.execute(sa.select(tables.meta.c.name)).scalars())
        assert not {"first", "phone"} & names


@pytest.mark.parametrize("value", ["\ud800", "\x00"])
def test_what_no_database_can_hold_is_refused(store: Store, value: str) -> None:
    """SQLite keeps a zero in a text and gives it back; PostgreSQL takes none."""
    if value == "\x00" and store.engine.dialect.name == "sqlite":
        with store.begin() as session:
            upsert(session, tables.meta, [{"name": "zero", "value": value}])
            assert session.execute(sa.select(tables.meta.c.value).where(tables.meta.c.name == "zero")).scalar() == value
        return
    with pytest.raises(Rejection, match=r"data\.unrecordable"), store.begin() as session:
        upsert(session, tables.meta, [{"name": "half", "value": value}])


def test_whoever_listens_to_statements_hears_of_these(store: Store) -> None:
    seen: list[tuple[str, bool]] = []
    sa.event.listen(
        store.engine, "before_cursor_execute", lambda c, cur, sql, given, ctx, many: seen.append((sql, many))
    )
    with store.begin() as session:
        upsert(session, tables.meta, [{"name": name, "value": "1"} for name in "ab"])
    assert [many for sql, many in seen if sql.startswith("INSERT")] == [True]


def test_a_reader_leaves_what_the_driver_has_prepared(postgres_store: Store) -> None:
    """Rolled back, a reader made the driver forget all of it: every step of a busy office was planned anew."""
    prepared = sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM case_%'")
    for _ in range(7):
        with postgres_store.read() as session:
            session.execute(sa.select(tables.case))
    with postgres_store.read() as session:
        assert session.execute(prepared).scalar_one() == 1


def test_a_server_that_dies_in_a_step_loses_only_that_step(
    postgres: Server, postgres_store: Store, clock: Clock
) -> None:
    """Every connection kept open to it is let go of at once: the next step finds a new one."""
    case = started(postgres_store, clock)
    with postgres_store.read(), postgres_store.read():
        pass  # two connections wait in the pool now
    with pytest.raises(Lost), postgres_store.begin() as session:
        postgres.crash()
        engine.complete(session, case, "Do", actor="clerk", at=clock())
    with postgres_store.begin() as session:
        engine.complete(session, case, "Do", actor="clerk", at=clock())
    with postgres_store.read() as session:
        assert engine.verify(session).differences == ()
