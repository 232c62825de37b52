"""Why this date: every day of a clock for the applicant and the officers, and as an entry for a calendar."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

import engine
from engine.answers import Timing
from engine.store import Store
from tests.cli.test_power import APPLICATION
from tests.web.browser import Browser
from tests.web.staff import add_people, signed_in
from web.dates import calendar_entry

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture
def case(store: Store, client: Browser) -> tuple[str, str]:
    """A case that crossed National Day 2026 with its make-up Saturday, then stood still; and its query code."""
    add_people(store)
    with store.begin() as session:
        opened = at("2026-09-24T09:00")
        done = engine.start_case(session, "xk-general", actor="applicant", data=APPLICATION, at=opened, simulated=True)
        data = {"formal_result": "complete"}
        engine.complete(session, done.case, "FormalReview", actor="wang", data=data, at=opened, simulated=True)
        on = at("2026-10-12T10:00")
        engine.catch_up(session, done.case, on, simulated=True)
        engine.pause(session, done.case, "inspection", document="12号", actor="zhang", at=on, simulated=True)
        engine.unpause(session, done.case, "inspection", actor="zhang", at=at("2026-10-20T10:00"), simulated=True)
        assert done.receipt is not None
    client.send("/track", "/track", number=done.case, code=done.receipt.code)
    return done.case, done.receipt.code


def whole(store: Store, number: str) -> Timing:
    with store.read() as session:
        return next(timing for timing in engine.show(session, number).timings if not timing.element)


def test_the_page_lists_each_day_and_why(client: Browser, store: Store, case: tuple[str, str]) -> None:
    clock = whole(store, case[0])
    # Six days used to 10 October and a seventh on Monday the 12th; 13 to 20 October stand still; 21, 22, 23 are left.
    assert clock.promised is not None and clock.promised.isoformat() == "2026-10-23"
    assert f"/cases/{case[0]}/dates/" in client.page(f"/cases/{case[0]}").html
    page = client.page(f"/cases/{case[0]}/dates/{quote(clock.id, safe='')}").html
    assert "为什么是 2026" in page and "10 月 23 日" in page.replace("\u00a0", " ")
    lines = re.findall(r'<li class="([^"]*)"><time datetime="([\d-]+)">[^<]*</time><b>([^<]*)</b><span>([^<]*)', page)
    days = {on: (css, head, note) for css, on, head, note in lines}
    assert days["2026-09-24"][0] == "zero" and days["2026-10-01"][1:] == ("不计", "国庆节")
    assert days["2026-10-10"][1:] == ("第 6 日", "调休上班，计入")
    # The day the clock was stopped on still counts, and the sentence about the stop says so.
    assert days["2026-10-12"][1] == "第 7 日" and "停止，自下一日起至" in page
    assert days["2026-10-13"][1:] == ("不计", "检验") and "stop" in days["2026-10-13"][0]
    assert days["2026-10-23"][1:] == ("第 10 日", "承诺期限")
    assert [head for _, _, head, _ in lines if head.startswith("第")] == [f"第 {n} 日" for n in range(1, 21)]
    assert "第四十二条" in page and "第八十二条" in page and "12号" in page


def test_it_needs_the_code_of_the_case(app: Flask, store: Store, case: tuple[str, str]) -> None:
    clock = quote(whole(store, case[0]).id, safe="")
    stranger = app.test_client()
    for address in (f"/cases/{case[0]}/dates/{clock}", f"/cases/{case[0]}/dates.ics/{clock}"):
        assert stranger.get(address).headers["Location"].startswith("/track")


def test_officers_of_the_flow_see_it_others_do_not(app: Flask, store: Store, case: tuple[str, str]) -> None:
    address = f"/desk/cases/{case[0]}/dates/{quote(whole(store, case[0]).id, safe='')}"
    assert "逐日列表" in signed_in(app, "zhang").page(address).html
    assert "逐日列表" not in signed_in(app, "wu").get(address, follow_redirects=True).text
    assert address in signed_in(app, "zhang").page(f"/desk/cases/{case[0]}").html


def test_a_clock_the_case_does_not_have_is_not_found(client: Browser, case: tuple[str, str]) -> None:
    response = client.get(f"/cases/{case[0]}/dates/{quote('Nowhere#1.0', safe='')}")
    assert response.status_code == 404 and "Nowhere" in response.text


def test_the_last_day_goes_into_a_calendar(client: Browser, store: Store, case: tuple[str, str]) -> None:
    response = client.get(f"/cases/{case[0]}/dates.ics/{quote(whole(store, case[0]).id, safe='')}")
    assert response.mimetype == "text/calendar"
    assert "DTSTART;VALUE=DATE:20261023\r\n" in response.text and "DTEND;VALUE=DATE:20261024\r\n" in response.text
    assert case[0] in response.text


def test_long_lines_are_folded_between_characters_and_signs_escaped() -> None:
    text = calendar_entry("审查，" * 40 + "a;b,c\\", at("2026-10-23T00:00").date(), "x", at("2026-10-01T00:00"))
    lines = text.encode().split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert "a\\;b\\,c\\\\" in text.replace("\r\n ", "")
