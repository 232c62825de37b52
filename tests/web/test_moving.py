"""Moving cases to another version in the department's room: a dry run first, then each on its own record, and back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

import engine
from bpmn.package import load
from engine.store import Store
from tests.engine.run.models import xml
from tests.web.browser import Browser
from tests.web.staff import add_people, signed_in

ADDRESS = "/department/flows/flow/move"
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
OLD = {"S": "startEvent", "A": "userTask", "B": "userTask", "E": "endEvent"}
NEW = OLD | {"C": "userTask"}
#: B has another id here.
LAST = {"S": "startEvent", "A": "userTask", "B2": "userTask", "E": "endEvent"}


@pytest.fixture
def moving(store: Store) -> tuple[str, str]:
    """A case at A and one at B of version 1; in version 2 another step follows B, in version 3 B has another id."""
    add_people(store)
    with store.begin() as session:
        for nodes, arrows in ((OLD, "S>A A>B B>E"), (NEW, "S>A A>B B>C C>E"), (LAST, "S>A A>B2 B2>E")):
            engine.publish(session, load(xml(nodes, arrows)), key="flow", author="lin", at=AT)
        first, second = (engine.start_case(session, "flow", actor="wang", at=AT, version=1).case for _ in "AB")
        engine.complete(session, second, "A", actor="wang", at=AT)
    return first, second


def form_of(browser: Browser, to: int) -> dict[str, str]:
    """What the form that moves holds without what people enter."""
    page = browser.page(f"{ADDRESS}?to={to}")
    return next(form.fields for form in page.forms if form.method == "post" and form.action == ADDRESS)


def version_of(store: Store, case: str) -> int:
    with store.read() as session:
        assert engine.verify(session).differences == () and engine.replay(session).differences == ()
        return engine.todo(session, case).definition.version


def test_the_page_says_what_would_be_and_writes_nothing(app: Flask, store: Store, moving: tuple[str, str]) -> None:
    sun = signed_in(app, "sun")
    assert ADDRESS in sun.page("/department/flows/flow").html
    page = sun.page(f"{ADDRESS}?to=3").html
    assert "2 件办件" in page and "新版本没有这个环节" in page
    assert f'value="{moving[0]}"' in page and f'value="{moving[1]}"' not in page, "what cannot move is not offered"
    mapped = sun.page(f"{ADDRESS}?to=3&map=B%3DB2").html
    assert "正在办理的环节不能改编号" in mapped
    assert f'value="{moving[1]}"' in sun.page(f"{ADDRESS}?to=2").html
    assert {version_of(store, case) for case in moving} == {1}


def test_chosen_cases_move_and_go_back(app: Flask, store: Store, moving: tuple[str, str]) -> None:
    sun = signed_in(app, "sun")
    hidden = form_of(sun, 2)
    sent = {**hidden, "case": list(moving), "reason": "规则改了"}
    for _ in "twice":  # a double click moves each once
        assert "2 件换到第 2 版" in sun.post(ADDRESS, data=sent, follow_redirects=True).text
    assert [version_of(store, case) for case in moving] == [2, 2]
    with store.read() as session:
        kinds = [step.kind for step in engine.steps(session, moving[1])]
        assert kinds.count("case migrated") == 1
    back = form_of(sun, 1)
    sun.post(ADDRESS, data={**back, "case": moving[1], "reason": "换错了"})
    assert [version_of(store, case) for case in moving] == [2, 1]


def test_one_that_cannot_move_leaves_the_others_alone(app: Flask, store: Store, moving: tuple[str, str]) -> None:
    sun = signed_in(app, "sun")
    hidden = form_of(sun, 3)
    page = sun.post(ADDRESS, data={**hidden, "case": list(moving), "reason": "改"}, follow_redirects=True).text
    assert "1 件换到第 3 版" in page and f"{moving[1]} 没有换" in page
    assert [version_of(store, case) for case in moving] == [3, 1]


@pytest.mark.parametrize(
    ("change", "says"),
    [({"reason": " "}, "请写明理由"), ({"case": []}, "请至少选一件"), ({"map": "B"}, "“B”不是")],
)
def test_what_is_missing_is_said_and_nothing_moves(
    app: Flask, store: Store, moving: tuple[str, str], change: dict[str, object], says: str
) -> None:
    sun = signed_in(app, "sun")
    hidden = form_of(sun, 2)
    answer = sun.post(ADDRESS, data={**hidden, "case": list(moving), "reason": "改", **change})
    assert answer.status_code == 422 and says in answer.text
    assert {version_of(store, case) for case in moving} == {1}


def test_a_form_that_is_sent_back_stays_on_its_page(
    app: Flask, moving: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was chosen on the second page is there again, and not the first page with everything ticked."""
    monkeypatch.setattr("web.moving.PAGE", 1)
    sun = signed_in(app, "sun")
    page = sun.page(f"{ADDRESS}?to=2&page=2")
    hidden = next(form.fields for form in page.forms if form.method == "post" and form.action == ADDRESS)
    answer = sun.post(ADDRESS, data={**hidden, "case": moving[1], "reason": ""})
    assert answer.status_code == 422
    assert moving[1] in answer.text and moving[0] not in answer.text and " checked" in answer.text


def test_who_makes_flows_may_look_and_only_publishers_move(app: Flask, store: Store, moving: tuple[str, str]) -> None:
    hidden = form_of(signed_in(app, "sun"), 2)
    lin = signed_in(app, "lin")
    page = lin.page(f"{ADDRESS}?to=2")
    assert "只有公布人员可以换" in page.html and 'type="checkbox"' not in page.html
    token = page.form("/sign-out").fields["csrf_token"]
    sent = {**hidden, "csrf_token": token, "case": moving[0], "reason": "改"}
    assert lin.post(ADDRESS, data=sent).status_code == 403
    assert signed_in(app, "wang").get(ADDRESS).status_code == 403
    assert signed_in(app, "sun").get(f"{ADDRESS}?to=9").status_code == 404
    assert version_of(store, moving[0]) == 1
    assert "Only publishers" in lin.page(f"{ADDRESS}?to=2&lang=en").html
