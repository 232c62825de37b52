"""DOT: pinned, closed, and safe whatever a modeller wrote."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bpmn import graphviz
from bpmn.chart import labels_of
from bpmn.diagram import to_dot
from bpmn.dot import Dot, label, line_label
from bpmn.drawing import limit_words
from bpmn.frame import frame_of
from bpmn.layout import PROFILES, lay_out
from bpmn.marks import Mark, PictureStatus
from bpmn.power import Limit
from tests.bpmn.examples import POWER
from tests.bpmn.pictures import HOSTILE, drawing_of, hostile_file, parsed
from tests.flows.shipped import PACKAGES


def strings(dot: str) -> list[str]:
    """What stands between quotes."""
    return re.findall(r'="((?:[^"\\]|\\.)*)"', dot)


@pytest.mark.parametrize("notation", ["gov", "bpmn"])
def test_every_node_and_arrow_is_pinned(notation: str) -> None:
    definitions, drawing = drawing_of(POWER.encode(), notation=notation)
    dot = to_dot(definitions, drawing)
    for key in (*(f"n{i}" for i in range(len(drawing.nodes))), *(f"l{i}" for i in range(len(drawing.labels)))):
        assert re.search(rf'^{key} \[.*pos="', dot, re.M)
    assert dot.count(" -> ") == dot.count('pos="e,') == len(drawing.flows)


@pytest.mark.parametrize("status", [None, PictureStatus()], ids=["web", "baked"])
@pytest.mark.parametrize("form", PROFILES)
def test_no_arrow_turns_back_at_its_end(form: str, status: PictureStatus | None) -> None:
    """On paper the last stretch of a route vanished: it was shortened for the head, the curve to its end was not."""
    for package in PACKAGES.values():
        definitions = package.alone.definitions
        dot = to_dot(definitions, lay_out(definitions, PROFILES[form]), status)
        for route in re.findall(r' -> .*pos="(?:s,\S+ )?e,\S+ ([^";]*)', dot):
            points = [tuple(map(float, point.split(","))) for point in route.split()]
            for (x0, y0), *controls, (x1, y1) in (points[at : at + 4] for at in range(0, len(points) - 1, 3)):
                assert all(min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1) for x, y in controls)


@pytest.mark.parametrize("key", PACKAGES)
def test_no_title_is_cut_off(key: str) -> None:
    """On an English phone chart the power had no name."""
    package = PACKAGES[key].alone
    for lang, labels in (("zh", {}), ("en", labels_of(package, "en"))):
        for profile in PROFILES.values():
            framed = frame_of(package.definitions, lay_out(package.definitions, profile, labels, lang), labels)
            assert not [line.text for text in framed.texts if text.bold for line in text.lines if "…" in line.text]


@pytest.mark.parametrize(("align", "left"), [("LEFT", 0), ("CENTER", 200), ("RIGHT", 400)])
def test_lines_stand_where_a_label_says(align: str, left: float) -> None:
    """On paper the centred title of a chart stood at its left: Graphviz widens a table, and not what is in it."""
    made = label([("一", 20, "#000000", False)], align=align, width=420)
    node = f'n [shape="plaintext" fixedsize="true" pos="210,20" width="5.8333" height="0.5" label=<{made}>];'
    drawn = graphviz.draw(f'digraph {{ graph [bb="0,0,420,40"]; {node} }}', "svg").decode()
    (at,) = re.findall(r'<text text-anchor="start" x="([-\d.]+)"', drawn)
    assert float(at) == pytest.approx(left, abs=5)


@pytest.mark.parametrize(
    ("limit", "zh", "en"),
    [
        (Limit(unit="working_day", statutory=1), "1个工作日", "1 working day"),
        (Limit(unit="working_day", statutory=20, promised=10), "10个工作日（法定20）", "10 working days (by law 20)"),
        (Limit(unit="hour", statutory=1), "1小时", "1 hour"),
        (Limit(unit="calendar_day", statutory=7, kind="min"), "不少于7日", "at least 7 days"),
    ],
)
def test_a_limit_in_words(limit: Limit, zh: str, en: str) -> None:
    assert limit_words(limit, "zh") == zh and limit_words(limit, "en") == en


def test_the_same_input_gives_the_same_dot() -> None:
    definitions, drawing = drawing_of(POWER.encode())
    assert to_dot(definitions, drawing) == to_dot(definitions, drawing)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_dot(name: str) -> None:
    """Whatever the text: one node, and its text is the text."""
    dot = Dot()
    dot.node("n1", label=label([(name, 14, "#000000", False)]), shape="box", pos="0,0", width=9.0, height=1.0)
    dot.node("n2", label=line_label(name, 10, "#000000"), shape="box", pos="0,99", width=9.0, height=1.0)
    raw = graphviz.draw(str(dot), "svg")
    tree = parsed(raw[raw.index(b"<svg") :].decode())
    assert len([group for group in tree.iter("{*}g") if group.get("class") == "node"]) == 2
    assert not list(tree.iter("{*}a", "{*}image", "{*}script"))


def test_keys_and_attributes_are_a_closed_list() -> None:
    dot = Dot()
    with pytest.raises(ValueError, match="attribute"):
        dot.node("n1", URL="javascript:alert(1)")
    with pytest.raises(ValueError, match="key"):
        dot.node("n1]; evil", label="")


def test_plain_values_stay_in_their_quotes() -> None:
    dot = Dot()
    dot.node("n1", label='a"b\\')
    assert r'label="a\"b\\"' in str(dot)


def test_an_empty_label_is_no_html() -> None:
    """A blank BPMN name would be a syntax error as an HTML-like label."""
    assert label([(" \u200b ", 14, "#000000", False)]) == ""


def test_hostile_names_add_no_node() -> None:
    definitions, drawing = drawing_of(hostile_file())
    for status in (None, PictureStatus()):
        dot = to_dot(definitions, drawing, status)
        keys = set(re.findall(r"^([a-z]\w*) \[", dot, re.M))
        assert keys <= {"graph", "node", "edge", "origin", "far"} | {
            key for key in keys if re.fullmatch(r"[nlbe]\d+(_(tail|head))?", key)
        }


def test_a_status_is_baked_in() -> None:
    definitions, drawing = drawing_of(POWER.encode())
    status = PictureStatus(
        elements={
            "Apply": Mark(status="done"),
            "Review": Mark(status="overdue", count=2),
            "nowhere": Mark(status="done"),
        },
        arrows={"A1": 1, "A2": 2},
    )
    dot = to_dot(definitions, drawing, status)
    assert "#e6f4ef" in dot and "#b3161e" in dot
    assert "×2" in dot
    assert "nowhere" not in dot
    assert graphviz.draw(dot, "png").startswith(b"\x89PNG")


def test_a_drawing_with_an_unknown_status_word_is_drawn_bare() -> None:
    definitions, drawing = drawing_of(POWER.encode())
    status = PictureStatus(elements={"Apply": Mark(status="<b>")})
    assert "<b>" not in "".join(strings(to_dot(definitions, drawing, status)))


def test_a_route_of_one_point_is_left_out() -> None:
    definitions, drawing = drawing_of(POWER.encode())
    flows = tuple(replace(flow, points=flow.points[:1]) for flow in drawing.flows)
    assert " -> " not in to_dot(definitions, replace(drawing, flows=flows))
