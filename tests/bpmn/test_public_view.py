"""The public chart is an image of the internal one: nothing is added, nothing but internal steps is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.chart import draw_chart
from bpmn.layout import PROFILES, lay_out
from bpmn.marks import Mark, PictureStatus
from bpmn.model import Definitions, Node
from bpmn.package import load
from bpmn.power import Step
from bpmn.public_view import images, is_whole, public, shown
from bpmn.quality import check
from tests.conftest import ROOT

FLOWS = {path.name: load(path).definitions for path in sorted((ROOT / "flows").iterdir()) if path.is_dir()}
LICENCE = FLOWS["xk-general"]
HEARING = FLOWS["gy-hearing"]


def with_internal(definitions: Definitions, internal: set[str]) -> Definitions:
    """The same file with these steps marked as internal."""

    def marked(node: Node) -> Node:
        return replace(node, step=replace(node.step or Step(), public=False)) if node.id in internal else node

    processes = tuple(replace(one, nodes=tuple(map(marked, one.nodes))) for one in definitions.processes)
    return replace(definitions, processes=processes)


def steps(definitions: Definitions) -> list[str]:
    return [node.id for node in definitions.nodes.values() if node.kind in ("task", "sub")]


@pytest.mark.parametrize("key", FLOWS)
@given(data=st.data())
def test_the_public_chart_is_an_image_of_the_internal_one(key: str, data: st.DataObject) -> None:
    internal = data.draw(st.sets(st.sampled_from(steps(FLOWS[key]))))
    whole = with_internal(FLOWS[key], internal)
    image, seen = images(whole), public(whole)
    # Every node has its image, and nothing is drawn that is the image of none.
    assert image.keys() == whole.nodes.keys() and set(image.values()) == seen.nodes.keys()
    # Every arrow lies inside one box or stands under its own id between the images of its ends; none is added.
    for flow in whole.flows.values():
        ends = image[flow.source], image[flow.target]
        if flow.id in seen.flows:
            assert (seen.flows[flow.id].source, seen.flows[flow.id].target) == ends
        else:
            assert ends[0] == ends[1] != flow.source
    assert seen.flows.keys() <= whole.flows.keys()
    # What is public stays what it was; what is internal is shown by a box only.
    for node in whole.nodes.values():
        assert (image[node.id] == node.id) == (node.id in seen.nodes)
        if node.id in internal:
            assert image[node.id] != node.id
    assert is_whole(whole) == (not internal) and (seen is whole) == is_whole(whole)
    assert public(seen) is seen


def test_what_can_be_reached_can_be_reached() -> None:
    whole = with_internal(LICENCE, {"Review", "SiteCheck", "Opinion", "Verify", "Hearing"})
    image, seen = images(whole), public(whole)

    def reached(definitions: Definitions, start: str) -> set[str]:
        found, work = {start}, [start]
        while work:
            for flow in definitions.outgoing(work.pop()):
                if flow.target not in found:
                    found.add(flow.target)
                    work.append(flow.target)
        return found

    for node in whole.nodes:
        assert {image[one] for one in reached(whole, node)} <= reached(seen, image[node])


def test_the_public_chart_is_drawn_without_a_hard_flaw() -> None:
    internal = set(steps(LICENCE)[4:9])
    seen = public(with_internal(LICENCE, internal))
    for form in PROFILES:
        drawing = lay_out(seen, PROFILES[form])
        assert [flaw for flaw in check(seen, drawing) if flaw.severity == "hard"] == []
    boxes = [node for node in seen.nodes.values() if node.name.startswith("内部办理")]
    assert boxes and all(node.type == "task" for node in boxes)


def test_a_file_with_an_internal_step_is_drawn_with_its_box() -> None:
    data = (ROOT / "flows/xk-general/process.bpmn").read_bytes()
    first = next(node for node in LICENCE.nodes.values() if node.id == steps(LICENCE)[4])
    assert first.step is not None
    post = f'post="{first.step.post}"'
    marked = data.replace(post.encode(), f'public="false" {post}'.encode())
    inside, outside = (draw_chart(marked, public=wanted).decode() for wanted in (False, True))
    assert first.name in inside and first.name not in outside and "内部办理" in outside


def test_a_question_that_only_internal_steps_ask_each_other_is_internal_too() -> None:
    around = {"Review", "SiteCheck", "Hearing", "Opinion"}
    assert images(with_internal(LICENCE, around))["SiteNeeded"] == "internal-Review"
    assert images(with_internal(LICENCE, around - {"SiteCheck"}))["SiteNeeded"] == "SiteNeeded"


def test_a_case_shows_the_gravest_of_a_group_and_all_its_cards() -> None:
    one, other = "NotifyHearing", "HoldHearing"
    whole = with_internal(HEARING, {one, other})
    image = images(whole)
    marks = {one: Mark(status="done", count=2, cards=("yellow",)), other: Mark(status="warn", cards=("red",))}
    status = shown(PictureStatus(elements=marks, arrows={"a": 1}), whole)
    assert image[one] == image[other] == "internal-NotifyHearing"
    assert status.elements == {image[one]: Mark(status="warn", count=2, cards=("yellow", "red"))}
    assert set(status.elements) <= set(image.values()) and status.arrows == {"a": 1}
    counted = shown(PictureStatus(counts={one: 5, other: 7}), whole).counts
    assert counted is not None and sum(counted.values()) == 12
    untouched = PictureStatus(elements=marks)
    assert shown(untouched, HEARING) is untouched
