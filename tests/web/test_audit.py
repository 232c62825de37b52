"""The auditors' room: who may enter, every step on its chart, and a record that was tampered with."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

import engine
from engine.answers import Step
from engine.store import Store
from tests.web.browser import APPLICATION, Browser, apply
from tests.web.staff import do, signed_in
from web.wording import table_of

SECRETS = ("张三丰", "310101199001011234", "13812346021", "某路 1 号")


@pytest.fixture
def auditor(app: Flask, store: Store) -> Browser:
    """A browser with the auditor signed in; there are a supervisor and an administrator too."""
    with store.begin() as session:
        engine.add_person(session, "xu", roles=["auditor"], display="徐审计")
        engine.add_person(session, "he", roles=["supervisor"], display="何监督")
        engine.add_person(session, "admin", roles=["admin"], display="管理员")
    return signed_in(app, "xu")


@pytest.fixture
def number(client: Browser, store: Store) -> str:
    """A case that was sent back to the applicant and came again."""
    case, _ = apply(client)
    do(store, case, "FormalReview", "wang", formal_result="incomplete")
    do(store, case, "NotifyCorrection", "wang", missing_materials=["matter"], missing_details="缺少平面图。")
    do(store, case, "Correct", "applicant", corrected_materials=["matter"])
    return case


def recorded(store: Store, number: str) -> list[Step]:
    with store.read() as session:
        return engine.steps(session, number)


def tamper(store: Store, statement: str, *values: Any) -> None:
    """Write into the file past the program, as its owner could."""
    with sqlite3.connect(str(store.engine.url.database)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f'DROP TRIGGER "{name}"')
        raw.execute(statement, values)


def case_id(store: Store, number: str) -> int:
    with sqlite3.connect(str(store.engine.url.database)) as raw:
        found: int = raw.execute("SELECT id FROM case_ WHERE number = ?", (number,)).fetchone()[0]
        return found


# -- who may enter ----------------------------------------------------------------------------------------------------


def test_only_auditors_and_supervisors_enter(app: Flask, client: Browser, auditor: Browser, number: str) -> None:
    for address in ("/audit", f"/audit/cases/{number}", f"/audit/cases/{number}/steps.json"):
        assert client.get(address).headers["Location"].startswith("/sign-in?next=")
        assert signed_in(app, "wang").get(address).status_code == 403
        assert signed_in(app, "he").get(address).status_code == 200
        assert auditor.get(address).status_code == 200


def test_the_room_stands_in_the_bar_of_those_who_may_enter(app: Flask, auditor: Browser) -> None:
    assert 'href="/audit"' in auditor.page("/about").html
    assert 'href="/audit"' not in signed_in(app, "wang").page("/about").html


def test_a_check_needs_its_token(auditor: Browser, number: str) -> None:
    assert auditor.post(f"/audit/cases/{number}", data={"check": "verify"}).status_code == 400
    assert auditor.send("/audit", "/audit", check="nonsense").status_code == 400


# -- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_its_filters(auditor: Browser, number: str) -> None:
    link = f"/audit/cases/{number}"
    page = auditor.page("/audit")
    assert link in page.links and "共 1 件" in page.html and "形式审查" in page.html
    for there in ("state=open", "key=xk-general", "clock=real", "state=open&key=xk-general&clock=real"):
        assert link in auditor.page(f"/audit?{there}").links, there
    for elsewhere in ("state=closed", "key=no-such", "clock=simulated", "stuck=1"):
        page = auditor.page(f"/audit?{elsewhere}")
        assert link not in page.links and "这样筛选没有办件" in page.html, elsewhere
    assert link in auditor.page("/audit?state=nonsense").links


def test_the_list_is_paged(auditor: Browser, store: Store) -> None:
    with store.begin() as session:
        for _ in range(26):
            data = {**APPLICATION, "truthful": True}
            engine.start_case(session, "xk-general", actor="applicant", data=data, at=datetime.now(UTC))
    first = auditor.page("/audit?state=open")
    assert "/audit?state=open&page=2" in [link.replace("&amp;", "&") for link in first.links]
    second = auditor.page("/audit?state=open&page=2")
    assert "这里是第 26—26 件" in second.html
    shown = [{link for link in page.links if link.startswith("/audit/cases/")} for page in (first, second)]
    assert [len(links) for links in shown] == [25, 1] and not shown[0] & shown[1]


def test_a_number_leads_to_its_case(auditor: Browser, number: str) -> None:
    assert auditor.get(f"/audit?number=%20{number.lower()}").headers["Location"] == f"/audit/cases/{number}"
    missing = auditor.get("/audit/cases/XK-2026-999999")
    assert missing.status_code == 404 and "没有找到办件 XK-2026-999999" in missing.text


# -- one step ---------------------------------------------------------------------------------------------------------


def test_every_step_is_shown_in_words_with_its_hashes(auditor: Browser, store: Store, number: str) -> None:
    steps = recorded(store, number)
    for step in steps:
        html = auditor.page(f"/audit/cases/{number}?step={step.seq}").html
        assert re.search(rf"第 {step.seq} 步 <span class=\"muted small\">共 {len(steps)} 步", html)
        assert f'max="{len(steps)}" value="{step.seq}"' in html
        flat = html.replace(" ", "")
        assert step.hash in flat and step.prev_hash in flat
        assert html.count(f'data-step="{step.seq}" aria-current="step"') == 1
        assert all(secret not in html for secret in SECRETS)


def test_each_kind_of_step_has_its_words() -> None:
    for lang in ("zh", "en"):
        assert set(table_of("status", lang)) and set(table_of("command", lang)) == set(table_of("command", "zh"))
        for table in ("step", "fact", "actor", "difference"):
            assert table_of(table, lang).keys() == table_of(table, "zh").keys()


def test_the_element_of_the_step_is_marked_on_both_charts(auditor: Browser, store: Store, number: str) -> None:
    entered = next(step for step in recorded(store, number) if step.element == "FormalReview")
    html = auditor.page(f"/audit/cases/{number}?step={entered.seq}").html
    marked = re.findall(r'<a aria-current="step" [^>]*class="here [^"]*st-current[^"]*"[^>]*id="([^"]+)"', html)
    assert marked == ["node-FormalReview", "m-node-FormalReview"]


def test_every_coloured_arrow_leads_to_the_step_that_recorded_it(auditor: Browser, store: Store, number: str) -> None:
    steps = recorded(store, number)
    html = auditor.page(f"/audit/cases/{number}").html
    coloured = re.findall(r'<g class="flow [^"]*e-taken[^"]*" id="edge-([^"]+)"><a href="[^"]*step=(\d+)#replay"', html)
    assert len(coloured) == html.count("e-taken") / 2 > 4
    for id_, seq in coloured:
        assert (steps[int(seq) - 1].kind, steps[int(seq) - 1].element) == ("arrow taken", id_)
    table = html.split("到这一步为止走过的箭头")[1].split("</table>")[0]
    taken = [step.seq for step in steps if step.kind == "arrow taken"]
    assert sorted(int(seq) for seq in re.findall(r'data-step="(\d+)"', table)) == taken


def test_the_chart_is_as_of_the_step(auditor: Browser, store: Store, number: str) -> None:
    steps = recorded(store, number)
    assert "e-taken" not in auditor.page(f"/audit/cases/{number}?step=2").html
    twice = next(step for step in reversed(steps) if step.element == "FormalReview")
    assert "×2" not in auditor.page(f"/audit/cases/{number}?step={twice.seq - 8}").html.split('class="legend"')[0]
    assert "×2" in auditor.page(f"/audit/cases/{number}?step={twice.seq}").html


def test_between_two_steps_nothing_ahead_counts_as_passed_by(auditor: Browser, store: Store, number: str) -> None:
    """The token has left one element and not entered the next: all that may come is still open."""
    opening = [step.seq for step in recorded(store, number) if step.element in (None, "Start", "Apply")][:5]
    for seq in opening:
        assert "st-skipped" not in auditor.page(f"/audit/cases/{number}?step={seq}").html, seq


@pytest.mark.parametrize("step", ["0", "9999", "x", "-1", "٣", "1" * 30])
def test_a_step_that_is_not_there(auditor: Browser, number: str, step: str) -> None:
    assert auditor.get(f"/audit/cases/{number}?step={step}").status_code == 404


def test_the_last_step_is_shown_first_and_its_forward_buttons_lead_nowhere(auditor: Browser, number: str) -> None:
    html = auditor.page(f"/audit/cases/{number}").html
    assert re.search(r'<a class="iconbtn" role="link" aria-disabled="true" data-go="forward"', html)
    assert re.search(r'<a class="iconbtn" href="[^"]+" data-step="\d+" data-go="back"', html)


def test_private_values_are_committed_and_then_erased(auditor: Browser, store: Store, number: str) -> None:
    before = auditor.page(f"/audit/cases/{number}").html
    assert "有承诺值" in before and "已删除" not in before
    with store.begin() as session:
        engine.erase(session, number, ["phone"], actor="admin", ground="个人信息保护法第四十七条", at=datetime.now(UTC))
    erasure = recorded(store, number)[-1].seq
    html = auditor.page(f"/audit/cases/{number}").html
    assert re.search(rf'已删除</span> <a class="nb" href="[^"]+" data-step="{erasure}"', html)
    assert "个人信息保护法第四十七条" in html
    checked = auditor.send(f"/audit/cases/{number}", f"/audit/cases/{number}?step={erasure}", check="verify").text
    assert "全部核验通过" in checked and "有 1 项个人信息已按规定删除" in checked and "联系电话" in checked
    again = auditor.send(f"/audit/cases/{number}", f"/audit/cases/{number}?step={erasure}", check="replay").text
    assert "结果逐字节相同" in again and "有 1 项个人信息已按规定删除" in again


# -- checking ---------------------------------------------------------------------------------------------------------


def test_a_whole_record_holds_and_runs_again(auditor: Browser, store: Store, number: str) -> None:
    steps = len(recorded(store, number))
    for action in (f"/audit/cases/{number}?step={steps}", "/audit"):
        page = action.partition("?")[0]
        assert f"1 件办件、{steps} 步全部核验通过" in auditor.send(page, action, check="verify").text
        assert f"1 件办件、{steps} 步重新演算，结果逐字节相同" in auditor.send(page, action, check="replay").text


def test_a_tampered_step_is_named_with_its_case(auditor: Browser, store: Store, number: str) -> None:
    steps = recorded(store, number)
    altered = next(step for step in steps if step.kind == "data set" and step.body.get("value") == "incomplete")
    body = json.dumps({**altered.body, "value": "complete"}, sort_keys=True, separators=(",", ":"))
    where = case_id(store, number), altered.seq
    tamper(store, "UPDATE step SET body = ? WHERE case_id = ? AND seq = ?", body, *where)

    said = f"办件 {number} 第 {altered.seq} 步"
    for action in (f"/audit/cases/{number}?step={len(steps)}", "/audit"):
        text = auditor.send(action.partition("?")[0], action, check="verify").text
        assert said in text and "内容与摘要不符" in text
        assert f"/audit/cases/{number}?step={altered.seq}#replay" in text
        assert "重新演算的结果与记录不一致" in auditor.send(action.partition("?")[0], action, check="replay").text
    standing = {
        altered.seq - 1: "这一步的摘要由内容重新算出，一致",
        altered.seq: "这一步与记录的摘要不一致",
        altered.seq + 1: "前面有一步不一致，这一步不能作证",
    }
    for seq, words in standing.items():
        html = auditor.page(f"/audit/cases/{number}?step={seq}").html
        assert words in html and said in html


def test_a_step_taken_out_is_named(auditor: Browser, store: Store, number: str) -> None:
    tamper(store, "DELETE FROM step WHERE case_id = ? AND seq = 5", case_id(store, number))
    html = auditor.page(f"/audit/cases/{number}").html
    assert f"办件 {number} 第 5 步" in html and "有一步不见了" in html


@pytest.mark.parametrize("body", ["no json", "[]", '{"value":1}'])
def test_a_record_that_cannot_be_read_still_gets_its_verdict(
    auditor: Browser, store: Store, number: str, body: str
) -> None:
    step = next(step for step in recorded(store, number) if step.kind == "data set")
    tamper(store, "UPDATE step SET body = ? WHERE case_id = ? AND seq = ?", body, case_id(store, number), step.seq)
    html = auditor.page(f"/audit/cases/{number}").html
    assert "记录已经读不出来" in html and f"办件 {number} 第 {step.seq} 步" in html
    assert auditor.get("/audit").status_code == 200
    for check in ("verify", "replay"):
        assert auditor.send(f"/audit/cases/{number}", f"/audit/cases/{number}", check=check).status_code == 200
    assert auditor.get(f"/audit/cases/{number}/steps.json").status_code == 422


def test_the_raw_record_is_enough_for_a_second_verifier(auditor: Browser, store: Store, number: str) -> None:
    """Written after docs/record-format.md, with nothing of the program."""
    response = auditor.get(f"/audit/cases/{number}/steps.json")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{number}-steps.json"'
    document = json.loads(response.text)
    assert document["case"] == number and document["simulated"] is False
    assert all(secret not in response.text for secret in SECRETS)
    head = bytes(32)
    for place, step in enumerate(document["steps"], start=1):
        record = {key: step[key] for key in ("at", "body", "element", "kind", "seq")} | {"case": number}
        text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert step["seq"] == place and step["prev_hash"] == head.hex()
        head = hashlib.sha256(b"\x02" + head + hashlib.sha256(text.encode()).digest()).digest()
        assert step["hash"] == head.hex()
    assert len(document["steps"]) == len(recorded(store, number))
    assert text in auditor.page(f"/audit/cases/{number}").html.replace("&#34;", '"')


def test_the_room_is_in_english_too(auditor: Browser, number: str) -> None:
    html = auditor.page(f"/audit/cases/{number}?step=7&lang=en").html
    assert "Step 7" in html and "Verify this case" in html and "Arrows taken" in html
    assert "In progress" in auditor.page("/audit").html
