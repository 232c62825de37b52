"""The dressed picture: ids, links, accessible names, size, and the gate that lets nothing active out."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from bpmn.errors import Refused
from bpmn.safe_svg import assert_safe
from bpmn.svg import dress
from tests.bpmn.examples import POWER
from tests.bpmn.pictures import HOSTILE, ROOT, SVG, drawing_of, dressed, hostile_file, parsed, texts
from tests.conftest import FIXTURES

NS = 'xmlns="http://www.w3.org/2000/svg"'


def ids(svg: str, kind: str) -> set[str]:
    return {
        element.get("id", "").removeprefix(kind)
        for element in parsed(svg).iter()
        if element.get("id", "").startswith(kind)
    }


@pytest.mark.parametrize("form", ["wide", "a4", "a3", "phone"])
@pytest.mark.parametrize("notation", ["gov", "bpmn"])
def test_every_node_and_arrow_has_its_id(form: str, notation: str) -> None:
    definitions, _ = drawing_of(POWER.encode(), form, notation)
    svg = dressed(POWER.encode(), form, notation)
    assert ids(svg, "node-") == set(definitions.nodes)
    assert ids(svg, "edge-") == set(definitions.flows)
    assert ids(svg, "lane-") == (set() if form == "phone" else {"Applicant", "Window"})
    assert_safe(svg)


@pytest.mark.parametrize("file", sorted(FIXTURES.glob("*.bpmn")), ids=lambda path: path.stem)
def test_everything_readable_is_drawn_whole(file: Path) -> None:
    """Valid or not: every node and arrow of a file that can be read is in its picture once."""
    data = file.read_bytes()
    try:
        definitions, drawing = drawing_of(data)
    except Refused as refused:
        pytest.skip(f"not readable: {refused.code}")
    svg = dressed(data)
    assert_safe(svg)
    assert len(list(parsed(svg).iter(f"{SVG}a"))) == len(drawing.nodes)
    drawn = {placed.id for placed in drawing.nodes}
    assert {node.id for node in definitions.nodes.values() if node.kind != "artifact" and not node.parent} <= drawn


@pytest.mark.parametrize("form", ["wide", "phone"])
def test_the_accessible_name_says_once_who_acts(form: str) -> None:
    """The phone chart writes the lane into the box, the lane chart above it."""
    links = {link.get("id"): str(link.get("aria-label")) for link in parsed(dressed(form=form)).iter(f"{SVG}a")}
    assert links["node-Review"].count("窗口") == 1 and links["node-Apply"].count("，申请人，") == 0
    assert links["node-Complete"].count("窗口") == 1


def test_nodes_are_links_in_reading_order_and_say_what_is_seen_first() -> None:
    _, drawing = drawing_of(POWER.encode())
    links = list(parsed(dressed()).iter(f"{SVG}a"))
    assert [link.get("href") for link in links] == [f"#step-{node_id}" for node_id in drawing.order]
    apply = next(link for link in links if link.get("id") == "node-Apply")
    seen = "".join("".join(text.itertext()) for text in apply.iter(f"{SVG}text") if text.get("class") != "nt")
    label = str(apply.get("aria-label"))
    assert label.startswith(f"1{seen}，人工办理")
    assert "依据：《中华人民共和国行政许可法》第二十九条" in label


def test_two_pictures_share_a_page_by_prefix() -> None:
    phone = dressed(POWER.encode(), "phone", prefix="m-")
    assert ids(phone, "m-node-") == ids(dressed(), "node-")
    own = {str(element.get("id")) for element in parsed(phone).iter() if element.get("id")}
    assert own and all(made.startswith("m-") for made in own)


@pytest.mark.parametrize("notation", ["gov", "bpmn"])
@pytest.mark.parametrize("form", ["wide", "phone"])
def test_hostile_names_are_only_text(form: str, notation: str) -> None:
    """All 17 names on every kind of element: well-formed, through the gate, shown as they were written."""
    svg = dressed(hostile_file(), form, notation)
    assert_safe(svg)
    assert not list(parsed(svg).iter(f"{SVG}script", f"{SVG}image", f"{SVG}style"))
    shown = "".join(texts(svg)).replace(" ", "")
    for name in ("javascript:alert(1)", "\\N\\G\\E\\L\\T", "ends in a backslash\\", "{{7*7}}{%raw%}${x}%(y)s{count}"):
        assert name.replace(" ", "") in shown
    assert len(HOSTILE) == 17


@pytest.mark.parametrize(
    ("svg", "reason"),
    [
        (f"<svg {NS}><script>alert(1)</script></svg>", "script"),
        (f"<svg {NS}><foreignObject/></svg>", "foreignObject"),
        (f'<svg {NS} onload="alert(1)"/>', "onload"),
        (f'<svg {NS}><a href="javascript:alert(1)"/></svg>', "href"),
        (f'<svg {NS}><use href="https://example.org/x.svg#y"/></svg>', "href"),
        (f'<svg {NS}><rect fill="url(https://example.org)"/></svg>', "url"),
        (f'<svg {NS}><rect style="x"/></svg>', "style"),
        (f"<svg {NS}><style>*{{background:url(//x)}}</style></svg>", "style"),
        (f'<svg {NS}><g id="a"/><g id="a"/></svg>', "twice"),
        (f'<svg {NS} xmlns:xlink="http://www.w3.org/1999/xlink"><a xlink:href="#x"/></svg>', "xlink"),
        ('<html xmlns="http://www.w3.org/1999/xhtml"/>', "html"),
    ],
)
def test_the_gate_refuses(svg: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        assert_safe(svg)
    assert refused.value.code == "draw.unsafe"
    assert reason in str(refused.value)


def test_a_picture_that_lacks_an_element_is_refused() -> None:
    definitions, drawing = drawing_of(POWER.encode())
    with pytest.raises(Refused) as refused:
        dress(b"<svg xmlns='http://www.w3.org/2000/svg'/>", definitions, drawing)
    assert refused.value.code == "draw.failed"


def test_a_picture_is_small() -> None:
    """The general licence procedure, about 40 nodes: 8 KB with gzip."""
    svg = dressed((ROOT / "flows/xk-general/process.bpmn").read_bytes())
    assert len(gzip.compress(svg.encode(), 6)) < 8_192
