"""Discretion benchmarks on the pages: where each is found, and what an officer is told before deciding."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from flask import Flask

import engine
from bpmn.package import load
from engine.store import Store
from tests.conftest import ROOT, fixture
from tests.web.browser import Browser

PUBLISHED = datetime(2026, 3, 2, 2, tzinfo=UTC)
NAME = "food-expired"
PENALTY = load(ROOT / "flows" / "cf-general")
HELD = {path: PENALTY.files[path] for path in (f"benchmarks/{NAME}.toml", f"{NAME}.dmn", "forms/facts.json")}
#: The called flow asks for what the benchmark weighs.
ASKING = '<extensionElements><sun:step form="facts"/></extensionElements>'


def test_what_is_no_benchmark_is_not_found(client: Browser) -> None:
    for address in ("/powers/xk-general/benchmarks/nothing", "/powers/nothing/benchmarks/nothing"):
        assert client.get(address).status_code == 404
    zh = client.get("/powers/xk-general/benchmarks/nothing").get_data(as_text=True)
    en = client.get("/powers/xk-general/benchmarks/nothing?lang=en").get_data(as_text=True)
    assert "没有公布名为 nothing 的裁量基准" in zh and "has no published benchmark named nothing" in en


def test_a_benchmark_of_what_is_called_has_its_page(app: Flask, store: Store, client: Browser) -> None:
    """From the caller's page to the flow that holds it; a version without it does not hide it."""
    with store.begin() as session:
        serving = fixture("serving")
        process = serving.process_bytes.decode().replace('name="送达文书"/>', f'name="送达文书">{ASKING}</userTask>')
        process = process.replace("served = false", "goods_value = 0")
        held = load(replace(serving, files={"process.bpmn": process.encode(), **HELD}).to_zip())
        engine.publish(session, held, key="serving", author="lin", at=PUBLISHED)
        engine.publish(session, fixture("calls-serving"), key="caller", author="lin", at=PUBLISHED)
    assert f'href="/powers/caller/benchmarks/{NAME}"' in client.page("/powers/caller").html
    moved = client.get(f"/powers/caller/benchmarks/{NAME}")
    assert (moved.status_code, moved.headers["Location"]) == (302, f"/powers/serving/benchmarks/{NAME}")
    with store.begin() as session:
        engine.publish(session, serving, key="serving", author="lin", at=PUBLISHED)
    assert PENALTY.benchmarks[NAME].title in client.page(f"/powers/serving/benchmarks/{NAME}").html
