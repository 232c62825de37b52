"""The door to pictures: any file, every form, both notations, both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpmn import chart
from bpmn.chart import Picture, draw_chart, labels_of, picture
from bpmn.errors import Refused
from bpmn.icons import BADGES
from bpmn.marks import ClockSign, Mark, PictureStatus
from bpmn.package import load
from bpmn.palette import DARK, LIGHT, LOOKS, SANS
from bpmn.reader import read
from bpmn.safe_svg import assert_safe
from tests.bpmn.examples import POWER
from tests.bpmn.pictures import CHAIN, MIWG, ROOT, SUITES, SVG, parsed, texts

LICENCE = ROOT / "flows/xk-general"


@pytest.mark.skipif(not MIWG, reason=f"the BPMN MIWG files are not in {SUITES}/miwg (SUNPATH_SUITES)")
@pytest.mark.parametrize("form", ["wide", "phone"])
@pytest.mark.parametrize("path", MIWG, ids=lambda path: path.stem)
def test_files_of_other_modelers_are_drawn(path: Path, form: str) -> None:
    made = picture(path.read_bytes(), form, "bpmn" if form == "wide" else "gov")
    svg = made.render()
    assert_safe(svg)
    definitions = read(path.read_bytes())
    visible = {node.id for node in definitions.nodes.values() if node.kind != "artifact" and not node.parent}
    drawn = {str(link.get("id")).removeprefix("m-node-").removeprefix("node-") for link in parsed(svg).iter(f"{SVG}a")}
    assert visible <= drawn
    assert visible <= set(made.order)


def test_a_picture_survives_the_database() -> None:
    made = picture(POWER.encode())
    stored = Picture.from_json(made.to_json())
    assert stored == made
    status = PictureStatus(elements={"Apply": Mark(status="done")})
    assert stored.render(status) == made.render(status)
    assert made.numbers == {"Apply": 1, "Review": 2}
    assert made.width > 100 and made.height > 100


def test_the_phone_chart_has_ids_of_its_own() -> None:
    svg = picture(POWER.encode(), "phone").render()
    assert 'id="m-node-Apply"' in svg and 'href="#step-Apply"' in svg
    assert 'id="node-Apply"' not in svg


@pytest.mark.parametrize("form", chart.FORMS)
def test_a_file_stands_alone(form: str) -> None:
    """Style and symbols are inside; title, limits, body and footer stand around."""
    status = PictureStatus(elements={"Apply": Mark(status="done")})
    svg = draw_chart(LICENCE.joinpath("process.bpmn").read_bytes(), form, status=status).decode()
    assert_safe(svg)
    tree = parsed(svg)
    symbols = {symbol.get("id") for symbol in tree.iter(f"{SVG}symbol")}
    assert {str(use.get("href"))[1:] for use in tree.iter(f"{SVG}use")} <= symbols
    shown = "".join(texts(svg))
    for words in ("云泽市市场监督管理局", "行政权力运行流程图", "法定办结时限：20个工作日", "监督投诉", "已完成"):
        assert words in shown


def test_paper_has_a_column_of_bases_and_risks() -> None:
    data = LICENCE.joinpath("process.bpmn").read_bytes()
    assert "办理依据与廉政风险点" in texts(draw_chart(data, "a3").decode())
    assert "办理依据与廉政风险点" not in texts(draw_chart(data, "a4").decode())


@pytest.mark.parametrize(("format", "magic"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_print_bakes_the_status_in(format: str, magic: bytes) -> None:
    status = PictureStatus(elements={"Apply": Mark(status="done"), "Review": Mark(status="overdue", cards=("red",))})
    blank = draw_chart(POWER.encode(), "a4", format=format)
    marked = draw_chart(POWER.encode(), "a4", format=format, status=status)
    assert blank.startswith(magic) and marked.startswith(magic)
    assert blank != marked


CLOCKS = [
    ClockSign(used=0.6),
    ClockSign(used=0.9, promised=0.5, stops=((0.2, 0.4),)),
    ClockSign(used=1),
    ClockSign(used=0, still=True),
]


def test_print_draws_the_clocks() -> None:
    """Used, promised and stopped are each to be seen: no two clocks are printed alike."""

    def printed(clock: ClockSign | None) -> bytes:
        status = PictureStatus(elements={"Review": Mark(status="current", clock=clock)})
        return draw_chart(POWER.encode(), "a4", format="png", status=status)

    assert printed(CLOCKS[1]) == printed(CLOCKS[1])
    assert len({printed(clock) for clock in (None, *CLOCKS)}) == 1 + len(CLOCKS)


def test_english_words_everywhere() -> None:
    package = load(LICENCE)
    labels = labels_of(package, "en")
    svg = draw_chart(package.process_bytes, "wide", "gov", "en", labels).decode()
    shown = " ".join(texts(svg))
    assert "Fill in and submit the application" in shown
    assert "Service window" in shown and "Acceptance clerk" in shown
    assert "Administrative Licensing Law" in svg
    chinese = [text for text in texts(svg) if any("\u4e00" <= character <= "\u9fff" for character in text)]
    assert chinese == []


def test_a_large_file_is_drawn_with_its_sub_processes_closed() -> None:
    inside = "".join(f'<bpmn:task id="I{i}"/>' for i in range(301))
    nodes = f'<bpmn:task id="Before"/><bpmn:subProcess id="Sub" name="许多步骤">{inside}</bpmn:subProcess>'
    flows = '<bpmn:sequenceFlow id="A" sourceRef="Before" targetRef="Sub"/>'
    made = picture(CHAIN.format(process="大", lane="", members="", nodes=nodes, flows=flows).encode())
    assert set(made.order) == {"Before", "Sub"}
    assert "#i-sub" in made.render()


def test_an_unknown_form_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="poster"):
        picture(POWER.encode(), "poster")


def test_what_is_no_bpmn_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        picture(b"<html/>")
    assert refused.value.code == "bpmn.not_bpmn"


def test_page_and_file_share_style_and_tokens() -> None:
    """Pages link the very file that standalone charts carry; the palette is the pages' tokens."""
    css = ROOT / "web/static/css"
    assert css.joinpath("chart.css").resolve() == ROOT / "bpmn/chart.css"
    light, _, dark = css.joinpath("tokens.css").read_text().partition("@media (prefers-color-scheme:dark)")
    assert [name for name, value in LIGHT.items() if f"--{name}:{value};" not in light] == []
    assert [name for name, value in DARK.items() if f"--{name}:{value};" not in dark] == []
    assert f"--sans:{SANS};" in light


def test_every_status_has_a_look() -> None:
    assert LOOKS.keys() == (BADGES.keys() - {"blue"}) | {"todo"}
