"""Who answers for what went wrong: every row of the table of responsibility, asked as a case asks it."""

from __future__ import annotations

import pytest

from bpmn.dmn import decide, read
from tests.conftest import ROOT

TABLE = read((ROOT / "flows/qt-accountability/responsibility.dmn").read_bytes())
NOBODY = "无"

#: Situation, dissent on record → direct, main, important responsibility.
ROWS = [
    ("concealed", "none", "承办人", NOBODY, NOBODY),
    ("missed", "none", "承办人", "审核人", "批准人"),
    ("review_changed", "none", "审核人", "批准人", NOBODY),
    ("approval_changed", "none", "批准人", NOBODY, NOBODY),
    ("ordered", "none", "指令、干预的人", NOBODY, NOBODY),
    ("collective", "recorded", NOBODY, "决策人", "持错误意见的成员"),
    ("collective", "none", NOBODY, "决策人", "参加决策的成员"),
    ("upper_changed", "none", "上级负责人", NOBODY, NOBODY),
    ("omission", "none", "逾期时持有该事项的岗位", "该岗位的负责人", NOBODY),
]


@pytest.mark.parametrize(("situation", "dissent", "direct", "main", "important"), ROWS)
def test_the_persons_who_answer(situation: str, dissent: str, direct: str, main: str, important: str) -> None:
    (made,) = decide(TABLE, "responsibility", {"situation": situation, "dissent": dissent})
    assert made.output == {
        "direct_responsibility": direct,
        "main_responsibility": main,
        "important_responsibility": important,
    }
    assert len(made.rules) == 1


def test_dissent_on_record_changes_only_what_was_decided_together() -> None:
    for situation, *_ in ROWS:
        recorded, none = (
            decide(TABLE, "responsibility", {"situation": situation, "dissent": dissent})[-1].output
            for dissent in ("recorded", "none")
        )
        assert (recorded == none) == (situation != "collective")
