"""Discretion under a benchmark (裁量基准): facts → circumstances → tier → range → amount, and what departing demands.

Pure. The order is that of the domain's facts 4.2: circumstances are collected; one against the party beside one in
favour of it is a conflict that is discussed; 不予 comes before 减轻, 减轻 before 从轻; without any the table of tiers
decides. What is found stands in the case data as ``discretion`` and goes with it through review and discussion; any
new finding or proposal begins that anew, so that nothing passed for other facts is taken for these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from bpmn.benchmark import KINDS, MILD, SEVERE, Benchmark, Segment, Tier
from bpmn.dmn import Decided, Decisions, decide
from engine.record import canonical

#: Name of the public value that holds what was found.
NAME = "discretion"
#: Characters a reason has at least (facts 4.5): it names facts, circumstances, basis, and why it departs.
REASON = 20
#: How far from those of like cases an amount may lie, as a part of their middle, before a card asks why.
UNLIKE = Decimal("0.3")
_CENT = Decimal("0.01")


class Unresolved(Exception):
    """No range can be found: ``code`` (``benchmark.*``) and what its sentence needs."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(f"{code} {params}")
        self.code, self.params = code, params


@dataclass(frozen=True)
class Verdict:
    """How an amount stands to what was found.

    ``lawful``: within what the statute allows at all. ``departs``: outside the tier's range, or in a tier (减轻) or
    way (可以不予) that always takes reasons, legal review and collective discussion.
    """

    lawful: bool
    within: bool
    departs: bool


def resolve(
    benchmark: Benchmark, decisions: Decisions, data: Mapping[str, Any]
) -> tuple[list[Decided], dict[str, Any]]:
    """What the benchmark says of the facts in ``data``: the decisions made, and what ``NAME`` holds.

    Amounts are yuan (or the statute's unit): a multiple is counted out by its base. Raises Unresolved
    ``benchmark.fact_missing``, ``benchmark.no_tier``, ``benchmark.no_range``; Undecided (``decision.*``).
    """
    missing = [factor.title or factor.field for factor in benchmark.factors if data.get(factor.field) is None]
    if missing:
        raise Unresolved("benchmark.fact_missing", benchmark=benchmark.title, facts="、".join(missing))
    made: list[Decided] = []

    def decided(name: str) -> Any:
        if decisions.decision(name) is None:
            return None
        fresh = decide(decisions, name, data)
        made.extend(one for one in fresh if one not in made)
        return fresh[-1].output

    found = [str(one) for one in decided("circumstances") or []]
    kinds = {one.kind for id_ in found if (one := benchmark.circumstance(id_))}
    tier = _tier(benchmark, kinds, str(decided("tier")))
    segment = benchmark.segment(str(decided("segment"))) or (benchmark.segments[0] if benchmark.segments else None)
    if segment is None or segment.id not in tier.ranges:
        raise Unresolved("benchmark.no_range", benchmark=benchmark.title, tier=tier.title)
    warning = {"warning": True} if tier.warning else {}
    conflict = bool(kinds & SEVERE and kinds & MILD)
    result = (
        _range(tier, segment, data)
        | warning
        | {
            "benchmark": benchmark.name,
            "digest": benchmark.digest,
            "circumstances": found,
            "conflict": conflict,
            # 可以不予: nothing may be imposed too, if that is reasoned and reviewed.
            "waivable": "may_none" in kinds and not conflict and tier.kind != "none",
            "facts": {factor.field: data[factor.field] for factor in benchmark.factors},
        }
    )
    proposed = decided("proposed") if tier.kind in ("light", "normal", "heavy", "grave") else None
    return made, result | {"proposed": _proposed(result, proposed), "alike": _alike(result)}


def _tier(benchmark: Benchmark, kinds: set[str], by_table: str) -> Tier:
    """The tier of the gravest circumstance, else of the mildest that leads to one, else that of the table."""
    own = benchmark.tier(by_table)
    if own is None:
        raise Unresolved("benchmark.no_tier", benchmark=benchmark.title, tier=by_table)
    severe = [kind for kind in KINDS if kind in kinds & SEVERE]
    mild = [kind for kind in KINDS if kind in kinds & MILD and kind != "may_none"]
    if severe:
        heavier = benchmark.tier_of(severe[-1])
        return heavier if heavier is not None and _gravity(heavier) > _gravity(own) else own
    return (benchmark.tier_of(mild[0]) if mild else None) or own


def _gravity(tier: Tier) -> int:
    return KINDS.index(tier.kind)


def _range(tier: Tier, segment: Segment, data: Mapping[str, Any]) -> dict[str, Any]:
    base = Decimal(data[segment.base]) if segment.base else Decimal(1)
    low, high = tier.ranges[segment.id]
    # Below the statute's least only where the law itself lets the body go there; never above its most.
    least = Decimal(0) if tier.kind in MILD and tier.kind != "light" else segment.low
    most = Decimal(0) if tier.kind == "none" else segment.high
    amounts = {"low": low, "high": high, "lawful_low": least, "lawful_high": most}
    return {
        "tier": tier.id,
        "kind": tier.kind,
        "segment": segment.id,
        "closed": high in (segment.high, low),
        "base": base,
        **{name: _plain(amount * base) for name, amount in amounts.items()},
    }


def _proposed(found: Mapping[str, Any], said: Any) -> Any:
    """The middle of the range; what the benchmark's own formula says, held to the range where a circumstance moved it.

    To the range and not to its middle: or more of a breach could cost less.
    """
    low, high = Decimal(found["low"]), Decimal(found["high"])
    if not isinstance(said, int | Decimal):
        return _plain(((low + high) / 2).quantize(_CENT, ROUND_HALF_EVEN))
    most = high if found["closed"] else high - _CENT
    return _plain(min(max(Decimal(said).quantize(_CENT, ROUND_HALF_EVEN), low), most))


def _alike(found: Mapping[str, Any]) -> str:
    """What cases have in common that the benchmark treats alike: tier, range, circumstances, all but numbers."""
    same = {name: value for name, value in found["facts"].items() if not isinstance(value, int | Decimal)}
    same |= {name: value for name, value in found["facts"].items() if isinstance(value, bool)}
    names = ("digest", "segment", "tier", "circumstances")
    return canonical.digest(canonical.encode({"facts": same, **{name: found[name] for name in names}}))[:32]


def verdict(found: Mapping[str, Any], amount: Any) -> Verdict:
    """An amount against what was found."""
    amount, low, high = Decimal(amount), Decimal(found["low"]), Decimal(found["high"])
    within = low <= amount < high or (found["closed"] and amount == high)
    if found.get("warning") and amount == 0:
        return Verdict(lawful=True, within=True, departs=False)
    waived = found["waivable"] and amount == 0
    lawful = Decimal(found["lawful_low"]) <= amount <= Decimal(found["lawful_high"]) or waived
    return Verdict(lawful=lawful, within=within, departs=not within or waived or found["kind"] == "mitigated")


def waiver(found: Mapping[str, Any]) -> Verdict:
    """No penalty at all, against what was found: open where the law has its grounds (行政处罚法 arts. 30, 31, 33), and
    departing from the benchmark unless that says so itself."""
    foreseen = found["kind"] == "none" or bool(found.get("warning"))
    return Verdict(lawful=True, within=foreseen, departs=not foreseen)


def departing(found: Mapping[str, Any], amount: Any) -> str:
    """In what a decision departs: ``waived`` (nothing imposed), ``mitigated``, ``below`` or ``above`` the range."""
    amount = Decimal(amount)
    if not amount and found["kind"] != "none" and not found.get("warning"):
        return "waived"
    if amount < Decimal(found["low"]):
        return "below"
    if found["kind"] == "mitigated" and amount <= Decimal(found["high"]):
        return "mitigated"
    return "above"


def places(found: Mapping[str, Any], amount: Any) -> Decimal:
    """The amount as cases are compared by it: a multiple of the base where the statute counts in multiples."""
    return Decimal(amount) / Decimal(found["base"] or 1)


def band(low: Any, high: Any, amount: Any) -> int:
    """Where in a tier's range an amount lies: its fifth, 0 to 4; -1 below the range, 5 above."""
    low, high, amount = Decimal(low), Decimal(high), Decimal(amount)
    if amount < low:
        return -1
    if amount > high:
        return 5
    return min(4, int((amount - low) * 5 / (high - low))) if high > low else 0


def _plain(number: Decimal) -> Any:
    """Whole numbers as such, so that what is recorded reads as it was said."""
    return int(number) if number == number.to_integral_value() else number.normalize()
