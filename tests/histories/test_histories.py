"""Cases recorded by earlier versions replay byte for byte, in a process that did not record them, for ever.

If one of these fails, the behaviour of the engine has changed for cases that exist: that needs a new edition
(``engine.run.perform.EDITION``) under which the new behaviour applies, and the old one kept for cases opened before.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.store import Store
from tests.conftest import ROOT
from tests.histories.history import FOLDER, differences, put_back
from tests.histories.record import wanted

RECORDED = sorted(FOLDER.glob("*.json.gz"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name.removesuffix(".json.gz"))
def test_a_recorded_case_replays(path: Path, sqlite_store: Store) -> None:
    with sqlite_store.begin() as session:
        number = put_back(session, path)
        assert differences(session, number) == []


def test_every_construct_and_every_story_is_recorded() -> None:
    missing = set(wanted()) - {path.name.removesuffix(".json.gz") for path in RECORDED}
    assert not missing, "python -m tests.histories.record"


def test_a_fresh_process_finds_the_same(tmp_path: Path) -> None:
    """As an auditor runs it, and a difference names case, step and field."""
    from engine.store import open_store

    path = next(path for path in RECORDED if "flow-" in path.name)
    store = open_store(f"sqlite:///{tmp_path}/sunpath.db", code_key=b"k" * 32)
    store.upgrade()
    with store.begin() as session:
        number = put_back(session, path)
    whole = replay(tmp_path)
    assert whole.returncode == 0 and json.loads(whole.stdout)["differences"] == []
    with store.begin() as session:
        session.exec_driver_sql("UPDATE case_ SET tokens = replace(tokens, '\"ended\":true', '\"ended\":false')")
    store.dispose()
    changed = replay(tmp_path)
    (difference,) = json.loads(changed.stdout)["differences"]
    assert changed.returncode == 1 and (difference["case"], difference["field"]) == (number, "case.tokens")


def replay(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{folder}/sunpath.db", "SUNPATH_VAR": str(folder)}
    command = [sys.executable, "-m", "flask", "audit", "replay", "--all", "--json"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
