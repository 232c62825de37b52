"""The real commands on a fresh database: run in this process for speed, or as ``flask`` where the process matters."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

import web
from engine.store import open_store
from tests.conftest import ROOT
from web.settings import Settings

FLOWS = Path(__file__).parent / "flows"
KEY = b"k" * 32


class Shell:
    """Types commands and reads what they print."""

    def __init__(self, database: Path, *, allow_clock: bool = True, url: str = "") -> None:
        self.database = database
        self.settings = Settings(
            database_url=url or f"sqlite:///{database}", session_key=KEY, code_key=KEY, allow_clock=allow_clock
        )
        self.store = open_store(self.settings.database_url, code_key=KEY)
        self.app: Flask = web.create_app(self.settings, self.store)

    def __call__(self, *args: object, code: int = 0, typed: str | bytes | None = None) -> Result:
        """Run ``flask ARGS…`` and expect the exit code."""
        result = self.app.test_cli_runner().invoke(args=[str(arg) for arg in args], input=typed)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    def json(self, *args: object, code: int = 0) -> Any:
        """Run with ``--json`` and answer the one document on standard output."""
        return json.loads(self(*args, "--json", code=code).stdout)

    def refused(self, *args: object) -> str:
        """Run what is refused: exit code 1 and one line on standard error, answered here."""
        result = self(*args, code=1)
        assert result.stderr.count("\n") == 1, result.stderr
        return result.stderr.strip()

    def misused(self, *args: object) -> str:
        """Run what is wrongly called: exit code 2."""
        return self(*args, code=2).stderr

    def start(self, key: str, **data: Any) -> str:
        """Open a case on 2 March 2026 and answer its number."""
        given = ("--data", json.dumps(data)) if data else ()
        document = self.json("case", "start", key, "--as", "clerk", "--at", "2026-03-02T09:00", *given)
        number: str = document["case"]
        return number


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Shell]:
    """A shell beside a database that is not there yet."""
    shell = Shell(tmp_path / "sunpath.db")
    yield shell
    shell.store.dispose()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with people and the exercises of ``flows/`` published, to be copied."""
    shell = Shell(tmp_path_factory.mktemp("cli") / "sunpath.db")
    shell("db", "upgrade")
    for name in ("clerk", "colleague"):
        shell("user", "add", name, "--role", "clerk")
    shell("user", "add", "lin", "--role", "modeller")
    shell("user", "add", "zhao", "--role", "reviewer")
    for file in sorted(FLOWS.glob("*.bpmn")):
        shell("flow", "publish", file, "--as", "lin")
    shell.store.dispose()
    return shell.database


@pytest.fixture
def shell(furnished: Path, tmp_path: Path) -> Iterator[Shell]:
    """A shell on a copy of the furnished database."""
    shutil.copy(furnished, tmp_path / "sunpath.db")
    opened = Shell(tmp_path / "sunpath.db")
    yield opened
    opened.store.dispose()


def flask(*args: object, var: Path, path: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run ``flask ARGS…`` as its own process, keys and database in ``var``."""
    return subprocess.run(
        [sys.executable, "-m", "flask", *map(str, args)],
        cwd=ROOT,
        env={"PATH": path or os.environ["PATH"], "SUNPATH_VAR": str(var), **env},
        capture_output=True,
        text=True,
        check=False,
    )
