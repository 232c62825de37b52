"""Discretion: the shipped benchmarks on their vectors, and what holds for all facts there can be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.benchmark import KINDS, Benchmark
from bpmn.dmn import Decisions
from bpmn.package import load
from engine.law.discretion import Unresolved, resolve, verdict
from engine.record import canonical
from tests.conftest import ROOT

FOOD = {
    "goods_value": 3200,
    "duration_months": Decimal("0.5"),
    "repeat": "first",
    "harm": "none",
    "conduct": ["nothing"],
    "merits": ["nothing"],
}
#: What differs from FOOD, and the tier, range and proposal that follow.
FOOD_VECTORS: dict[str, tuple[dict[str, Any], str, int, int, int]] = {
    "nothing in particular": ({}, "normal", 65_000, 85_000, 75_000),
    "little, first, short, harmless": ({"goods_value": 1999}, "light", 50_000, 65_000, 57_500),
    "two thousand is not below two thousand": ({"goods_value": 2000}, "normal", 65_000, 85_000, 75_000),
    "from ten thousand on it is multiples": ({"goods_value": 10_000}, "normal", 130_000, 170_000, 150_000),
    "a month makes it heavy": ({"duration_months": 1}, "heavy", 85_000, 100_000, 92_500),
    "three months make it grave": ({"duration_months": 3}, "grave", 85_000, 100_000, 92_500),
    "twenty thousand make it grave": ({"goods_value": 20_000}, "grave", 340_000, 400_000, 370_000),
    "minor and corrected": ({"merits": ["minor", "corrected"]}, "none", 0, 0, 0),
    "no fault": ({"merits": ["no_fault"], "harm": "slight"}, "none", 0, 0, 0),
    "harm removed": ({"merits": ["removed"], "harm": "slight"}, "mitigated", 5_000, 50_000, 27_500),
    "recalled": ({"merits": ["recalled"], "goods_value": 12_000}, "mitigated", 12_000, 120_000, 66_000),
    "refused to correct": ({"conduct": ["refused"]}, "heavy", 85_000, 100_000, 92_500),
    "the graver of two": ({"conduct": ["refused", "evaded"]}, "grave", 85_000, 100_000, 92_500),
}
FACTS = st.fixed_dictionaries(
    {
        "goods_value": st.decimals(0, 10**8, places=2) | st.sampled_from([0, 1999, 2000, 9999, 10_000, 20_000]),
        "duration_months": st.decimals(0, 100, places=1),
        "repeat": st.sampled_from(["first", "earlier", "within_year"]),
        "harm": st.sampled_from(["none", "slight", "illness"]),
        "conduct": st.lists(st.sampled_from(["concealed", "evaded", "vulnerable", "refused"]), unique=True),
        "merits": st.lists(
            st.sampled_from(["minor", "corrected", "no_fault", "sources", "removed", "merit", "recalled"]), unique=True
        ),
    }
)


def benchmark(key: str, name: str) -> tuple[Benchmark, Decisions]:
    """A benchmark of a shipped flow, with its decisions."""
    package = load(ROOT / "flows" / key)
    return package.benchmarks[name], package.decisions[f"{name}.dmn"]


EXPIRED, EXPIRED_DECISIONS = benchmark("cf-general", "food-expired")


def found(facts: dict[str, Any]) -> dict[str, Any]:
    return resolve(EXPIRED, EXPIRED_DECISIONS, facts)[1]


@pytest.mark.parametrize(("changed", "tier", "low", "high", "proposed"), FOOD_VECTORS.values(), ids=FOOD_VECTORS)
def test_food_past_its_shelf_life(changed: dict[str, Any], tier: str, low: int, high: int, proposed: int) -> None:
    result = found(FOOD | changed)
    assert (result["tier"], result["low"], result["high"], result["proposed"]) == (tier, low, high, proposed)


def test_for_and_against_at_once_is_a_conflict_and_the_graver_tier() -> None:
    result = found(FOOD | {"merits": ["removed"], "conduct": ["concealed"]})
    assert result["conflict"] and result["tier"] == "grave"
    assert not found(FOOD | {"merits": ["removed"]})["conflict"]


def test_what_may_be_waived_may_be_nothing_or_the_tier_of_the_table() -> None:
    result = found(FOOD | {"merits": ["corrected"], "harm": "slight"})
    assert result["waivable"] and result["tier"] == "normal"
    assert verdict(result, 0).lawful and verdict(result, 0).departs
    assert verdict(result, 70_000).within and not verdict(result, 70_000).departs
    assert not verdict(result, 1).lawful


def test_a_missing_fact_is_named() -> None:
    with pytest.raises(Unresolved) as missing:
        found({name: value for name, value in FOOD.items() if name != "harm"})
    assert missing.value.code == "benchmark.fact_missing" and missing.value.params["facts"] == "危害后果"


def test_a_range_includes_its_lower_end_and_not_its_upper() -> None:
    light = found(FOOD | {"goods_value": 100})
    assert verdict(light, 50_000).within and verdict(light, Decimal("64999.99")).within
    assert not verdict(light, 65_000).within and verdict(light, 65_000).lawful and verdict(light, 65_000).departs
    assert not verdict(light, 49_999).lawful and not verdict(light, 100_001).lawful
    heavy = found(FOOD | {"duration_months": 2})
    assert verdict(heavy, 100_000).within


@given(FACTS)
def test_all_facts_lead_to_one_lawful_tier(facts: dict[str, Any]) -> None:
    result = found(facts)
    assert result["kind"] in KINDS and result["low"] <= result["proposed"] <= result["high"]
    assert result["lawful_low"] <= result["low"] and result["high"] <= result["lawful_high"]
    assert verdict(result, result["low"]).within and verdict(result, result["low"]).lawful
    assert verdict(result, result["lawful_high"] + 1).lawful is False


@given(FACTS)
def test_deciding_again_gives_the_same_bytes(facts: dict[str, Any]) -> None:
    again = Benchmark.from_json(EXPIRED.as_json())
    decisions = Decisions.from_json(EXPIRED_DECISIONS.as_json())
    one, other = (
        canonical.dumps(canonical.encode(result)) for result in (found(facts), resolve(again, decisions, facts)[1])
    )
    assert again == EXPIRED and one == other
    recorded = canonical.decode(canonical.loads(one))["facts"]
    assert canonical.dumps(canonical.encode(found(recorded))) == one
