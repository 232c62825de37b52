"""What a benchmark demands before an amount may be written: pure, the answer is nothing or a Rejection that says what.

Outside the statute nothing may be proposed or decided. Departing from the tier takes reasons, a legal review that was
passed and a collective discussion, for the facts as they are and as the party was told (行政处罚法 arts. 44, 45, 57,
58; 国办发〔2022〕27号).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bpmn.model import Definitions, Node
from bpmn.power import Discretion
from engine.errors import Rejection
from engine.law.discretion import NAME, REASON, verdict, waiver
from engine.run.guard import Given
from engine.run.spiff.benchmarks import holds


def check(definitions: Definitions, node: Node | None, data: Mapping[str, Any], given: Given) -> None:
    """Raises Rejection ``discretion.*`` where a step may not be done with this amount, or not yet."""
    clause = node.step.discretion if node is not None and node.step is not None else None
    if clause is None or clause.part not in ("proposal", "decision"):
        return
    found, facts = data.get(NAME), {**data, **given.public}
    waived = bool(clause.waives) and holds(clause.waives, facts)
    amount = 0 if waived else given.public.get(clause.amount)
    if not isinstance(found, dict) or amount is None:
        return
    judged = waiver(found) if waived else verdict(found, amount)
    if not judged.lawful:
        low, high = found["lawful_low"], found["lawful_high"]
        raise Rejection("discretion.unlawful", amount=str(amount), low=str(low), high=str(high))
    if clause.part == "decision":
        _on_the_facts(found, facts)
        if not waived:
            _as_told(definitions, found, amount)
    if judged.departs and not _reasoned(clause, found, given):
        raise Rejection("discretion.no_reasons", least=REASON, low=str(found["low"]), high=str(found["high"]))
    if clause.part == "decision":
        _passed(found, judged.departs)


def frozen(data: Mapping[str, Any], corrected: Mapping[str, Any]) -> None:
    """Raises Rejection ``discretion.frozen`` for a fact that is corrected after the party was told what follows."""
    found = data.get(NAME)
    if isinstance(found, dict) and found.get("told") is not None:
        changed = [name for name in found["facts"] if name in corrected and corrected[name] != found["facts"][name]]
        if changed:
            raise Rejection("discretion.frozen", facts=", ".join(changed))


def _on_the_facts(found: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """The decision stands on the facts the tier was found by."""
    changed = [name for name, value in found["facts"].items() if data.get(name) != value]
    if changed:
        raise Rejection("discretion.stale", facts=", ".join(changed))


def _as_told(definitions: Definitions, found: Mapping[str, Any], amount: Any) -> None:
    """The decision is no heavier than the party was told."""
    if "notice" not in _parts(definitions):
        return
    told = found.get("told")
    if told is None:
        raise Rejection("discretion.not_told")
    if Decimal(amount) > Decimal(told):
        raise Rejection("discretion.heavier", amount=str(amount), told=str(told))


def _passed(found: Mapping[str, Any], departs: bool) -> None:
    if departs and not found.get("reviewed"):
        raise Rejection("discretion.not_reviewed")
    if (departs or found["conflict"]) and not found.get("discussed"):
        raise Rejection("discretion.not_discussed")


def _reasoned(clause: Discretion, found: Mapping[str, Any], given: Given) -> bool:
    """Were reasons given, now or with the proposal?"""
    reasons = given.private.get(clause.reasons, given.public.get(clause.reasons, ""))
    told_now = isinstance(reasons, str) and len(reasons.strip()) >= REASON
    return told_now or (clause.part == "decision" and bool(found.get("reasoned")) and bool(found.get("departs")))


def _parts(definitions: Definitions) -> set[str]:
    steps = (node.step for node in definitions.nodes.values() if node.step is not None)
    return {step.discretion.part for step in steps if step.discretion is not None}
