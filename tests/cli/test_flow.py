"""``flask flow``: any file is checked, drawn and read without a database; publishing needs one."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from bpmn.package import load
from tests.cli.conftest import FLOWS, Shell, flask
from tests.conftest import ROOT
from web.cli.words import word

LEAVE = FLOWS / "leave.bpmn"
XK = ROOT / "flows" / "xk-general"


def test_lint_of_a_good_flow_finds_no_error(empty: Shell) -> None:
    document = empty.json("flow", "lint", XK, LEAVE)
    assert set(document) == {"findings"}
    assert all(finding["severity"] != "error" for finding in document["findings"])
    for finding in document["findings"]:
        assert {"rule", "severity", "element", "line", "message", "remedy", "file"} <= set(finding)
    assert not empty.database.exists()


def dangling() -> str:
    return LEAVE.read_text().replace('targetRef="Record"', 'targetRef="Nowhere"')


def too_many(nodes: int) -> str:
    tasks = "".join(f'<task id="T{n}"/>' for n in range(nodes))
    return LEAVE.read_text().replace('<startEvent id="Start" name="请假"/>', tasks + '<startEvent id="Start"/>')


BROKEN = {
    "not-xml": ("这不是流程图", 1),
    "not-bpmn": ("<html><body/></html>", 1),
    "doctype": ('<!DOCTYPE x [<!ENTITY a "b">]>' + LEAVE.read_text().partition("?>")[2], 1),
    "dangling": (dangling(), 13),
    "duplicate": (LEAVE.read_text().replace('id="Record"', 'id="Ask"', 1), 9),
    "large": (too_many(10_000), 4),
}


@pytest.mark.parametrize("name", BROKEN)
def test_lint_of_a_broken_file_says_where_and_what_to_do(empty: Shell, tmp_path: Path, name: str) -> None:
    text, line = BROKEN[name]
    file = tmp_path / f"{name}.bpmn"
    file.write_text(text)
    document = empty.json("flow", "lint", file, code=1)
    errors = [finding for finding in document["findings"] if finding["severity"] == "error"]
    assert errors
    assert errors[0]["file"] == str(file)
    assert errors[0]["message"] and errors[0]["message"] != errors[0]["rule"]
    assert errors[0]["remedy"]
    assert line in [finding["line"] for finding in errors]
    said = empty("flow", "lint", file, "--lang", "en", code=1).stdout
    assert str(file) in said
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["not-xml", "doctype", "large"])
def test_publishing_a_broken_file_is_one_line(shell: Shell, tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.bpmn"
    file.write_text(BROKEN[name][0])
    said = shell.refused("flow", "publish", file, "--as", "lin")
    assert str(file) in said
    assert [flow["key"] for flow in shell.json("flow", "list")["flows"]] == ["leave", "stuck", "wait"]


def test_a_file_that_is_not_there_is_a_usage_error(empty: Shell) -> None:
    assert "nowhere.bpmn" in empty.misused("flow", "lint", "nowhere.bpmn")
    assert "nowhere.bpmn" in empty.misused("flow", "draw", "nowhere.bpmn", "-o", "x.svg")


@pytest.mark.parametrize(("name", "magic"), [("leave.svg", b"<svg"), ("leave.png", b"\x89PNG"), ("leave.pdf", b"%PDF")])
def test_draw_writes_the_format_of_the_name(empty: Shell, tmp_path: Path, name: str, magic: bytes) -> None:
    document = empty.json("flow", "draw", LEAVE, "-o", tmp_path / name, "--form", "a4")
    assert document == {"file": str(tmp_path / name), "form": "a4", "notation": "gov", "flaws": []}
    assert (tmp_path / name).read_bytes().startswith(magic)
    assert not empty.database.exists()


def test_draw_knows_both_notations_and_languages(empty: Shell, tmp_path: Path) -> None:
    drawn = {}
    for notation, lang in [("gov", "zh"), ("bpmn", "zh"), ("gov", "en")]:
        out = tmp_path / f"{notation}.{lang}.svg"
        empty("flow", "draw", XK, "-o", out, "--notation", notation, "--lang", lang, "--form", "phone")
        drawn[notation, lang] = out.read_text()
    assert len(set(drawn.values())) == 3
    assert "形式审查" in drawn["gov", "zh"]
    assert "形式审查" not in drawn["gov", "en"]


def test_check_says_what_is_wrong_with_a_drawing(empty: Shell) -> None:
    document = empty.json("flow", "draw", LEAVE, "--check")
    assert all(flaw["severity"] in ("hard", "soft") for flaw in document["flaws"])
    assert "硬伤" in empty("flow", "draw", LEAVE, "--check").stdout


def test_draw_wants_somewhere_to_draw(empty: Shell, tmp_path: Path) -> None:
    assert "--check" in empty.misused("flow", "draw", LEAVE)
    assert ".svg, .png or .pdf" in empty.misused("flow", "draw", LEAVE, "-o", tmp_path / "x.gif")
    said = empty.refused("flow", "draw", LEAVE, "-o", tmp_path / "no" / "x.svg")
    assert "x.svg" in said


def test_text_is_the_chart_in_words(empty: Shell) -> None:
    said = empty("flow", "text", LEAVE).stdout
    assert "填写请假条" in said and "是否准假" in said
    assert "Formal" in empty("flow", "text", XK, "--lang", "en").stdout or "formal" in said


def test_without_graphviz_one_line_says_what_to_install(tmp_path: Path) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    done = flask("flow", "draw", LEAVE, "-o", tmp_path / "x.svg", var=tmp_path / "var", path=str(bare))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "graphviz" in done.stderr
    assert not (tmp_path / "x.svg").exists()


def test_checking_needs_neither_database_nor_flows(tmp_path: Path) -> None:
    done = flask("flow", "lint", LEAVE, "--json", var=tmp_path / "var")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["findings"] is not None
    assert not list(tmp_path.rglob("*.db"))


def test_publish_answers_key_version_and_digest(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "holiday.bpmn"
    file.write_bytes(LEAVE.read_bytes())
    first = shell.json("flow", "publish", file, "--as", "lin")
    assert first == {"key": "holiday", "version": 1, "digest": load(LEAVE).digest, "again": False}
    assert shell.json("flow", "publish", file, "--as", "lin") == first | {"again": True}
    file.write_text(LEAVE.read_text().replace("登记", "登记备案"))
    second = shell.json("flow", "publish", file, "--as", "lin")
    assert (second["version"], second["again"]) == (2, False)
    changes = shell.json("flow", "diff", "holiday", 1, 2)["changes"]
    assert [change["element"] for change in changes] == ["Record"]
    assert changes[0]["message"] != changes[0]["kind"]


def test_the_package_comes_back_byte_for_byte(shell: Shell, tmp_path: Path) -> None:
    out = tmp_path / "leave.zip"
    document = shell.json("flow", "package", "leave", "-o", out)
    assert (document["key"], document["version"]) == ("leave", 1)
    assert load(out).digest == document["digest"]
    assert zipfile.ZipFile(out).read("process.bpmn") == LEAVE.read_bytes()
    assert "nothing" in shell.refused("flow", "package", "nothing", "-o", out)
    assert "leave" in shell.refused("flow", "package", "leave", "--version", 9, "-o", out)


def test_list_shows_the_latest_versions(shell: Shell) -> None:
    flows = shell.json("flow", "list")["flows"]
    assert [(flow["key"], flow["version"], flow["power"], flow["name"]) for flow in flows] == [
        ("leave", 1, False, "请假"),
        ("stuck", 1, False, "会受阻"),
        ("wait", 1, False, "公示"),
    ]
    assert shell("flow", "list").stdout.startswith("leave 第 1 版")


def test_a_power_needs_a_second_person(shell: Shell) -> None:
    assert "另一个人" in shell.refused("flow", "publish", XK, "--as", "lin")
    assert "lin" in shell.refused("flow", "publish", XK, "--as", "lin", "--reviewer", "lin")
    assert "clerk" in shell.refused("flow", "publish", XK, "--as", "lin", "--reviewer", "clerk")
    assert "nobody" in shell.refused("flow", "publish", XK, "--as", "nobody", "--reviewer", "zhao")
    for called in ("gy-archive", "gy-disclosure", "gy-hearing", "gy-rating", "gy-service"):
        shell("flow", "publish", ROOT / "flows" / called, "--as", "lin", "--reviewer", "zhao")
    assert shell.json("flow", "publish", XK, "--as", "lin", "--reviewer", "zhao")["key"] == "xk-general"


def test_a_key_is_not_guessed(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "Leave of absence.bpmn"
    file.write_bytes(LEAVE.read_bytes())
    assert "Leave of absence" in shell.refused("flow", "publish", file, "--as", "lin")
    assert shell.json("flow", "publish", file, "--as", "lin", "--key", "absence")["key"] == "absence"


def test_findings_stop_publishing_in_one_line(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "dangling.bpmn"
    file.write_text(dangling())
    said = shell.refused("flow", "publish", file, "--as", "lin")
    assert "3 处错误" in said and str(file) in said


def test_every_flaw_of_a_drawing_has_words() -> None:
    kinds = set(re.findall(r'_(?:hard|soft)\(\s*"(\w+)"', (ROOT / "bpmn" / "quality.py").read_text(encoding="utf-8")))
    assert len(kinds) > 10
    for kind in kinds:
        assert word(f"flaw_{kind}", "zh") != word(f"flaw_{kind}", "en")
