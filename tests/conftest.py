"""The stage, set once: a database, a fixed clock that tests move, and three people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import engine
from bpmn.package import FlowPackage, load
from engine.store import Session, Store, open_store
from tests.postgres import Server

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "tests" / "fixtures" / "bpmn"
CODE_KEY = b"k" * 32
ZONE = ZoneInfo("Asia/Shanghai")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", help="Repeat a random test as it ran when it printed this seed.")


class Clock:
    """Time stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> datetime:
        """Move on by ``days``, ``hours`` …; answers the new instant."""
        self.now += timedelta(**delta)
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at Monday 2 March 2026, nine in the morning in Shanghai."""
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server with a database of this version to copy (``template``)."""
    server = Server()
    server.sql("CREATE DATABASE template")
    opened = open_store(server.url("template"), code_key=CODE_KEY)
    opened.upgrade()
    opened.dispose()
    yield server
    server.stop()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """An empty embedded database of this version."""
    opened = open_store(f"sqlite:///{tmp_path}/sunpath.db", code_key=CODE_KEY)
    opened.upgrade()
    yield opened
    opened.dispose()


@pytest.fixture
def postgres_store(postgres: Server) -> Iterator[Store]:
    """An empty database of this version on the server."""
    name = postgres.database("template")
    opened = open_store(postgres.url(name), code_key=CODE_KEY)
    yield opened
    opened.dispose()
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty database of this version: every test that asks for one runs on both."""
    opened: Store = request.getfixturevalue(f"{request.param}_store")
    return opened


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    """One open transaction with the people on it."""
    with store.begin() as opened:
        add_people(opened)
        yield opened


def add_people(session: Session) -> None:
    """A clerk, a colleague with the same posts, a stranger without posts; a modeller and a reviewer."""
    engine.add_person(session, "clerk", roles=["clerk"], posts=["受理岗"])
    engine.add_person(session, "colleague", roles=["clerk"], posts=["受理岗"])
    engine.add_person(session, "stranger", roles=["clerk"], posts=["别处岗"])
    engine.add_person(session, "modeller", roles=["modeller"])
    engine.add_person(session, "reviewer", roles=["reviewer"])
    engine.add_person(session, "admin", roles=["admin"])


def fixture(name: str) -> FlowPackage:
    """A model of tests/fixtures/bpmn by its stem: named for what it shows."""
    return load(FIXTURES / f"{name}.bpmn")
