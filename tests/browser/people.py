"""What people do in the pages, told once: everything is found by the names a screen reader would say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

APPLY = "/powers/xk-general/apply"


@dataclass(frozen=True)
class Slip:
    """What a citizen takes home."""

    number: str
    code: str


def choose(page: Page, question: str, *answers: str) -> None:
    """Tick what is said in a group of radio buttons or check boxes."""
    for answer in answers:
        page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


def fill_in_application(page: Page) -> None:
    """Everything the form asks for."""
    choose(page, "申请人类型", "自然人")
    page.get_by_label("申请人姓名或者名称").fill("测试人甲")
    page.get_by_label("证件号码或者统一社会信用代码").fill("000000199001010000")
    page.get_by_label("联系电话").fill("0800-555-0160")
    page.get_by_label("联系地址").fill("云泽市城东区示例路1号")
    page.get_by_label("申请许可的事项和理由").fill("申请在示例路1号从事需要许可的经营活动。")
    choose(page, "提交的材料", "行政许可申请书", "主体资格证明")
    choose(page, "结果领取方式", "窗口领取")
    page.get_by_label("我对申请材料实质内容的真实性负责").check()


def submit_application(page: Page) -> Slip:
    """Send the filled form; the receipt page shows number and code."""
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="申请已经提交")).to_be_visible()
    receipt = page.locator("#receipt")
    number = re.search(r"[A-Z]{2}-\d{4}-\d{6}", receipt.inner_text())
    assert number is not None
    return Slip(number.group(), receipt.locator("#code").inner_text())


def apply(page: Page) -> Slip:
    """A whole application without a mistake."""
    page.goto(APPLY)
    fill_in_application(page)
    return submit_application(page)


def track(page: Page, slip: Slip) -> None:
    """From the start page to the own case."""
    page.goto("/track")
    page.get_by_label("办件编号").fill(slip.number)
    page.get_by_label("查询码").fill(slip.code)
    page.get_by_role("button", name="查看进度").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(slip.number)


def sign_in(page: Page, display: str) -> None:
    """As one of the demo's people."""
    page.goto("/sign-in")
    page.get_by_role("button", name=display).click()
    expect(page.get_by_role("region", name="岗位").get_by_text(display)).to_be_visible()


def open_item(page: Page, slip: Slip, step: str) -> None:
    """From the desk to one item of the list."""
    page.goto("/desk")
    row = page.get_by_role("row").filter(has_text=slip.number)
    row.get_by_role("link", name=step, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(step)


def finish(page: Page, step: str) -> None:
    """Press the button of a work item; the desk says that it was recorded."""
    page.get_by_role("button", name="办完，写入记录").click()
    expect(page.get_by_role("status").filter(has_text=f"已办理并写入记录：{step}")).to_be_visible()


def do(page: Page, slip: Slip, step: str, choices: dict[str, str] | None = None, **texts: str) -> None:
    """One work item from the desk to the record: ``choices`` by question, ``texts`` by label."""
    open_item(page, slip, step)
    for question, answer in (choices or {}).items():
        choose(page, question, answer)
    for label, text in texts.items():
        page.get_by_role("region", name="办理这一步").get_by_label(label).fill(text)
    finish(page, step)
