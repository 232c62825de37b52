"""The inbox: messages that wait, why, and an officer who gives one to a case or sets it aside."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

import engine
from engine.store import Store
from tests.engine.run.test_messages import STEP, WAITS, model
from tests.web.browser import Browser
from tests.web.staff import add_people, signed_in

ADDRESS = "/desk/messages"
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def waiting(store: Store) -> str:
    """A case that waits for ``reply`` under one key, and a message that came under another."""
    add_people(store)
    event = "intermediateCatchEvent|" + STEP.format('key="file"') + WAITS.format("Reply")
    with store.begin() as session:
        package = model("S>M M>B B>E", M=event, B="userTask")
        engine.publish(session, package, key="waits", author="lin", at=AT)
        case = engine.start_case(session, "waits", actor="wang", data={"file": "F1"}, at=AT).case
        engine.deliver(session, "m1", "reply", key="f1", actor="wang", at=AT)
    return case


def test_a_message_is_given_to_a_case(app: Flask, store: Store, waiting: str) -> None:
    officer = signed_in(app, "wang")
    assert 'href="/desk/messages"' in officer.page("/desk").html
    page = officer.page(ADDRESS).html
    assert "reply" in page and "还没有办件在等它" in page
    hidden = officer.page(ADDRESS).form(f"{ADDRESS}/assign").fields
    wrong = officer.post(f"{ADDRESS}/assign", data={**hidden, "case": "XK-2026-999999"})
    assert wrong.status_code == 422 and "XK-2026-999999" in wrong.text
    answer = officer.post(f"{ADDRESS}/assign", data={**hidden, "case": waiting}, follow_redirects=True)
    assert f"消息已交给办件 {waiting}" in answer.text and "现在没有等待的消息" in answer.text
    with store.read() as session:
        assert [item.element for item in engine.todo(session, waiting).work_items] == ["B"]
        assert engine.verify(session).differences == () and engine.replay(session).differences == ()


def test_one_nobody_waits_for_is_set_aside_with_a_reason(app: Flask, store: Store, waiting: str) -> None:
    officer = signed_in(app, "wang")
    hidden = officer.page(ADDRESS).form(f"{ADDRESS}/aside").fields
    assert officer.post(f"{ADDRESS}/aside", data={**hidden, "reason": "  "}).status_code == 422
    officer.post(f"{ADDRESS}/aside", data={**hidden, "reason": "发错了"})
    with store.read() as session:
        assert engine.waiting(session) == []


def test_only_clerks_see_it(client: Browser, app: Flask, waiting: str) -> None:
    assert client.get(ADDRESS).status_code in (302, 403)
    assert signed_in(app, "lin").get(ADDRESS).status_code == 403
    assert "Inbox" in signed_in(app, "wang").page(f"{ADDRESS}?lang=en").html
