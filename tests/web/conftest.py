"""A browser that checks every page it gets, over a database with one published power."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

import engine
import web
from bpmn.package import load
from engine.store import Store, open_store
from tests.flows.shipped import publish_called
from tests.web.browser import Browser
from web.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
KEY = b"k" * 32


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the people of a small office and ``xk-general`` published; copied for each test."""
    path = tmp_path_factory.mktemp("published") / "sunpath.db"
    store = open_store(f"sqlite:///{path}", code_key=KEY)
    store.upgrade()
    with store.begin() as session:
        engine.add_person(session, "lin", roles=["modeller"], display="林编制")
        engine.add_person(session, "zhao", roles=["reviewer"], display="赵审核")
        engine.add_person(
            session, "wang", roles=["clerk"], posts=["受理岗"], display="王受理", password="a long password"
        )
        package = load(ROOT / "flows" / "xk-general")
        at = datetime(2026, 3, 2, 1, tzinfo=UTC)
        publish_called(session, "xk-general", author="lin", reviewer="zhao", at=at)
        engine.publish(session, package, key="xk-general", author="lin", reviewer="zhao", at=at)
    # Closing the last connection brings everything into the one file that is copied.
    store.dispose()
    return path


@pytest.fixture
def store(published: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of the published database."""
    path = tmp_path / "sunpath.db"
    shutil.copy(published, path)
    opened = open_store(f"sqlite:///{path}", code_key=KEY)
    yield opened
    opened.dispose()


@pytest.fixture
def settings(store: Store) -> Settings:
    """As on a fresh machine: no demo, no simulated clock."""
    return Settings(database_url=str(store.engine.url), session_key=b"s" * 32, code_key=KEY)


@pytest.fixture
def app(settings: Settings, store: Store) -> Flask:
    """The application over the copied database."""
    made = web.create_app(settings, store)
    made.testing = True
    made.test_client_class = Browser
    return made


@pytest.fixture
def client(app: Flask) -> Browser:
    """A browser without cookies."""
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser
