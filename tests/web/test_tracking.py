"""Number and code open one case; nothing else tells whether a case exists."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.web.browser import Browser, apply


@pytest.fixture
def other(app: Flask) -> Browser:
    """A second browser, without the applicant's cookies."""
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser


def test_the_right_pair_leads_to_the_case(client: Browser, other: Browser) -> None:
    number, code = apply(client)
    response = other.send("/track", "/track", number=f" {number.lower()} ", code=code.lower().replace("-", " "))
    assert response.headers["Location"] == f"/cases/{number}"
    assert number in other.page(f"/cases/{number}").html


def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(client: Browser, other: Browser) -> None:
    number, _ = apply(client)
    wrong = other.send("/track", "/track", number=number, code="0000-0000-0000-0")
    unknown = other.send("/track", "/track", number="XK-2026-999999", code="0000-0000-0000-0")
    assert wrong.status_code == unknown.status_code == 422
    assert said(wrong.text, number) == said(unknown.text, "XK-2026-999999")


def said(html: str, number: str) -> str:
    """A page without the number that was asked for and the form's token, which holds the second it was made in."""
    return re.sub(r'name="csrf_token"[^>]*', "", html.replace(number, ""))


def test_without_the_cookie_a_case_and_no_case_look_alike(client: Browser, other: Browser) -> None:
    number, _ = apply(client)
    for address in (f"/cases/{number}", f"/cases/{number}/status.json", f"/cases/{number}/items/Correct%231"):
        there = other.get(address)
        missing = other.get(address.replace(number, "XK-2026-999999"))
        assert there.status_code == missing.status_code == 302
        assert there.headers["Location"].replace(number, "") == missing.headers["Location"].replace(
            "XK-2026-999999", ""
        )


def test_the_cookie_of_one_case_does_not_open_another(client: Browser, other: Browser) -> None:
    first, _ = apply(client)
    second, code = apply(client)
    other.send("/track", "/track", number=second, code=code)
    cookie = other.get_cookie("sunpath_case", path=f"/cases/{second}")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Lax"
    other.set_cookie("sunpath_case", cookie.value, path="/")
    assert other.get(f"/cases/{first}").status_code == 302


def test_guessing_one_number_is_stopped_after_five_failures(client: Browser, other: Browser) -> None:
    number, code = apply(client)
    for _ in range(5):
        assert other.send("/track", "/track", number=number, code="0000-0000-0000-0").status_code == 422
    stopped = other.send("/track", "/track", number=number, code=code)
    assert stopped.status_code == 429
    assert "15 分钟" in stopped.text


def test_missing_fields_are_named(client: Browser) -> None:
    response = client.send("/track", "/track", number="", code="")
    assert response.status_code == 422
    assert "请填写办件编号" in response.text and "请填写查询码" in response.text
