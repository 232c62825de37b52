"""When the clocks and cards of a case come due next, as rows: what ``tick`` looks for."""

from __future__ import annotations

from typing import Any

from engine.law import cards
from engine.law.calendar import add_working_days
from engine.law.clocks import State, next_due
from engine.law.limits import local, over
from engine.record import canonical
from engine.record.canonical import instant, read_instant
from engine.run.open_case import OpenCase


def clock_rows(case: OpenCase, clocks: str | None) -> dict[str, dict[str, Any]]:
    """Rows of ``timer`` that change when the clocks of a case become ``clocks``: one for each clock, its next due."""
    if clocks == case.clocks or clocks is None:
        return {}
    before, after = (_dues(text, case) for text in (case.clocks, clocks))
    changed = {id_: due for id_, due in after.items() if before.get(id_) != due}
    gone = {id_: due for id_, due in before.items() if id_ not in after}
    return {
        **{id_: _row(id_, *due, "withdrawn") for id_, due in gone.items()},
        **{id_: _row(id_, *due, "waiting") for id_, due in changed.items()},
    }


def _dues(clocks: str | None, case: OpenCase) -> dict[str, tuple[str, str]]:
    """Clock or card → which it is, and when it comes due."""
    state, calendar = State.from_json(canonical.loads(clocks or "{}")), case.calendar.calendar
    found = {id_: next_due(clock) for id_, clock in state.clocks.items()}
    dues = {id_: ("limit", due) for id_, due in found.items() if due is not None}
    for id_, card in state.cards.items():
        if cards.awaits_answer(id_, state.cards):
            last = add_working_days(local(read_instant(card["at"])), cards.ANSWER_WITHIN, calendar).on
            dues[id_] = ("card", instant(over(last)))
    return dues


def _row(id_: str, kind: str, due: str, state: str) -> dict[str, Any]:
    return {"timer": id_, "due_at": due, "state": state, "kind": kind}
