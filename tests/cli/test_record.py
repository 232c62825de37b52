"""``flask audit`` and ``flask db``: an altered record and a database of another version are found, not worked with."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Shell, flask


def alter(database: Path, sql: str) -> None:
    """What somebody with the file in hand can do: take the triggers off, then change a row."""
    with sqlite3.connect(database) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(sql)
    connection.close()


def test_a_whole_record_verifies_and_replays(shell: Shell) -> None:
    case = shell.start("leave", days=3)
    steps = len(shell.json("case", "steps", case)["steps"])
    whole = {"cases": 1, "steps": steps, "differences": [], "erased": []}
    assert shell.json("audit", "verify") == whole
    assert shell.json("audit", "verify", "--case", case) == whole
    assert shell.json("audit", "replay", "--all") == whole
    assert shell.json("audit", "replay", "--case", case) == whole
    assert "没有发现改动" in shell("audit", "verify").stdout


@pytest.mark.parametrize(
    ("column", "value"), [("at", "'2026-03-01T01:00:00.000Z'"), ("body", "'{\"a\":1}'"), ("kind", "'case closed'")]
)
def test_an_altered_step_is_named(shell: Shell, column: str, value: str) -> None:
    shell.start("leave")
    case = shell.start("leave")
    alter(shell.database, f"UPDATE step SET {column} = {value} WHERE seq = 3 AND case_id = 2")
    document = shell.json("audit", "verify", code=1)
    assert [(d["case"], d["step"]) for d in document["differences"]] == [(case, 3)]
    said = shell.refused("audit", "verify", "--case", case)
    assert case in said and "3" in said


def test_altered_data_is_named(shell: Shell) -> None:
    case = shell.start("leave", days=3)
    alter(shell.database, """UPDATE case_ SET data = '{"days":30}'""")
    said = shell.refused("audit", "verify")
    assert case in said and "data" in said


def test_an_unknown_case_and_both_options(shell: Shell) -> None:
    assert "EX-1" in shell.refused("audit", "verify", "--case", "EX-1")
    shell.misused("audit", "replay", "--case", "EX-1", "--all")


def test_verbs_wait_until_the_database_is_upgraded(empty: Shell) -> None:
    assert "flask db upgrade" in empty.refused("flow", "list")
    assert "flask db upgrade" in empty.refused("tick")
    assert empty.json("db", "upgrade") == {"upgraded": True}
    assert empty.json("db", "upgrade") == {"upgraded": True}
    assert empty.json("flow", "list") == {"flows": []}


def test_a_database_of_a_newer_version_is_left_alone(shell: Shell) -> None:
    alter(shell.database, "UPDATE alembic_version SET version_num = '9999_later'")
    for verb in (("db", "upgrade"), ("flow", "list"), ("demo", "load")):
        assert "9999_later" in shell.refused(*verb)


def test_as_processes_of_their_own(tmp_path: Path) -> None:
    """The same through ``flask`` itself: keys and database are made, settings come from the environment."""
    var = tmp_path / "var"
    said = flask("user", "list", var=var)
    assert (said.returncode, said.stdout) == (1, "")
    assert "flask db upgrade" in said.stderr
    assert flask("db", "upgrade", var=var).returncode == 0
    added = flask("user", "add", "wang", "--role", "clerk", "--post", "受理岗", "--lang", "en", var=var)
    assert added.stdout == "wang  wang  Handles cases  受理岗\n"
    assert (var / "code.key").stat().st_mode & 0o777 == 0o600
    assert flask("tick", "--at", "2026-03-02T09:00", var=var).returncode == 1
    assert flask("tick", "--at", "2026-03-02T09:00", var=var, SUNPATH_ALLOW_CLOCK="1").returncode == 0
    assert "No such procedure" in flask("case", "start", "x", "--as", "wang", var=var, SUNPATH_LANG="en").stderr
    assert flask("user", "add", var=var).returncode == 2
