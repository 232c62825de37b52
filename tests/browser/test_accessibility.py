"""axe-core on every kind of page, wide and narrow, by day and in the dark; on a phone no page is pushed sideways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

import engine
from tests.browser import people
from tests.browser.conftest import Visit
from tests.browser.office import Office
from tests.browser.people import Slip

#: WCAG 2.0, 2.1 and 2.2, levels A and AA.
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]},
    "resultTypes": ["violations"],
}
PHONE, WIDE = 360, 1440
PUBLIC = ("/", "/powers", "/powers/xk-general", people.APPLY, "/track", "/sign-in")
BROKEN = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="D">
<process id="P" isExecutable="true"><startEvent id="S"/><userTask id="T"/>
<sequenceFlow id="F" sourceRef="S" targetRef="T"/></process></definitions>"""


@pytest.fixture(scope="session")
def late(office: Office) -> Slip:
    """A case that was to be reviewed long ago."""
    data = {
        "applicant_kind": "organisation",
        "applicant_name": "测试公司",
        "identity_number": "000000000000000001",
        "phone": "0800-555-0161",
        "address": "云泽市城西区示例路2号",
        "requested_matter": "申请许可。",
        "materials_given": ["application_form"],
        "delivery_choice": "post",
        "truthful": True,
    }
    at = datetime.now(UTC) - timedelta(days=200)
    with office.store.begin() as session:
        done = engine.start_case(session, "xk-general", actor="applicant", data=data, at=at, simulated=True)
    assert done.receipt is not None
    return Slip(done.case, done.receipt.code)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_pages(visit: Visit, address: str) -> None:
    page = visit()
    page.goto(address)
    check(page)


def test_what_a_citizen_gets(visit: Visit, late: Slip) -> None:
    page = visit()
    page.goto(people.APPLY)
    page.get_by_role("button", name="提交申请").click()
    check(page)
    people.apply(page)
    check(page)
    people.track(page, late)
    check(page)


def test_what_a_clerk_sees(visit: Visit, late: Slip) -> None:
    page = visit()
    people.sign_in(page, "王海燕")
    page.goto("/desk")
    check(page)
    people.open_item(page, late, "形式审查")
    check(page)
    page.get_by_role("button", name="办完，写入记录").click()
    check(page)
    page.goto(f"/desk/cases/{late.number}")
    check(page)


def test_what_a_department_sees(visit: Visit) -> None:
    page = visit()
    people.sign_in(page, "林晓彤")
    page.goto("/department")
    check(page)
    page.get_by_label("流程包（.zip）或者 BPMN 文件（.bpmn）").set_input_files(
        {"name": "broken.bpmn", "mimeType": "text/xml", "buffer": BROKEN}
    )
    page.get_by_role("button", name="检查").click()
    check(page)
    page.goto("/department/flows/xk-general")
    check(page)


def test_what_an_auditor_sees(visit: Visit, late: Slip) -> None:
    page = visit()
    people.sign_in(page, "徐慧敏")
    page.goto("/audit")
    check(page)
    page.goto(f"/audit/cases/{late.number}")
    check(page)
    page.get_by_role("button", name="核验这个办件").click()
    check(page)


def test_in_the_dark(visit: Visit, late: Slip) -> None:
    page = visit(color_scheme="dark")
    page.goto("/powers/xk-general")
    check(page)
    people.track(page, late)
    check(page)


def check(page: Page) -> None:
    """Look at the page in every width, and leave it wide."""
    for width in (PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": 900})
        complain_of(page, f"{page.url} {width} px")
        if width == PHONE:
            assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE, f"{page.url} is too wide"


def complain_of(page: Page, where: str) -> None:
    """Fail on any violation, naming rule and places."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert not [
        f"{rule['impact']} {rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ], where
