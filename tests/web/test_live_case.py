"""The live page of one case."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import engine
from bpmn.package import load
from engine.store import Store
from tests.conftest import ROOT
from tests.web.browser import APPLICATION, Browser, apply


def asked_to_correct(store: Store, number: str) -> None:
    """The window finds something missing and tells the applicant."""
    steps = [
        ("FormalReview", {"formal_result": "incomplete"}),
        ("NotifyCorrection", {"missing_materials": ["matter"], "missing_details": "缺少场所平面图。"}),
    ]
    for item, data in steps:
        with store.begin() as session:
            engine.complete(session, number, item, actor="wang", data=data, at=datetime.now(UTC))


def test_the_case_stands_on_the_chart_with_its_words(client: Browser) -> None:
    number, _ = apply(client)
    page = client.page(f"/cases/{number}")
    assert "st-current" in page.html and "st-done" in page.html
    assert "形式审查" in page.html
    assert "为什么是这一天" in page.html and "估算，不是法定期限" not in page.html
    assert "您现在不需要做任何事" in page.html


def test_personal_values_are_masked(client: Browser) -> None:
    number, _ = apply(client)
    html = client.page(f"/cases/{number}").html
    for secret in ("张三丰", "310101199001011234", "13812346021", "某路 1 号"):
        assert secret not in html
    assert "张**" in html and "138****6021" in html and "3101**********1234" in html


def test_status_json_answers_304_until_something_happens(client: Browser, store: Store) -> None:
    number, _ = apply(client)
    first = client.get(f"/cases/{number}/status.json")
    assert first.json is not None and first.json["elements"]["FormalReview"]["status"] == "current"
    assert first.headers["Cache-Control"].startswith("private")
    etag = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"/cases/{number}/status.json", headers=etag).status_code == 304
    with store.begin() as session:
        engine.claim(session, number, "FormalReview", actor="wang", at=datetime.now(UTC))
    assert client.get(f"/cases/{number}/status.json", headers=etag).status_code == 200


def test_verify_says_that_it_matches(client: Browser) -> None:
    number, _ = apply(client)
    assert "首尾相连" in client.page(f"/cases/{number}?verify=1").html


def test_an_office_step_is_not_the_applicants(client: Browser) -> None:
    number, _ = apply(client)
    assert client.get(f"/cases/{number}/items/FormalReview%231").status_code == 404


def test_the_applicant_corrects_on_the_page(client: Browser, store: Store) -> None:
    number, _ = apply(client)
    asked_to_correct(store, number)
    page = client.page(f"/cases/{number}")
    address = next(link for link in page.links if "/items/" in link)
    assert "由您办理" in page.html

    missing = client.send(address, address)
    assert missing.status_code == 422 and "请选择“已补正的材料”" in missing.text
    done = client.send(address, address, corrected_materials=["matter"])
    assert done.headers["Location"] == f"/cases/{number}"

    page = client.page(f"/cases/{number}")
    assert "已经提交并写入记录" in page.html
    assert "×2" in page.html, "the formal review is shown as entered twice"
    assert "您现在不需要做任何事" in page.html


def with_correction(store: Store, folder: Path, **fields: object) -> None:
    """The power published anew, its correction asking for more."""
    shutil.copytree(ROOT / "flows/xk-general", folder)
    form = folder / "forms/correction.json"
    schema = json.loads(form.read_text(encoding="utf-8"))
    schema["properties"] |= fields
    form.write_text(json.dumps(schema), encoding="utf-8")
    at = datetime(2026, 3, 2, 2, tzinfo=UTC)
    with store.begin() as session:
        engine.publish(session, load(folder), key="xk-general", author="lin", reviewer="zhao", at=at)


def test_a_later_step_begins_with_what_the_applicant_handed_in(client: Browser, store: Store, tmp_path: Path) -> None:
    address = {"type": "string", "title": "寄送地址", "maxLength": 100, "x-sun-prefill": "address"}
    told = {"type": "string", "title": "窗口的说明", "maxLength": 100, "x-sun-prefill": "missing_details"}
    with_correction(store, tmp_path / "flow", send_to=address, told=told)
    number, _ = apply(client)
    asked_to_correct(store, number)
    item = next(link for link in client.page(f"/cases/{number}").links if "/items/" in link)
    page = client.page(item).html
    assert f'value="{APPLICATION["address"]}"' in page, "private, but their own"
    assert "缺少场所平面图" not in page, "what the office entered in private stays there"


def test_a_refused_file_hides_no_other_fault_and_loses_nothing(client: Browser, store: Store, tmp_path: Path) -> None:
    files = {"type": "array", "items": {"type": "string"}, "title": "平面图", "x-sun-widget": "file"}
    with_correction(store, tmp_path / "flow", plans=files)
    number, _ = apply(client)
    asked_to_correct(store, number)
    item = next(link for link in client.page(f"/cases/{number}").links if "/items/" in link)
    hidden = client.page(item).form(item).fields
    sent = {**hidden, "correction_note": "已经补交", "plans": (io.BytesIO(b"MZ"), "a.exe")}
    answer = client.post(item, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422 and "“a.exe”不是可以上传的文件" in answer.text
    assert "请选择“已补正的材料”" in answer.text and "已经补交" in answer.text


def test_a_step_done_already_says_so_and_writes_nothing(client: Browser, store: Store) -> None:
    number, _ = apply(client)
    asked_to_correct(store, number)
    address = next(link for link in client.page(f"/cases/{number}").links if "/items/" in link)
    hidden = client.page(address).form(address).fields
    client.post(address, data={**hidden, "corrected_materials": ["matter"]})
    with store.read() as session:
        steps = len(engine.steps(session, number))
    assert client.get(address).status_code == 404
    again = client.post(address, data={**hidden, "corrected_materials": ["matter"]})
    assert again.status_code in (302, 404)
    with store.read() as session:
        assert len(engine.steps(session, number)) == steps


def test_a_kept_page_never_hides_a_new_step(client: Browser, store: Store) -> None:
    number, _ = apply(client)
    address = f"/cases/{number}"
    first = client.page(address).html
    assert client.page(address).html == first
    asked_to_correct(store, number)
    assert "由您办理" in client.page(address).html
    client.send("/sign-in", "/sign-in", name="wang", password="a long password")
    assert "王受理" in client.page(address).html
    client.send(address, "/sign-out")
    client.get("/about")
    assert "王受理" not in client.page(address).html


def test_a_kept_page_is_sent_packed_and_not_again(client: Browser) -> None:
    number, _ = apply(client)
    address = f"/cases/{number}"
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.text.startswith("<!doctype html>") and number in packed.text
    assert "csrf_token" not in client.get(address).text, "what is kept for everybody holds nothing of one visitor"
    for _ in range(2):  # a minute may end between two requests, not twice
        etag = client.get(address).headers["ETag"]
        again = client.get(address, headers={"If-None-Match": etag})
        if again.status_code == 304:
            break
    assert again.status_code == 304 and not again.data


def test_what_the_address_says_is_not_kept_for_others(client: Browser) -> None:
    assert "mark-of-one" in client.page("/powers/xk-general?x=mark-of-one").html
    assert "mark-of-one" not in client.page("/powers/xk-general").html
