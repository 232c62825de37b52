"""``flask case``: from opening to the end, and everything that is refused on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from engine.errors import Conflict
from engine.store import Session
from tests.cli.conftest import Shell
from tests.conftest import ROOT
from web.cli.database import writing

STATUSES = set("todo current waiting warn overdue done returned skipped incident suspended cancelled".split())


def test_a_case_from_opening_to_end(shell: Shell, tmp_path: Path) -> None:
    opened = shell.json(
        "case", "start", "leave", "--as", "clerk", "--data", '{"days": 2.50}', "--at", "2026-03-02T09:00"
    )
    case = opened["case"]
    assert set(opened["receipt"]) == {"code", "step", "hash"}
    assert len(opened["receipt"]["code"].replace("-", "")) == 13
    assert opened["definition"]["key"] == "leave"
    (item,) = opened["work_items"]
    assert (item["item"], item["element"], item["name"]) == ("Ask#1", "Ask", "填写请假条")
    assert {"lane", "due", "due_estimate"} <= set(item) and "choices" not in item

    done = shell.json("case", "do", case, "Ask", "--as", "clerk", "--at", "2026-03-02T10:00")
    (item,) = done["work_items"]
    assert item["choices"] == [
        {"arrow": "Judge_Record", "label": "准"},
        {"arrow": "Judge_Denied", "label": "不准"},
    ]
    assert shell.json("case", "todo", case) == done
    take = '{"take": "Judge_Record"}'
    shell("case", "do", case, item["item"], "--as", "clerk", "--data", take, "--at", "2026-03-02T11:00")
    done = shell.json("case", "do", case, "Record", "--as", "colleague", "--at", "2026-03-02T12:00")
    assert (done["state"], done["work_items"], done["incidents"]) == ("closed", [], [])

    shown = shell.json("case", "show", case)
    assert {"case", "definition", "state", "step", "steps", "elements", "arrows", "data"} <= set(shown)
    assert {"work_items", "incidents"} <= set(shown)
    assert (shown["state"], shown["step"], shown["simulated"]) == ("closed", shown["steps"], True)
    assert shown["data"]["days"] == 2.5
    assert shown["elements"]["Granted"]["status"] == "done"
    assert shown["elements"]["Denied"]["status"] == "skipped"
    assert {element["status"] for element in shown["elements"].values()} <= STATUSES
    assert shown["arrows"]["Judge_Record"]["count"] == 1
    assert "Judge_Denied" not in shown["arrows"]

    steps = shell.json("case", "steps", case)["steps"]
    assert [step["seq"] for step in steps] == list(range(1, shown["steps"] + 1))
    assert all(a["hash"] == b["prev_hash"] for a, b in pairwise(steps))
    assert steps[0]["at"] == "2026-03-02T01:00:00.000Z"
    assert steps[0]["body"]["simulated"] is True

    early = shell.json("case", "show", case, "--step", opened["receipt"]["step"])
    assert (early["state"], early["elements"]["Ask"]["status"]) == ("open", "current")

    chart = tmp_path / "case.svg"
    assert shell.json("case", "chart", case, "-o", chart)["file"] == str(chart)
    before = tmp_path / "before.svg"
    shell("case", "chart", case, "--step", opened["receipt"]["step"], "-o", before)
    assert chart.read_text().count("done") > before.read_text().count("done")


def test_readable_answers_say_the_same(shell: Shell) -> None:
    said = shell("case", "start", "leave", "--as", "clerk").stdout
    assert "查询码" in said and "填写请假条" in said
    case = shell.start("leave")
    assert "正在办理" in shell("case", "todo", case).stdout
    shown = shell("case", "show", case, "--lang", "en").stdout
    assert "in progress" in shown and "simulated" in shown
    assert "case opened" in shell("case", "steps", case).stdout


def test_data_comes_as_text_from_a_file_or_from_input(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    file.write_text('\ufeff{"days": 3}', encoding="utf-8")
    first = shell.json("case", "start", "leave", "--as", "clerk", "--data", f"@{file}")["case"]
    assert shell.json("case", "show", first)["data"] == {"days": 3}
    result = shell("case", "start", "leave", "--as", "clerk", "--data", "-", "--json", typed='{"days": 4}')
    assert shell.json("case", "show", json.loads(result.stdout)["case"])["data"] == {"days": 4}


def test_no_digit_of_a_number_is_lost(shell: Shell) -> None:
    data = '{"a": 0.1, "b": 12345678901234567890.12345, "c": 9007199254740993, "d": [1.50, {"e": "1"}]}'
    case = shell.json("case", "start", "leave", "--as", "clerk", "--data", data)["case"]
    kept = shell.json("case", "show", case)["data"]
    assert kept == {"a": 0.1, "b": "12345678901234567890.12345", "c": 9007199254740993, "d": [1.5, {"e": "1"}]}


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[1]",
        "3",
        '{"a": NaN}',
        '{"a": 1, "a": 2}',
        "@/nowhere/data.json",
        '{"a": 1e400000000}',
        '{"a":' * 100_000,
        "",
    ],
)
def test_what_is_not_a_json_object_is_a_usage_error(shell: Shell, data: str) -> None:
    assert "--data" in shell.misused("case", "start", "leave", "--as", "clerk", "--data", data)


def test_too_much_data_is_a_usage_error(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    file.write_text(json.dumps({"a": "x" * 2**20}))
    assert "1048576" in shell.misused("case", "start", "leave", "--as", "clerk", "--data", f"@{file}")


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01", "0001-01-01T00:00:00+14:00"])
def test_what_is_not_an_instant_is_a_usage_error(shell: Shell, at: str) -> None:
    assert "--at" in shell.misused("case", "start", "leave", "--as", "clerk", "--at", at)


def test_the_clock_is_given_only_where_allowed(furnished: Path, tmp_path: Path) -> None:
    copy = tmp_path / "sunpath.db"
    copy.write_bytes(furnished.read_bytes())
    strict = Shell(copy, allow_clock=False)
    for verb in (("case", "start", "leave", "--as", "clerk"), ("tick",)):
        assert "SUNPATH_ALLOW_CLOCK" in strict.refused(*verb, "--at", "2026-03-02T09:00")
    case = strict.json("case", "start", "leave", "--as", "clerk")["case"]
    assert strict.json("case", "show", case)["simulated"] is False
    strict.store.dispose()


def test_a_clock_does_not_go_back(shell: Shell) -> None:
    case = shell.start("leave")
    said = shell.refused("case", "do", case, "Ask", "--as", "clerk", "--at", "2026-03-02T08:59")
    assert "2026-03-02 08:59" in said and "2026-03-02 09:00" in said
    assert shell.json("case", "do", case, "Ask", "--as", "clerk", "--at", "2026-03-02T01:00:00Z")["step"]


REFUSALS: list[tuple[tuple[str, ...], str]] = [
    (("case", "show", "EX-2026-999999"), "EX-2026-999999"),
    (("case", "todo", "EX-2026-999999"), "EX-2026-999999"),
    (("case", "steps", "EX-2026-999999"), "EX-2026-999999"),
    (("case", "do", "EX-2026-999999", "Ask", "--as", "clerk"), "EX-2026-999999"),
    (("case", "do", "CASE", "Nothing", "--as", "clerk"), "Nothing"),
    (("case", "do", "CASE", "Record", "--as", "clerk"), "Record"),
    (("case", "do", "CASE", "Ask", "--as", "nobody"), "nobody"),
    (("case", "start", "nothing", "--as", "clerk"), "nothing"),
    (("case", "show", "CASE", "--step", "99"), "99"),
    (("case", "resume", "CASE", "--as", "clerk", "--reason", "x"), "CASE"),
    (("case", "suspend", "CASE", "--as", "clerk", "--reason", " "), "理由"),
    (("case", "retry", "CASE", "Ask", "--as", "clerk"), "Ask"),
    (("case", "release", "CASE", "Ask", "--as", "clerk"), "签收"),
]


@pytest.mark.parametrize(
    ("args", "named"), REFUSALS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_a_refusal_is_one_line_that_names_what(shell: Shell, args: tuple[str, ...], named: str) -> None:
    case = shell.start("leave")
    before = shell.json("case", "steps", case)
    said = shell.refused(*(case if arg == "CASE" else arg for arg in args))
    assert (case if named == "CASE" else named) in said
    assert shell.json("case", "steps", case) == before


def test_an_item_that_is_done_says_who_and_when(shell: Shell) -> None:
    case = shell.start("leave")
    shell("case", "do", case, "Ask", "--as", "clerk", "--at", "2026-03-02T10:00")
    said = shell.refused("case", "do", case, "Ask#1", "--as", "colleague")
    assert "clerk" in said and "2026-03-02 10:00" in said


def test_the_way_must_be_one_that_leads_on(shell: Shell) -> None:
    case = shell.start("leave")
    shell("case", "do", case, "Ask", "--as", "clerk")
    assert "Judge_Record" in shell.refused("case", "do", case, "Judge", "--as", "clerk")
    said = shell.refused("case", "do", case, "Judge", "--as", "clerk", "--data", '{"take": "Start_Ask"}')
    assert "Start_Ask" in said and "Judge_Denied" in said


def test_claim_and_release(shell: Shell) -> None:
    case = shell.start("leave")
    (item,) = shell.json("case", "claim", case, "Ask", "--as", "clerk")["work_items"]
    assert (item["state"], item["claimed_by"]) == ("claimed", "clerk")
    assert "clerk" in shell.refused("case", "do", case, "Ask", "--as", "colleague")
    (item,) = shell.json("case", "release", case, "Ask", "--as", "clerk")["work_items"]
    assert (item["state"], item["claimed_by"]) == ("open", None)


def test_suspend_resume_and_cancel(shell: Shell) -> None:
    case = shell.start("leave")
    assert shell.json("case", "suspend", case, "--as", "clerk", "--reason", "等候材料")["state"] == "suspended"
    assert case in shell.refused("case", "do", case, "Ask", "--as", "clerk")
    assert shell.json("case", "resume", case, "--as", "clerk", "--reason", "材料已到")["state"] == "open"
    assert shell.json("case", "cancel", case, "--as", "clerk", "--reason", "本人撤回")["state"] == "cancelled"
    assert shell.json("audit", "verify", "--case", case)["differences"] == []
    assert shell.json("audit", "replay", "--case", case)["differences"] == []


def test_a_command_that_ends_in_an_incident_is_done(shell: Shell) -> None:
    case = shell.start("stuck")
    done = shell.json("case", "do", case, "Count", "--as", "clerk", "--data", '{"number": 10}')
    (incident,) = done["incidents"]
    assert (incident["element"], done["state"]) == ("Which", "open")
    shown = shell.json("case", "show", case)
    assert shown["elements"]["Which"]["status"] == "incident"
    said = shell("case", "todo", case).stdout
    assert "受阻" in said and incident["code"] not in said
    again = shell.json(
        "case", "correct", case, "Which", "--as", "clerk", "--data", '{"number": 11}', "--reason", "miscounted"
    )
    assert (again["state"], again["incidents"]) == ("closed", [])


def test_tick_fires_what_is_due(shell: Shell) -> None:
    case = shell.start("wait")
    shell("case", "do", case, "Post", "--as", "clerk", "--at", "2026-03-02T10:00")
    assert shell.json("case", "show", case)["elements"]["TenDays"]["status"] == "waiting"
    assert shell.json("tick", "--at", "2026-03-12T09:59")["fired"] == 0
    assert shell.json("tick", "--at", "2026-03-12T10:01")["fired"] == 1
    assert shell.json("case", "show", case)["state"] == "closed"
    last: dict[str, Any] = shell.json("case", "steps", case)["steps"][-1]
    assert last["at"] == "2026-03-12T02:00:00.000Z"


def test_of_two_officers_at_once_one_wins(shell: Shell, tmp_path: Path) -> None:
    """The loser is told who was faster; nothing is done twice."""
    case = shell.start("leave")
    flask = [sys.executable, "-m", "flask", "case", "do", case, "Ask", "--as"]
    env = {"PATH": os.environ["PATH"], "SUNPATH_VAR": str(tmp_path), "DATABASE_URL": shell.settings.database_url}
    both = [
        subprocess.Popen([*flask, name], cwd=ROOT, env=env, stdout=PIPE, stderr=PIPE, text=True)
        for name in ("clerk", "colleague")
    ]
    said = [process.communicate()[1] for process in both]
    codes = [process.returncode for process in both]
    assert sorted(codes) == [0, 1]
    winner, loser = codes.index(0), codes.index(1)
    assert ("clerk", "colleague")[winner] in said[loser]
    assert said[loser].count("\n") == 1
    steps = shell.json("case", "steps", case)["steps"]
    assert sum(step["kind"] == "work item completed" for step in steps) == 1


def test_a_lost_race_is_run_again_under_the_same_id(shell: Shell) -> None:
    ids: list[str] = []

    def lost_twice(_session: Session, command_id: str) -> int:
        ids.append(command_id)
        if len(ids) < 3:
            raise Conflict("conflict", case="EX-2026-000001")
        return len(ids)

    def always_lost(_session: Session, command_id: str) -> int:
        raise Conflict("conflict", case="EX-2026-000001")

    with shell.app.app_context():
        assert writing(lost_twice) == 3
        assert len(set(ids)) == 1
        with pytest.raises(Conflict):
            writing(always_lost)
