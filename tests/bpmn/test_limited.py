"""Children that cannot hang, eat or flood the machine."""

from __future__ import annotations

import json
import random
import sys
import time

import pytest

from bpmn import chart, drawing_json, limited
from bpmn.errors import Refused
from bpmn.limited import Bounds, Exceeded, Failed
from tests.bpmn.examples import POWER
from tests.bpmn.pictures import CHAIN, chain, drawing_of

PYTHON = [sys.executable, "-c"]
LAYOUT = [sys.executable, "-m", "bpmn.layout_child"]


def dense(nodes: int, flows: int) -> bytes:
    """A graph no layout is good at: arrows from anywhere to anywhere."""
    pick = random.Random(1).randrange
    return CHAIN.format(
        process="",
        lane="",
        members="",
        nodes="".join(f'<bpmn:task id="N{i}"/>' for i in range(nodes)),
        flows="".join(
            f'<bpmn:sequenceFlow id="A{i}" sourceRef="N{pick(nodes)}" targetRef="N{pick(nodes)}"/>'
            for i in range(flows)
        ),
    ).encode()


def request(data: bytes, **options: object) -> bytes:
    asked = {
        "form": "wide",
        "notation": "gov",
        "lang": "zh",
        "labels": {},
        "collapse": False,
        "public": False,
        **options,
    }
    return json.dumps(asked).encode() + b"\n" + data


def test_a_child_answers() -> None:
    assert limited.run([*PYTHON, "import sys; print(sys.stdin.read()[::-1], end='')"], b"abc") == b"cba"


def test_a_child_inherits_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNPATH_SECRET", "s3cret")
    seen = limited.run([*PYTHON, "import os; print(sorted(os.environ))"], b"").decode()
    assert "SECRET" not in seen and "PATH" in seen


@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(60)"])
def test_a_child_that_hangs_is_ended(code: str) -> None:
    start = time.monotonic()
    with pytest.raises(Exceeded):
        limited.run([*PYTHON, code], b"", bounds=Bounds(seconds=0.5))
    assert time.monotonic() - start < 5


def test_a_child_that_burns_is_ended() -> None:
    with pytest.raises(Exceeded):
        limited.run([*PYTHON, "import sys; sys.stdin.read()\nwhile True: pass"], b"", bounds=Bounds(cpu=1))


def test_a_child_that_grows_is_refused_memory() -> None:
    with pytest.raises(Failed) as failed:
        limited.run([*PYTHON, "import sys; sys.stdin.read(); bytearray(2**31)"], b"", bounds=Bounds(memory=2**29))
    assert "MemoryError" in failed.value.message


def test_a_child_that_floods_is_stopped() -> None:
    code = "import sys; sys.stdin.read()\nwhile True: sys.stdout.write('x' * 65536)"
    with pytest.raises(Failed):
        limited.run([*PYTHON, code], b"", bounds=Bounds(file_size=2**20))


def test_a_hostile_graph_ends_within_its_time() -> None:
    """60 nodes with 600 arrows: a file within the limits that no layout finishes."""
    start = time.monotonic()
    with pytest.raises(Refused) as refused:
        chart.laid_out(dense(60, 600), "wide", "gov", bounds=Bounds(seconds=1.5))
    assert refused.value.code == "draw.timeout"
    assert time.monotonic() - start < 6


def test_the_layout_child_answers_a_drawing() -> None:
    drawing = drawing_json.from_answer(limited.run(LAYOUT, request(POWER.encode())))
    assert drawing == drawing_of(POWER.encode())[1]


def test_a_refusal_crosses_the_border() -> None:
    with pytest.raises(Refused) as refused:
        drawing_json.from_answer(limited.run(LAYOUT, request(b"<x/>")))
    assert (refused.value.code, refused.value.params["found"]) == ("bpmn.not_bpmn", "x")


def test_too_many_nodes_are_refused_before_any_layout() -> None:
    start = time.monotonic()
    with pytest.raises(Refused) as refused:
        chart.laid_out(chain(chart.MAX_NODES + 1), "wide", "gov")
    assert refused.value.code == "draw.too_large"
    assert refused.value.params["max_nodes"] == 300
    assert time.monotonic() - start < 3
