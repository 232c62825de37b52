"""Working days with rest and make-up days; what the year's notice does not say yet is provisional."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.model import Limit
from engine.law import calendar
from engine.law.estimate import estimate


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2025, 10, 1), False),  # National Day
        (date(2025, 9, 28), True),  # a Sunday worked to make up for it
        (date(2025, 10, 11), True),  # a Saturday worked to make up for it
        (date(2026, 3, 2), True),
        (date(2026, 3, 7), False),
    ],
)
def test_rest_and_make_up_days(day: date, working: bool) -> None:
    assert calendar.is_working_day(day) == (working, False)


def test_unpublished_years_count_monday_to_friday_and_say_so() -> None:
    assert calendar.is_working_day(date(2040, 10, 1)) == (True, True)
    assert calendar.is_working_day(date(2040, 10, 6)) == (False, True)
    counted = calendar.add_working_days(date(2040, 10, 5), 2)
    assert (counted.on, counted.provisional) == (date(2040, 10, 9), True)


def test_twenty_working_days_over_national_day() -> None:
    counted = calendar.add_working_days(date(2025, 9, 25), 5)
    assert (counted.on, counted.provisional) == (date(2025, 10, 9), False)


def test_months_end_on_the_last_day() -> None:
    assert calendar.add_months(date(2026, 1, 31), 1).on == date(2026, 2, 28)
    assert calendar.add_months(date(2025, 12, 15), 12).on == date(2026, 12, 15)


@given(st.dates(date(2020, 1, 1), date(2026, 12, 31)), st.integers(1, 60))
def test_counting_agrees_with_day_by_day(start: date, days: int) -> None:
    end = calendar.add_working_days(start, days).on
    between = [date.fromordinal(n) for n in range(start.toordinal() + 1, end.toordinal() + 1)]
    assert sum(calendar.is_working_day(day)[0] for day in between) == days
    assert calendar.is_working_day(end)[0]


def test_an_estimate_counts_the_promise_before_the_law() -> None:
    limit = Limit(unit="working_day", statutory=20, promised=10)
    promised = estimate([limit], date(2026, 3, 2))
    statutory = estimate([limit], date(2026, 3, 2), statutory=True)
    assert promised is not None and promised.on == date(2026, 3, 16) and promised.value == "promised"
    assert statutory is not None and statutory.on == date(2026, 3, 30) and statutory.value == "statutory"
    assert estimate([Limit(kind="min", statutory=7)], date(2026, 3, 2)) is None
    on_spot = estimate([Limit(unit="on_spot")], date(2026, 3, 2))
    assert on_spot is not None and on_spot.on == date(2026, 3, 2)
