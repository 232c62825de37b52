"""Discretion benchmarks on the pages: where each is found, and what an officer is told before deciding."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from flask import Flask

import engine
from bpmn.package import FlowPackage, digest, load
from bpmn.power import Discretion
from engine.store import Store
from tests.conftest import ROOT, fixture
from tests.flows.shipped import publish, whole
from tests.flows.test_scenarios import tell
from tests.web.browser import Browser
from tests.web.staff import signed_in

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


def test_the_tables_that_decide_say_what_their_codes_mean(store: Store, client: Browser) -> None:
    """The FEEL stays beside the words: it is there to be checked."""
    with store.begin() as session:
        publish(session, "cf-water", author="lin", reviewer="zhao", at=datetime(2026, 9, 1, 1, tzinfo=UTC))
    address = "/powers/cf-water/benchmarks/water-discharge"
    zh, en = (client.page(f"{address}?lang={lang}").html for lang in ("zh", "en"))
    assert "超标档" in zh and "Level of excess" in en and "level_excess" in zh
    for page, words in ((zh, ("从重处罚", "恶意排放", "及时缴纳生态环境损害赔偿金")), (en, ("Heavy", "Malicious"))):
        rows = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
        for word in words:
            assert any(word in row and "&#34;" in row for row in rows), word
    assert "100,000–1,000,000" in zh


def test_the_edition_a_case_was_decided_under_stays_to_be_seen(store: Store, client: Browser) -> None:
    """The general tier of the later edition ends at 69,000."""
    path = f"benchmarks/{NAME}.toml"
    text = PENALTY.files[path].decode()
    for old, new in (("small = [65000, 85000]", "small = [65000, 69000]"), ("small = [85000,", "small = [69000,")):
        assert old in text
        text = text.replace(old, new)
    with store.begin() as session:
        publish(session, "cf-general", author="lin", reviewer="zhao", at=PUBLISHED)
        files = {**PENALTY.files, path: text.encode()}
        later = FlowPackage(files, digest(files))
        engine.publish(session, later, key="cf-general", author="lin", reviewer="zhao", at=PUBLISHED)
    address = f"/powers/cf-general/benchmarks/{NAME}"
    old, new = (one.benchmarks[NAME].digest[:16] for one in (PENALTY, later))
    before, now = client.page(f"{address}?edition={old}").html, client.page(address).html
    assert "85,000" in before and "69,000" not in before and "以前的一版" in before and f'href="{address}"' in before
    assert "69,000" in now and "以前的一版" not in now
    assert "以前的一版" not in client.page(f"{address}?edition={new}").html
    assert "an earlier edition" in client.page(f"{address}?edition={old}&lang=en").html
    assert client.get(f"{address}?edition=0123").status_code == 404


def _asks(clause: Discretion | None) -> bool:
    return clause is not None and clause.part == "proposal"


def test_the_officer_sees_what_the_benchmark_computes_before_deciding(app: Flask, store: Store) -> None:
    """The proposed amount beside its range, in the panel and at the field; the same for who decides after."""
    package = whole("cf-general")
    with store.begin() as session:
        for post in {n.step.post for n in package.definitions.nodes.values() if n.step and n.step.post}:
            for name in (f"{post}一", f"{post}二"):
                engine.add_person(session, name, roles=["clerk"], posts=[post])
        publish(session, "cf-general", author="lin", reviewer="zhao", at=PUBLISHED)
    story = deepcopy(package.scenarios["within-the-benchmark"])
    proposing = next(n for n in package.definitions.nodes.values() if n.step and _asks(n.step.discretion))
    story["step"] = story["step"][: [step["do"] for step in story["step"]].index(proposing.id)]
    done = tell(store, "cf-general", story, package.definitions)
    (item,) = [one for one in done.work_items if one.element == proposing.id]
    officer, address = signed_in(app, f"{item.post}一"), quote(item.item)
    with store.read() as session:
        found = engine.show(session, done.case).data["discretion"]
    amount = f"{found['proposed']:,}"
    page = officer.page(f"/desk/{done.case}/{address}").html
    assert f"按基准测算</dt><dd><b>{amount} 元</b>" in page
    assert f"按基准测算：{amount} 元；幅度：{found['low']:,} 以上、不足 {found['high']:,} 元。" in page
    english = officer.page(f"/desk/{done.case}/{address}?lang=en").html
    assert f"By the benchmark: {amount} yuan; range:" in english
