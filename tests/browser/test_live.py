"""The page of a case tells by itself what happened: no reload, the reader's place kept, the change announced."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser import people
from tests.browser.conftest import Visit

#: Milliseconds in which the page has asked at least once (``live.js``: every 15 seconds).
ONE_ROUND = 16_000
STATUS = re.compile(r"status\.json$")


def test_the_page_of_a_case_follows_the_clerk(visit: Visit) -> None:
    citizen, clerk = visit(), visit()
    citizen.clock.install()
    slip = people.apply(citizen)
    people.track(citizen, slip)
    review = citizen.locator("#node-FormalReview")
    expect(review).to_have_class(re.compile(r"\bst-current\b"))
    citizen.evaluate("window.stayed = true")

    people.sign_in(clerk, "李思远")
    people.do(clerk, slip, "形式审查", {"审查结果": "材料齐全、符合法定形式，予以受理"})
    citizen.clock.run_for(ONE_ROUND)

    expect(review).to_have_class(re.compile(r"\bst-done\b"))
    expect(citizen.locator("#node-Review")).to_have_class(re.compile(r"\bst-current\b"))
    expect(citizen.get_by_role("region", name="接下来会发生什么").get_by_text("书面审查")).to_be_visible()
    expect(citizen.get_by_role("status").filter(has_text="进度有更新，页面内容已刷新。")).to_be_attached()
    assert citizen.evaluate("window.stayed"), "the page was not loaded anew"


def test_nothing_new_costs_no_page(visit: Visit) -> None:
    citizen = visit()
    citizen.clock.install()
    slip = people.apply(citizen)
    # The page asks once as it opens; what is looked at here is the round after it.
    with citizen.expect_response(STATUS):
        people.track(citizen, slip)
    answers: list[tuple[str, int]] = []
    citizen.on("response", lambda answer: answers.append((answer.url.rsplit("/", 1)[1], answer.status)))
    with citizen.expect_response(STATUS):
        citizen.clock.run_for(ONE_ROUND)
    assert [answer for answer in answers if answer[0] != "icon.svg"] == [("status.json", 304)]
