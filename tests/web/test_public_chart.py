"""What is internal is one box to the public and drawn whole for the officers, from the same file and the same case."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

import engine
from bpmn.package import FlowPackage, digest, load
from engine.answers import Done
from engine.store import Store
from tests.cli.test_power import APPLICATION
from tests.conftest import ROOT
from tests.web.browser import Browser
from tests.web.staff import add_people, signed_in

AT = datetime(2026, 3, 3, 1, tzinfo=UTC)
#: 提出审查意见 and 审核 are marked as internal.
INTERNAL = ('form="opinion"', 'form="verify"')


@pytest.fixture
def case(store: Store, client: Browser) -> Done:
    """A case of a licence with two internal steps, waiting in the first of them."""
    add_people(store)
    files = dict(load(ROOT / "flows" / "xk-general").files)
    text = files["process.bpmn"].decode()
    for mark in INTERNAL:
        assert mark in text
        text = text.replace(mark, f'public="false" {mark}')
    files["process.bpmn"] = text.encode()
    with store.begin() as session:
        engine.publish(
            session, FlowPackage(files, digest(files)), key="xk-general", author="lin", reviewer="zhao", at=AT
        )
        done = engine.start_case(session, "xk-general", actor="applicant", data=APPLICATION, at=AT)
        engine.complete(session, done.case, "FormalReview", actor="wang", data={"formal_result": "complete"}, at=AT)
        review = {"site_check_needed": "no", "major_interest": "no", "review_findings": "逐项符合。"}
        engine.complete(session, done.case, "Review", actor="zhang", data=review, at=AT)
    assert done.receipt is not None
    client.send("/track", "/track", number=done.case, code=done.receipt.code)
    return done


def test_the_public_sees_one_box_that_shows_where_the_case_is(case: Done, client: Browser) -> None:
    for address in ("/powers/xk-general", f"/cases/{case.case}"):
        page = client.page(address).html
        assert "内部办理（1个环节）" in page and "提出审查意见" not in page
        assert 'id="node-internal-Opinion"' in page
    tag = page.split('id="node-internal-Opinion"')[0].rpartition("<")[2]
    assert "st-current" in tag
    assert "提出审查意见" not in client.get("/powers/xk-general/steps.txt").get_data(as_text=True)
    assert "提出审查意见" not in client.get("/powers/xk-general/chart.svg").get_data(as_text=True)


def test_the_officers_see_every_step(case: Done, app: Flask) -> None:
    officer = signed_in(app, "zhang")
    page = officer.page(f"/desk/cases/{case.case}").html
    assert "提出审查意见" in page and "内部办理（" not in page
