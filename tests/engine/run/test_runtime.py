"""Commands on cases through the public verbs: what is recorded, who may, who was faster, what is never written."""

from __future__ import annotations

import itertools
import json
import re
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

import engine
from engine import tables
from engine.errors import Conflict, Rejection
from engine.store import Session, Store
from tests.conftest import Clock, add_people, fixture
from tests.engine.run.plans import plans


def publish(session: Session, clock: Clock, name: str) -> str:
    return engine.publish(session, fixture(name), key=name.replace("_", "-"), author="modeller", at=clock()).key


@pytest.fixture
def approval(session: Session, clock: Clock) -> str:
    """A two-step approval with a question between: large amounts are approved, small ones noted."""
    return publish(session, clock, "approval")


def kinds(session: Session, case: str) -> list[str]:
    return [step.kind for step in engine.steps(session, case)]


def test_a_case_runs_to_its_end_and_every_arrow_is_recorded(session: Session, clock: Clock, approval: str) -> None:
    done = engine.start_case(session, approval, actor="clerk", data={"amount": 500}, at=clock())
    assert [item.item for item in done.work_items] == ["Check#1"]
    assert done.receipt is not None and engine.track(session, done.case, done.receipt.code)
    done = engine.complete(session, done.case, "Check", actor="clerk", data={"amount": 700}, at=clock.forward(hours=1))
    assert [item.element for item in done.work_items] == ["Approve"]
    done = engine.complete(session, done.case, "Approve#1", actor="colleague", at=clock.forward(hours=1))
    assert (done.state, done.work_items, done.incidents) == ("closed", (), ())
    view = engine.show(session, done.case)
    assert view.data == {"amount": 700}
    assert {key: s.status for key, s in view.elements.items()} == {
        "Start": "done", "Check": "done", "Large": "done", "Approve": "done", "Note": "skipped", "End": "done",
    }  # fmt: skip
    assert {flow: arrow.count for flow, arrow in view.arrows.items()} == {"A1": 1, "A2": 1, "Yes": 1, "A4": 1}
    assert engine.verify(session).differences == () and engine.replay(session).differences == ()


def test_the_chart_of_an_earlier_step_is_what_it_was(session: Session, clock: Clock, approval: str) -> None:
    case = engine.start_case(session, approval, actor="clerk", data={"amount": 1}, at=clock()).case
    before = engine.show(session, case)
    engine.complete(session, case, "Check", actor="clerk", at=clock.forward(hours=1))
    again = engine.show(session, case, step=before.step)
    assert again.elements == before.elements and again.arrows == before.arrows and again.data == before.data
    with pytest.raises(Rejection, match=r"step\.unknown"):
        engine.show(session, case, step=10_000)


def test_the_second_clerk_is_told_who_was_first(session: Session, clock: Clock, approval: str) -> None:
    case = engine.start_case(session, approval, actor="clerk", data={"amount": 500}, at=clock()).case
    engine.complete(session, case, "Check#1", actor="clerk", at=clock.forward(hours=1))
    with pytest.raises(Rejection) as caught:
        engine.complete(session, case, "Check#1", actor="colleague", at=clock())
    assert caught.value.code == "item.done" and caught.value.params["by"] == "clerk"


def test_the_same_command_twice_is_one(session: Session, clock: Clock, approval: str) -> None:
    first = engine.start_case(session, approval, actor="clerk", data={"amount": 500}, at=clock(), command_id="one")
    again = engine.start_case(session, approval, actor="clerk", data={"amount": 500}, at=clock(), command_id="one")
    assert again.repeated and again.case == first.case and again.receipt == first.receipt
    engine.complete(session, first.case, "Check", actor="clerk", at=clock(), command_id="two")
    steps = len(engine.steps(session, first.case))
    assert engine.complete(session, first.case, "Check", actor="clerk", at=clock(), command_id="two").repeated
    assert len(engine.steps(session, first.case)) == steps
    other = engine.start_case(session, approval, actor="clerk", data={"amount": 5}, at=clock()).case
    with pytest.raises(Rejection, match=r"command\.other_data"):
        engine.complete(session, other, "Check", actor="clerk", at=clock(), command_id="two")


def test_a_rejected_command_writes_nothing(session: Session, clock: Clock, approval: str) -> None:
    case = engine.start_case(session, approval, actor="clerk", data={"amount": 500}, at=clock()).case
    before = engine.steps(session, case)
    for call, code in [
        (lambda: engine.complete(session, case, "Nothing", actor="clerk", at=clock()), "item.unknown"),
        (lambda: engine.complete(session, case, "Check", actor="nobody", at=clock()), "user.unknown"),
        (lambda: engine.complete(session, "EX-1", "Check", actor="clerk", at=clock()), "case.unknown"),
        (lambda: engine.start_case(session, "nothing", actor="clerk", at=clock()), "definition.unknown"),
    ]:
        with pytest.raises(Rejection) as caught:
            call()
        assert caught.value.code == code
    assert engine.steps(session, case) == before


def test_claiming_keeps_others_off(session: Session, clock: Clock, approval: str) -> None:
    case = engine.start_case(session, approval, actor="clerk", data={"amount": 500}, at=clock()).case
    assert engine.claim(session, case, "Check", actor="clerk", at=clock()).work_items[0].claimed_by == "clerk"
    with pytest.raises(Rejection, match=r"item\.claimed"):
        engine.claim(session, case, "Check", actor="colleague", at=clock())
    with pytest.raises(Rejection, match=r"item\.claimed"):
        engine.complete(session, case, "Check", actor="colleague", at=clock())
    assert engine.release(session, case, "Check", actor="clerk", at=clock()).work_items[0].claimed_by is None
    engine.complete(session, case, "Check", actor="colleague", at=clock())
    assert engine.verify(session).differences == () and engine.replay(session).differences == ()


def test_suspend_resume_cancel(session: Session, clock: Clock, approval: str) -> None:
    case = engine.start_case(session, approval, actor="clerk", data={"amount": 500}, at=clock()).case
    engine.suspend(session, case, actor="clerk", reason="等待鉴定", at=clock())
    assert engine.show(session, case).elements["Check"].status == "suspended"
    with pytest.raises(Rejection, match=r"case\.not_open"):
        engine.complete(session, case, "Check", actor="clerk", at=clock())
    engine.resume(session, case, actor="clerk", reason="鉴定完成", at=clock())
    done = engine.cancel(session, case, actor="clerk", reason="申请人撤回", at=clock())
    assert done.state == "cancelled" and done.work_items == ()
    assert engine.show(session, case).elements["Check"].status == "cancelled"
    assert engine.verify(session).differences == () and engine.replay(session).differences == ()


def test_a_simulated_clock_cannot_go_back(session: Session, clock: Clock, approval: str) -> None:
    case = engine.start_case(session, approval, actor="clerk", data={"amount": 5}, at=clock(), simulated=True).case
    clock.forward(days=-1)
    with pytest.raises(Rejection, match=r"at\.before_last"):
        engine.complete(session, case, "Check", actor="clerk", at=clock(), simulated=True)
    # The real clock of another machine may be behind: the record never goes back, the work is not refused.
    engine.complete(session, case, "Check", actor="clerk", at=clock())
    steps = engine.steps(session, case)
    assert all(a.at <= b.at for a, b in itertools.pairwise(steps))


@pytest.mark.parametrize("stored", [0, 100_000])
def test_one_command_is_few_statements_and_one_commit(store: Store, clock: Clock, stored: int) -> None:
    """However many cases are stored: nothing is looked for in all of them."""
    with store.begin() as session:
        add_people(session)
        key = publish(session, clock, "approval")
        case = engine.start_case(session, key, actor="clerk", data={"amount": 500}, at=clock()).case
        multiply(session, stored)
    seen: list[str] = []
    asked: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda c, cur, sql, *rest: seen.append(sql.split()[0]))
    sa.event.listen(store.engine, "before_cursor_execute", lambda c, cur, sql, *rest: asked.append(sql))
    sa.event.listen(store.engine, "commit", lambda connection: seen.append("commit"))
    with store.begin() as session:
        engine.complete(session, case, "Check", actor="clerk", data={"amount": 700}, at=clock())
    work = [word for word in seen if word != "BEGIN"]
    assert work.count("commit") == 1 and len(work) <= 1 + 6, work
    assert not any("file_use" in sql for sql in asked), "a step without files asks for none"
    if stored:
        plan = plans(store, lambda session: engine.complete(session, case, "Approve", actor="clerk", at=clock()))
        assert "Update on case_" in plan or store.engine.dialect.name == "sqlite", "the comparison of versions is seen"
        assert not re.search(r"SCAN (case_|work_item|step)\b(?! USING)|Seq Scan on (case_|work_item|step)", plan), plan


def multiply(session: Session, times: int) -> None:
    """The same case so many times more, with its first step and its work items, as rows."""
    if not times:
        return
    kept = ", ".join(column.name for column in tables.case.c if column.name not in ("id", "number"))
    items = [column.name for column in tables.work_item.c if column.name != "case_id"]
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {times})"
    copied = f"{numbers} SELECT i, 'X-' || i, {kept} FROM n, case_ WHERE id = 1"
    session.execute(sa.text(f"INSERT INTO case_ (id, number, {kept}) {copied}"))
    columns = [column.name for column in tables.step.c if column.name not in ("case_id", "command_id")]
    first = f"SELECT c.id, 'c' || c.id, s.{', s.'.join(columns)} FROM case_ c, step s WHERE s.case_id = 1 AND s.seq = 1"
    session.execute(sa.text(f"INSERT INTO step (case_id, command_id, {', '.join(columns)}) {first} AND c.id > 1"))
    theirs = f"SELECT case_.id, w.{', w.'.join(items)} FROM case_, work_item w WHERE w.case_id = 1 AND case_.id > 1"
    session.execute(sa.text(f"INSERT INTO work_item (case_id, {', '.join(items)}) {theirs}"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE step SET body = '{}' WHERE seq = 2",
        "DELETE FROM step WHERE seq = 2",
        "INSERT INTO step SELECT * FROM step WHERE seq = 2",
        "UPDATE definition SET author = 'somebody'",
        "DELETE FROM definition",
    ],
)
def test_the_journal_is_append_only(store: Store, clock: Clock, statement: str) -> None:
    started(store, clock)
    with pytest.raises((sa.exc.DatabaseError, Conflict)), store.begin() as session:
        session.execute(sa.text(statement))


def test_replacing_a_row_of_a_file_is_refused_whatever_its_settings(
    sqlite_store: Store, tmp_path: Path, clock: Clock
) -> None:
    """INSERT OR REPLACE deletes first; with recursive_triggers off that delete fires no trigger."""
    started(sqlite_store, clock)
    raw = sqlite3.connect(tmp_path / "sunpath.db")
    for recursive in ("ON", "OFF"):
        raw.execute(f"PRAGMA recursive_triggers={recursive}")
        with pytest.raises(sqlite3.DatabaseError):
            raw.execute("INSERT OR REPLACE INTO step SELECT * FROM step WHERE seq = 1")
    raw.close()


def test_the_journal_cannot_be_emptied_at_once(postgres_store: Store, clock: Clock) -> None:
    started(postgres_store, clock)
    for statement in ("TRUNCATE step CASCADE", "TRUNCATE definition CASCADE"):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"), postgres_store.begin() as session:
            session.execute(sa.text(statement))


STEP_CHANGES = {
    "kind": "element left",
    "element": "Other",
    "at": "2026-01-01T00:00:00.000Z",
    "body": '{"x":1}',
    "prev_hash": bytes(32),
    "hash": bytes(32),
    "seq": 99,
    "command_id": "other",
}


@pytest.mark.parametrize("column", STEP_CHANGES)
def test_an_edit_of_any_column_is_found(store: Store, clock: Clock, column: str) -> None:
    """Whoever owns the tables can drop the triggers; ``verify`` then names the case and the step."""
    case = started(store, clock)
    step = tables.step
    with store.begin() as session:
        unprotect(session)
        rows = [dict(row._mapping) for row in session.execute(sa.select(step).order_by(step.c.seq))]
    for row in rows:
        change = {column: STEP_CHANGES[column]}
        with store.begin() as session:
            session.execute(sa.update(step).where(step.c.seq == row["seq"]).values(change))
        if row | change != row:
            with store.read() as session:
                differences = engine.verify(session).differences
            assert [(d.case, d.step) for d in differences[:1]] == [(case, row["seq"])], (column, row["seq"])
        with store.begin() as session:
            session.execute(sa.delete(step).where(step.c.seq.in_([row["seq"], 99])))
            session.execute(sa.insert(step).values(row))
    with store.read() as session:
        assert engine.verify(session).differences == ()


def started(store: Store, clock: Clock) -> str:
    with store.begin() as session:
        add_people(session)
        key = publish(session, clock, "approval")
        return engine.start_case(session, key, actor="clerk", data={"amount": 1}, at=clock()).case


def unprotect(session: Session) -> None:
    if session.dialect.name == "postgresql":
        session.execute(sa.text("ALTER TABLE step DISABLE TRIGGER USER"))
    else:
        for trigger in ("step_no_update", "step_no_delete"):
            session.execute(sa.text(f"DROP TRIGGER {trigger}"))


@pytest.mark.parametrize(
    ("statement", "field"),
    [
        ("UPDATE case_ SET version = version - 1", "case.version"),
        ("UPDATE case_ SET head = :zero", "case.head"),
        ("UPDATE case_ SET state = 'closed'", "case.state"),
        ("UPDATE case_ SET data = '{}'", "case.data"),
        ("DELETE FROM work_item", "work_item Check#1"),
        ("UPDATE work_item SET person = 'stranger'", "work_item Check#1"),
    ],
)
def test_derived_rows_are_compared_with_the_steps(store: Store, clock: Clock, statement: str, field: str) -> None:
    started(store, clock)
    with store.begin() as session:
        session.execute(sa.text(statement), {"zero": bytes(32)})
    with store.read() as session:
        assert [d.field for d in engine.verify(session).differences] == [field]


def test_changed_tokens_are_found_by_replay(store: Store, clock: Clock) -> None:
    with store.begin() as session:
        add_people(session)
        key = publish(session, clock, "approval")
        case = engine.start_case(session, key, actor="clerk", data={"amount": 1}, at=clock()).case
        tokens = session.execute(sa.text("SELECT tokens FROM case_")).scalar_one()
        assert json.loads(tokens)
        session.execute(sa.text("UPDATE case_ SET tokens = :t"), {"t": tokens.replace("Check", "Approve")})
        (difference,) = engine.replay(session, case).differences
        assert (difference.case, difference.field) == (case, "case.tokens")
