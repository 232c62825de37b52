"""The department's room: nothing that is wrong gets in, nothing is published by one person alone, nothing is lost."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

import engine
from bpmn.archive import write_zip
from bpmn.package import load
from engine.store import Store
from tests.web.browser import Browser
from tests.web.page import Page
from tests.web.staff import add_people, signed_in
from web.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "bpmn"
PLAIN = (FIXTURES / "plain.bpmn").read_bytes()
HEAD = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:x">'


@pytest.fixture
def store(store: Store) -> Store:
    add_people(store)
    return store


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return replace(settings, uploads=tmp_path / "uploads")


@pytest.fixture
def lin(app: Flask, store: Store) -> Browser:
    return signed_in(app, "lin")


def upload(browser: Browser, data: bytes, name: str = "my-flow.bpmn") -> TestResponse:
    token = browser.page("/department").form("/department/check").fields["csrf_token"]
    response = browser.post(
        "/department/check",
        data={"csrf_token": token, "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )
    # The test client keeps what it sent in a file that only the garbage collector would close.
    response.request.environ["wsgi.input"].close()
    return response


def submit(browser: Browser, data: bytes = PLAIN, name: str = "my-flow.bpmn", key: str = "my-flow") -> int:
    draft = upload(browser, data, name).headers["Location"]
    response = browser.send(draft, draft, key=key)
    assert response.status_code == 302, response.text
    return int(response.headers["Location"].rpartition("/")[2])


def changed_power() -> bytes:
    """``xk-general`` with one step renamed and its text changed."""
    files = dict(load(ROOT / "flows" / "xk-general").files)
    files["process.bpmn"] = files["process.bpmn"].replace('name="书面审查"'.encode(), 'name="逐项审查"'.encode(), 1)
    files["about.md"] += b"\n\n.\n"
    return write_zip(files)


def many(count: int) -> bytes:
    """A process of ``count`` tasks in a row."""
    tasks = b"".join(b'<userTask id="t%d" name="t"/>' % i for i in range(count))
    arrows = b"".join(
        b'<sequenceFlow id="f%d" sourceRef="t%d" targetRef="t%d"/>' % (i, i, i + 1) for i in range(count - 1)
    )
    return HEAD + b'<process id="p" isExecutable="true">' + tasks + arrows + b"</process></definitions>"


def zipped(path: str, data: bytes, link: bool = False) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(path)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = (0o120777 if link else 0o100644) << 16
        archive.writestr(entry, data)
    return packed.getvalue()


# -- bad uploads ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "empty.bpmn", "不是格式正确的 XML"),
        (b"hello", "a.bpmn", "不是格式正确的 XML"),
        (b"<html/>", "a.bpmn", "不是 BPMN 2.0"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + PLAIN[PLAIN.index(b"<def") :], "a.bpmn", "含有 DOCTYPE"),
        (PLAIN.replace(b'targetRef="End"', b'targetRef="Gone"'), "a.bpmn", "不存在"),
        (PLAIN.replace(b'id="End"', b'id="Do"'), "a.bpmn", "用了两次"),
        ((FIXTURES / "ad-hoc.bpmn").read_bytes(), "a.bpmn", "错误"),
        (many(10_000), "a.bpmn", "最多"),
        (HEAD + b"<process id='p'>" + b"<subProcess id='a'>" * 3_000, "a.bpmn", "错误"),
        (b"x" * (5 * 2**20 + 1), "a.bpmn", "超过 5 MB"),
        (b"PK\x03\x04 not a zip", "a.zip", "压缩包无法读取"),
        (zipped("../../etc/passwd", b"x"), "a.zip", "不接受路径"),
        (zipped("process.bpmn", b"/etc/passwd", link=True), "a.zip", "是链接"),
        (zipped("process.bpmn", b"0" * (50 * 2**20)), "a.zip", "合计超过"),
        (zipped("run.sh", b"x"), "a.zip", "不属于流程包"),
        (zipped("about.md", b"x"), "a.zip", "没有 process.bpmn"),
    ],
)
def test_a_bad_upload_gets_a_sentence_and_stays_outside(
    lin: Browser, store: Store, settings: Settings, data: bytes, name: str, sentence: str
) -> None:
    response = upload(lin, data, name)
    assert response.status_code == 422
    assert sentence in response.text and 'type="file"' in response.text
    assert not settings.uploads.exists()
    with store.read() as session:
        assert engine.submissions(session) == []


def test_more_than_the_server_reads_is_said_to_be_too_large(lin: Browser) -> None:
    response = upload(lin, b"x" * (33 * 2**20))
    assert response.status_code == 413 and "超过 32 MB" in response.text


def test_no_file_is_an_error_at_the_field(lin: Browser) -> None:
    response = lin.send("/department", "/department/check")
    assert response.status_code == 422 and response.text.count("请选择一个文件") == 2


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("[d-i]*.bpmn")), ids=lambda path: path.stem)
def test_whatever_is_wrong_the_page_shows_it(lin: Browser, path: Path) -> None:
    response = upload(lin, path.read_bytes(), path.name)
    assert response.status_code in (302, 422)
    if response.status_code == 422:
        assert "检查发现" in response.text


def test_broken_translations_do_not_hide_the_picture(lin: Browser) -> None:
    files = {"process.bpmn": PLAIN, "labels/en.toml": b"[labels\nx", "forms/a.json": b"[]"}
    response = upload(lin, write_zip(files), "a.zip")
    assert response.status_code == 422
    assert "不是 TOML" in response.text and "不是 JSON 对象" in response.text and "node-Do" in response.text


def test_findings_lead_to_the_element_on_the_chart(lin: Browser) -> None:
    response = upload(lin, (FIXTURES / "no-way-out.bpmn").read_bytes())
    page = Page(response.text)
    drawn = [link for link in page.links if link.startswith("#node-")]
    assert drawn and all(link[1:] in page.ids for link in drawn)
    assert "文字版" in response.text and "改正后重新上传" in response.text


def test_a_picture_too_large_gives_way_to_its_words(lin: Browser) -> None:
    response = upload(lin, many(400))
    assert response.status_code == 422
    assert "流程图太大" in response.text and 'id="step-t399"' in response.text


# -- from draft to publication ----------------------------------------------------------------------------------------


def test_a_sound_file_waits_as_a_draft_of_its_owner(app: Flask, lin: Browser, settings: Settings) -> None:
    response = upload(lin, PLAIN)
    draft = response.headers["Location"]
    page = lin.page(draft)
    assert "可以送审" in page.html and 'value="my-flow"' in page.html and "练习" in page.html
    (file,) = settings.uploads.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert signed_in(app, "mei").get(draft).status_code == 410, "somebody else's draft"
    assert lin.get(draft[:-3] + "abc").status_code == 410
    file.unlink()
    assert lin.get(draft).status_code == 410


@pytest.mark.parametrize(("key", "sentence"), [("", "请填写流程代号"), ("Bad Key", "小写字母"), ("a/../b", "小写字母")])
def test_a_key_must_be_a_key(lin: Browser, key: str, sentence: str) -> None:
    draft = upload(lin, PLAIN).headers["Location"]
    response = lin.send(draft, draft, key=key)
    assert response.status_code == 422 and response.text.count(sentence) >= 2


def test_the_published_version_again_is_not_submitted(lin: Browser) -> None:
    draft = upload(lin, load(ROOT / "flows" / "xk-general").to_zip(), "xk-general.zip").headers["Location"]
    response = lin.send(draft, draft, key="xk-general")
    assert response.status_code == 422 and "和已公布的第 1 版完全相同" in response.text


def test_a_double_click_submits_once(lin: Browser, store: Store) -> None:
    assert submit(lin) == submit(lin)
    with store.read() as session:
        assert len(engine.submissions(session)) == 1


def test_the_author_cannot_approve(app: Flask, store: Store) -> None:
    mei = signed_in(app, "mei")
    id_ = submit(mei)
    page = mei.page(f"/department/submissions/{id_}")
    assert "您是编制人，不能审核自己的流程" in page.html
    for verdict in ("approve", "refuse"):
        forced = mei.post(
            f"/department/submissions/{id_}/{verdict}",
            data={"csrf_token": page.forms[0].fields["csrf_token"], "reason": "x"},
        )
        assert forced.status_code == 422 and "不能是同一个人" in forced.text
    with store.read() as session:
        assert [one.state for one in engine.submissions(session)] == ["waiting"]


def test_a_modeller_does_not_review(app: Flask, lin: Browser) -> None:
    id_ = submit(signed_in(app, "mei"))
    page = lin.page(f"/department/submissions/{id_}")
    assert "审核由流程审核或者公布人员办理" in page.html
    token = page.forms[0].fields["csrf_token"]
    assert lin.post(f"/department/submissions/{id_}/approve", data={"csrf_token": token}).status_code == 403


def test_a_second_person_sees_what_changed_and_publishes(app: Flask, lin: Browser, store: Store) -> None:
    id_ = submit(lin, changed_power(), "xk-general.zip", "xk-general")
    zhao = signed_in(app, "zhao")
    assert "行政许可一般程序" in zhao.page("/department").html
    where = f"/department/submissions/{id_}"
    page = zhao.page(where)
    assert "“书面审查”改名为“逐项审查”" in page.html and "修改文件：about.md" in page.html
    assert "#node-Review" in page.links
    assert zhao.get(f"{where}/process.bpmn").data == load(changed_power()).process_bytes
    assert load(zhao.get(f"{where}/package.zip").data).digest == load(changed_power()).digest
    assert zhao.get(f"{where}/chart.pdf").data.startswith(b"%PDF")
    response = zhao.send(where, f"{where}/approve")
    assert response.headers["Location"] == "/department/flows/xk-general"
    versions = zhao.page("/department/flows/xk-general").html
    assert "已公布：xk-general 第 2 版" in versions and "“书面审查”改名为“逐项审查”" in versions
    with store.read() as session:
        info = engine.definition(session, "xk-general")
    assert (info.version, info.author, info.reviewer) == (2, "lin", "zhao")
    again = zhao.post(f"{where}/approve", data={"csrf_token": page.forms[0].fields["csrf_token"]})
    assert again.status_code == 409


def test_sending_back_needs_a_reason(app: Flask, lin: Browser, store: Store) -> None:
    id_ = submit(lin)
    sun, where = signed_in(app, "sun"), f"/department/submissions/{id_}"
    assert "这是新的流程" in sun.page(where).html
    missing = sun.send(where, f"{where}/refuse")
    assert missing.status_code == 422 and missing.text.count("请写明理由") == 2
    sun.send(where, f"{where}/refuse", reason="名称太含糊")
    assert "名称太含糊" in lin.page("/department").html
    with store.read() as session:
        assert engine.submissions(session)[0].state == "refused"
        assert [info.key for info in engine.powers(session)] == ["xk-general"]


def test_a_reviewer_may_check_and_not_submit(app: Flask, store: Store) -> None:
    zhao = signed_in(app, "zhao")
    draft = upload(zhao, PLAIN).headers["Location"]
    page = zhao.page(draft)
    assert draft not in {form.action for form in page.forms}
    token = page.forms[0].fields["csrf_token"]
    assert zhao.post(draft, data={"csrf_token": token, "key": "x"}).status_code == 403


def test_the_room_is_closed_to_others(app: Flask, client: Browser, store: Store) -> None:
    assert client.get("/department").status_code == 302
    assert signed_in(app, "wang").get("/department").status_code == 403
    assert signed_in(app, "lin").get("/department/submissions/99").status_code == 404
    assert signed_in(app, "lin").get("/department/flows/none").status_code == 404


def test_the_room_speaks_english(lin: Browser) -> None:
    id_ = submit(lin)
    lin.page(f"/department/submissions/{id_}")
    for where in ("/department", f"/department/submissions/{id_}", "/department/flows/xk-general"):
        page = lin.get(f"{where}?lang=en").text
        assert "送审" not in page and "版本" not in page, where
