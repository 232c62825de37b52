"""The steps' limits add up to no more than the total: on the longest way, side by side, around loops, across units."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from bpmn.linter import lint
from bpmn.rules import Finding
from bpmn.spans import lasting
from bpmn.wording import say
from tests.bpmn.examples import POWER, power

#: The lawful power, counted from receipt: its review takes part in the total.
COUNTED = POWER.replace('anchor="accepted"', 'anchor="received"').replace(' marks="accepted"', "")


def sums(limit: str, total: str = 'unit="working_day" statutory="20" promised="10"') -> list[Finding]:
    """What is found where the review has this limit and the power that total."""
    text = COUNTED.replace('<sun:limit unit="on_spot"/>', limit)
    text = text.replace('unit="working_day" statutory="20" promised="10"', total)
    return [finding for finding in lint(power(text)) if finding.rule == "limit.sum"]


def twice(between: str) -> str:
    """A second task after the review, of 6 working days, joined by these arrows."""
    second = (
        '<bpmn:userTask id="Second" name="复核"><bpmn:extensionElements><sun:step post="审核岗" phase="审查">'
        '<sun:limit promised="6"/><sun:basis instrument="中华人民共和国行政许可法" article="第三十四条"/></sun:step>'
        "</bpmn:extensionElements></bpmn:userTask>"
    )
    first = COUNTED.replace('<sun:limit unit="on_spot"/>', '<sun:limit promised="6"/>')
    first = first.replace(
        "<bpmn:flowNodeRef>Review<", "<bpmn:flowNodeRef>Second</bpmn:flowNodeRef><bpmn:flowNodeRef>Review<"
    )
    old = '<bpmn:sequenceFlow id="A3" sourceRef="Review" targetRef="Complete"/>'
    assert old in first
    return first.replace(old, second + between)


def arrow(source: str, target: str) -> str:
    return f'<bpmn:sequenceFlow id="{source}{target}" sourceRef="{source}" targetRef="{target}"/>'


def test_one_step_may_take_all_but_not_more() -> None:
    assert sums('<sun:limit promised="10"/>') == []
    (finding,) = sums('<sun:limit promised="11"/>')
    assert (finding.element, finding.severity) == ("Permit", "error")
    zh, en = (say("limit.sum", lang, **finding.params) for lang in ("zh", "en"))
    assert (
        "共 10 个工作日" in zh.message and zh.message.endswith("至少需要 11 个工作日：审查 11 个工作日。") and zh.remedy
    )
    assert "has 10 working days in all" in en.message and "take at least 11 working days" in en.message and en.remedy


def test_steps_in_a_row_are_added_and_named() -> None:
    text = twice(arrow("Review", "Second") + arrow("Second", "Complete"))
    (finding,) = [finding for finding in lint(power(text)) if finding.rule == "limit.sum"]
    said = say("limit.sum", "zh", **finding.params).message
    assert said.endswith("至少需要 12 个工作日：审查 6 个工作日 ＋ 复核 6 个工作日。")


def test_working_days_in_a_row_take_the_weekends_between_them() -> None:
    """6 and 6: whatever day they begin on, one weekend lies between; in two months at their longest there is room."""
    text = twice(arrow("Review", "Second") + arrow("Second", "Complete"))
    total = 'unit="working_day" statutory="20" promised="10"'
    for days, over in ((13, True), (14, False)):
        changed = text.replace(total, f'unit="calendar_day" promised="{days}"')
        found = [finding for finding in lint(power(changed)) if finding.rule == "limit.sum"]
        assert bool(found) is over, days
        if over:
            said = say("limit.sum", "zh", **found[0].params).message
            assert said.endswith("共 13 日，但其中各环节依次至少需要 14 日：审查 6 个工作日 ＋ 复核 6 个工作日。")


def test_of_branches_side_by_side_the_longest_counts() -> None:
    gates = '<bpmn:parallelGateway id="Fork"/><bpmn:parallelGateway id="Join"/>'
    beside = [("Fork", "Review"), ("Fork", "Second"), ("Review", "Join"), ("Second", "Join"), ("Join", "Complete")]
    text = twice(gates + "".join(arrow(*ends) for ends in beside)).replace(
        'sourceRef="Apply" targetRef="Review"', 'sourceRef="Apply" targetRef="Fork"'
    )
    assert [finding for finding in lint(power(text)) if finding.rule == "limit.sum"] == []


def test_a_step_whose_time_does_not_count_is_not_added() -> None:
    stop = '<sun:stop ground="hearing" document="通知书" instrument="中华人民共和国行政许可法" article="第四十五条"/>'
    assert sums('<sun:limit promised="30"/>' + stop) == []


def test_a_limit_from_a_milestone_runs_beside() -> None:
    assert sums('<sun:limit promised="30" anchor="received"/>') == []


@pytest.mark.parametrize(
    ("step", "total", "over"),
    [
        ('unit="calendar_day" promised="90"', 'unit="working_day" promised="10"', False),  # not comparable
        ('unit="working_day" promised="11"', 'unit="calendar_day" promised="10"', True),
        ('unit="working_day" promised="20"', 'unit="calendar_day" promised="23"', True),  # two weekends at least
        ('unit="working_day" promised="20"', 'unit="calendar_day" promised="24"', False),
        ('unit="month" promised="1"', 'unit="calendar_day" promised="27"', True),
        ('unit="month" promised="1"', 'unit="calendar_day" promised="28"', False),
        ('unit="calendar_day" promised="63"', 'unit="month" promised="2"', True),
        ('unit="calendar_day" promised="62"', 'unit="month" promised="2"', False),
        ('unit="hour" promised="999"', 'unit="working_day" promised="1"', False),  # not comparable
    ],
)
def test_units_are_compared_where_it_is_certain(step: str, total: str, over: bool) -> None:
    assert bool(sums(f"<sun:limit {step}/>", total)) is over


def segment(limit: str) -> list[str]:
    """The review inside a sub-process with this limit, without one of its own: what is found."""
    inside = '<bpmn:subProcess id="Sub" name="审查阶段"><bpmn:extensionElements><sun:step>' + limit
    inside += "</sun:step></bpmn:extensionElements>"
    text = COUNTED.replace('<sun:limit unit="on_spot"/>', "")
    start = text.index('<bpmn:userTask id="Review"')
    end = text.index("</bpmn:userTask>", start) + len("</bpmn:userTask>")
    ends = (
        '<bpmn:startEvent id="In"/><bpmn:endEvent id="Out"/>'
        '<bpmn:sequenceFlow id="I1" sourceRef="In" targetRef="Review"/>'
        '<bpmn:sequenceFlow id="I2" sourceRef="Review" targetRef="Out"/>'
    )
    around = (text[:start], text[end:].replace('targetRef="Review"', 'targetRef="Sub"'))
    after = around[1].replace('sourceRef="Review"', 'sourceRef="Sub"')
    text = around[0] + inside + text[start:end] + ends + "</bpmn:subProcess>" + after
    return [finding.rule for finding in lint(power(text)) if finding.severity == "error"]


def test_a_step_in_a_limited_segment_needs_no_limit_of_its_own() -> None:
    assert "step.no-limit" in segment("")
    assert segment('<sun:limit promised="3"/>') == []
    assert segment('<sun:limit promised="30"/>') == ["limit.sum"]


def test_no_year_was_ever_kinder_than_what_is_called_the_least() -> None:
    """Every row of working days in every year of the calendar, make-up days and all."""
    days = []
    day = date(2005, 1, 1)
    while day <= date(2026, 12, 31):
        if chinese_calendar.is_workday(day):
            days.append(day)
        day += timedelta(days=1)
    for length in range(1, 251):
        shortest = min((last - first).days + 1 for first, last in zip(days, days[length - 1 :], strict=False))
        assert lasting(length) <= shortest, length
