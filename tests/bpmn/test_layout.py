"""Any file gets a chart: everything in it, nothing on anything else, lanes as declared, the same every time."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpmn.chart import labels_of
from bpmn.drawing import Drawing, Label, PlacedFlow
from bpmn.layout import PROFILES, lay_out
from bpmn.measure import width
from bpmn.model import Definitions, Flow, Lane, MessageFlow, Node, Pool, Process
from bpmn.package import load
from bpmn.quality import check
from bpmn.reader import read
from tests.bpmn import random_models
from tests.bpmn.pictures import MIWG, ROOT, SUITES

FLOWS = sorted((ROOT / "flows").glob("*/process.bpmn"))


def named(path: Path) -> str:
    return path.parent.name


FIXTURES = sorted((ROOT / "tests/fixtures/bpmn").glob("*.bpmn"))
ALL_FORMS = [(form, notation) for form in PROFILES for notation in ("gov", "bpmn")]


def lay(definitions: Definitions, form: str = "wide", notation: str = "gov") -> Drawing:
    return lay_out(definitions, replace(PROFILES[form], notation=notation))


@cache
def read_file(path: Path) -> Definitions:
    return read(path.read_bytes())


@cache
def drawn(path: Path, form: str = "wide", notation: str = "gov") -> Drawing:
    return lay(read_file(path), form, notation)


def hard_flaws(definitions: Definitions, drawing: Drawing) -> list[object]:
    return [flaw for flaw in check(definitions, drawing) if flaw.severity == "hard"]


def process(nodes: list[Node], arrows: list[tuple[str, str]], lanes: tuple[Lane, ...] = ()) -> Definitions:
    flows = tuple(Flow(id=f"{a}-{b}", source=a, target=b, process="P") for a, b in arrows)
    placed = tuple(replace(node, process="P") for node in nodes)
    return Definitions(processes=(Process(id="P", nodes=placed, flows=flows, lanes=lanes),))


def stretches(flow: PlacedFlow) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    return list(pairwise(flow.points))


# -- nothing wrong, whatever the file ---------------------------------------------------------------------------------


@pytest.mark.skipif(not MIWG, reason=f"the BPMN MIWG files are not in {SUITES}/miwg (SUNPATH_SUITES)")
@pytest.mark.parametrize(("form", "notation"), ALL_FORMS)
@pytest.mark.parametrize("path", MIWG, ids=lambda path: path.stem)
def test_files_of_other_modelers_have_no_hard_flaw(path: Path, form: str, notation: str) -> None:
    assert hard_flaws(read_file(path), drawn(path, form, notation)) == []


@pytest.mark.parametrize(("form", "notation"), ALL_FORMS)
@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
def test_published_flows_have_no_hard_flaw(path: Path, form: str, notation: str) -> None:
    drawing = drawn(path, form, notation)
    assert hard_flaws(read_file(path), drawing) == []
    assert drawing.form == form and drawing.notation == notation
    if form == "phone":
        assert drawing.width <= 366


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_fixture_is_laid_out(path: Path) -> None:
    definitions = read_file(path)
    for form in ("wide", "phone"):
        assert hard_flaws(definitions, drawn(path, form)) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.sampled_from(ALL_FORMS))
def test_wild_models_have_no_hard_flaw(seed: int, form: tuple[str, str]) -> None:
    definitions = random_models.wild(Random(seed))
    assert hard_flaws(definitions, lay(definitions, *form)) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.sampled_from(ALL_FORMS))
def test_orderly_models_have_no_hard_flaw(seed: int, form: tuple[str, str]) -> None:
    definitions = random_models.orderly(Random(seed))
    assert hard_flaws(definitions, lay(definitions, *form)) == []


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
def test_the_same_file_gives_the_same_drawing(path: Path) -> None:
    assert lay(read(path.read_bytes())) == drawn(path)


# -- odd files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", PROFILES)
def test_an_empty_file_has_an_empty_chart(form: str) -> None:
    drawing = lay(Definitions(processes=(Process(id="P"),)), form)
    assert drawing.nodes == () and drawing.width > 0 and drawing.height > 0


def test_loose_nodes_stand_below_the_rest() -> None:
    nodes = [Node(id=id_, type="userTask") for id_ in ("loose", "a", "b")]
    boxes = {node.id: node.box for node in lay(process(nodes, [("a", "b")])).nodes}
    assert boxes["loose"].top > boxes["b"].bottom


def test_an_arrow_to_itself_is_drawn_around_its_corner() -> None:
    definitions = process([Node(id="a", type="userTask", name="复核")], [("a", "a")])
    drawing = lay(definitions)
    assert hard_flaws(definitions, drawing) == []
    assert len(drawing.flows[0].points) >= 4


def test_what_a_collapsed_sub_process_hides_is_not_drawn() -> None:
    nodes = [
        Node(id="before", type="userTask"),
        Node(id="sub", type="subProcess", expanded=False),
        Node(id="inside", type="userTask", parent="sub"),
        Node(id="deep", type="userTask", parent="sub"),
    ]
    definitions = process(nodes, [("before", "sub"), ("inside", "deep"), ("before", "inside")])
    drawing = lay(definitions)
    assert [node.id for node in drawing.nodes] == ["before", "sub"]
    assert {(flow.id, flow.target) for flow in drawing.flows} == {("before-sub", "sub"), ("before-inside", "sub")}
    assert hard_flaws(definitions, drawing) == []


def test_many_boundary_events_do_not_touch() -> None:
    nodes = [Node(id="a", type="userTask"), Node(id="z", type="endEvent")]
    events = [Node(id=f"e{i}", type="boundaryEvent", attached_to="a", name="15日未答复") for i in range(6)]
    definitions = process([*nodes, *events], [("a", "z"), *((event.id, "z") for event in events)])
    for form in PROFILES:
        drawing = lay(definitions, form)
        assert hard_flaws(definitions, drawing) == []
        boxes = {node.id: node.box for node in drawing.nodes}
        assert all(boxes[event.id].centre[1] == boxes["a"].bottom for event in events)


# -- lanes and pools --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
def test_lanes_stand_in_declared_order_and_full_height(path: Path) -> None:
    drawing = drawn(path)
    declared = [lane.id for lane in read_file(path).processes[0].lanes]
    assert [lane.id for lane in drawing.lanes] == declared
    assert all(left.box.right == right.box.left for left, right in pairwise(drawing.lanes))
    assert {(lane.box.top, lane.box.bottom) for lane in drawing.lanes} == {(0, drawing.height)}
    assert all(" ".join(line.text for line in lane.lines) for lane in drawing.lanes)


def test_of_nested_lanes_the_innermost_are_columns() -> None:
    lanes = (
        Lane(id="office", name="机关", process="P"),
        Lane(id="window", name="窗口", process="P", parent="office"),
        Lane(id="desk", name="科室", process="P", parent="office"),
    )
    nodes = [Node(id="a", type="userTask", lane="window"), Node(id="b", type="userTask", lane="desk")]
    drawing = lay(process(nodes, [("a", "b")], lanes))
    assert [(lane.id, lane.name) for lane in drawing.lanes] == [("window", "机关 · 窗口"), ("desk", "机关 · 科室")]


@cache
def two_pools() -> Definitions:
    office = process(
        [Node(id="send", type="sendTask", name="告知"), Node(id="wait", type="receiveTask")], [("send", "wait")]
    )
    return replace(
        office,
        pools=(Pool(id="party", name="当事人"), Pool(id="office", name="机关", process="P")),
        message_flows=(
            MessageFlow(id="told", source="send", target="party"),
            MessageFlow(id="answered", source="party", target="wait", name="答复"),
        ),
    )


def test_a_black_box_is_an_empty_lane_that_messages_touch() -> None:
    drawing = lay(two_pools())
    party, office = drawing.lanes
    assert (party.id, party.pool, office.id) == ("party", "party", "office")
    told = next(flow for flow in drawing.flows if flow.id == "told")
    assert told.kind == "message" and told.points[-1][0] == party.box.right
    assert party.box.right < office.box.left
    assert hard_flaws(two_pools(), drawing) == []


def test_on_the_phone_a_black_box_is_a_box() -> None:
    drawing = lay(two_pools(), "phone")
    assert drawing.lanes == ()
    (party,) = drawing.pools
    assert party.id == "party" and party.head == party.box.height
    assert hard_flaws(two_pools(), drawing) == []


# -- what is written --------------------------------------------------------------------------------------------------

LICENCE = ROOT / "flows/xk-general/process.bpmn"


def text_of(drawing: Drawing, id_: str) -> dict[str, str]:
    node = next(node for node in drawing.nodes if node.id == id_)
    return {
        role: "".join(line.text for line in node.lines if line.role == role)
        for role in ("name", "lane", "post", "limit")
    }


def test_a_box_holds_name_post_and_limit() -> None:
    assert text_of(drawn(LICENCE), "FormalReview") == {
        "name": "形式审查",
        "lane": "",
        "post": "岗位：受理岗",
        "limit": "时限：当场",
    }
    assert text_of(drawn(LICENCE, "phone"), "FormalReview")["lane"].startswith("办理方：")


def test_english_names_come_from_labels_and_are_not_split() -> None:
    package = load(LICENCE.parent)
    labels = {**package.posts("en"), **package.labels("en")}
    definitions = package.definitions
    drawing = lay_out(definitions, PROFILES["wide"], labels, "en")
    assert hard_flaws(definitions, drawing) == []
    written = text_of(drawing, "FormalReview")
    assert written["post"].startswith("Post:") and written["limit"].startswith("Limit:")
    words = {word for node in drawing.nodes for line in node.lines if line.role == "name" for word in line.text.split()}
    known = {word for name in labels.values() for word in name.split()}
    assert words <= known
    assert drawing.lanes[0].name == labels[drawing.lanes[0].id]


def test_questions_stand_inside_diamonds_or_beside_them() -> None:
    gateways = [id_ for id_, node in read_file(LICENCE).nodes.items() if node.type == "exclusiveGateway" and node.name]
    gov = {node.id: node.lines for node in drawn(LICENCE).nodes}
    plain, beside = drawn(LICENCE, "wide", "bpmn"), {label.owner for label in drawn(LICENCE, "wide", "bpmn").labels}
    assert gateways and all(gov[id_] for id_ in gateways)
    assert all(not node.lines for node in plain.nodes if node.id in gateways) and set(gateways) <= beside


def test_steps_are_numbered_in_reading_order() -> None:
    definitions, drawing = read_file(LICENCE), drawn(LICENCE)
    placed = {node.id: node for node in drawing.nodes}
    assert [node.id for node in drawing.nodes] == list(drawing.order)
    steps = [id_ for id_ in drawing.order if definitions.nodes[id_].kind in ("task", "sub")]
    assert [placed[id_].number for id_ in steps] == list(range(1, len(steps) + 1))
    assert {node.number for node in drawing.nodes if node.id not in steps} == {0}
    assert drawing.order[0] == "Start"


def test_the_inside_of_a_sub_process_follows_it_and_lies_in_it() -> None:
    definitions, drawing = read_file(LICENCE), drawn(LICENCE)
    boxes = {node.id: node.box for node in drawing.nodes}
    inner = [node for node in definitions.nodes.values() if node.parent]
    assert inner
    for node in inner:
        outer = boxes[node.parent or ""]
        assert outer.left < boxes[node.id].left and boxes[node.id].bottom < outer.bottom
        assert drawing.order.index(node.id) > drawing.order.index(node.parent or "")


# -- arrows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in FLOWS if 'return="true"' in path.read_text("utf-8")], ids=named)
@pytest.mark.parametrize("form", ["wide", "phone"])
def test_a_return_is_an_arc_of_its_own(path: Path, form: str) -> None:
    """It shares no stretch with an arrow that leads on."""
    definitions, drawing = read_file(path), drawn(path, form)
    returns = [flow for flow in drawing.flows if definitions.flows[flow.id].returns]
    others = [flow for flow in drawing.flows if not definitions.flows[flow.id].returns]
    assert returns
    shared = [
        (one.id, other.id)
        for one in returns
        for other in others
        for a in stretches(one)
        for b in stretches(other)
        if on_each_other(a, b) > 13  # the last leg into the same side of a node
    ]
    assert shared == []


def on_each_other(a: tuple[tuple[float, float], ...], b: tuple[tuple[float, float], ...]) -> float:
    for along, across in ((0, 1), (1, 0)):
        if len({round(point[across], 2) for point in (*a, *b)}) == 1:
            low = max(min(point[along] for point in a), min(point[along] for point in b))
            high = min(max(point[along] for point in a), max(point[along] for point in b))
            return max(0.0, high - low)
    return 0.0


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
def test_every_named_arrow_is_labelled_once(path: Path) -> None:
    definitions, drawing = read_file(path), drawn(path)
    owners = [label.owner for label in drawing.labels]
    named = [flow.id for flow in definitions.flows.values() if flow.name]
    assert sorted(owner for owner in owners if owner in definitions.flows) == sorted(named)
    assert all(
        width(line.text, line.size) <= label.box.width + 0.01 for label in drawing.labels for line in label.lines
    )


def test_charts_of_the_house_cross_little() -> None:
    for path in FLOWS:
        flaws = [flaw.kind for flaw in check(read_file(path), drawn(path))]
        assert flaws.count("crossing") <= 0.25 * len(drawn(path).flows)
        assert flaws.count("arrows_overlap") == 0


@pytest.mark.parametrize("form", PROFILES)
def test_no_two_arrows_of_the_house_turn_at_one_point(form: str) -> None:
    """The chart of complaints sent those accepted to the decision on filing, and the extended check to mediation."""
    flaws = [flaw for path in FLOWS for flaw in check(read_file(path), drawn(path, form))]
    assert [flaw.elements for flaw in flaws if flaw.kind == "corners_meet"] == []


@pytest.mark.parametrize("form", PROFILES)
def test_no_name_in_charts_of_the_house_stands_under_a_mark(form: str) -> None:
    """The number of a step hid half of 重新审查 beside it."""
    flaws = [flaw for path in FLOWS for flaw in check(read_file(path), drawn(path, form))]
    assert [flaw.elements for flaw in flaws if flaw.kind == "label_on_mark"] == []


@pytest.mark.parametrize("form", PROFILES)
def test_no_english_word_in_charts_of_the_house_is_torn(form: str) -> None:
    """On a phone the hearing of the licence was a “Heari ng”, with a “workin g day” to ask for it."""
    torn = []
    for path in FLOWS:
        package = load(path.parent).alone
        labels = labels_of(package, "en")
        drawing = lay_out(package.definitions, PROFILES[form], labels, "en")
        for placed in (*drawing.nodes, *drawing.labels, *drawing.lanes):
            lines = [line.text for line in placed.lines]
            whole = {word for line in lines for word in re.split(r"[\s/-]+", line)}
            name = labels.get(placed.owner if isinstance(placed, Label) else placed.id, "")
            torn += [(path.parent.name, word) for word in re.split(r"[\s/-]+", name) if lines and word not in whole]
    assert torn == []
