"""The chart as words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpmn import chart
from bpmn.package import load
from bpmn.reader import read
from bpmn.reading_order import reading_order
from bpmn.text import as_text, twin
from tests.bpmn.examples import POWER
from tests.bpmn.pictures import CHAIN, ROOT, drawing_of, hostile_file
from tests.conftest import FIXTURES, fixture

LICENCE = ROOT / "flows/xk-general"


def test_a_step_says_who_what_and_how_long() -> None:
    steps = {step.id: step for step in twin(read(POWER.encode()))}
    review = steps["Review"]
    assert (review.number, review.kind, review.type, review.name) == (2, "task", "人工办理", "审查")
    assert (review.lane, review.post, review.phase) == ("窗口", "受理岗", "审查")
    assert review.limits == ("当场",)
    assert review.bases == ("《中华人民共和国行政许可法》第三十四条",)
    assert review.rights == ("陈述、申辩",)
    assert [way.target for way in review.next] == ["Complete"]


def test_ways_on_have_their_conditions() -> None:
    steps = {step.id: step for step in twin(read(POWER.encode()))}
    assert ("齐全", "End", "结束") in steps["Complete"].next


def test_the_twin_follows_the_picture() -> None:
    definitions, drawing = drawing_of(LICENCE.joinpath("process.bpmn").read_bytes())
    numbers = {placed.id: placed.number for placed in drawing.nodes}
    steps = twin(definitions, drawing.order, numbers)
    assert [step.id for step in steps] == list(drawing.order)
    assert [step.number for step in steps if step.number] == sorted(number for number in numbers.values() if number)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.bpmn")), ids=lambda path: path.stem)
def test_every_element_is_named_once_without_a_layout(path: Path) -> None:
    definitions = fixture(path.stem).definitions
    order = reading_order(definitions)
    assert len(order) == len(set(order))
    assert set(order) == {node.id for node in definitions.nodes.values() if node.kind != "artifact"}
    assert as_text(definitions).endswith("\n")


def test_a_join_is_read_after_its_branches() -> None:
    arrows = (("Start", "A"), ("Start", "B"), ("A", "Join"), ("B", "Join"), ("Join", "A2"))
    flows = "".join(
        f'<bpmn:sequenceFlow id="F{i}" sourceRef="{a}" targetRef="{b}"/>' for i, (a, b) in enumerate(arrows)
    )
    nodes = "".join(f'<bpmn:task id="{i}"/>' for i in ("Join", "A", "A2", "B"))
    file = CHAIN.format(process="", lane="", members="", nodes=f'<bpmn:startEvent id="Start"/>{nodes}', flows=flows)
    assert reading_order(read(file.encode())) == ["Start", "A", "B", "Join", "A2"]


def test_depth_has_no_limit_of_ours() -> None:
    """A row of 1,900 tasks: no recursion."""
    nodes = "".join(f'<bpmn:task id="N{i}"/>' for i in range(1900))
    flows = "".join(f'<bpmn:sequenceFlow id="A{i}" sourceRef="N{i}" targetRef="N{i + 1}"/>' for i in range(1899))
    file = CHAIN.format(process="", lane="", members="", nodes=nodes, flows=flows)
    assert reading_order(read(file.encode())) == [f"N{i}" for i in range(1900)]


def test_plain_text_reads_like_a_guide() -> None:
    text = as_text(load(LICENCE).definitions)
    assert text.startswith("云泽市市场监督管理局")
    for line in ("第2步 形式审查", "    办理方：受理窗口", "    责任岗位：受理岗", "〔条件判断〕申请能否受理？"):
        assert f"\n{line}\n" in text
    assert "\n    若“材料齐全”：第" in text
    assert "廉政风险点（高）：" in text and "防控措施：" in text and "当事人权利：" in text


def test_plain_text_in_english() -> None:
    package = load(LICENCE)
    text = as_text(package.definitions, lang="en", labels=chart.labels_of(package, "en"))
    assert "\nStep 1 Fill in and submit the application\n" in text
    assert "    Legal basis: " in text
    assert "第1步" not in text


def test_hostile_names_stay_text() -> None:
    text = as_text(read(hostile_file()))
    assert "</text><script>alert(1)</script>" in text
    assert "{{7*7}} {% raw %} ${x} %(y)s {count}" in text
