"""Drawn charts for tests: a lawful power, hostile names, and the files other people wrote."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path

from lxml import etree

from bpmn import graphviz, xml
from bpmn.diagram import to_dot
from bpmn.drawing import Drawing
from bpmn.layout import PROFILES, lay_out
from bpmn.model import Definitions
from bpmn.reader import read
from bpmn.safe_svg import RAW
from bpmn.svg import dress
from tests.bpmn.examples import POWER

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"
#: Where the BPMN MIWG files lie; the tests that need them say so and are skipped without.
SUITES = Path(os.environ.get("SUNPATH_SUITES", ROOT.parent / "shared" / "data"))
MIWG = sorted((SUITES / "miwg").glob("*.bpmn"))

#: Names that would be something else if anything passed them on (facts: drawing.md section 6).
HOSTILE = (
    '<b>]; evil [URL="javascript:alert(1)",label=<i>',
    '<<TABLE HREF="javascript:alert(1)"><TR><TD>x</TD></TR></TABLE>>',
    '<<IMG SRC="/etc/passwd"/>>',
    "ends in a backslash\\",
    "\\N \\G \\E \\L \\T",
    '"]; evil [shape=box]; "',
    "-->]]> <!-- ",
    '" onload="alert(1)" x="',
    "</text><script>alert(1)</script>",
    "&lt;script&gt; &amp; &#60;b&#62; &nbsp;",
    "'; DROP TABLE step; --",
    "javascript:alert(1)",
    "url(https://example.org/x.svg)",
    "{{7*7}} {% raw %} ${x} %(y)s {count}",
    "\u202egnp.exe \u200b\u2066\u2069",
    "a:b:c ; { } -> -- #",
    "𝔘𝔫𝔦 👩‍👧 ﷽ ｆｕｌｌ " * 4,
)
CHAIN = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">
<bpmn:process id="P" name="{process}"><bpmn:laneSet id="L"><bpmn:lane id="Lane" name="{lane}">{members}</bpmn:lane>
</bpmn:laneSet>{nodes}{flows}</bpmn:process></bpmn:definitions>"""


def hostile_file() -> bytes:
    """Every hostile name on a task, a gateway, an event, an arrow, the lane and the process, in one chain."""
    types = ("userTask", "exclusiveGateway", "intermediateThrowEvent")
    names = [escape(name) for name in HOSTILE]
    nodes = [f'<bpmn:{types[i % 3]} id="N{i}" name="{names[i // 3]}"/>' for i in range(3 * len(names))]
    flows = [
        f'<bpmn:sequenceFlow id="A{i}" name="{names[i // 3]}" sourceRef="N{i}" targetRef="N{i + 1}"/>'
        for i in range(len(nodes) - 1)
    ]
    members = "".join(f"<bpmn:flowNodeRef>N{i}</bpmn:flowNodeRef>" for i in range(len(nodes)))
    return CHAIN.format(
        process=names[0], lane=names[1], members=members, nodes="".join(nodes), flows="".join(flows)
    ).encode()


def chain(count: int) -> bytes:
    """A process of ``count`` tasks in a row."""
    nodes = "".join(f'<bpmn:userTask id="N{i}" name="办理第{i}件事项"/>' for i in range(count))
    flows = "".join(f'<bpmn:sequenceFlow id="A{i}" sourceRef="N{i}" targetRef="N{i + 1}"/>' for i in range(count - 1))
    return CHAIN.format(process="链", lane="办理", members="", nodes=nodes, flows=flows).encode()


@cache
def drawing_of(data: bytes, form: str = "wide", notation: str = "gov", lang: str = "zh") -> tuple[Definitions, Drawing]:
    """A file laid out in this process."""
    definitions = read(data)
    return definitions, lay_out(definitions, replace(PROFILES[form], notation=notation), {}, lang)


@cache
def dressed(data: bytes = POWER.encode(), form: str = "wide", notation: str = "gov", prefix: str = "") -> str:
    """A dressed picture without a status."""
    definitions, drawing = drawing_of(data, form, notation)
    return dress(graphviz.draw(to_dot(definitions, drawing), "svg"), definitions, drawing, prefix)


def parsed(svg: str) -> etree._Element:
    """A picture as a tree."""
    return xml.parse(svg.encode(), RAW)


def texts(svg: str) -> list[str]:
    """Every visible line of text."""
    return ["".join(text.itertext()) for text in parsed(svg).iter(f"{SVG}text")]
