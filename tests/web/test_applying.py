"""From the form to the receipt, and from the receipt to the live case."""

from __future__ import annotations

import pytest

import engine
from engine.store import Store
from tests.web.browser import APPLICATION, Browser, apply, between

ADDRESS = "/powers/xk-general/apply"


def test_applying_gives_number_code_and_qr_once(client: Browser) -> None:
    client.send(ADDRESS, ADDRESS, **APPLICATION)
    first = client.get("/receipt")
    code = between(first.text, 'id="code">', "<")
    number = between(first.text, 'mono">', "<")
    assert number.startswith("XK-")
    assert len(code.replace("-", "")) == 13
    assert "<svg" in first.text and code not in between(first.text, 'class="paper">', "</svg>")
    assert first.headers["Cache-Control"] == "no-store"
    again = client.get("/receipt")
    assert again.status_code == 410
    assert code not in again.text


def test_a_double_click_is_one_case_and_the_same_receipt(client: Browser, store: Store) -> None:
    hidden = client.page(ADDRESS).form(ADDRESS).fields
    codes = []
    for _ in range(2):
        client.post(ADDRESS, data={**hidden, **APPLICATION})
        codes.append(between(client.get("/receipt").text, 'id="code">', "<"))
    with store.read() as session:
        assert len(engine.cases(session)) == 1
    assert codes[0] == codes[1]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"applicant_name": ""}, "请填写“申请人姓名或者名称”"),
        ({"applicant_kind": "ghost"}, "请从列出的选项中选择“申请人类型”"),
        ({"materials_given": ["nothing"]}, "“提交的材料”"),
        ({"identity_number": "1" * 19}, "“证件号码或者统一社会信用代码”最多 18 个字"),
    ],
)
def test_errors_stand_at_the_field_and_in_the_summary(
    client: Browser, store: Store, changes: dict[str, str], sentence: str
) -> None:
    response = client.send(ADDRESS, ADDRESS, **{**APPLICATION, **changes})
    assert response.status_code == 422
    assert response.text.count(sentence) == 2
    assert 'aria-invalid="true"' in response.text or "<fieldset" in response.text
    assert "从事食品销售" in response.text, "what was entered is still there"
    with store.read() as session:
        assert engine.cases(session) == []


def test_an_empty_form_opens_nothing(client: Browser, store: Store) -> None:
    assert client.send(ADDRESS, ADDRESS).status_code == 422
    with store.read() as session:
        assert engine.cases(session) == []


def test_a_form_without_its_token_is_refused(client: Browser, store: Store) -> None:
    response = client.post(ADDRESS, data=APPLICATION)
    assert response.status_code == 400
    assert "刷新后再提交一次" in response.text
    with store.read() as session:
        assert engine.cases(session) == []


def test_a_made_up_command_number_is_refused(client: Browser) -> None:
    assert client.send(ADDRESS, ADDRESS, **{**APPLICATION, "command_id": "x"}).status_code == 400


def test_the_receipt_leads_to_the_live_case(client: Browser) -> None:
    number, _ = apply(client)
    page = client.page(f"/cases/{number}")
    assert number in page.headings[0]
