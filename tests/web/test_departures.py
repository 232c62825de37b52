"""The list of departures from benchmarks: what it says, what it keeps to the file, and who sees it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask

import engine
import web
from engine.store import Store
from tests.flows.shipped import publish, whole
from tests.flows.test_scenarios import PUBLISHED, tell
from tests.web.browser import Browser
from tests.web.staff import signed_in
from web.settings import Settings

KEY = "cf-general"


@pytest.fixture
def number(store: Store) -> str:
    """A mitigated fine that went through review and discussion, beside one within its tier."""
    package = whole(KEY)
    with store.begin() as session:
        engine.add_person(session, "he", roles=["supervisor"], display="何监督")
        engine.add_person(session, "su", roles=["auditor"], display="苏审计")
        for post in {n.step.post for n in package.definitions.nodes.values() if n.step and n.step.post}:
            for name in (f"{post}一", f"{post}二"):
                engine.add_person(session, name, roles=["clerk"], posts=[post])
        publish(session, KEY, author="lin", reviewer="zhao", at=PUBLISHED)
    tell(store, KEY, package.scenarios["within-the-benchmark"], package.definitions)
    return tell(store, KEY, package.scenarios["departs-from-the-benchmark"], package.definitions).case


@pytest.fixture
def office(settings: Settings, store: Store) -> Flask:
    """A demo, whose simulated cases count."""
    made = web.create_app(replace(settings, demo=True), store)
    made.testing = True
    made.test_client_class = Browser
    return made


def test_a_departure_is_listed_with_what_it_passed_through(office: Flask, store: Store, number: str) -> None:
    with store.read() as session:
        (one,) = engine.departures(session, simulated=None)
        private = engine.private_values(session, number)
    assert (one.case, one.why, one.reasoned, one.dissent) == (number, "mitigated", True, True)
    assert one.review is not None and one.discussion is not None
    assert one.review.step < one.discussion.step < one.decision.step
    page = signed_in(office, "he").page("/departures").html
    (row,) = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.DOTALL)
    for said in (number, "减轻处罚", "20,000 元", "5,000 以上、不足 50,000 元", "写明了理由", "有不同意见"):
        assert said in row, said
    assert f"/audit/cases/{number}?step={one.decision.step}" in row
    told = [value for value in private.values() if isinstance(value, str) and len(value) > 3]
    assert told and not [value for value in told if value in page]
    english = signed_in(office, "he").page("/departures?lang=en").html
    assert "with dissent" in english and "mitigated" in english


def test_the_list_is_narrowed_by_power_and_year(office: Flask, number: str) -> None:
    he, year = signed_in(office, "he"), number.split("-")[1]
    assert number in he.page(f"/departures?key={KEY}&year={year}").html
    assert number not in he.page("/departures?key=xk-general").html
    with_none = he.page("/departures?page=9").html
    assert number not in with_none and f"year={year}" in with_none


def test_supervisors_and_auditors_find_it_and_nobody_else(office: Flask, app: Flask, number: str) -> None:
    for name in ("he", "su"):
        assert 'href="/departures"' in signed_in(office, name).page("/audit").html
        assert signed_in(office, name).get("/departures").status_code == 200
    assert signed_in(office, "wang").get("/departures").status_code == 403
    assert office.test_client().get("/departures").headers["Location"].startswith("/sign-in")
    assert number not in signed_in(app, "he").page("/departures").html, "simulated cases count in a demo only"
