"""The whole product as ``make run`` starts it, on a small demo database: one power, the demo people, no cases."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import engine
from bpmn.package import load
from engine.store import Store, open_store
from tests.flows.shipped import publish_called
from web.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
#: Seconds a server may take to answer for the first time.
PATIENCE = 30


@dataclass(frozen=True)
class Office:
    """A running server and the database under it."""

    address: str
    store: Store


@contextmanager
def opened(folder: Path) -> Iterator[Office]:
    """The database made, the server up; both gone afterwards."""
    environment = os.environ | {"SUNPATH_VAR": str(folder), "SUNPATH_DEMO": "1"}
    for unwanted in ("DATABASE_URL", "SUNPATH_BASE_URL", "SUNPATH_LANG"):
        environment.pop(unwanted, None)
    settings = Settings.from_env(environment)
    store = open_store(settings.database_url, code_key=settings.code_key)
    furnish(store)
    with serving(environment, folder / "server.log") as address:
        yield Office(address, store)
    store.dispose()


def furnish(store: Store) -> None:
    """The demo's people, and ``xk-general`` published by two of them."""
    store.upgrade()
    people = tomllib.loads((ROOT / "web/cli/demo/people.toml").read_text(encoding="utf-8"))["person"]
    with store.begin() as session:
        for person in people:
            engine.add_person(session, **person)
        package = load(ROOT / "flows/xk-general")
        before = datetime.now(UTC) - timedelta(days=300)
        publish_called(session, "xk-general", author="lin", reviewer="zhao", at=before)
        engine.publish(session, package, key="xk-general", author="lin", reviewer="zhao", at=before)
        engine.mark_demo(session)


@contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[str]:
    """A waitress server on a free port of this machine; answers its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", "--call", "app:create_app"]
    with log.open("wb") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_for(port, server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE)


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the port answers; AssertionError with what the server said if it does not."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")
