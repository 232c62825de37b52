"""Messages and signals on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Shell
from tests.engine.run.models import xml

BODY = '<signalEventDefinition signalRef="Go"/>'


def test_a_signal_reaches_every_case_that_waits_and_only_once(shell: Shell, tmp_path: Path) -> None:
    model = xml(
        {"S": "startEvent", "W": f"intermediateCatchEvent|{BODY}", "B": "userTask", "E": "endEvent"}, "S>W W>B B>E"
    )
    path = tmp_path / "waits.bpmn"
    path.write_bytes(model.replace(b"</definitions>", b'<signal id="Go" name="go"/></definitions>'))
    shell("flow", "publish", path, "--as", "lin")
    cases = [shell.start("waits") for _ in range(2)]
    sent = ("signal", "send", "go", "--id", "s1", "--as", "clerk", "--at", "2026-03-02T10:00")
    assert shell.json(*sent)["cases"] == 2
    for case in cases:
        assert [item["element"] for item in shell.json("case", "todo", case)["work_items"]] == ["B"]
    later = shell.start("waits")
    assert shell.json(*sent)["cases"] == 2, "the same signal again is the same"
    assert [item["element"] for item in shell.json("case", "todo", later)["work_items"]] != ["B"]
    assert "nobody" in shell.refused("signal", "send", "go", "--id", "s2", "--as", "nobody")
