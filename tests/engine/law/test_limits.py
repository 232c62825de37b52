"""A period of law is counted right: golden vectors, a day-by-day reference, and what must never happen."""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.law import limits
from engine.law.calendar import Calendar, Year, seed
from engine.law.limits import Period, reckon
from tests.conftest import ROOT

SEED = seed()
SUITES = Path(os.environ.get("SUNPATH_SUITES", ROOT.parent / "shared" / "data"))
FILE = SUITES / "deadlines.json"
VECTORS: list[dict[str, Any]] = json.loads(FILE.read_text())["vectors"] if FILE.exists() else []
UNITS = {"wd": "working_day", "cd": "calendar_day", "month": "month"}

#: (anchor, value, unit, rolls, stop or None, due): counted by hand from the State Council's notices.
COUNTED = [
    ("2026-02-10", 20, "working_day", True, None, "2026-03-16"),  # Spring Festival, make-up days 02-14 and 02-28
    ("2026-09-18", 20, "working_day", True, None, "2026-10-22"),  # National Day, make-up days 09-20 and 10-10
    ("2026-09-28", 5, "working_day", True, None, "2026-10-10"),  # ends on a Saturday that is worked
    ("2026-07-05", 90, "calendar_day", True, None, "2026-10-08"),  # penalty: ends in a holiday, moves on
    ("2026-09-01", 30, "calendar_day", False, None, "2026-10-01"),  # seizure: binds the state, does not move
    ("2026-03-02", 20, "working_day", True, ("2026-03-06", "2026-03-19"), "2026-04-14"),  # third party consulted
    ("2026-10-03", 20, "working_day", True, None, "2026-11-03"),  # received on a holiday
    ("2026-04-07", 6, "month", True, None, "2026-10-08"),
    ("2026-04-07", 1, "year", False, None, "2027-04-07"),
    ("2026-10-03", 0, "on_spot", True, None, "2026-10-08"),  # asked for on a holiday
]


@pytest.mark.parametrize(("anchor", "value", "unit", "roll", "stop", "due"), COUNTED)
def test_the_date_is_the_one_counted_by_hand(
    anchor: str, value: int, unit: str, roll: bool, stop: tuple[str, str] | None, due: str
) -> None:
    stops = [Period(date.fromisoformat(stop[0]), date.fromisoformat(stop[1]))] if stop else []
    found = reckon(date.fromisoformat(anchor), value, unit, calendar=SEED, roll=roll, stops=stops)
    assert found.on.isoformat() == due


@pytest.mark.skipif(not VECTORS, reason=f"the golden vectors are not in {FILE} (SUNPATH_SUITES)")
def test_every_golden_vector_holds() -> None:
    for vector in VECTORS:
        found = reckon(
            date.fromisoformat(vector["anchor"]),
            vector["value"] + vector.get("extension", 0),
            UNITS[vector["unit"]],
            calendar=SEED,
            roll=vector.get("roll_forward", True),
            stops=[Period(*map(date.fromisoformat, pair)) for pair in vector.get("excluded", ())],
        )
        said = None if found.provisional else found.on.isoformat()
        assert said == vector["expected"], vector
    assert len(VECTORS) >= 18


DATES = st.dates(date(2024, 1, 2), date(2026, 6, 30))
RULES = st.tuples(
    DATES,
    st.integers(0, 90),
    st.sampled_from(["working_day", "calendar_day", "month"]),
    st.booleans(),
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 20)), max_size=3),
)


def periods(start: date, given_: list[tuple[int, int]]) -> list[Period]:
    days = [start + timedelta(days=after) for after, _ in given_]
    return [Period(day, day + timedelta(days=length)) for day, (_, length) in zip(days, given_, strict=True)]


@settings(max_examples=10_000, deadline=None)
@given(RULES)
def test_ten_thousand_rules_agree_with_a_day_by_day_reference(
    rule: tuple[date, int, str, bool, list[tuple[int, int]]],
) -> None:
    """The reference asks of each later day whether enough days lie between, instead of walking and counting."""
    start, value, unit, roll, stops = rule
    value = value % 7 if unit == "month" else value
    stopped = periods(start, stops)
    due = reckon(start, value, unit, calendar=SEED, roll=roll, stops=stopped).on
    wanted = value if unit != "month" else (limits.add_months(start, value) - start).days

    def counts(day: date) -> bool:
        return not any(p.first <= day <= p.last for p in stopped) and (unit != "working_day" or SEED.is_working(day))

    within = [start + timedelta(days=n) for n in range(1, 900)]
    met = (
        next((day for day in within if sum(map(counts, within[: (day - start).days])) == wanted), start)
        if wanted
        else start
    )
    if roll and unit != "working_day":
        met = next(day for day in [met, *within] if day >= met and SEED.is_working(day))
    assert due == met


@given(RULES, st.integers(1, 60), st.integers(0, 20))
def test_a_stop_never_makes_a_date_earlier(
    rule: tuple[date, int, str, bool, list[tuple[int, int]]], after: int, length: int
) -> None:
    start, value, unit, roll, stops = rule
    value = value % 7 if unit == "month" else value
    with_one_more = [*stops, (after, length)]
    assert (
        reckon(start, value, unit, calendar=SEED, roll=roll, stops=periods(start, with_one_more)).on
        >= reckon(start, value, unit, calendar=SEED, roll=roll, stops=periods(start, stops)).on
    )


@given(RULES, st.dates(date(2024, 1, 2), date(2026, 12, 31)))
def test_a_holiday_never_makes_a_date_earlier(
    rule: tuple[date, int, str, bool, list[tuple[int, int]]], holiday: date
) -> None:
    start, value, unit, roll, stops = rule
    value = value % 7 if unit == "month" else value
    year = SEED.years[holiday.year]
    more = SEED.with_year(holiday.year, Year({**year.special, holiday: (False, "示例")}))
    stopped = periods(start, stops)

    def due(calendar: Calendar) -> date:
        return reckon(start, value, unit, calendar=calendar, roll=roll, stops=stopped).on

    assert due(more) >= due(SEED)


@given(RULES, st.integers(1, 60), st.integers(1, 20), st.data())
def test_a_stop_split_in_two_gives_the_same_date(
    rule: tuple[date, int, str, bool, list[tuple[int, int]]], after: int, length: int, data: st.DataObject
) -> None:
    start, value, unit, roll, _ = rule
    value = value % 7 if unit == "month" else value
    first = start + timedelta(days=after)
    last = first + timedelta(days=length)
    cut = first + timedelta(days=data.draw(st.integers(0, length - 1)))
    whole = [Period(first, last)]
    parts = [Period(first, cut), Period(cut + timedelta(days=1), last), Period(first, cut)]
    assert (
        reckon(start, value, unit, calendar=SEED, roll=roll, stops=whole).on
        == reckon(start, value, unit, calendar=SEED, roll=roll, stops=parts).on
    )


def test_every_day_of_the_way_is_explained() -> None:
    way = list(limits.days(date(2026, 9, 28), 5, "working_day", calendar=SEED))
    assert [(day.on.day, day.why, day.number, day.kind) for day in way] == [
        (28, "anchor", 0, "workday"),
        (29, "counted", 1, "workday"),
        (30, "counted", 2, "workday"),
        *[(n, "rest", 0, "holiday") for n in range(1, 8)],
        (8, "counted", 3, "workday"),
        (9, "counted", 4, "workday"),
        (10, "counted", 5, "makeup"),
    ]
    assert all(later.on - earlier.on == timedelta(days=1) for earlier, later in pairwise(way))


def test_a_day_is_over_at_midnight_here() -> None:
    assert limits.over(date(2026, 10, 10)).isoformat() == "2026-10-11T00:00:00+08:00"
