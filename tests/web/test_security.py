"""Headers, cookies, sign-in: what protects every page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

import engine
import web
from engine.store import Store
from tests.web.browser import Browser
from web.settings import Settings

SIGN_IN = {"name": "wang", "password": "a long password"}


@pytest.mark.parametrize("address", ["/", "/nowhere", "/powers/xk-general/chart.svg", "/static/css/base.css"])
def test_every_answer_carries_the_headers(client: Browser, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize(
    ("address", "secure"),
    [("http://localhost", False), ("http://127.0.0.1:8000", False), ("https://localhost", True), ("http://city", True)],
)
def test_cookies_are_secure_except_on_loopback_http(client: Browser, address: str, secure: bool) -> None:
    response = client.get("/track?lang=en", base_url=address)
    cookies = response.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert ("Secure" in cookie) is secure
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_reading_pages_sets_no_cookie(client: Browser) -> None:
    for address in ("/", "/powers", "/powers/xk-general", "/about"):
        assert "Set-Cookie" not in client.get(address).headers


def test_signing_in_with_name_and_password(client: Browser) -> None:
    response = client.send("/sign-in", "/sign-in", **SIGN_IN)
    assert response.status_code == 302
    page = client.page("/about")
    assert "王受理" in page.html
    left = client.send("/about", "/sign-out")
    assert left.status_code == 302
    assert "王受理" not in client.page("/about").html


@pytest.mark.parametrize("wrong", [{"password": "x"}, {"name": "nobody"}, {"name": "lin", "password": ""}])
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(client: Browser, wrong: dict[str, str]) -> None:
    response = client.send("/sign-in", "/sign-in", **{**SIGN_IN, **wrong})
    assert response.status_code == 403
    assert "用户名或者密码不对" in response.text
    assert "wang" not in response.text and "nobody" not in response.text


def test_guessing_a_password_is_stopped(client: Browser) -> None:
    for _ in range(5):
        client.send("/sign-in", "/sign-in", name="wang", password="x")
    assert client.send("/sign-in", "/sign-in", **SIGN_IN).status_code == 429


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1"])
def test_signing_in_never_leads_to_another_site(client: Browser, elsewhere: str) -> None:
    response = client.send("/sign-in", "/sign-in", next=elsewhere, **SIGN_IN)
    assert "evil" not in response.headers["Location"] and "javascript" not in response.headers["Location"]


def demo_app(settings: Settings, store: Store, *, demo: bool = True, marked: bool = True) -> Flask:
    if marked:
        with store.begin() as session:
            engine.mark_demo(session)
    app = web.create_app(replace(settings, demo=demo), store)
    app.test_client_class = Browser
    return app


def test_demo_people_sign_in_without_a_password(settings: Settings, store: Store) -> None:
    client = demo_app(settings, store).test_client()
    assert isinstance(client, Browser)
    assert "演示数据库" in client.page("/sign-in").html
    response = client.send("/sign-in", "/sign-in/demo", name="lin")
    assert response.status_code == 302
    assert "林编制" in client.page("/about").html


@pytest.mark.parametrize(
    ("demo", "marked", "request_"),
    [
        (False, True, {}),
        (True, False, {}),
        (True, True, {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}),
        (True, True, {"headers": {"X-Forwarded-For": "127.0.0.1"}}),
        (True, True, {"base_url": "http://sunpath.example"}),
    ],
)
def test_the_demo_door_is_closed_otherwise(
    settings: Settings, store: Store, demo: bool, marked: bool, request_: dict[str, object]
) -> None:
    app = demo_app(settings, store, demo=demo, marked=marked)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    assert "演示数据库" not in client.get("/sign-in", **request_).text  # type: ignore[arg-type]
    assert client.post("/sign-in/demo", data={"name": "lin"}, **request_).status_code == 404  # type: ignore[arg-type]


def test_a_database_that_was_never_upgraded_says_what_to_do(settings: Settings, tmp_path: object) -> None:
    from engine.store import open_store

    app = web.create_app(settings, open_store(f"sqlite:///{tmp_path}/empty.db", code_key=b"k" * 32))
    response = app.test_client().get("/")
    assert response.status_code == 503
    assert "flask db upgrade" in response.text


def test_a_database_of_a_newer_version_is_left_alone(settings: Settings, store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'from_the_future'")
    response = web.create_app(settings, store).test_client().get("/")
    assert response.status_code == 503
    assert "更新的版本" in response.text
