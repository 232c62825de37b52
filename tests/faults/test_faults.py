"""Whatever breaks, and whenever: what was acknowledged is recorded once, and what is recorded is whole."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa

import engine
from bpmn.package import load
from engine import tables
from engine.answers import Done
from engine.errors import Conflict, Lost, Rejection
from engine.store import Session, Store, open_store
from tests.conftest import CODE_KEY, FIXTURES, ROOT, Clock, add_people
from tests.engine.run.models import xml
from tests.faults.clerk import FLOW, Clerk
from tests.faults.invariants import Acknowledged, check
from tests.postgres import Server

T = TypeVar("T")


@pytest.fixture
def office(store: Store, clock: Clock) -> Store:
    """The people, and the flow published."""
    with store.begin() as session:
        add_people(session)
        engine.publish(session, load(FIXTURES / "w2_penalty.bpmn"), key=FLOW, author="modeller", at=clock())
    return store


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Another one each run; a failing test prints it."""
    chosen = request.config.getoption("--seed") or random.SystemRandom().randrange(1_000_000)
    print(f"seed {chosen}: repeat with --seed={chosen}")
    return int(chosen)


KILLS = [100, pytest.param(1_000, marks=pytest.mark.drill)]
RACES = [1_000, pytest.param(10_000, marks=pytest.mark.drill)]
CRASHES = [3, pytest.param(100, marks=pytest.mark.drill)]


@pytest.mark.parametrize("kills", KILLS)
def test_killed_clerks_lose_and_double_nothing(office: Store, tmp_path: Path, kills: int, seed: int) -> None:
    log = tmp_path / "clerks"
    url = office.engine.url.render_as_string(hide_password=False)
    nursery = [sys.executable, "-m", "tests.faults.nursery", url, "3", str(kills), str(seed), str(log)]
    subprocess.run(nursery, check=True, cwd=ROOT)
    lines = log.read_text().splitlines()
    assert not [line for line in lines if line.startswith("bug")], lines[-3:]
    told = [Acknowledged(*line.split()[1:3], int(line.split()[3])) for line in lines if line.startswith("done")]
    recorded = check(office, told)
    assert len(told) > kills, "the clerks hardly came to work"
    # Who was killed before the answer came sends the same again: one step, whether it had been committed or not.
    answered = {one.command for one in told}
    for line in [line.split() for line in lines if line.startswith("try") and line.split()[1] not in answered]:
        again(office, line[1], *line[2:])
    assert check(office, told) >= recorded


def again(store: Store, command_id: str, case: str = "", item: str = "") -> None:
    at = Clock()()
    try:
        with store.begin() as session:
            if case:
                engine.complete(session, case, item, actor="clerk", at=at, command_id=command_id)
            else:
                engine.start_case(session, FLOW, actor="clerk", at=at, command_id=command_id)
    except Rejection:
        return  # somebody else did it meanwhile


@pytest.mark.parametrize("races", RACES)
def test_two_clerks_and_one_item(office: Store, clock: Clock, races: int) -> None:
    """Exactly one wins; the other is told who did it."""
    begin = threading.Barrier(2)

    def do(name: str, case: str) -> str:
        begin.wait()
        try:
            at_once(office, lambda session: engine.complete(session, case, "inspect#1", actor=name, at=clock()))
            return name
        except Rejection as rejection:
            assert rejection.code == "item.done", rejection
            return f"not {rejection.params['by']}"

    with ThreadPoolExecutor(2) as clerks:
        for _ in range(races):
            with office.begin() as session:
                case = engine.start_case(session, FLOW, actor="clerk", at=clock()).case
            said = list(clerks.map(do, ("clerk", "colleague"), (case, case)))
            winner = next(name for name in said if not name.startswith("not"))
            assert sorted(said) == sorted([winner, f"not {winner}"]), said
    check(office, [])


def test_the_same_command_from_eight_threads(office: Store, clock: Clock) -> None:
    """A click that is sent eight times is one step, and all are answered alike."""
    told = []
    with ThreadPoolExecutor(8) as senders:
        for number in range(25):
            begin = threading.Barrier(8)

            def send(command: Callable[[Session], Done], begin: threading.Barrier = begin) -> Done:
                begin.wait()
                return at_once(office, command)

            def start(session: Session, number: int = number) -> Done:
                return engine.start_case(session, FLOW, actor="clerk", at=clock(), command_id=f"start-{number}")

            answers = list(senders.map(send, [start] * 8))
            assert len({(done.case, done.receipt) for done in answers}) == 1
            assert sorted(done.repeated for done in answers) == [False] + [True] * 7
            case = answers[0].case

            def finish(session: Session, number: int = number, case: str = case) -> Done:
                return engine.complete(session, case, "inspect#1", actor="clerk", at=clock(), command_id=f"do-{number}")

            answers = list(senders.map(send, [finish] * 8))
            assert len({done.hash for done in answers}) == 1
            assert sorted(done.repeated for done in answers) == [False] + [True] * 7
            told += [Acknowledged(f"do-{number}", case, answers[0].step)]
    assert check(office, told) == 50


def test_two_workers_fire_every_timer_once(office: Store, clock: Clock) -> None:
    for _ in range(120):
        with office.begin() as session:
            case = engine.start_case(session, FLOW, actor="clerk", at=clock()).case
            for item in ("inspect", "draft"):
                engine.complete(session, case, item, actor="clerk", at=clock())
    later = clock() + timedelta(days=31)
    with ThreadPoolExecutor(2) as workers:
        fired = list(workers.map(lambda _: engine.tick(office, later), range(2)))
    assert sum(fired) == 120, fired
    assert engine.tick(office, later + timedelta(days=31)) == 0
    check(office, [])
    with office.read() as session:
        states = session.execute(sa.select(tables.timer.c.state, sa.func.count()).group_by(tables.timer.c.state))
        assert [tuple(row) for row in states] == [("fired", 120)]


def test_messages_and_those_who_wait_for_them_always_meet(office: Store, clock: Clock, seed: int) -> None:
    """Four at once send, and do the step before the waiting; in the end no message lies beside a case that waits."""
    waits = "S>A A>M M>B B>E"
    nodes = {"A": "userTask", "M": 'intermediateCatchEvent|<messageEventDefinition messageRef="R"/>', "B": "userTask"}
    text = xml({"S": "startEvent", "E": "endEvent"} | nodes, waits).decode()
    package = load(text.replace("</definitions>", '<message id="R" name="reply"/></definitions>').encode())
    with office.begin() as session:
        engine.publish(session, package, key="waits", author="modeller", at=clock())
        cases = [engine.start_case(session, "waits", actor="clerk", at=clock()).case for _ in range(60)]
    work: list[Callable[[Session], object]] = []
    for case in cases:
        work += [lambda s, c=case: engine.complete(s, c, "A", actor="clerk", at=clock(), command_id=f"a {c}")]
        work += [lambda s, c=case: engine.deliver(s, f"m {c}", "reply", key=c, actor="clerk", at=clock())] * 2
    random.Random(seed).shuffle(work)
    with ThreadPoolExecutor(4) as senders:
        list(senders.map(lambda command: at_once(office, command), work))
    with office.read() as session:
        assert engine.waiting(session) == []
        assert {item.element for case in cases for item in engine.todo(session, case).work_items} == {"B"}
    assert check(office, []) == 60 * 3


def test_timers_of_cases_that_stand_still_hold_back_nobody(
    office: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than a batch lie before the one that can fire; resumed, they fire too."""
    monkeypatch.setattr("engine.run.timers.BATCH", 3)
    cases = []
    for _ in range(9):
        with office.begin() as session:
            cases.append(engine.start_case(session, FLOW, actor="clerk", at=clock()).case)
            for item in ("inspect", "draft"):
                engine.complete(session, cases[-1], item, actor="clerk", at=clock())
            clock.forward(minutes=1)
    with office.begin() as session:
        for case in cases[:-1]:
            engine.suspend(session, case, actor="clerk", reason="x", at=clock())
    later = clock.forward(days=31)
    assert (engine.tick(office, later), engine.tick(office, later)) == (1, 0)
    with office.begin() as session:
        for case in cases[:-1]:
            engine.resume(session, case, actor="clerk", reason="x", at=later)
    assert engine.tick(office, later) == 8
    check(office, [])


@pytest.mark.parametrize("crashes", CRASHES)
def test_a_server_that_dies_under_load(
    postgres: Server, postgres_store: Store, clock: Clock, crashes: int, seed: int
) -> None:
    """Every process of PostgreSQL is killed while clerks work; they go on when it is back, under the same ids."""
    with postgres_store.begin() as session:
        add_people(session)
        engine.publish(session, load(FIXTURES / "w2_penalty.bpmn"), key=FLOW, author="modeller", at=clock())
    url = postgres_store.engine.url.render_as_string(hide_password=False)
    lines: list[str] = []
    over = threading.Event()
    clerks = [threading.Thread(target=_work, args=(url, seed + n, lines, over)) for n in range(3)]
    for clerk in clerks:
        clerk.start()
    try:
        for _ in range(crashes):
            over.wait(random.Random(seed).uniform(0.3, 0.6))
            postgres.crash()
        over.wait(0.3)
    finally:
        over.set()
        for clerk in clerks:
            clerk.join()
    assert not [line for line in lines if line.startswith("bug")], lines[-3:]
    told = [Acknowledged(*line.split()[1:3], int(line.split()[3])) for line in lines if line.startswith("done")]
    assert len(told) > crashes and check(postgres_store, told) >= len(told)


def _work(url: str, seed: int, lines: list[str], over: threading.Event) -> None:
    store = open_store(url, code_key=CODE_KEY)
    clerk = Clerk(store, seed, lines.append)
    while not over.is_set():
        try:
            clerk.next(Clock()())
        except Lost:
            over.wait(0.05)
        except Exception as error:
            if "connection" not in str(error) and "server" not in str(error) and "database system" not in str(error):
                lines.append(f"bug {error!r}")
            over.wait(0.05)
    store.dispose()


def at_once(store: Store, command: Callable[[Session], T]) -> T:
    """As an edge does it: what lost against another writer is done again, and finds what the other did."""
    while True:
        try:
            with store.begin() as session:
                return command(session)
        except Conflict:
            continue
