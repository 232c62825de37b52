"""What powers share: called by them, never alone, and lawful inside a call as it is outside."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

import engine
from bpmn.calls import outside
from engine.errors import Rejection
from engine.store import Store
from tests.flows.shipped import PACKAGES, is_shared, whole
from tests.flows.test_scenarios import office, tell

__all__ = ["office"]
SHARED = sorted(key for key, package in PACKAGES.items() if is_shared(package))


def test_the_eight_are_there_and_each_is_called() -> None:
    kinds = "archive disclosure discussion hearing legal-review rating recusal service"
    assert SHARED == [f"gy-{kind}" for kind in kinds.split()]
    called = {key for package in PACKAGES.values() for key in outside(package.definitions)}
    assert set(SHARED) <= called


@pytest.mark.parametrize("key", SHARED)
def test_none_is_a_case_of_its_own(office: Store, key: str) -> None:
    with office.begin() as session, pytest.raises(Rejection, match=r"start\.shared"):
        engine.start_case(session, key, actor="承办岗一", at=datetime.fromisoformat("2026-09-01T09:00:00+08:00"))


def until(story: dict[str, Any], last: str, **changed: Any) -> dict[str, Any]:
    """A story up to the step of an element, that step changed."""
    story = deepcopy(story)
    place = next(place for place, step in enumerate(story["step"]) if step.get("do") == last)
    story["step"] = story["step"][: place + 1]
    story["step"][-1] |= changed
    return story


def test_a_hearing_inside_a_call_is_not_held_early(office: Store) -> None:
    """Announced on 14 September 2026: the seventh working day is the 22nd, Sunday the 20th being one (处罚法 64)."""
    water = whole("cf-water")
    early = until(water.scenarios["heard"], "HoldHearing", at="2026-09-22T10:00:00+08:00")
    with pytest.raises(Rejection, match=r"limit\.too_early") as refused:
        tell(office, "cf-water", early, water.definitions)
    assert refused.value.params["allowed"] == "2026-09-23"


def test_nothing_departs_without_the_review_and_discussion_that_are_called(office: Store) -> None:
    water = whole("cf-water")
    story = deepcopy(water.scenarios["no-penalty"])
    review = next(step for step in story["step"] if step.get("do") == "ReviewLegality")
    review["data"] = {"legal_result": "return", "legal_opinion": "证据不足。"}
    done = tell(office, "cf-water", until(story, "ReviewLegality"), water.definitions)
    assert [item.element for item in done.work_items] == ["Investigate"]
    done = tell(office, "cf-water", until(water.scenarios["no-penalty"], "ReviewLegality"), water.definitions)
    assert [item.element for item in done.work_items] == ["Collective/DiscussCase"]


def test_the_clock_of_a_permit_stands_still_while_its_hearing_is_called(office: Store) -> None:
    licence = whole("xk-general")
    story = until(licence.scenarios["corrected-checked-heard"], "NotifyHearing")
    done = tell(office, "xk-general", story, licence.definitions)
    with office.read() as session:
        whole_case = next(timing for timing in engine.show(session, done.case).timings if not timing.element)
    assert whole_case.promised is None and whole_case.statutory is None


def test_paying_does_not_wait_for_publication(office: Store) -> None:
    """The fifteen days of the party run from service (处罚法 67), whatever the disclosure office does."""
    penalty = whole("cf-general")
    done = tell(office, "cf-general", until(penalty.scenarios["heard-and-performed"], "Deliver"), penalty.definitions)
    assert {item.element for item in done.work_items} == {"Disclose/DisclosureCheck", "Perform"}


def test_no_penalty_is_served_and_nothing_is_to_be_paid(office: Store) -> None:
    penalty = whole("cf-general")
    done = tell(office, "cf-general", until(penalty.scenarios["not-established"], "Deliver"), penalty.definitions)
    assert [item.element for item in done.work_items] == ["Close/Archive"]
