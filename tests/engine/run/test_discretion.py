"""A penalty with a benchmark, through the public verbs: nothing outside the tier without the whole procedure."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

import engine
from bpmn.package import FlowPackage, digest
from engine.answers import Done
from engine.errors import Rejection
from engine.run import departure
from engine.store import Store
from tests.flows.shipped import publish, whole
from tests.flows.test_scenarios import PUBLISHED, tell

KEY = "cf-general"
PACKAGE = whole(KEY)
#: A mitigated fine, with reasons, review and discussion; and one within its tier.
DEPARTS, WITHIN = PACKAGE.scenarios["departs-from-the-benchmark"], PACKAGE.scenarios["within-the-benchmark"]


@pytest.fixture
def office(sqlite_store: Store) -> Iterator[Store]:
    """The penalty procedure published, with two people at every post."""
    with sqlite_store.begin() as session:
        engine.add_person(session, "author", roles=["modeller"])
        engine.add_person(session, "approver", roles=["reviewer"])
        for post in {n.step.post for n in PACKAGE.definitions.nodes.values() if n.step and n.step.post}:
            for name in (f"{post}一", f"{post}二"):
                engine.add_person(session, name, roles=["clerk"], posts=[post])
        publish(session, KEY, author="author", reviewer="approver", at=PUBLISHED)
    return sqlite_store


def told(office: Store, story: dict[str, Any], *, without: str = "", **changed: dict[str, Any]) -> Done:
    """Tell a story with the data of some elements changed and one element's step left out."""
    story = deepcopy(story)
    for step in story["step"]:
        step["data"] = {**step.get("data", {}), **changed.get(step["do"], {})}
        step["data"] = {name: value for name, value in step["data"].items() if value is not None}
    story["step"] = [step for step in story["step"] if step["do"] != without]
    return tell(office, KEY, story, PACKAGE.definitions)


def refused(office: Store, story: dict[str, Any], **changed: dict[str, Any]) -> Rejection:
    with pytest.raises(Rejection) as rejection:
        told(office, story, **changed)
    return rejection.value


def test_what_was_found_and_decided_stands_in_the_record(office: Store) -> None:
    done = told(office, WITHIN)
    with office.read() as session:
        steps = engine.steps(session, done.case)
        found = engine.show(session, done.case).data["discretion"]
        assert engine.replay(session, done.case).differences == ()
    applied = [step.body for step in steps if step.kind == "discretion applied"]
    assert [(body["part"], body["amount"], body["departs"]) for body in applied] == [
        ("proposal", 70_000, False),
        ("decision", 70_000, False),
    ]
    assert [step.body["name"] for step in steps if step.kind == "decision made"] == ["circumstances", "tier", "segment"]
    assert found["digest"] == PACKAGE.benchmarks["food-expired"].digest and found["decided"] == 70_000


def test_an_amount_outside_the_statute_is_refused_at_once(office: Store) -> None:
    rejection = refused(office, WITHIN, Conclude={"proposed_fine": 100_001, "departure_reasons": "理由" * 20})
    assert rejection.code == "discretion.unlawful" and rejection.params["high"] == "100000"
    assert refused(office, WITHIN, Conclude={"proposed_fine": 49_999}).code == "discretion.unlawful"


def test_departing_takes_reasons(office: Store) -> None:
    assert refused(office, WITHIN, Conclude={"proposed_fine": 60_000}).code == "discretion.no_reasons"
    short = {"proposed_fine": 60_000, "departure_reasons": "情节轻"}
    assert refused(office, WITHIN, Conclude=short).code == "discretion.no_reasons"
    assert refused(office, DEPARTS, Conclude={"departure_reasons": None}).code == "discretion.no_reasons"


def test_a_departure_goes_through_review_and_discussion_whatever_the_officers_chose(office: Store) -> None:
    done = told(office, DEPARTS, HeadReview={"collective": "no"})
    with office.read() as session:
        left = [step.element for step in engine.steps(session, done.case) if step.kind == "element left"]
    assert "LegalReview" in left and "Collective" in left


def test_a_review_that_was_not_passed_does_not_count(office: Store) -> None:
    with pytest.raises(Rejection) as rejection:
        told(office, DEPARTS, ReviewLegality={"legal_result": "return"})
    assert rejection.value.code == "item.unknown"  # it went back to the investigation


def test_nothing_is_decided_heavier_than_was_told(office: Store) -> None:
    rejection = refused(office, WITHIN, Decide={"fine_amount": 71_000})
    assert (rejection.code, rejection.params["told"]) == ("discretion.heavier", "70000")
    assert told(office, WITHIN, Decide={"fine_amount": 68_000}).state == "closed"


def test_departing_only_at_the_decision_takes_what_was_not_done(office: Store) -> None:
    assert refused(office, WITHIN, Decide={"fine_amount": 60_000}).code == "discretion.no_reasons"


def test_facts_that_are_not_there_stop_the_case_visibly(office: Store) -> None:
    """No shipped form lets them out; a flow whose form does is stuck with the names of what is missing."""
    form = PACKAGE.files["forms/facts.json"].decode().replace('"goods_value",\n          "goods_ev', '"goods_ev')
    files = {**PACKAGE.files, "forms/facts.json": form.encode()}
    package = FlowPackage(files, digest(files))
    assert package.digest != PACKAGE.digest
    with office.begin() as session:
        engine.publish(session, package, key=KEY, author="author", reviewer="approver", at=PUBLISHED)
    story = deepcopy(WITHIN)
    story["step"] = story["step"][: [step["do"] for step in story["step"]].index("Facts") + 1]
    del story["step"][-1]["data"]["goods_value"]
    (incident,) = tell(office, KEY, story, package.definitions).incidents
    assert incident.code == "benchmark.fact_missing" and incident.params["facts"] == "货值金额"


def test_facts_are_frozen_once_the_party_was_told() -> None:
    """An incident may be corrected; a fact that the party was told of may not, but the same value is no change."""
    found = {"facts": {"goods_value": 3200, "harm": "none"}, "told": 70_000}
    with pytest.raises(Rejection, match=r"discretion\.frozen") as frozen:
        departure.frozen({"discretion": found}, {"goods_value": 100, "other": 1})
    assert frozen.value.params["facts"] == "goods_value"
    departure.frozen({"discretion": found}, {"goods_value": 3200, "other": 1})
    departure.frozen({"discretion": found | {"told": None}}, {"goods_value": 100})
    departure.frozen({}, {"goods_value": 100})


def test_like_cases_decided_far_apart_raise_a_card(office: Store) -> None:
    reasons = "当事人主动召回全部涉案食品并赔付，消除了危害后果，依照行政处罚法第三十二条减轻处罚。"
    told(office, DEPARTS)
    near = {"proposed_fine": 25_000, "departure_reasons": reasons}
    done = told(office, DEPARTS, Conclude=near, Decide={"fine_amount": 25_000})
    with office.read() as session:
        assert "D1" not in {card.rule for card in engine.show(session, done.case).cards}
    far = {"proposed_fine": 45_000, "departure_reasons": reasons}
    done = told(office, DEPARTS, Conclude=far, Decide={"fine_amount": 45_000})
    with office.read() as session:
        (card,) = [card for card in engine.show(session, done.case).cards if card.rule == "D1"]
        (command,) = [step for step in engine.steps(session, done.case) if step.body.get("type") == "unlike"]
        assert engine.replay(session).differences == () and engine.verify(session).differences == ()
    assert (card.element, card.post, card.colour) == ("Decide", "批准岗", "yellow")
    assert (command.body["actor"], command.body["data"]["cases"]) == ("system", 2)


def test_other_facts_are_not_compared(office: Store) -> None:
    told(office, DEPARTS)
    done = told(
        office,
        DEPARTS,
        Facts={"merits": ["removed"]},
        Conclude={"proposed_fine": 45_000},
        Decide={"fine_amount": 45_000},
    )
    with office.read() as session:
        assert "D1" not in {card.rule for card in engine.show(session, done.case).cards}


def test_small_numbers_are_not_told(office: Store) -> None:
    one = told(office, WITHIN)
    digest = PACKAGE.benchmarks["food-expired"].digest
    with office.read() as session:
        found = engine.show(session, one.case).data["discretion"]
        (few,) = engine.distribution(session, digest, simulated=None)
        assert (few.tier, few.decided, few.departed, few.bands[0]) == ("normal", None, 0, 0) and few.bands[2] is None
        assert engine.alike(session, found).cases is None
        assert engine.distribution(session, digest) == []
    for amount in (66_000, 70_000, 74_000, 80_000, 84_000):
        told(office, WITHIN, Conclude={"proposed_fine": amount}, Decide={"fine_amount": amount})
    with office.read() as session:
        (many,) = engine.distribution(session, digest, simulated=None)
        others = engine.alike(session, found, without=one.case)
    assert many.decided == 6 and set(many.bands) == {0, None}
    assert (others.cases, others.low, others.middle, others.high) == (5, 66_000, 74_000, 84_000)


def test_a_benchmark_is_found_by_its_digest(office: Store) -> None:
    digest = PACKAGE.benchmarks["food-expired"].digest
    with office.read() as session:
        info, found, _ = engine.benchmark(session, digest[:12])
        assert (info.key, found) == (KEY, PACKAGE.benchmarks["food-expired"])
        for wrong in ("0" * 64, digest[:3]):
            with pytest.raises(Rejection, match=r"benchmark\.unknown"):
                engine.benchmark(session, wrong)


def test_not_penalising_is_departing_too(office: Store) -> None:
    """A benchmark is not escaped by no penalty: reasons, review and discussion as for any other amount outside it."""
    waived = {"proposal": "no_penalty", "proposed_fine": None, "proposed_penalty": None}
    assert refused(office, WITHIN, Conclude=waived).code == "discretion.no_reasons"
    spared = PACKAGE.scenarios["no-penalty-after-all"]
    done = told(office, spared)
    with office.read() as session:
        applied = [step.body for step in engine.steps(session, done.case) if step.kind == "discretion applied"]
        assert engine.replay(session, done.case).differences == ()
    assert [(body["part"], body["amount"], body["departs"]) for body in applied] == [
        ("proposal", 70_000, False),
        ("proposal", 0, True),
        ("decision", 0, True),
    ]


def test_what_is_not_established_needs_no_departure(office: Store) -> None:
    story = deepcopy(PACKAGE.scenarios["not-established"])
    facts = next(step for step in WITHIN["step"] if step["do"] == "Facts")["data"]
    next(step for step in story["step"] if step["do"] == "Facts")["data"] = facts
    assert tell(office, KEY, story, PACKAGE.definitions).state == "closed"
