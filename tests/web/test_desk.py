"""The desk: what waits, doing it once, by the right people, and losing nothing when somebody else was faster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

import engine
from bpmn.package import load
from engine.store import Store
from tests.web.browser import APPLICATION, Browser, apply, between
from tests.web.staff import add_people, do, signed_in

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "bpmn"
REVIEW = {"site_check_needed": "yes", "major_interest": "no", "review_findings": "逐项符合。"}
STUCK = """
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:x">
<process id="p" name="金额" isExecutable="true"><startEvent id="Start"/><userTask id="Do" name="办理"/>
<exclusiveGateway id="Ask" name="金额？"/>
<userTask id="High" name="重大"/><userTask id="Low" name="一般"/><endEvent id="End"/>
<sequenceFlow id="A" sourceRef="Start" targetRef="Do"/><sequenceFlow id="B" sourceRef="Do" targetRef="Ask"/>
<sequenceFlow id="Up" name="高" sourceRef="Ask" targetRef="High">
<conditionExpression>amount > 10</conditionExpression></sequenceFlow>
<sequenceFlow id="Down" name="低" sourceRef="Ask" targetRef="Low">
<conditionExpression>amount &lt;= 10</conditionExpression></sequenceFlow>
<sequenceFlow id="C" sourceRef="High" targetRef="End"/><sequenceFlow id="D" sourceRef="Low" targetRef="End"/>
</process></definitions>"""


@pytest.fixture
def store(store: Store) -> Store:
    add_people(store)
    return store


@pytest.fixture
def number(client: Browser, store: Store) -> str:
    """A case that waits for its formal review."""
    return apply(client)[0]


@pytest.fixture
def wang(app: Flask, store: Store) -> Browser:
    return signed_in(app, "wang")


def address(number: str, item: str) -> str:
    return f"/desk/{number}/{quote(item)}"


def publish(store: Store, key: str, data: bytes) -> None:
    with store.begin() as session:
        engine.publish(session, load(data), key=key, author="lin", at=datetime.now(UTC))


def journal(store: Store, number: str) -> list[str]:
    with store.read() as session:
        return [step.kind for step in engine.steps(session, number)]


# -- the list ---------------------------------------------------------------------------------------------------------


def test_the_desk_is_for_clerks(app: Flask, client: Browser, store: Store) -> None:
    assert client.get("/desk").headers["Location"] == "/sign-in?next=/desk"
    assert signed_in(app, "lin").get("/desk").status_code == 403


def test_the_list_shows_what_waits_with_its_date(wang: Browser, number: str) -> None:
    page = wang.page("/desk")
    assert "形式审查" in page.html and number in page.html
    assert "张**" in page.html and "张三丰" not in page.html, "names are masked in lists"
    assert "今天到期" in page.html and "（估算）" not in page.html and "未签收" in page.html
    assert 'aria-current="page">我的待办' in page.html


def test_others_do_not_see_it(app: Flask, number: str) -> None:
    assert number not in signed_in(app, "yang").page("/desk").html


def test_filters_narrow_the_list(wang: Browser, number: str) -> None:
    assert number in wang.page("/desk?view=free&flow=xk-general&q=形式").html
    for nothing in ("view=mine", "view=late", "q=nothing", "post=承办岗", "flow=other", "view=odd&q=none&page=99"):
        page = wang.page(f"/desk?{nothing}").html
        assert number not in page and "这样筛选没有待办" in page, nothing


def test_a_passed_date_is_said_in_words_and_colour(app: Flask, store: Store, wang: Browser) -> None:
    longest_ago = datetime.now(UTC) - timedelta(days=200)
    with store.begin() as session:
        done = engine.start_case(
            session,
            "xk-general",
            actor="applicant",
            data={**APPLICATION, "truthful": True, "materials_given": ["application_form"]},
            at=longest_ago,
        )
    page = wang.page("/desk?view=late")
    assert done.case in page.html and "已过 " in page.html
    assert 'class="overdue"' in page.html or 'class="warn"' in page.html
    assert "这张牌" in wang.page(address(done.case, "FormalReview#1")).html


def test_claiming_and_giving_back(app: Flask, wang: Browser, number: str) -> None:
    item = {"case": number, "item": "FormalReview#1"}
    response = wang.send("/desk", "/desk/claim", **item)
    assert response.headers["Location"] == address(number, "FormalReview#1")
    assert number in wang.page("/desk?view=mine").html
    li = signed_in(app, "li")
    assert number not in li.page("/desk").html
    assert "王受理 已经签收" in li.page(address(number, "FormalReview#1")).html
    wang.send(address(number, "FormalReview#1"), "/desk/release", **item)
    assert number in li.page("/desk?view=free").html


def test_claiming_what_somebody_else_claimed_says_who(app: Flask, wang: Browser, number: str) -> None:
    item = {"case": number, "item": "FormalReview#1"}
    li = signed_in(app, "li")
    hidden = li.page("/desk").form("/desk/claim").fields
    wang.send("/desk", "/desk/claim", **item)
    response = li.post("/desk/claim", data={**hidden, **item})
    assert response.status_code == 409 and "王受理" in response.text


# -- one item ---------------------------------------------------------------------------------------------------------


def test_an_item_shows_form_law_chart_and_history(wang: Browser, number: str) -> None:
    page = wang.page(address(number, "FormalReview#1"))
    assert page.headings[0].endswith("形式审查") and page.headings[0].startswith("第 ")
    for part in ("中华人民共和国行政许可法", "廉政风险点", "防控：", "办件登记", "st-current", "全部办完"):
        assert part in page.html, part
    assert "13812346021" in page.html, "an officer of the flow sees what is private"


def test_completing_moves_the_case_on(wang: Browser, store: Store, number: str) -> None:
    where = address(number, "FormalReview#1")
    response = wang.send(where, where, formal_result="complete")
    assert response.headers["Location"] == "/desk"
    assert "已办理并写入记录：形式审查" in wang.page("/desk").html
    with store.read() as session:
        assert [item.element for item in engine.todo(session, number).work_items] == ["Review"]


def test_a_double_click_is_one_step(wang: Browser, store: Store, number: str) -> None:
    where = address(number, "FormalReview#1")
    hidden = wang.page(where).form(where).fields
    for _ in range(2):
        assert wang.post(where, data={**hidden, "formal_result": "complete"}).status_code == 302
    assert journal(store, number).count("work item completed") == 2, "the application and one review"


def test_what_is_missing_stands_at_its_field(wang: Browser, store: Store, number: str) -> None:
    where = address(number, "FormalReview#1")
    response = wang.send(where, where)
    assert response.status_code == 422 and response.text.count("请选择“审查结果”") == 2
    assert "work item completed" in journal(store, number)


def test_the_slower_of_two_is_told_who_and_when_and_keeps_the_words(app: Flask, store: Store, number: str) -> None:
    do(store, number, "FormalReview", "wang", formal_result="complete")
    where = address(number, "Review#1")
    liu = signed_in(app, "liu")
    hidden = liu.page(where).form(where).fields
    do(store, number, "Review", "zhang", **REVIEW)
    before = journal(store, number)
    response = liu.post(where, data={**hidden, **REVIEW, "review_findings": "我的长篇意见"})
    assert response.status_code == 409
    assert "张承办" in response.text and f"{datetime.now(UTC):%Y-}" in response.text
    assert "我的长篇意见" in response.text and "没有写入" in response.text
    assert journal(store, number) == before
    assert liu.get(where).status_code == 409, "opened later, the page says the same"
    assert liu.get(address(number, "Review#9")).status_code == 404


def test_two_officers_must_do_what_two_must_do(app: Flask, store: Store, number: str) -> None:
    do(store, number, "FormalReview", "wang", formal_result="complete")
    do(store, number, "Review", "zhang", **REVIEW)
    with store.read() as session:
        item = next(item for item in engine.todo(session, number).work_items if item.people == 2)
    zhang, where = signed_in(app, "zhang"), address(number, item.item)
    page = zhang.page(where)
    assert '<option value="liu">刘承办</option>' in page.html and '<option value="zhang">' not in page.html
    schema = load(Path("flows/xk-general")).form(item.form) or {}
    data = {
        name: rule.get("enum", rule.get("items", {}).get("enum", ["2026-05-01" if "format" in rule else "好"]))[0]
        for name, rule in schema["properties"].items()
    }
    alone = zhang.send(where, where, **data)
    assert alone.status_code == 422 and alone.text.count("请选择另一位同岗位的人") == 2
    together = zhang.send(where, where, **data, **{"with": "liu"})
    assert together.status_code == 302, together.text
    with store.read() as session:
        commands = [step.body for step in engine.steps(session, number) if step.kind == "command"]
    assert commands[-1]["with"] == "liu" and commands[-1]["actor"] == "zhang"


def test_returns_are_explained_and_leave_the_step_twice_on_the_chart(app: Flask, store: Store, number: str) -> None:
    do(store, number, "FormalReview", "wang", formal_result="complete")
    do(store, number, "Review", "zhang", **{**REVIEW, "site_check_needed": "no"})
    do(store, number, "Opinion", "zhang", proposal="grant", on_time="yes", opinion_text="建议准予。")
    yang, where = signed_in(app, "yang"), address(number, "Verify#1")
    assert "回到“书面审查”（承办岗）" in yang.page(where).html
    missing = yang.send(where, where, check_result="return")
    assert missing.status_code == 422 and "请填写“退回理由”" in missing.text
    yang.send(where, where, check_result="return", check_reason="没有写明面积。")
    page = yang.page(f"/desk/cases/{number}")
    assert "×2" in page.html and "没有写明面积。" in page.html and "退回" in page.html


def test_a_person_chooses_at_a_gateway(app: Flask, store: Store, wang: Browser) -> None:
    publish(store, "choose", (FIXTURES / "person-decides.bpmn").read_bytes())
    response = wang.send("/desk/start/choose", "/desk/start/choose")
    assert response.headers["Location"] == "/desk/slip"
    number = between(wang.get("/desk/slip").text, 'mono">', "<")
    wang.send(address(number, "Check#1"), address(number, "Check#1"))
    where = address(number, "Ask#1")
    assert "齐全" in wang.page(where).html
    assert wang.send(where, where).text.count("请选择往哪里走") == 2
    assert wang.send(where, where, take="Nowhere").status_code == 422
    assert wang.send(where, where, take="Right").status_code == 302
    with store.read() as session:
        assert [item.element for item in engine.todo(session, number).work_items] == ["No"]


# -- who may see what -------------------------------------------------------------------------------------------------


def test_a_clerk_of_another_flow_sees_nothing_private(app: Flask, number: str) -> None:
    wu = signed_in(app, "wu")
    for where in (f"/desk/cases/{number}", address(number, "FormalReview#1")):
        response = wu.get(where)
        assert response.status_code == 403 and "张三丰" not in response.text
    assert wu.get("/desk/cases/XK-2026-999999").status_code == 404


def test_a_clerk_of_another_post_looks_and_cannot_act(app: Flask, store: Store, number: str) -> None:
    yang, where = signed_in(app, "yang"), address(number, "FormalReview#1")
    page = yang.page(where)
    assert "这一步由“受理岗”办理" in page.html and where not in {form.action for form in page.forms}
    token = page.forms[0].fields["csrf_token"]
    forced = yang.post(where, data={"csrf_token": token, "command_id": "0" * 32, "formal_result": "complete"})
    assert forced.status_code == 403
    assert journal(store, number).count("work item completed") == 1


def test_the_window_does_the_applicants_step_on_the_record(wang: Browser, store: Store, number: str) -> None:
    do(store, number, "FormalReview", "wang", formal_result="incomplete")
    do(store, number, "NotifyCorrection", "wang", missing_materials=["matter"], missing_details="缺平面图。")
    assert "替当事人办理" in wang.page(f"/desk/cases/{number}").html
    where = address(number, "Correct#1")
    assert "由您代办" in wang.page(where).html
    assert wang.send(where, where, corrected_materials=["matter"]).status_code == 302
    with store.read() as session:
        command = [step.body for step in engine.steps(session, number) if step.kind == "command"][-1]
    assert command["actor"] == "wang" and command["on_behalf"] == "applicant"


# -- the case ---------------------------------------------------------------------------------------------------------


def test_suspending_resuming_and_ending_need_a_reason(wang: Browser, store: Store, number: str) -> None:
    where = f"/desk/cases/{number}"
    missing = wang.send(where, f"{where}/suspend")
    assert missing.status_code == 422 and missing.text.count("请写明理由") == 2
    wang.send(where, f"{where}/suspend", reason="等待法院裁判")
    page = wang.page(where)
    assert "等待法院裁判" in page.html and "已中止" in page.html
    assert "恢复以后才能办理" in wang.page(address(number, "FormalReview#1")).html
    wang.send(where, f"{where}/resume", reason="裁判已经生效")
    wang.send(where, f"{where}/cancel", reason="申请人撤回")
    assert "终止" in wang.page(where).html
    kinds = journal(store, number)
    assert [kind for kind in kinds if kind in ("case suspended", "case resumed", "case cancelled")] == [
        "case suspended",
        "case resumed",
        "case cancelled",
    ]
    assert wang.get(address(number, "FormalReview#1")).status_code == 409


def test_what_is_stuck_is_listed_explained_and_mended(wang: Browser, store: Store) -> None:
    publish(store, "stuck", STUCK.strip().encode())
    with store.begin() as session:
        number = engine.start_case(session, "stuck", actor="wang", at=datetime.now(UTC)).case
    do(store, number, "Do", "wang")
    page = wang.page("/desk")
    assert "受阻的办件" in page.html and "没有一个条件成立" in page.html
    where = f"/desk/cases/{number}"
    wang.send("/desk", f"{where}/retry", item="Ask#1")
    assert "仍然受阻" in wang.page(where).html
    missing = wang.send(where, f"{where}/correct", item="Ask#1", amount="12")
    assert missing.status_code == 422 and missing.text.count("请写明理由") == 2
    assert "金额" in wang.page("/desk/incidents").html and "没有" in wang.page("/desk/incidents?cause=join.never").html
    wang.send(where, f"{where}/correct", item="Ask#1", amount="12", reason="录入时漏填")
    assert "受阻已经解决" in wang.page(where).html
    assert number in wang.page("/desk/incidents?state=resolved").html
    assert number not in wang.page("/desk/incidents").html
    with store.read() as session:
        assert [item.element for item in engine.todo(session, number).work_items] == ["High"]
    token = wang.page(where).forms[0].fields["csrf_token"]
    assert wang.post(f"{where}/retry", data={"csrf_token": token, "item": "Ask#1"}).status_code == 422


# -- opening a case ---------------------------------------------------------------------------------------------------


def test_opening_a_case_at_the_window_shows_the_receipt_once(wang: Browser, store: Store) -> None:
    where = "/desk/start/xk-general"
    assert "行政许可一般程序" in wang.page("/desk/start").html
    empty = wang.send(where, where)
    assert empty.status_code == 422 and "请填写“申请人姓名或者名称”" in empty.text
    hidden = wang.page(where).form(where).fields
    for _ in range(2):
        assert wang.post(where, data={**hidden, **APPLICATION}).headers["Location"] == "/desk/slip"
    first = wang.get("/desk/slip")
    number, code = between(first.text, 'mono">', "<"), between(first.text, 'id="code">', "<")
    assert first.headers["Cache-Control"] == "no-store" and "王受理" in first.text
    assert code not in between(first.text, 'class="paper">', "</svg>")
    assert wang.get("/desk/slip").status_code == 410
    with store.read() as session:
        assert len(engine.cases(session)) == 1
        assert engine.track(session, number, code)
        commands = [step.body for step in engine.steps(session, number) if step.kind == "command"]
    assert commands[-1]["on_behalf"] == "applicant"


def test_only_posts_of_the_flow_open_its_cases(app: Flask, store: Store) -> None:
    wu = signed_in(app, "wu")
    assert "行政许可一般程序" not in wu.page("/desk/start").html
    assert wu.get("/desk/start/xk-general").status_code == 403
    assert wu.get("/desk/start/nothing").status_code == 404


@pytest.mark.parametrize("where", ["/desk", "/desk/start", "/desk/start/xk-general", "/desk/slip"])
def test_the_desk_speaks_english(wang: Browser, number: str, where: str) -> None:
    page = wang.get(f"{where}?lang=en").text
    assert "待办" not in page and "登记" not in page
