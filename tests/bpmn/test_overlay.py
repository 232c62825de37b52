"""A status put into a published picture."""

from __future__ import annotations

import time
from statistics import median

import pytest
from lxml import etree

from bpmn import chart
from bpmn.anchors import anchor
from bpmn.icons import BADGES
from bpmn.marks import ClockSign
from bpmn.overlay import STATUSES, Mark, PictureStatus, Template, make_template
from bpmn.safe_svg import assert_safe
from bpmn.symbols import sprite, symbol
from tests.bpmn.examples import POWER
from tests.bpmn.pictures import ROOT, SVG, drawing_of, dressed, parsed


def template(data: bytes = POWER.encode(), form: str = "wide", prefix: str = "") -> Template:
    _, drawing = drawing_of(data, form)
    ids = {f"node-{anchor(placed.id)}": placed.id for placed in drawing.nodes}
    ids |= {f"edge-{anchor(flow.id)}": flow.id for flow in drawing.flows}
    return make_template(dressed(data, form, "gov", prefix), ids, "zh", prefix)


def node(svg: str, id_: str) -> etree._Element:
    return next(element for element in parsed(svg).iter(f"{SVG}a", f"{SVG}g") if element.get("id") == id_)


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_every_status_has_class_badge_and_words(status: str) -> None:
    svg = template().render(PictureStatus(elements={"Review": Mark(status=status)}))
    review = node(svg, "node-Review")
    assert f"st-{status}" in review.get("class").split()
    assert "，状态：" in review.get("aria-label")
    signs = [use.get("href") for use in review.iter(f"{SVG}use")]
    assert (f"#s-{status}" in signs) == (status in BADGES)
    assert_safe(svg)


def test_only_not_reached_has_no_badge() -> None:
    """Status is never colour alone: what has no sign has a dashed outline and words."""
    assert STATUSES - BADGES.keys() == {"todo"}


def test_what_a_case_does_not_name_was_not_reached() -> None:
    svg = template().render(PictureStatus(elements={"Apply": Mark(status="done")}, arrows={"A1": 1}))
    assert "st-todo" in node(svg, "node-End").get("class")
    assert "e-taken" in node(svg, "edge-A1").get("class")
    assert "e-not" in node(svg, "edge-A2").get("class")


@pytest.mark.parametrize(
    ("clock", "drawn", "words"),
    [
        (ClockSign(used=0.4, promised=0.5), {"ck-face", "ck-used", "ck-hand"}, "时限已用40%"),
        (ClockSign(used=0.7, stops=((0.2, 0.4),)), {"ck-face", "ck-used", "ck-gap", "ck-stop"}, "时限已用70%"),
        (ClockSign(used=0, still=True), {"ck-face", "ck-stop"}, "期限停止计算"),
        (ClockSign(used=0), {"ck-face"}, "时限已用0%"),
        (ClockSign(used=1), {"ck-face", "ck-used"}, "时限已用100%"),
    ],
)
def test_a_clock_is_a_dial_and_words(clock: ClockSign, drawn: set[str], words: str) -> None:
    mark = Mark(status="current", clock=clock)
    svg = template().render(PictureStatus(elements={"Review": mark}))
    review = node(svg, "node-Review")
    classes = {str(part.get("class")) for part in review.iter() if str(part.get("class")).startswith("ck-")}
    assert classes == drawn and words in review.get("aria-label")
    assert_safe(svg)


def test_loops_and_cards_are_shown() -> None:
    mark = Mark(status="current", count=3, cards=("yellow", "blue"), words="今日到期")
    svg = template().render(PictureStatus(elements={"Review": mark}, arrows={"A2": 3}))
    review = node(svg, "node-Review")
    shown = [text.text for text in review.iter(f"{SVG}text")]
    assert "×3" in shown
    assert [use.get("href") for use in review.iter(f"{SVG}use")][-3:] == ["#s-current", "#s-warn", "#s-blue"]
    label = review.get("aria-label")
    assert label.endswith("，状态：办理中，经过3次，有黄牌，临近时限，今日到期")
    assert "×3" in [text.text for text in node(svg, "edge-A2").iter(f"{SVG}text")]


def test_open_cases_are_counted_and_heated() -> None:
    svg = template().render(PictureStatus(counts={"Apply": 7, "Review": 42}))
    assert "heat-1" in node(svg, "node-Apply").get("class")
    review = node(svg, "node-Review")
    assert "heat-5" in review.get("class")
    assert "42件" in [text.text for text in review.iter(f"{SVG}text")]
    assert "在办42件" in review.get("aria-label")
    assert "st-" not in svg and "e-not" not in svg


def test_unknown_elements_and_statuses_are_ignored() -> None:
    blank = template().render(PictureStatus())
    assert blank == template().render()
    status = PictureStatus(
        elements={"nowhere": Mark(status="done"), "Apply": Mark(status='"><script>')}, arrows={"no": 1}
    )
    svg = template().render(status)
    assert "nowhere" not in svg and "script" not in svg
    assert_safe(svg)


def test_words_of_a_mark_are_escaped() -> None:
    svg = template().render(PictureStatus(elements={"Apply": Mark(status="done", words='" onload="x" <b>&')}))
    assert_safe(svg)
    assert node(svg, "node-Apply").get("aria-label").endswith('，" onload="x" <b>&')


def test_a_template_survives_the_database() -> None:
    made = template()
    stored = Template.from_json(made.to_json())
    status = PictureStatus(elements={"Apply": Mark(status="done")})
    assert stored == made
    assert stored.render(status) == made.render(status)


def test_a_prefixed_picture_takes_the_same_status() -> None:
    svg = template(form="phone", prefix="m-").render(PictureStatus(elements={"Review": Mark(status="current")}))
    assert "st-current" in node(svg, "m-node-Review").get("class")


def test_a_view_parses_and_draws_nothing() -> None:
    """A render is string work: it stays far below a drawing (about 60 ms) whatever else this machine does."""
    made = template((ROOT / "flows/xk-general/process.bpmn").read_bytes())
    _, drawing = drawing_of((ROOT / "flows/xk-general/process.bpmn").read_bytes())
    status = PictureStatus(elements={node_id: Mark(status="done") for node_id in drawing.order[::2]}, arrows={"x": 1})
    times = []
    for _ in range(50):
        start = time.perf_counter()
        made.render(status)
        times.append(time.perf_counter() - start)
    assert median(times) < 0.003


def test_the_sprite_holds_every_sign() -> None:
    shown = sprite("zh")
    for name in BADGES:
        assert f'id="s-{name}"' in shown
    assert symbol("r-high", "zh") in shown and "高" in shown
    assert ">H<" in sprite("en")
    assert_safe(shown.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ').replace(' focusable="false"', ""))
    assert chart.sprite is sprite
