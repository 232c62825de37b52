"""Commands on cases through the public verbs: what is recorded, who may, who was faster, what is never written."""

from __future__ import annotations

import itertools
import json
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

import engine
from engine.errors import Conflict, Rejection
from engine.store import Session, Store, open_store
from tests.conftest import Clock, add_people, fixture


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


def test_one_command_is_few_statements_and_one_commit(store: Store, clock: Clock) -> None:
    with store.begin() as session:
        add_people(session)
        key = publish(session, clock, "approval")
        case = engine.start_case(session, key, actor="clerk", data={"amount": 500}, at=clock()).case
    seen: list[str] = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda c, cur, sql, *rest: seen.append(sql.split()[0]))
    with store.begin() as session:
        engine.complete(session, case, "Check", actor="clerk", data={"amount": 700}, at=clock())
    work = [word for word in seen if word not in ("BEGIN", "COMMIT")]
    assert len(work) <= 6, work


def test_two_clerks_at_the_same_instant(tmp_path: Path, clock: Clock) -> None:
    store = open_store(f"sqlite:///{tmp_path}/race.db", code_key=b"k" * 32)
    store.upgrade()
    with store.begin() as session:
        add_people(session)
        key = publish(session, clock, "approval")
    for round_ in range(20):
        with store.begin() as session:
            case = engine.start_case(session, key, actor="clerk", data={"amount": 500}, at=clock()).case
        outcomes: list[str] = []

        def work(name: str, case: str = case, outcomes: list[str] = outcomes) -> None:
            try:
                with store.begin() as session:
                    engine.complete(session, case, "Check#1", actor=name, at=clock())
                outcomes.append(f"{name} won")
            except (Rejection, Conflict) as rejection:
                outcomes.append(f"{rejection.code} by {rejection.params.get('by')}")

        threads = [threading.Thread(target=work, args=(name,)) for name in ("clerk", "colleague")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        winner = next(outcome.split()[0] for outcome in outcomes if outcome.endswith("won"))
        assert sorted(outcomes) == sorted([f"{winner} won", f"item.done by {winner}"]), (round_, outcomes)
    with store.read() as session:
        assert engine.verify(session).differences == ()
    store.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE step SET body = '{}' WHERE seq = 2",
        "DELETE FROM step WHERE seq = 2",
        "INSERT OR REPLACE INTO step SELECT case_id, seq, 'x', element, at, body, prev_hash, hash, NULL FROM step",
        "INSERT INTO step SELECT * FROM step WHERE seq = 2",
        "UPDATE definition SET author = 'somebody'",
        "DELETE FROM definition",
    ],
)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_the_journal_is_append_only(store: Store, tmp_path: Path, clock: Clock, statement: str, recursive: str) -> None:
    with store.begin() as session:
        add_people(session)
        engine.start_case(session, publish(session, clock, "approval"), actor="clerk", data={"amount": 1}, at=clock())
    raw = sqlite3.connect(tmp_path / "sunpath.db")
    raw.execute(f"PRAGMA recursive_triggers={recursive}")
    with pytest.raises(sqlite3.DatabaseError):
        raw.execute(statement)
    raw.close()


STEP_CHANGES = {
    "kind": "'element left'",
    "element": "'Other'",
    "at": "'2026-01-01T00:00:00.000Z'",
    "body": """'{"x":1}'""",
    "prev_hash": "zeroblob(32)",
    "hash": "zeroblob(32)",
    "seq": "99",
    "command_id": "'other'",
}


@pytest.mark.parametrize("column", STEP_CHANGES)
def test_an_edit_of_any_column_is_found(store: Store, tmp_path: Path, clock: Clock, column: str) -> None:
    """Whoever holds the file can drop the triggers; ``verify`` then names the case and the step."""
    with store.begin() as session:
        add_people(session)
        key = publish(session, clock, "approval")
        case = engine.start_case(session, key, actor="clerk", data={"amount": 1}, at=clock()).case
        steps = len(engine.steps(session, case))
    raw = sqlite3.connect(tmp_path / "sunpath.db")
    raw.executescript("DROP TRIGGER step_no_update; DROP TRIGGER step_no_delete")
    for seq in range(1, steps + 1):
        before = raw.execute("SELECT * FROM step WHERE seq = ?", (seq,)).fetchone()
        raw.execute(f"UPDATE step SET {column} = {STEP_CHANGES[column]} WHERE seq = {seq}")
        raw.commit()
        after = raw.execute("SELECT * FROM step WHERE rowid = (SELECT rowid FROM step LIMIT 1 OFFSET ?)", (seq - 1,))
        changed = after.fetchone() != before
        with store.read() as session:
            differences = engine.verify(session).differences
        if changed:
            assert [(d.case, d.step) for d in differences[:1]] == [(case, seq)], (column, seq)
        raw.execute("DELETE FROM step WHERE seq IN (?, 99)", (seq,))
        raw.execute("INSERT INTO step VALUES (?,?,?,?,?,?,?,?,?)", before)
        raw.commit()
    with store.read() as session:
        assert engine.verify(session).differences == ()
    raw.close()


@pytest.mark.parametrize(
    ("statement", "field"),
    [
        ("UPDATE case_ SET version = version - 1", "case.version"),
        ("UPDATE case_ SET head = zeroblob(32)", "case.head"),
        ("UPDATE case_ SET state = 'closed'", "case.state"),
        ("""UPDATE case_ SET data = '{"amount":2}'""", "case.data"),
        ("DELETE FROM work_item", "work_item Check#1"),
        ("UPDATE work_item SET person = 'stranger'", "work_item Check#1"),
    ],
)
def test_derived_rows_are_compared_with_the_steps(
    store: Store, tmp_path: Path, clock: Clock, statement: str, field: str
) -> None:
    with store.begin() as session:
        add_people(session)
        key = publish(session, clock, "approval")
        engine.start_case(session, key, actor="clerk", data={"amount": 1}, at=clock())
    raw = sqlite3.connect(tmp_path / "sunpath.db")
    raw.execute(statement)
    raw.commit()
    raw.close()
    with store.read() as session:
        assert [d.field for d in engine.verify(session).differences] == [field]


def test_changed_tokens_are_found_by_replay(store: Store, tmp_path: Path, clock: Clock) -> None:
    with store.begin() as session:
        add_people(session)
        key = publish(session, clock, "approval")
        case = engine.start_case(session, key, actor="clerk", data={"amount": 1}, at=clock()).case
        tokens = session.execute(sa.text("SELECT tokens FROM case_")).scalar_one()
        assert json.loads(tokens)
        session.execute(sa.text("UPDATE case_ SET tokens = :t"), {"t": tokens.replace("Check", "Approve")})
        (difference,) = engine.replay(session, case).differences
        assert (difference.case, difference.field) == (case, "case.tokens")
