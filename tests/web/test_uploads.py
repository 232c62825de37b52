"""Files in forms: checked by what they are, kept while the rest is mended, fetched by who may, gone when erased."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

import engine
from bpmn.package import load
from engine.errors import Rejection
from engine.files import digests_of
from engine.store import Store
from tests.conftest import ROOT
from tests.web.browser import APPLICATION, Browser, between
from tests.web.staff import add_people, signed_in

ADDRESS = "/powers/xk-general/apply"
PDF, PNG = b"%PDF-1.7 one page\n%%EOF\n", b"\x89PNG\r\n\x1a\n and so on"
RULE = load(ROOT / "flows" / "xk-general").forms["application"]["properties"]["material_files"]
AT = datetime(2026, 3, 3, 1, tzinfo=UTC)


def send(client: Browser, *files: tuple[str, bytes], **changes: object) -> object:
    """The application with files, as a browser sends it."""
    hidden = client.page(ADDRESS).form(ADDRESS).fields
    sent = [(io.BytesIO(body), name) for name, body in files]
    data = {**hidden, **APPLICATION, **changes, "material_files": sent}
    response = client.post(ADDRESS, data=data, content_type="multipart/form-data")
    # The test client keeps what it sent in a file that only the garbage collector would close.
    response.request.environ["wsgi.input"].close()
    return response


def applied(client: Browser, *files: tuple[str, bytes]) -> str:
    """Number of the case, its page open to the client."""
    send(client, *files)
    return between(client.get("/receipt").text, 'mono">', "<")


def test_what_was_handed_in_is_kept_and_only_its_commitment_recorded(client: Browser, store: Store) -> None:
    number = applied(client, ("租赁合同.pdf", PDF), ("门面.png", PNG))
    digest = hashlib.sha256(PDF).hexdigest()
    page = client.page(f"/cases/{number}").html
    assert "租赁合同.pdf" in page and "门面.png" in page
    fetched = client.get(f"/cases/{number}/files/{digest}")
    assert fetched.data == PDF and fetched.mimetype == "application/pdf"
    assert (
        fetched.headers["Content-Disposition"].startswith("attachment")
        and "sandbox" in fetched.headers["Content-Security-Policy"]
    )
    with store.read() as session:
        steps = str([step.body for step in engine.steps(session, number)])
        assert engine.verify(session, number).differences == () and engine.replay(session, number).differences == ()
    assert digest not in steps and "租赁合同" not in steps


def test_others_see_no_file(client: Browser, app: Flask, store: Store) -> None:
    number = applied(client, ("a.pdf", PDF))
    digest = hashlib.sha256(PDF).hexdigest()
    add_people(store)
    assert signed_in(app, "zhang").get(f"/desk/cases/{number}/files/{digest}").data == PDF
    assert signed_in(app, "zhang").get(f"/desk/cases/{number}/files/{'0' * 64}").status_code == 404
    stranger = app.test_client()
    assert stranger.get(f"/cases/{number}/files/{digest}").status_code == 302
    assert stranger.get(f"/desk/cases/{number}/files/{digest}").status_code == 302
    with store.begin() as session:
        engine.add_person(session, "elsewhere", roles=["clerk"], posts=["别处岗"], password="a long password")
    assert signed_in(app, "elsewhere").get(f"/desk/cases/{number}/files/{digest}").status_code == 403


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("a.exe", b"MZ", "不是可以上传的文件"),
        ("a.pdf", b"<html>", "内容和扩展名不符"),
        ("a.pdf", PDF[:-7], "内容和扩展名不符"),
        ("a.pdf", b"%PDF-" + b"0" * (7 * 2**20), "超过 4 MB"),
        ("a.png", PDF, "内容和扩展名不符"),
        ("a.docx", b"PK\x03\x04", "不是可以上传的文件"),
        ("a.pdf", b"", "是空的"),
    ],
)
def test_what_may_not_be_handed_in_is_said_and_opens_nothing(
    client: Browser, store: Store, name: str, body: bytes, sentence: str
) -> None:
    response = send(client, (name, body))
    assert response.status_code == 422 and sentence in response.text  # type: ignore[attr-defined]
    assert "从事食品销售" in response.text, "what was entered is still there"  # type: ignore[attr-defined]
    with store.read() as session:
        assert engine.cases(session) == []


def test_a_file_is_no_larger_than_the_form_says_and_has_a_plain_name(store: Store) -> None:
    with store.begin() as session:
        with pytest.raises(Rejection, match=r"file\.size"):
            engine.keep_file(session, {**RULE, "x-sun-max-mb": 1}, "a.pdf", PDF[:9] + b"0" * 2**20 + PDF, AT)
        for name in ("a\x00.pdf", "", "长" * 200 + ".pdf"):
            with pytest.raises(Rejection, match=r"file\.name"):
                engine.keep_file(session, RULE, name, PDF, AT)
        assert engine.keep_file(session, RULE, r"C:\fakepath\..\合同.pdf", PDF, AT).endswith(" 合同.pdf")


def test_a_file_stays_while_the_rest_is_mended(client: Browser) -> None:
    response = send(client, ("合同.pdf", PDF), applicant_name="")
    assert response.status_code == 422 and "已上传：合同.pdf" in response.text  # type: ignore[attr-defined]
    kept = between(response.text, 'name="material_files" value="', '"')  # type: ignore[attr-defined]
    hidden = client.page(ADDRESS).form(ADDRESS).fields
    client.post(ADDRESS, data={**hidden, **APPLICATION, "material_files": kept}, content_type="multipart/form-data")
    number = between(client.get("/receipt").text, 'mono">', "<")
    assert "合同.pdf" in client.page(f"/cases/{number}").html


def test_nobody_names_a_file_they_did_not_send(client: Browser, store: Store) -> None:
    applied(client, ("a.pdf", PDF))
    forged = f"{hashlib.sha256(PDF).hexdigest()} a.pdf"
    hidden = client.page(ADDRESS).form(ADDRESS).fields
    client.post(ADDRESS, data={**hidden, **APPLICATION, "material_files": forged}, content_type="multipart/form-data")
    number = between(client.get("/receipt").text, 'mono">', "<")
    with store.read() as session:
        assert "material_files" not in engine.private_values(session, number)


def test_a_file_that_is_not_there_is_refused(store: Store) -> None:
    data = {**APPLICATION, "truthful": True, "material_files": [f"{'1' * 64} a.pdf"]}
    with store.begin() as session, pytest.raises(Rejection) as refused:
        engine.start_case(session, "xk-general", actor="applicant", data=data, at=AT)
    assert [(one.field, one.code) for one in refused.value.params["errors"]] == [("material_files", "file")]  # type: ignore[attr-defined]
    assert digests_of(["nonsense"]) is None and digests_of("x") is None


def test_a_file_that_is_gone_is_asked_for_again_and_the_rest_is_kept(client: Browser, store: Store) -> None:
    response = send(client, ("合同.pdf", PDF), ("门面.png", PNG), applicant_name="")
    kept = re.findall('name="material_files" value="([^"]+)"', response.text)  # type: ignore[attr-defined]
    with store.begin() as session:
        session.execute(sa.text("DELETE FROM file WHERE media = 'application/pdf'"))
    hidden = client.page(ADDRESS).form(ADDRESS).fields
    sent = {**hidden, **APPLICATION, "material_files": kept}
    answer = client.post(ADDRESS, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422 and "里的“合同.pdf”已经不在，请重新上传" in answer.text
    assert "已上传：门面.png" in answer.text, "the other one is still there"
    assert APPLICATION["applicant_name"] in answer.text and "已上传：合同.pdf" not in answer.text


def test_at_the_window_too_nothing_is_lost_with_a_file(app: Flask, store: Store) -> None:
    window, where = signed_in(app, "wang"), "/desk/start/xk-general"
    sent = {**window.page(where).form(where).fields, **APPLICATION, "material_files": (io.BytesIO(PDF), "合同.pdf")}
    first = window.post(where, data={**sent, "phone": ""}, content_type="multipart/form-data")
    kept = between(first.text, 'name="material_files" value="', '"')
    with store.begin() as session:
        session.execute(sa.text("DELETE FROM file"))
    answer = window.post(where, data={**sent, "material_files": kept}, content_type="multipart/form-data")
    assert answer.status_code == 422 and "里的“合同.pdf”已经不在，请重新上传" in answer.text
    assert APPLICATION["requested_matter"] in answer.text


def test_an_officers_step_tells_a_refused_file_at_its_field(app: Flask, store: Store, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "flows/xk-general", tmp_path / "flow")
    form = tmp_path / "flow/forms/formal-review.json"
    schema = json.loads(form.read_text(encoding="utf-8"))
    schema["properties"] |= {"scan": {**RULE, "title": "扫描件"}}
    form.write_text(json.dumps(schema), encoding="utf-8")
    with store.begin() as session:
        engine.publish(session, load(tmp_path / "flow"), key="xk-general", author="lin", reviewer="zhao", at=AT)
        data = {**APPLICATION, "truthful": True}
        number = engine.start_case(session, "xk-general", actor="applicant", data=data, at=AT).case
    wang, where = signed_in(app, "wang"), f"/desk/{number}/FormalReview%231"
    sent = {**wang.page(where).form(where).fields, "scan": (io.BytesIO(b"MZ"), "a.exe")}
    answer = wang.post(where, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422 and "“a.exe”不是可以上传的文件" in answer.text
    assert "请选择“审查结果”" in answer.text, "and what else is wrong"


def test_a_file_is_kept_as_long_as_a_draft_names_it(store: Store) -> None:
    with store.begin() as session:
        reference = engine.keep_file(session, RULE, "a.pdf", PDF, AT)
        engine.save_draft(session, "somebody", {"material_files": [reference]}, AT + timedelta(days=6))
    with store.begin() as session:
        engine.keep_file(session, RULE, "b.png", PNG, AT + timedelta(days=12))
        assert engine.draft(session, "somebody", AT + timedelta(days=12)) is not None
        assert session.execute(sa.text("SELECT count(*) FROM file")).scalar_one() == 2


@pytest.mark.parametrize("ending", ["docx", "ofd"])
def test_an_archive_is_what_its_contents_say(store: Store, ending: str) -> None:
    held = {"docx": ("[Content_Types].xml", "word/document.xml"), "ofd": ("OFD.xml",)}
    rule = {**RULE, "x-sun-files": ["docx", "ofd"]}
    for kind, names in {**held, "anything": ("readme.txt",)}.items():
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w") as archive:
            for name in names:
                archive.writestr(name, "<x/>")
        with store.begin() as session:
            if kind == ending:
                assert engine.keep_file(session, rule, f"a.{ending}", body.getvalue(), AT)
                continue
            with pytest.raises(Rejection, match=r"file\.type"):
                engine.keep_file(session, rule, f"a.{ending}", body.getvalue(), AT)
    with store.begin() as session, pytest.raises(Rejection, match=r"file\.type"):
        engine.keep_file(session, rule, f"a.{ending}", b"PK\x03\x04 broken", AT)


@pytest.mark.parametrize("bomb", ["entries", "size"])
def test_an_archive_that_would_choke_its_reader_is_refused(store: Store, bomb: str) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("OFD.xml", "<x/>")
        if bomb == "entries":
            for number in range(2_001):
                archive.writestr(str(number), "")
        else:
            with archive.open("Doc_0/Res/0", "w") as entry:
                for _ in range(201):
                    entry.write(bytes(2**20))
    with store.begin() as session, pytest.raises(Rejection, match=r"file\.type"):
        engine.keep_file(session, {**RULE, "x-sun-files": ["ofd"]}, "a.ofd", body.getvalue(), AT)


def test_what_no_case_uses_is_dropped_and_what_one_uses_stays(client: Browser, store: Store) -> None:
    number = applied(client, ("a.pdf", PDF))
    with store.begin() as session:
        engine.keep_file(session, RULE, "b.png", PNG, AT)
    with store.begin() as session:
        engine.keep_file(session, RULE, "c.pdf", b"%PDF-1.7 c" + PDF, AT + timedelta(days=400))
        left = session.execute(sa.text("SELECT count(*) FROM file")).scalar_one()
    assert left == 2
    assert client.get(f"/cases/{number}/files/{hashlib.sha256(PDF).hexdigest()}").data == PDF


def test_erasing_the_field_erases_the_file(client: Browser, store: Store) -> None:
    number = applied(client, ("a.pdf", PDF))
    with store.begin() as session:
        engine.add_person(session, "keeper", roles=["admin"])
        at = datetime.now(UTC) + timedelta(days=1)
        engine.erase(session, number, ["material_files"], actor="keeper", ground="个人信息保护法第四十七条", at=at)
        assert session.execute(sa.text("SELECT count(*) FROM file")).scalar_one() == 0
    assert client.get(f"/cases/{number}/files/{hashlib.sha256(PDF).hexdigest()}").status_code == 404
