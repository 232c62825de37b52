"""Discretion: the shipped benchmarks on their vectors, and what holds for all facts there can be."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.benchmark import KINDS, Benchmark
from bpmn.dmn import Decisions, decide
from bpmn.package import load
from engine.law.discretion import Unresolved, Verdict, resolve, verdict
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


# -- water pollutants: a score from weighted levels, and an amount from the score -------------------------------------

WATER, WATER_DECISIONS = benchmark("cf-water", "water-discharge")
#: Facts, by the levels they have; tier and amount as computed in the domain's facts 4.3.
WATER_VECTORS: dict[str, tuple[dict[str, Any], str, str]] = {
    "levels 3 3 2 1 1": ({"exceeded_percent": 60, "daily_tons": 200, "water_body": "iv"}, "normal", "415000"),
    "all 1": ({}, "light", "100000"),
    "all 5": (
        {"exceeded_percent": 200, "daily_tons": 1000, "water_body": "source", "breaches": 3, "area": "cities"},
        "heavy",
        "1000000",
    ),
    "levels 5 4 4 3 1": (
        {"exceeded_percent": 250, "daily_tons": 700, "water_body": "i_ii", "breaches": 2},
        "heavy",
        "763750",
    ),
    "levels 2 2 3 1 1": ({"exceeded_percent": 20, "daily_tons": 50, "water_body": "iii"}, "light", "325000"),
}
LEAST = {
    "exceeded_percent": 5,
    "daily_tons": 1,
    "water_body": "plant",
    "breaches": 1,
    "area": "county",
    "conduct": ["nothing"],
    "merits": ["nothing"],
}
WATER_FACTS = st.fixed_dictionaries(
    {
        "exceeded_percent": st.decimals(0, 10**5, places=1),
        "daily_tons": st.decimals(0, 10**6, places=1),
        "water_body": st.sampled_from(["plant", "iv", "iii", "i_ii", "source"]),
        "breaches": st.integers(1, 20),
        "area": st.sampled_from(["county", "counties", "cities"]),
        "conduct": st.lists(st.sampled_from(["malicious", "refused", "serious", "nothing"]), unique=True),
        "merits": st.lists(st.sampled_from(["removed", "repaired", "compensated", "nothing"]), unique=True),
    }
)


@pytest.mark.parametrize(("facts", "tier", "amount"), WATER_VECTORS.values(), ids=WATER_VECTORS)
def test_water_pollutants(facts: dict[str, Any], tier: str, amount: str) -> None:
    _, result = resolve(WATER, WATER_DECISIONS, LEAST | facts)
    assert (result["tier"], Decimal(result["proposed"])) == (tier, Decimal(amount))
    assert verdict(result, result["proposed"]).within


def test_a_circumstance_moves_the_tier_and_the_amount_with_it() -> None:
    facts = LEAST | WATER_VECTORS["levels 3 3 2 1 1"][0]
    _, repaired = resolve(WATER, WATER_DECISIONS, facts | {"merits": ["repaired"]})
    assert (repaired["tier"], repaired["proposed"]) == ("light", Decimal("369999.99"))
    _, refused = resolve(WATER, WATER_DECISIONS, facts | {"conduct": ["refused"]})
    assert (refused["tier"], refused["proposed"]) == ("heavy", 730_000)
    _, both = resolve(WATER, WATER_DECISIONS, facts | {"conduct": ["malicious"], "merits": ["repaired", "compensated"]})
    assert (both["tier"], both["conflict"]) == ("heavy", True)
    _, often = resolve(WATER, WATER_DECISIONS, facts | {"breaches": 3})
    assert (often["tier"], often["circumstances"]) == ("heavy", ["repeated"])


@given(WATER_FACTS)
def test_all_discharges_lead_to_a_lawful_amount_in_the_tier(facts: dict[str, Any]) -> None:
    _, result = resolve(WATER, WATER_DECISIONS, facts)
    judged = verdict(result, result["proposed"])
    assert judged.lawful and judged.within and not judged.departs
    assert 100_000 <= result["proposed"] <= 1_000_000


@given(WATER_FACTS, st.decimals(0, 10**4, places=1))
def test_discharging_more_never_costs_less(facts: dict[str, Any], more: Decimal) -> None:
    worse = facts | {"exceeded_percent": facts["exceeded_percent"] + more}
    one, other = (resolve(WATER, WATER_DECISIONS, one)[1]["proposed"] for one in (facts, worse))
    assert one <= other


# -- speeding: the statute's range depends on the facts, and a warning is no money ------------------------------------

SPEED, SPEED_DECISIONS = benchmark("cf-speeding", "speeding")
DRIVEN = {"over_percent": 30, "road": "other", "vehicle": "car", "harmless": "yes"}
#: Per cent over the limit → tier, from and to.
SPEED_VECTORS = {
    "5": ("warning", 0, 0),
    "9.9": ("warning", 0, 0),
    "10": ("light", 20, 100),
    "19.9": ("light", 20, 100),
    "20": ("normal", 100, 200),
    "50": ("normal", 100, 200),
    "50.1": ("heavy", 200, 1000),
    "69.9": ("heavy", 200, 1000),
    "70": ("grave", 1000, 2000),
}
#: Vehicle, road and per cent → points (记分管理办法 arts. 8 to 12).
POINTS = {
    ("car", "fast", "19"): 0, ("car", "fast", "20"): 6, ("car", "fast", "50"): 12, ("car", "other", "30"): 3,
    ("car", "other", "60"): 6, ("large", "fast", "10"): 6, ("large", "fast", "20"): 12, ("large", "other", "9"): 0,
    ("large", "other", "10"): 1, ("large", "other", "20"): 6, ("large", "other", "50"): 9,
}  # fmt: skip


@pytest.mark.parametrize(("percent", "expected"), SPEED_VECTORS.items())
def test_speeding(percent: str, expected: tuple[str, int, int]) -> None:
    _, result = resolve(SPEED, SPEED_DECISIONS, DRIVEN | {"over_percent": Decimal(percent)})
    assert (result["tier"], result["low"], result["high"]) == expected


@pytest.mark.parametrize(("facts", "points"), POINTS.items())
def test_points_for_speeding(facts: tuple[str, str, str], points: int) -> None:
    vehicle, road, percent = facts
    known = {"vehicle": vehicle, "road": road, "over_percent": Decimal(percent)}
    assert decide(SPEED_DECISIONS, "points", known)[-1].output == points


def test_a_warning_is_within_the_lightest_tier_only() -> None:
    _, light = resolve(SPEED, SPEED_DECISIONS, DRIVEN | {"over_percent": 15})
    assert verdict(light, 0) == Verdict(lawful=True, within=True, departs=False)
    assert not verdict(light, 10).lawful
    _, general = resolve(SPEED, SPEED_DECISIONS, DRIVEN)
    assert not verdict(general, 0).lawful


@given(st.decimals("0.1", 500, places=1), st.sampled_from(["yes", "no"]))
def test_every_speed_has_one_tier_in_its_range_of_the_statute(percent: Decimal, harmless: str) -> None:
    _, result = resolve(SPEED, SPEED_DECISIONS, DRIVEN | {"over_percent": percent, "harmless": harmless})
    assert result["segment"] == ("excess" if percent > 50 else "ordinary")
    assert result["lawful_low"] <= result["low"] <= result["high"] <= result["lawful_high"]
