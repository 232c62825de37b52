"""Half-filled forms: kept when their writer says so, there again after the browser was closed, nobody else's."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import Flask

import engine
from engine.store import Store
from tests.web.browser import APPLICATION, Browser, apply, between
from tests.web.staff import add_people, signed_in

ADDRESS = "/powers/xk-general/apply"


def save(client: Browser, address: str, /, **data: object) -> None:
    hidden = client.page(address).form(address).fields
    answer = client.post(address, data={**hidden, **data, "draft": "save"})
    assert answer.status_code == 302 and answer.location == address


def drafts(store: Store) -> int:
    with store.read() as session:
        return int(session.execute(sa.text("SELECT count(*) FROM form_draft")).scalar_one())


def test_a_citizens_draft_is_there_again_in_the_same_browser_only(client: Browser, app: Flask, store: Store) -> None:
    save(client, ADDRESS, applicant_name="白楚云", phone="")
    assert 'value="白楚云"' in client.page(ADDRESS).html and "还没有提交" in client.page(ADDRESS).html
    assert "白楚云" not in app.test_client().get(ADDRESS).text
    with store.read() as session:
        assert engine.cases(session) == []
        row = session.execute(sa.text("SELECT key FROM form_draft")).scalar_one()
    cookie = client.get_cookie("sunpath_draft", path=ADDRESS)
    assert cookie is not None and cookie.http_only and cookie.path == ADDRESS and cookie.value not in str(row)


def test_a_draft_says_which_file_it_could_not_keep(client: Browser) -> None:
    hidden = client.page(ADDRESS).form(ADDRESS).fields
    sent = {**hidden, "applicant_name": "白楚云", "draft": "save", "material_files": (io.BytesIO(b"MZ"), "a.pdf")}
    answer = client.post(ADDRESS, data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422 and "“a.pdf”不是可以上传的文件" in answer.text and "草稿已经保存" in answer.text
    assert 'value="白楚云"' in client.page(ADDRESS).html


def test_what_is_sent_or_dropped_is_kept_no_more(client: Browser, store: Store) -> None:
    save(client, ADDRESS, **APPLICATION)
    apply(client)
    assert drafts(store) == 0 and client.get_cookie("sunpath_draft", path=ADDRESS) is None
    save(client, ADDRESS, applicant_name="白楚云")
    hidden = client.page(ADDRESS).form(ADDRESS).fields
    client.post(ADDRESS, data={**hidden, "draft": "drop"})
    assert drafts(store) == 0 and "白楚云" not in client.page(ADDRESS).html


def test_an_officers_draft_follows_the_account(client: Browser, app: Flask, store: Store) -> None:
    number, _ = apply(client)
    add_people(store)
    address = f"/desk/{number}/FormalReview%231"
    first = signed_in(app, "wang")
    hidden = first.page(address).form(address).fields
    data = {**hidden, "formal_result": "incomplete", "draft": "save"}
    assert first.post(address, data=data, headers={"X-Draft": "by-itself"}).status_code == 204
    again = signed_in(app, "wang").page(address).html
    assert between(again, 'value="incomplete"', ">").strip() == "checked"
    other = signed_in(app, "zhang").get(address)
    assert "还没有提交" not in other.text
    done = {**hidden, "formal_result": "complete"}
    first.post(address, data=done)
    assert drafts(store) == 0


def test_a_draft_is_forgotten_after_a_week(client: Browser, store: Store) -> None:
    save(client, ADDRESS, applicant_name="白楚云")
    later = datetime.now(UTC) + timedelta(days=8)
    with store.begin() as session:
        engine.save_draft(session, "somebody", {"a": 1}, later)
        assert session.execute(sa.text("SELECT count(*) FROM form_draft")).scalar_one() == 1
        assert engine.draft(session, "somebody", later) == {"a": 1}
        assert engine.draft(session, "somebody", later + timedelta(days=8)) is None


def test_a_double_click_after_a_draft_is_still_one_case(client: Browser, store: Store) -> None:
    save(client, ADDRESS, **APPLICATION)
    hidden = client.page(ADDRESS).form(ADDRESS).fields
    for _ in range(2):
        client.post(ADDRESS, data={**hidden, **APPLICATION})
    with store.read() as session:
        assert len(engine.cases(session)) == 1
