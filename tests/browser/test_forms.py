"""Forms in a browser: what comes and goes with answers, what is kept, what is said when something is wrong."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

import engine
from tests.browser import people
from tests.browser.conftest import Visit
from tests.browser.office import Office
from tests.browser.people import APPLY, Slip, choose, open_item, sign_in
from tests.browser.test_accessibility import PHONE, WIDE, check

FINE, PENALTY = "拟罚款数额（元）", "拟处罚内容"
#: Milliseconds after the last change until a draft is kept by itself (``form.js``: 4 seconds).
PAUSE = 4_500


def proposing(page: Page, slip: Slip) -> None:
    """The form of a proposal: penalty and fine are asked where one is proposed."""
    sign_in(page, "张卫国")
    open_item(page, slip, "提出处理建议")


def test_fields_come_and_go_with_the_answer_and_hidden_ones_are_not_sent(visit: Visit, mitigated: Slip) -> None:
    page = visit()
    proposing(page, mitigated)
    expect(page.get_by_label(FINE)).to_be_hidden()
    choose(page, "处理建议", "建议给予处罚")
    expect(page.get_by_label(PENALTY)).to_be_visible()
    expect(page.locator("label", has_text=PENALTY)).not_to_contain_text("选填")
    page.get_by_label(FINE).fill("20000")
    choose(page, "处理建议", "建议不予处罚")
    expect(page.get_by_label(FINE)).to_be_hidden()
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("button", name="办完，写入记录").click()
    assert "proposed_fine" not in (sent.value.post_data or "") and "proposal" in (sent.value.post_data or "")
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    expect(alert).not_to_contain_text(PENALTY)
    choose(page, "处理建议", "建议给予处罚")
    page.get_by_role("button", name="办完，写入记录").click()
    expect(page.get_by_role("alert")).to_contain_text(f"请填写“{PENALTY}”")


def test_an_officers_form_is_kept_by_itself_and_there_again_in_another_browser(visit: Visit, mitigated: Slip) -> None:
    page = visit()
    page.clock.install()
    proposing(page, mitigated)
    choose(page, "处理建议", "建议给予处罚")
    page.get_by_label(PENALTY).fill("没收涉案食品。")
    with page.expect_response(lambda answer: answer.status == 204):
        page.clock.run_for(PAUSE)
    expect(page.get_by_role("status").filter(has_text="草稿已自动保存。")).to_be_visible()
    page.context.close()

    again = visit()
    proposing(again, mitigated)
    expect(again.get_by_text("这是上次保存的草稿，还没有提交。")).to_be_visible()
    expect(again.get_by_label(PENALTY)).to_have_value("没收涉案食品。")


def test_a_citizens_form_is_there_again_after_the_browser_was_closed(visit: Visit) -> None:
    page = visit()
    page.goto(APPLY)
    page.get_by_label("申请人姓名或者名称").fill("测试人乙")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("这是上次保存的草稿，还没有提交。")).to_be_visible()
    left = page.context.storage_state()
    assert any(cookie["name"] == "sunpath_draft" and cookie["expires"] > 0 for cookie in left["cookies"])
    page.context.close()

    again = visit(storage_state=left)
    again.goto(APPLY)
    expect(again.get_by_label("申请人姓名或者名称")).to_have_value("测试人乙")
    people.fill_in_application(again)
    people.submit_application(again)
    again.goto(APPLY)
    expect(again.get_by_label("申请人姓名或者名称")).to_have_value("")


def test_a_double_click_opens_one_case(visit: Visit, office: Office) -> None:
    page = visit()
    page.goto(APPLY)
    people.fill_in_application(page)
    page.get_by_label("申请人姓名或者名称").fill("双击的人")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    page.get_by_role("button", name="提交申请").dblclick()
    expect(page.get_by_role("heading", name="申请已经提交")).to_be_visible()
    assert len({re.search(r"command_id\"\r\n\r\n(\w+)", body).group(1) for body in sent}) == 1
    with office.store.read() as session:
        mine = [one for one in engine.cases(session) if "双击的人" in engine.private_values(session, one.case).values()]
    assert len(mine) == 1


@pytest.mark.parametrize("width", [PHONE, WIDE])
def test_a_form_with_faults_names_each_and_leads_to_the_first(visit: Visit, mitigated: Slip, width: int) -> None:
    page = visit(width)
    proposing(page, mitigated)
    page.get_by_role("button", name="办完，写入记录").click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert).to_be_in_viewport()
    first = alert.get_by_role("link").first
    expect(first).to_have_text("请选择“处理建议”")
    first.click()
    expect(page.get_by_role("group", name="处理建议").get_by_role("radio").first).to_be_focused()
    expect(page.get_by_role("group", name="处理建议")).to_have_accessible_description(re.compile("请选择“处理建议”"))
    check(page)
