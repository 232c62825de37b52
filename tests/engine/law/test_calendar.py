"""Working days with rest and make-up days; what the year's notice does not say yet is provisional."""

from datetime import date

import pytest
from holidays.countries.china import China
from hypothesis import given
from hypothesis import strategies as st

from bpmn.power import Limit
from engine.law import calendar
from engine.law.calendar import Year, seed
from engine.law.estimate import estimate

SEED = seed()


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2025, 10, 1), "holiday"),  # National Day
        (date(2025, 9, 28), "makeup"),  # a Sunday worked to make up for it
        (date(2025, 10, 11), "makeup"),
        (date(2026, 2, 14), "makeup"),
        (date(2026, 2, 28), "makeup"),
        (date(2026, 9, 20), "makeup"),
        (date(2026, 10, 10), "makeup"),
        (date(2026, 3, 2), "workday"),
        (date(2026, 3, 7), "weekend"),
    ],
)
def test_rest_and_make_up_days(day: date, kind: str) -> None:
    assert SEED.kind(day) == kind
    assert SEED.is_working(day) == (kind in ("workday", "makeup"))


def test_the_years_have_as_many_working_days_as_the_notices_say() -> None:
    for year, working in ((2024, 251), (2025, 248), (2026, 248)):
        days = [date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)]
        assert sum(SEED.is_working(day) for day in days) == working


def test_a_second_source_knows_the_same_holidays() -> None:
    other = China(years=[2024, 2025, 2026])
    weekdays = [day for day in other if day.weekday() < 5]
    assert len(weekdays) > 40
    assert [day for day in weekdays if SEED.is_working(day)] == []


def test_unpublished_years_count_monday_to_friday_and_say_so() -> None:
    assert SEED.kind(date(2040, 10, 1)) == "workday" and not SEED.is_published(date(2040, 10, 1))
    counted = calendar.add_working_days(date(2040, 10, 5), 2)
    assert (counted.on, counted.provisional) == (date(2040, 10, 9), True)


def test_a_published_year_makes_its_dates_sure() -> None:
    year = calendar.published([(date(2027, 1, 1), "holiday", "元旦"), (date(2027, 1, 3), "makeup", "元旦")])
    published = SEED.with_year(2027, Year(year, "国办发明电〔2026〕示例号"))
    counted = calendar.add_working_days(date(2026, 12, 30), 2, published)
    assert (counted.on, counted.provisional) == (date(2027, 1, 3), False)
    assert published.source(date(2027, 1, 3)) == "国办发明电〔2026〕示例号"
    assert not SEED.is_published(date(2027, 1, 3))


def test_a_region_has_days_of_its_own() -> None:
    """三月三 in Guangxi: two days inserted before the due date move it by two."""
    region = SEED.with_region(
        "450000", {2026: Year({date(2026, 4, 20): (False, "三月三"), date(2026, 4, 21): (False, "三月三")})}
    )
    here = calendar.add_working_days(date(2026, 4, 13), 10, region)
    elsewhere = calendar.add_working_days(date(2026, 4, 13), 10, SEED)
    assert (elsewhere.on, here.on) == (date(2026, 4, 27), date(2026, 4, 29))
    assert region.name(date(2026, 4, 20)) == "三月三"


def test_a_calendar_goes_through_json_unchanged() -> None:
    again = calendar.Calendar.from_json(SEED.as_json())
    assert again.as_json() == SEED.as_json() and again.years == SEED.years


def test_a_line_that_says_neither_holiday_nor_make_up_is_refused() -> None:
    with pytest.raises(ValueError, match="1: 2027-01-01 party"):
        calendar.published([(date(2027, 1, 1), "party", "")])


def test_months_end_on_the_last_day() -> None:
    assert calendar.add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert calendar.add_months(date(2025, 12, 15), 12) == date(2026, 12, 15)


@given(st.dates(date(2020, 1, 1), date(2026, 12, 31)), st.integers(1, 60))
def test_counting_agrees_with_day_by_day(start: date, days: int) -> None:
    end = calendar.add_working_days(start, days).on
    between = [date.fromordinal(n) for n in range(start.toordinal() + 1, end.toordinal() + 1)]
    assert sum(SEED.is_working(day) for day in between) == days
    assert SEED.is_working(end)


def test_an_estimate_counts_the_promise_before_the_law() -> None:
    limit = Limit(unit="working_day", statutory=20, promised=10)
    promised = estimate([limit], date(2026, 3, 2))
    statutory = estimate([limit], date(2026, 3, 2), statutory=True)
    assert promised is not None and promised.on == date(2026, 3, 16) and promised.value == "promised"
    assert statutory is not None and statutory.on == date(2026, 3, 30) and statutory.value == "statutory"
    assert estimate([Limit(kind="min", statutory=7)], date(2026, 3, 2)) is None
    on_spot = estimate([Limit(unit="on_spot")], date(2026, 3, 2))
    assert on_spot is not None and on_spot.on == date(2026, 3, 2)
