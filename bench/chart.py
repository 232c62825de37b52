"""Charts: laying out and drawing once per version, the overlay at every view, and the page around it.

Prints layout and drawing time for models of 10, 25, 60 and 200 nodes; the overlay in milliseconds and bytes; requests
per second of the citizen's pages, beside drawing the picture anew for every view. Run with ``python -m bench.chart``.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from pathlib import Path

from bench import pages
from bench.timing import Series
from bpmn import chart
from bpmn.layout import PROFILES, lay_out
from bpmn.overlay import Mark, PictureStatus
from bpmn.package import FlowPackage, load
from bpmn.reader import read

ROOT = Path(__file__).resolve().parents[1]
LANES = 4


def main() -> None:
    """Measure and print."""
    print(f"{'nodes':>6}{'layout ms':>12}{'draw once ms':>14}{'overlay ms':>12}{'SVG gzip':>10}{'draw ÷ overlay':>16}")
    for size in (10, 25, 60, 200):
        _one_size(size)
    package = load(ROOT / "flows" / "xk-general")
    pages.measure(package)
    _drawing(package)


def model(size: int) -> bytes:
    """A procedure of ``size`` nodes over four lanes: tasks, and a question with a way back after every fourth."""
    nodes, flows, members = ['<startEvent id="n0" name="提出申请"/>'], [], {0: 0}
    for n in range(1, size - 1):
        members[n] = (n // 3) % LANES
        question = n % 5 == 4
        kind = "exclusiveGateway" if question else "userTask"
        default = f' default="f{n}"' if question else ""
        nodes.append(f'<{kind} id="n{n}" name="{"是否符合条件" if question else "审查申请材料并提出意见"}"{default}/>')
        if question:
            flows.append((f"r{n}", n, n - 3, "退回", 'ok = "no"'))
    nodes.append(f'<endEvent id="n{size - 1}" name="办结"/>')
    members[size - 1] = members[size - 2]
    flows += [(f"f{n}", n, n + 1, "", "") for n in range(size - 1)]
    lanes = "".join(
        f'<lane id="l{lane}" name="岗位{lane + 1}">'
        + "".join(f"<flowNodeRef>n{n}</flowNodeRef>" for n, of in members.items() if of == lane)
        + "</lane>"
        for lane in range(LANES)
    )
    arrows = "".join(
        f'<sequenceFlow id="{id_}" sourceRef="n{a}" targetRef="n{b}" name="{name}">'
        + (f"<conditionExpression>{condition}</conditionExpression>" if condition else "")
        + "</sequenceFlow>"
        for id_, a, b, name, condition in flows
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:bench">'
        f'<process id="p" name="测量" isExecutable="true"><laneSet id="s">{lanes}</laneSet>'
        f"{''.join(nodes)}{arrows}</process></definitions>"
    ).encode()


def _one_size(size: int) -> None:
    data = model(size)
    definitions = read(data)
    layout, draw, overlay = Series("layout"), Series("draw"), Series("overlay")
    for _ in range(3):
        layout.measure(lambda: lay_out(definitions, PROFILES["wide"]))
        picture = draw.measure(lambda: chart.picture(data))
    done = {f"n{n}": Mark(status="done") for n in range(size // 2)} | {f"n{size // 2}": Mark(status="current")}
    status = PictureStatus(elements=done, arrows={f"f{n}": 1 for n in range(size // 2)})
    assert picture.template
    for _ in range(200):
        svg = overlay.measure(lambda: picture.render(status))
    packed = len(gzip.compress(svg.encode(), 6))
    print(f"{size:6}{layout.p50:12.0f}{draw.p50:14.0f}{overlay.p50:12.3f}{packed:10,}{draw.p50 / overlay.p50:16,.0f}")


def _drawing(package: FlowPackage) -> None:
    def drawn() -> Iterator[float]:
        for _ in range(3):
            start = time.perf_counter()
            for form in ("wide", "phone"):
                chart.picture(package.process_bytes, form=form)
            yield time.perf_counter() - start

    print(f"{'drawing both forms per view':32}{1 / min(drawn()):10.1f} views/s in one process")


if __name__ == "__main__":
    main()
