"""The main job in a browser: one case from the application to the audit, and the citizen's part without scripts."""

from __future__ import annotations

import json
import re
from datetime import date

from playwright.sync_api import Locator, Page, expect

from tests.browser import people
from tests.browser.conftest import Visit
from tests.browser.people import Slip, choose, do, finish, open_item, sign_in


def test_a_case_from_application_to_audit(visit: Visit) -> None:
    citizen = visit()
    slip = apply_with_a_mistake_first(citizen)
    window, section, checker, leader = (visit() for _ in range(4))
    ask_for_correction(window, slip)
    correct(citizen, slip)
    accept(window, slip)
    examine(section, slip)
    send_back_once(checker, section, slip)
    decide_and_deliver(leader, window, visit(), slip)
    disclose(visit(), slip)
    rate(citizen, slip)
    do(section, slip, "整理归档")
    take_the_file(visit(), slip)
    see_the_end(citizen)
    see_what_was_taken(citizen, slip)
    replay(visit(), slip)


def apply_with_a_mistake_first(citizen: Page) -> Slip:
    """From the start page to the receipt; one field forgotten on the way."""
    citizen.goto("/")
    citizen.get_by_role("link", name="行政许可一般程序").first.click()
    citizen.get_by_role("link", name="在线申请").first.click()
    people.fill_in_application(citizen)
    citizen.get_by_label("联系电话").fill("")
    citizen.get_by_role("button", name="提交申请").click()
    complaint = citizen.get_by_role("alert")
    expect(complaint).to_be_focused()
    complaint.get_by_role("link", name="请填写“联系电话”").click()
    phone = citizen.get_by_label("联系电话")
    expect(phone).to_be_focused()
    expect(phone).to_have_accessible_description("请填写“联系电话”")
    expect(citizen.get_by_label("申请人姓名或者名称")).to_have_value("测试人甲")
    phone.fill("0800-555-0160")
    slip = people.submit_application(citizen)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}-.", slip.code)
    expect(citizen.locator("#receipt svg").first).to_be_visible()
    return slip


def ask_for_correction(window: Page, slip: Slip) -> None:
    """The window finds the materials incomplete and says at once everything that is missing."""
    sign_in(window, "王海燕")
    open_item(window, slip, "形式审查")
    expect(window.get_by_text("测试人甲").first).to_be_visible()
    choose(window, "审查结果", "材料不齐全或者不符合法定形式")
    finish(window, "形式审查")
    do(window, slip, "一次性告知补正", {"需要补正的材料": "与申请事项有关的材料"}, 具体补正要求="缺少场所平面图。")


def correct(citizen: Page, slip: Slip) -> None:
    """The citizen finds the case by number and code, sees on the chart whose turn it is, and answers."""
    people.track(citizen, slip)
    expect(status(citizen, "Correct")).to_have_class(re.compile(r"\bst-(current|waiting)\b"))
    expect(status(citizen, "Accept")).to_have_class(re.compile(r"\bst-todo\b"))
    expect(citizen.locator("#edge-A_FormalOutcome_NotifyCorrection")).to_have_class(re.compile(r"\be-taken\b"))
    expect(citizen.locator("#edge-A_FormalOutcome_Accept")).to_have_class(re.compile(r"\be-not\b"))
    citizen.get_by_role("link", name="现在办理").click()
    choose(citizen, "已补正的材料", "与申请事项有关的材料")
    citizen.get_by_role("button", name="提交").click()
    expect(citizen.get_by_role("status").filter(has_text="已经提交并写入记录：补正材料")).to_be_visible()
    expect(citizen.get_by_text("您现在不需要做任何事。")).to_be_visible()


def accept(window: Page, slip: Slip) -> None:
    """Claimed first this time, then found complete."""
    window.goto("/desk")
    window.get_by_role("row").filter(has_text=slip.number).get_by_role("button", name="签收").click()
    expect(window.get_by_role("button", name="放回")).to_be_visible()
    choose(window, "审查结果", "材料齐全、符合法定形式，予以受理")
    finish(window, "形式审查")


def examine(section: Page, slip: Slip) -> None:
    """No check on site, nobody else's interests; an opinion."""
    sign_in(section, "张卫国")
    review(section, slip, "逐项符合公布的条件。")


def review(section: Page, slip: Slip, findings: str) -> None:
    answers = {"是否需要对实质内容进行实地核实": "否", "是否直接涉及申请人与他人之间重大利益关系": "否"}
    do(section, slip, "书面审查", answers, 审查记录=findings)
    opinion = {"建议": "建议准予许可", "能否在法定期限内作出决定": "是"}
    do(section, slip, "提出审查意见", opinion, 审查意见="建议准予。")


def send_back_once(checker: Page, section: Page, slip: Slip) -> None:
    """Sending back needs a reason; the second time it passes."""
    sign_in(checker, "杨志强")
    open_item(checker, slip, "审核")
    choose(checker, "审核结果", "退回重新审查")
    checker.get_by_role("button", name="办完，写入记录").click()
    expect(checker.get_by_role("alert").get_by_role("link", name="请填写“退回理由”")).to_be_visible()
    checker.get_by_label("退回理由").fill("审查记录缺少一项条件的结论。")
    finish(checker, "审核")
    review(section, slip, "已补充结论。")
    do(checker, slip, "审核", {"审核结果": "通过"})


def decide_and_deliver(leader: Page, window: Page, server: Page, slip: Slip) -> None:
    """The decision, the licence, the service of it, which is a flow the licence calls."""
    sign_in(leader, "黄永安")
    do(leader, slip, "作出许可决定", {"决定": "准予行政许可"})
    do(window, slip, "制作许可证件")
    today = date.today().isoformat()
    sign_in(server, "莫言书")
    do(server, slip, "送达文书", {"是否送到": "是", "送达方式": "窗口领取"}, 送达日期=today, 签收人="测试人甲")


def disclose(officer: Page, slip: Slip) -> None:
    """Looked at before it is published."""
    sign_in(officer, "卞知秋")
    do(officer, slip, "公开前审查", {"审查结论": "全部公开"})


def take_the_file(archivist: Page, slip: Slip) -> None:
    """The archive finds the file complete."""
    sign_in(archivist, "党文卷")
    do(archivist, slip, "检查并接收案卷", {"案卷是否完整": "是"})


def rate(citizen: Page, slip: Slip) -> None:
    """The last word is the citizen's."""
    people.track(citizen, slip)
    citizen.get_by_role("link", name="现在办理").click()
    choose(citizen, "总体评价", "非常满意")
    citizen.get_by_role("button", name="提交").click()
    expect(citizen.get_by_role("status").filter(has_text="已经提交并写入记录：评价服务")).to_be_visible()


def see_the_end(citizen: Page) -> None:
    """The same chart, all the way to the end, and the result in words."""
    citizen.reload()
    expect(citizen.get_by_text("结果：办结")).to_be_visible()
    expect(status(citizen, "EndClosed")).to_have_class(re.compile(r"\bst-done\b"))
    expect(status(citizen, "EndRefused")).not_to_have_class(re.compile(r"\bst-done\b"))
    for element, passes in {"FormalReview": 2, "Review": 2, "Decide": 1}.items():
        expect(status(citizen, element)).to_have_class(re.compile(r"\bst-done\b"))
        expect(status(citizen, element).get_by_text("×2")).to_have_count(passes - 1)
    assert "测试人甲" not in citizen.content(), "the citizen's page names nobody"


def see_what_was_taken(citizen: Page, slip: Slip) -> None:
    """Every arrow on the chart is taken as often as the record says, and no other; those of what is called are on its
    own chart."""
    expect(citizen.locator("#edge-A_Review_SiteNeeded").get_by_text("×2")).to_be_visible()
    recorded = json.loads(
        citizen.evaluate("async (url) => (await fetch(url)).text()", f"/cases/{slip.number}/status.json")
    )
    taken = {arrow: one["count"] for arrow, one in recorded["arrows"].items() if one["count"]}
    assert taken["A_Correct_FormalReview"] == taken["A_CheckOutcome_Review"] == 1, "two returns"
    assert taken["A_Review_SiteNeeded"] == 2 and taken["A_FileAway_EndClosed"] == 1
    drawn = citizen.locator(".chart__box--wide .e-taken").evaluate_all("all => all.map(one => one.id)")
    assert {arrow.removeprefix("edge-") for arrow in drawn} == {arrow for arrow in taken if "/" not in arrow}


def replay(auditor: Page, slip: Slip) -> None:
    """Step by step by keyboard, then checked against the record in two ways."""
    sign_in(auditor, "徐慧敏")
    auditor.get_by_label("办件编号").fill(slip.number)
    auditor.get_by_role("button", name="打开").click()
    player = auditor.get_by_role("form", name="回放控制")
    where = player.locator("[data-live=where]")
    steps = int(where.inner_text().split("共")[1].split("步")[0])
    expect(where).to_contain_text(f"第 {steps} 步")
    player.get_by_role("link", name="上一步").press("ArrowLeft")
    expect(where).to_contain_text(f"第 {steps - 1} 步")
    player.get_by_role("link", name="下一步").press("ArrowRight")
    expect(where).to_contain_text(f"第 {steps} 步")
    player.get_by_role("slider").press("Home")
    expect(where).to_contain_text("第 1 步")
    expect(status(auditor, "EndClosed")).to_have_class(re.compile(r"\bst-todo\b"))
    player.get_by_role("slider").press("End")
    expect(status(auditor, "EndClosed")).to_have_class(re.compile(r"\bst-done\b"))
    auditor.get_by_role("button", name="核验这个办件").click()
    expect(auditor.get_by_role("heading", name=f"1 件办件、{steps} 步全部核验通过")).to_be_visible()
    auditor.get_by_role("button", name="重新演算").click()
    expect(auditor.get_by_role("heading", name=f"1 件办件、{steps} 步重新演算，结果逐字节相同")).to_be_visible()


def test_without_scripts_the_citizen_applies_and_tracks(visit: Visit) -> None:
    citizen = visit(java_script_enabled=False)
    citizen.goto(people.APPLY)
    citizen.get_by_role("button", name="提交申请").click()
    expect(citizen.get_by_role("alert")).to_contain_text("请填写“联系电话”")
    people.fill_in_application(citizen)
    slip = people.submit_application(citizen)
    citizen.context.clear_cookies()
    people.track(citizen, slip)
    expect(status(citizen, "FormalReview")).to_have_class(re.compile(r"\bst-current\b"))
    expect(citizen.get_by_role("link", name="刷新，看最新进度")).to_be_visible()


def test_a_phone_shows_the_same_status_in_one_column(visit: Visit) -> None:
    citizen = visit(width=360)
    people.track(citizen, people.apply(citizen))
    expect(status(citizen, "FormalReview")).to_be_hidden()
    current = citizen.locator("#m-node-FormalReview")
    expect(current).to_be_visible()
    expect(current).to_have_class(re.compile(r"\bst-current\b"))


def status(page: Page, element: str) -> Locator:
    """The element of the lane chart; its class says how it stands."""
    return page.locator(f"#node-{element}")
