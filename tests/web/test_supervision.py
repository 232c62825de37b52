"""Cards in the rooms and in public: who sees them, who may do what, and that they are counted."""

from __future__ import annotations

import re
from datetime import date, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

import engine
from engine.store import Store
from tests.cli.test_power import APPLICATION
from tests.web.browser import Browser
from tests.web.staff import add_people, signed_in

ZONE = ZoneInfo("Asia/Shanghai")
CARD = quote("T2 Review#1.0", safe="")


@pytest.fixture
def number(store: Store) -> str:
    """A case whose review is past its promise: 承办岗 has a yellow card."""
    add_people(store)
    at = datetime(2026, 9, 24, 9, tzinfo=ZONE)
    with store.begin() as session:
        engine.add_person(session, "he", roles=["supervisor"], display="何监督")
        done = engine.start_case(session, "xk-general", actor="applicant", data=APPLICATION, at=at)
        engine.complete(session, done.case, "FormalReview", actor="wang", data={"formal_result": "complete"}, at=at)
        engine.catch_up(session, done.case, datetime(2026, 10, 9, 9, tzinfo=ZONE))
    return done.case


def test_a_card_shows_its_evidence_and_is_appealed_and_revoked(app: Flask, store: Store, number: str) -> None:
    zhang, address = signed_in(app, "zhang"), f"/supervision/{number}/{CARD}"
    assert address in zhang.page("/supervision").html
    page = zhang.page(address).html
    assert "超过承诺时限" in page and "书面审查" in page and "期限届满" in page
    assert "撤销</button>" not in page, "those it is charged to do not decide on it"
    treat = f"/supervision/{number}/appeal/{CARD}"
    assert zhang.send(address, treat, reason=" ").status_code == 422
    assert zhang.send(address, treat, reason="系统停机一天").status_code == 302
    he = signed_in(app, "he")
    page = he.page(address).html
    assert "系统停机一天" in page and "答复</button>" not in page
    assert he.send(address, f"/supervision/{number}/revoke/{CARD}", reason="查明属实").status_code == 302
    assert "查明属实" in he.page(address).html
    board = app.test_client()
    assert isinstance(board, Browser)
    assert '<td data-l="撤销" class="r">1</td>' in board.page("/board").html
    assert '<td data-l="申诉" class="r">1</td>' in board.page("/board").html


def test_posts_are_said_in_the_readers_language(app: Flask, number: str) -> None:
    zhang = signed_in(app, "zhang")
    english = zhang.page(f"/supervision/{number}/{CARD}?lang=en").html
    assert "Handling officer" in english and "承办岗" not in english
    assert "承办岗" in zhang.page("/supervision?lang=zh").html


def test_only_those_it_concerns_see_a_card(app: Flask, number: str) -> None:
    address = f"/supervision/{number}/{CARD}"
    stranger = app.test_client()
    assert stranger.get(address).headers["Location"].startswith("/sign-in")
    assert signed_in(app, "wang").get(address).status_code == 403
    assert address not in signed_in(app, "wang").page("/supervision").html
    assert signed_in(app, "lin").get("/supervision").status_code == 403
    assert signed_in(app, "he").get(f"/supervision/{number}/{quote('T3 Nowhere#1.0', safe='')}").status_code == 404


def test_nobody_decides_what_is_not_theirs_by_sending_it_anyway(app: Flask, number: str) -> None:
    address, he = f"/supervision/{number}/{CARD}", signed_in(app, "he")
    hidden = he.page(address).form(f"/supervision/{number}/revoke/{CARD}").fields
    response = he.post(f"/supervision/{number}/answer/{CARD}", data=hidden | {"reason": "x"})
    assert response.status_code == 403


def test_the_desk_and_the_chart_bear_the_card(app: Flask, store: Store, number: str) -> None:
    desk = signed_in(app, "zhang").page("/desk").html
    assert "监督牌" in desk and "tag--warn" in desk
    chart = signed_in(app, "zhang").page(f"/desk/cases/{number}").html
    assert 'class="ck-used"' in chart, "the clock of the review"
    assert "时限已用100%" in chart
    with store.read() as session:
        marks = engine.picture_status(engine.show(session, number)).elements
    assert marks["Review"].cards == ("blue", "yellow")


def test_the_chart_of_the_caller_bears_the_cards_of_what_it_calls(app: Flask, store: Store) -> None:
    """Service runs within ``Serve``, whose chart has no node for the step that is late."""
    add_people(store)
    way: list[tuple[str, str, dict[str, str]]] = [
        ("FormalReview", "wang", {"formal_result": "complete"}),
        ("Review", "zhang", {"site_check_needed": "no", "major_interest": "no", "review_findings": "符合条件。"}),
        ("Opinion", "zhang", {"proposal": "grant", "on_time": "yes", "opinion_text": "建议准予。"}),
        ("Verify", "yang", {"check_result": "pass"}),
        ("Decide", "he", {"decision": "grant"}),
        ("IssueLicence", "wang", {}),
    ]
    at = datetime(2026, 9, 3, 9, tzinfo=ZONE)
    with store.begin() as session:
        engine.add_person(session, "hua", roles=["supervisor"], display="华监督")
        engine.add_person(session, "he", roles=["clerk", "supervisor"], posts=["批准岗", "送达岗"], display="何批准")
        number = engine.start_case(session, "xk-general", actor="applicant", data=APPLICATION, at=at).case
        for item, actor, data in way:
            engine.complete(session, number, item, actor=actor, data=data, at=at)
        engine.catch_up(session, number, datetime(2026, 9, 5, 9, tzinfo=ZONE))
        view = engine.show(session, number)
    assert [card.colour for card in view.cards if card.element == "Serve/Deliver"] == ["blue", "yellow"]
    serve = engine.picture_status(view, date(2026, 9, 5)).elements["Serve"]
    assert "yellow" in serve.cards
    assert serve.clock is not None and serve.clock.used == 1, "of the two clocks the one that is over already"
    he = signed_in(app, "he")
    for address in (f"/desk/cases/{number}", f"/audit/cases/{number}"):
        (node,) = re.findall(r'<a [^>]*id="node-Serve"[^>]*>', he.page(address).html)
        assert "黄牌" in node, node
        step = he.page(address).html.partition('id="step-Serve"')[2].partition("</li>")[0]
        assert "黄牌" in step and "时限已用100%" in step, "the chart in words says what the picture shows"
    assert "黄牌" in he.page("/audit").html and "tag--warn" in he.page("/desk").html
    with store.begin() as session:
        engine.treat_card(
            session,
            number,
            "T2 Serve/Deliver#1.0",
            "revoke",
            actor="hua",
            reason="系统停机",
            at=datetime(2026, 9, 5, 10, tzinfo=ZONE),
        )
        view = engine.show(session, number)
    assert "yellow" not in engine.picture_status(view).elements["Serve"].cards


def test_the_filters_narrow_the_list(app: Flask, number: str) -> None:
    he = signed_in(app, "he")
    assert "超过承诺时限" in he.page("/supervision?colour=yellow").html
    assert "超过承诺时限" not in he.page("/supervision?colour=red").html
    assert "没有这样的牌" in he.page("/supervision?page=9").html
