"""A business rule task decides by the tables of its package; what they said, and why, is in the record."""

from __future__ import annotations

import pytest

import engine
from engine.store import Session
from tests.bpmn.test_linter import tiers
from tests.conftest import Clock


@pytest.fixture
def case(session: Session, clock: Clock) -> str:
    """A case of the example, before the facts are known."""
    engine.publish(session, tiers(), key="tiers", author="modeller", at=clock())
    return engine.start_case(session, "tiers", actor="clerk", at=clock()).case


def test_the_answer_and_why_are_recorded(session: Session, clock: Clock, case: str) -> None:
    done = engine.complete(session, case, "Find", actor="clerk", data={"kind": "common", "days": 45}, at=clock())
    assert [item.element for item in done.work_items] == ["Issue"]
    made = [step for step in engine.steps(session, case) if step.kind == "decision made"]
    digest = tiers().file_digest("tiers.dmn")
    assert [(step.element, step.body) for step in made] == [
        ("Decide", {"table": digest, "decision": "tier", "name": "tier", "inputs": {"days": 45, "kind": "common"},
                    "rules": [3], "output": "middle"}),
        ("Decide", {"table": digest, "decision": "amount", "name": "amount", "inputs": {"tier": "middle"},
                    "rules": [], "output": 5000}),
    ]  # fmt: skip
    assert engine.show(session, case).data["amount"] == 5000
    assert engine.verify(session).differences == () and engine.replay(session).differences == ()


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"days": 1}, "decision.no_rule"),
        ({"kind": "unheard of", "days": 1}, "decision.bad_input"),
        ({"kind": "common", "days": "many"}, "decision.bad_input"),
        ({"kind": "common", "days": -3}, "decision.bad_input"),
    ],
)
def test_without_an_answer_the_case_stands_still_until_the_facts_are_right(
    session: Session, clock: Clock, case: str, facts: dict[str, object], code: str
) -> None:
    done = engine.complete(session, case, "Find", actor="clerk", data=facts, at=clock())
    (incident,) = done.incidents
    assert (incident.element, incident.code, done.work_items) == ("Decide", code, ())
    assert not [step for step in engine.steps(session, case) if step.kind == "decision made"]
    done = engine.correct(
        session, case, "Decide", actor="clerk", data={"kind": "minor", "days": 3}, reason="misread", at=clock()
    )
    assert done.incidents == () and engine.show(session, case).data["amount"] == 1000
    assert engine.replay(session).differences == ()


def test_a_table_changed_later_does_not_touch_an_open_case(session: Session, clock: Clock, case: str) -> None:
    dearer = tiers("else 20000", "else 90000")
    assert engine.publish(session, dearer, key="tiers", author="modeller", at=clock()).version == 2
    engine.complete(session, case, "Find", actor="clerk", data={"kind": "grave", "days": 1}, at=clock())
    assert engine.show(session, case).data["amount"] == 20000
    later = engine.start_case(session, "tiers", actor="clerk", at=clock()).case
    engine.complete(session, later, "Find", actor="clerk", data={"kind": "grave", "days": 1}, at=clock())
    assert engine.show(session, later).data["amount"] == 90000
    assert engine.replay(session).differences == ()
