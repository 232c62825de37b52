"""A penalty that departs from the benchmark, in a browser: refused, reasoned, reviewed, discussed, decided, issued."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from tests.browser import people
from tests.browser.conftest import Visit
from tests.browser.people import Slip, choose, finish, open_item, sign_in
from tests.browser.test_accessibility import check

REASONS = "当事人主动召回全部涉案食品并赔付，消除了危害后果，依照行政处罚法第三十二条减轻处罚。"


def test_a_handler_departs_from_the_benchmark(visit: Visit, mitigated: Slip) -> None:
    handler, lawyer, head, party = (visit() for _ in range(4))
    propose(handler, mitigated)
    tell(handler, party, mitigated)
    review(lawyer, mitigated)
    decide(head, mitigated)
    read_it(party, mitigated)


def propose(handler: Page, slip: Slip) -> None:
    """Too little is refused with what the statute allows; without reasons nothing outside the tier is taken."""
    sign_in(handler, "张卫国")
    open_item(handler, slip, "提出处理建议")
    found = handler.get_by_role("region", name="裁量", exact=True)
    expect(found).to_contain_text("减轻处罚")
    expect(found).to_contain_text("5,000 以上、不足 50,000 元")
    check(handler)
    expect(handler.get_by_label("拟罚款数额（元）")).to_be_hidden()
    choose(handler, "处理建议", "建议给予处罚")
    expect(handler.get_by_label("拟罚款数额（元）")).to_be_visible()
    choose(handler, "须经法制审核的情形", "没有法定情形")
    handler.get_by_label("拟处罚内容").fill("没收涉案食品，罚款20000元。")
    handler.get_by_label("裁量理由", exact=True).fill("主动消除危害后果。")
    handler.get_by_label("拟罚款数额（元）").fill("150000")
    handler.get_by_role("button", name="办完，写入记录").click()
    expect(handler.get_by_role("alert")).to_contain_text("超出法律规定的 0 到 100000")
    handler.get_by_label("拟罚款数额（元）").fill("20000")
    handler.get_by_role("button", name="办完，写入记录").click()
    expect(handler.get_by_role("alert")).to_contain_text("写明理由")
    check(handler)
    handler.get_by_label("偏离裁量基准的理由").fill(REASONS)
    finish(handler, "提出处理建议")


def tell(handler: Page, party: Page, slip: Slip) -> None:
    """The notice is issued as a document; the party reads it, and waives."""
    open_item(handler, slip, "行政处罚告知")
    handler.get_by_label("告知日期").fill(f"{datetime.now(UTC):%Y-%m-%d}")
    choose(handler, "当事人是否有权要求听证", "是")
    handler.get_by_label("告知内容").fill("告知拟处罚内容、事实、理由、依据和权利。")
    finish(handler, "行政处罚告知")
    people.track(party, slip)
    papers = party.get_by_role("region", name="文书")
    expect(papers.get_by_role("link", name="行政处罚告知书").first).to_be_visible()
    address = papers.get_by_role("link", name="行政处罚告知书").first.get_attribute("href")
    assert address is not None
    answer = party.request.get(address)
    assert "拟罚款20000元" in answer.text() and "sandbox" in answer.headers["content-security-policy"]
    party.get_by_role("link", name="现在办理").click()
    choose(party, "您的选择", "放弃陈述、申辩和听证")
    party.get_by_role("button", name="提交").click()


def review(lawyer: Page, slip: Slip) -> None:
    """A departure goes to the legal office, though nobody chose so."""
    sign_in(lawyer, "吴静怡")
    open_item(lawyer, slip, "审核并出具意见")
    choose(lawyer, "审核结论", "通过")
    lawyer.get_by_label("审核意见").fill("减轻处罚的事实和依据充分。")
    finish(lawyer, "审核并出具意见")


def decide(head: Page, slip: Slip) -> None:
    """The head meant no discussion; the case goes there all the same. More than the party was told is refused."""
    sign_in(head, "黄永安")
    open_item(head, slip, "负责人审查")
    choose(head, "处理意见", "给予行政处罚")
    choose(head, "是否集体讨论", "否")
    head.get_by_label("意见", exact=True).fill("同意。")
    finish(head, "负责人审查")
    open_item(head, slip, "负责人集体讨论")
    choose(head, "处理意见", "给予行政处罚")
    head.get_by_label("参加人数").fill("5")
    head.get_by_label("讨论记录").fill("逐人发表意见，同意减轻处罚。")
    head.get_by_label("不同意见").fill("无")
    finish(head, "负责人集体讨论")
    open_item(head, slip, "作出处罚决定")
    choose(head, "处罚种类", "罚款")
    choose(head, "是否具有一定社会影响、应当公开", "否")
    head.get_by_label("事实和理由").fill("事实清楚，证据确凿。")
    expect(head.get_by_label("罚款数额（元）")).to_have_value("20000")
    head.get_by_label("罚款数额（元）").fill("30000")
    head.get_by_role("button", name="办完，写入记录").click()
    expect(head.get_by_role("alert")).to_contain_text("重于已告知的 20000")
    head.get_by_label("罚款数额（元）").fill("20000")
    finish(head, "作出处罚决定")


def read_it(party: Page, slip: Slip) -> None:
    """The party sees the decision, how the benchmark was applied, and the benchmark itself; also on a phone."""
    people.track(party, slip)
    expect(party.get_by_role("region", name="裁量", exact=True)).to_contain_text("20,000 元")
    link = party.get_by_role("region", name="文书").get_by_role("link", name=re.compile("PDF.*行政处罚决定书"))
    assert party.request.get(link.get_attribute("href") or "").body().startswith(b"%PDF")
    party.get_by_role("link", name="经营超过保质期的食品行政处罚裁量基准").click()
    expect(party.get_by_role("heading", level=1)).to_contain_text("裁量基准")
    check(party)
