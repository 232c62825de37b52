"""What changed between two versions, named by kind and element."""

from __future__ import annotations

import pytest

from bpmn.diff import diff
from bpmn.reader import read
from bpmn.wording import codes, say
from tests.bpmn.examples import POWER

CHANGES = [
    ('name="审查"', 'name="审核"', "node-renamed", "Review"),
    ('<bpmn:userTask id="Review"', '<bpmn:manualTask id="Review"', "node-type", "Review"),
    (
        '<bpmn:endEvent id="End" name="结束"/>',
        '<bpmn:endEvent id="End" name="结束"/><bpmn:task id="New"/>',
        "node-added",
        "New",
    ),
    ("<bpmn:flowNodeRef>Complete</bpmn:flowNodeRef>", "", "node-moved", "Complete"),
    ('default="ToEnd"', "", "default", "Complete"),
    ('materials = "missing"', 'materials != "complete"', "condition", "Back"),
    ('name="不齐"', 'name="不全"', "flow-renamed", "Back"),
    ('<sun:arrow return="true"/>', "", "returns", "Back"),
    (
        'id="Back" name="不齐" sourceRef="Complete"',
        'id="Back" name="不齐" sourceRef="Review"',
        "flow-redirected",
        "Back",
    ),
    ('<bpmn:sequenceFlow id="A1"', '<bpmn:sequenceFlow id="A9"', "flow-added", "A9"),
    ('<bpmn:sequenceFlow id="A1"', '<bpmn:sequenceFlow id="A9"', "flow-removed", "A1"),
    ('post="受理岗"', 'post="审核岗"', "post", "Review"),
    ('phase="审查"', 'phase="决定"', "phase", "Review"),
    ('form="review"', 'form="revue"', "form", "Review"),
    ('form="review"', 'form="review" people="2"', "people", "Review"),
    ('form="review"', 'form="review" public="false"', "public", "Review"),
    ('<sun:limit unit="on_spot"/>', '<sun:limit unit="working_day" promised="3"/>', "limits", "Review"),
    ('article="第三十四条"', 'article="第三十五条"', "bases", "Review"),
    ("陈述、申辩", "听证", "rights", "Review"),
    ("<sun:right>", '<sun:document name="审查意见"/><sun:right>', "documents", "Review"),
    ("<sun:right>", '<sun:risk level="high" control="抽查">压件</sun:risk><sun:right>', "risks", "Review"),
    ('name="窗口"', 'name="综合窗口"', "lane-renamed", "Window"),
    ('role="clerk"', 'role="handler"', "lane-role", "Window"),
    ('promised="10"', 'promised="5"', "power", "Permit"),
    ('name="许可"', 'name="一般许可"', "process-renamed", "Permit"),
]


@pytest.mark.parametrize(("old", "new", "kind", "element"), CHANGES)
def test_a_change_is_found_and_said(old: str, new: str, kind: str, element: str) -> None:
    assert old in POWER
    closing = "</bpmn:manualTask>" if kind == "node-type" else None
    changed = POWER.replace(old, new, 1)
    if closing:
        head, _, tail = changed.partition('id="Review"')
        changed = head + 'id="Review"' + tail.replace("</bpmn:userTask>", closing, 1)
    changes = diff(read(POWER.encode()), read(changed.encode()))
    found = [change for change in changes if (change.kind, change.element) == (kind, element)]
    assert len(found) == 1, changes
    for lang in ("zh", "en"):
        sentence = found[0].say(lang).message
        assert "…" not in sentence and not sentence.startswith("diff.")


def test_the_same_version_has_no_changes() -> None:
    assert diff(read(POWER.encode()), read(POWER.encode())) == []


def test_old_and_new_are_said() -> None:
    changed = POWER.replace('promised="10"', 'promised="5"')
    change = diff(read(POWER.encode()), read(changed.encode()))[0]
    assert change.params["field"] == "limits"
    assert "promised 10" in str(change.params["old"]) and "promised 5" in str(change.params["new"])


def test_removing_a_lane_and_its_nodes() -> None:
    start = POWER.index('<bpmn:userTask id="Review"')
    end = POWER.index("</bpmn:userTask>", start) + len("</bpmn:userTask>")
    kinds = [change.kind for change in diff(read(POWER.encode()), read((POWER[:start] + POWER[end:]).encode()))]
    # Its arrows dangle and are gone with it.
    assert kinds == ["node-removed", "flow-removed", "flow-removed"]


def test_every_kind_has_words() -> None:
    kinds = {f"diff.{kind}" for _, _, kind, _ in CHANGES} | {
        "diff.lane-added",
        "diff.lane-removed",
        "diff.node-removed",
    }
    kinds |= {"diff.script", "diff.timer", "diff.loop"}
    assert kinds == {code for code in codes("zh") if code.startswith("diff.")}
    assert all(say(kind, "en").message for kind in kinds)
