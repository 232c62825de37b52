"""The only program that draws: what happens when it is not there, slow or unhappy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpmn import graphviz
from bpmn.diagram import to_dot
from bpmn.errors import Refused
from bpmn.limited import Bounds
from tests.bpmn.examples import POWER
from tests.bpmn.pictures import drawing_of

DOT = to_dot(*drawing_of(POWER.encode()))


def program(folder: Path, script: str) -> None:
    """A neato of our own."""
    path = folder / "neato"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(("format", "magic"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_every_format_is_drawn(format: str, magic: bytes) -> None:
    assert graphviz.draw(DOT, format).startswith(magic)


def test_another_format_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="plain"):
        graphviz.draw(DOT, "plain")


def test_a_machine_without_graphviz_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused) as refused:
        graphviz.draw(DOT, "svg")
    assert refused.value.code == "draw.no_graphviz"
    assert refused.value.params["install"] == "apt-get install graphviz fonts-noto-cjk"
    assert graphviz.missing.__wrapped__() == ("draw.no_graphviz", "draw.no_font")


def test_a_slow_program_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "sleep 30")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(Refused) as refused:
        graphviz.draw(DOT, "svg", bounds=Bounds(seconds=0.3))
    assert refused.value.code == "draw.timeout"


def test_a_failing_program_gives_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "cat > /dev/null; echo no such luck >&2; exit 3")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(Refused) as refused:
        graphviz.draw(DOT, "svg")
    assert refused.value.code == "draw.failed"
    assert "no such luck" in str(refused.value.params["reason"])


def test_graphviz_may_read_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, 'cat > /dev/null; echo "$SERVER_NAME"')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert graphviz.draw(DOT, "svg").strip() == b"sunpath"


def test_broken_dot_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        graphviz.draw("digraph {", "svg")
    assert refused.value.code == "draw.failed"


def test_this_machine_can_draw() -> None:
    assert graphviz.available()
