"""Working days of the People's Republic of China: weekends, holidays and make-up days (调休) as they were published.

A calendar is a value: the days that are not what the weekday says, by year, with the notice that published them. Its
digest goes into the record wherever a date was counted with it. A day of a year nobody has published yet counts by its
weekday and is *provisional*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any

import chinese_calendar

#: What a day can be; only the first and the last are working days.
WORKDAY, WEEKEND, HOLIDAY, MAKEUP = "workday", "weekend", "holiday", "makeup"
#: A special day: is it worked (调休上班), and its name.
Special = tuple[bool, str]


@dataclass(frozen=True)
class Year:
    """What was published of one year."""

    special: Mapping[date, Special]
    #: The notice, with its number; '' where none is known.
    source: str = ""


@dataclass(frozen=True)
class Calendar:
    """Every published year of one region ('' is the whole country)."""

    years: Mapping[int, Year]
    region: str = ""

    def kind(self, day: date) -> str:
        """workday, weekend, holiday or makeup."""
        special = self._special.get(day)
        if special is not None:
            return MAKEUP if special[0] else HOLIDAY
        return WORKDAY if day.weekday() < 5 else WEEKEND

    def is_working(self, day: date) -> bool:
        """Does the day count as a working day?"""
        return self.kind(day) in (WORKDAY, MAKEUP)

    def is_published(self, day: date) -> bool:
        """Is the year of the day published? Without that its holidays are not known."""
        return day.year in self.years

    def name(self, day: date) -> str:
        """Name of a holiday or of the holiday a make-up day belongs to; '' for other days."""
        special = self._special.get(day)
        return special[1] if special is not None else ""

    def special(self, year: int) -> Mapping[date, Special]:
        """The days of a year that are not what the weekday says; empty where it is not published."""
        found = self.years.get(year)
        return found.special if found is not None else {}

    def source(self, day: date) -> str:
        """The notice that published the year of the day."""
        year = self.years.get(day.year)
        return year.source if year is not None else ""

    def with_year(self, year: int, published: Year) -> Calendar:
        """The same with one year published, or published anew."""
        return Calendar({**self.years, year: published}, self.region)

    def with_region(self, region: str, overlay: Mapping[int, Year]) -> Calendar:
        """This calendar with a region's own days laid over it (全国年节及纪念日放假办法 art. 4)."""
        years = dict(self.years)
        for number, own in overlay.items():
            if number in years:
                source = "; ".join(text for text in (years[number].source, own.source) if text)
                years[number] = Year({**years[number].special, **own.special}, source)
        return Calendar(years, region)

    def relaid(self, year: int, country: Calendar, published: Year) -> Calendar:
        """This region's calendar when the country's year is published anew: its own days stay laid over it."""
        mine, theirs = self.special(year), country.special(year)
        own = {day: special for day, special in mine.items() if theirs.get(day) != special}
        return self.with_year(year, published).with_region(self.region, {year: Year(own)})

    def as_json(self) -> dict[str, Any]:
        """As plain values: region, and by year its source and special days."""
        years = {
            str(number): {
                "source": year.source,
                "days": {day.isoformat(): list(special) for day, special in sorted(year.special.items())},
            }
            for number, year in sorted(self.years.items())
        }
        return {"region": self.region, "years": years}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Calendar:
        """What ``as_json`` gave."""
        years = {
            int(number): Year(
                {date.fromisoformat(day): (bool(worked), str(name)) for day, (worked, name) in year["days"].items()},
                year["source"],
            )
            for number, year in values["years"].items()
        }
        return cls(years, values["region"])

    @cached_property
    def _special(self) -> dict[date, Special]:
        return {day: special for year in self.years.values() for day, special in year.special.items()}

    def __hash__(self) -> int:
        return id(self)


@cache
def seed() -> Calendar:
    """The years 2004 to 2026 as the ``chinesecalendar`` package carries the notices of the State Council's office."""
    by_year: dict[int, dict[date, Special]] = {}
    for days, worked in ((chinese_calendar.constants.holidays, False), (chinese_calendar.constants.workdays, True)):
        for day, name in days.items():
            by_year.setdefault(day.year, {})[day] = (worked, NAMES.get(name, name))
    return Calendar({number: Year(special) for number, special in by_year.items()})


#: The package's names of holidays.
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日",
}


@dataclass(frozen=True)
class Counted:
    """A date that was counted, and whether an unpublished year was met on the way."""

    on: date
    provisional: bool


def add_working_days(start: date, days: int, calendar: Calendar | None = None) -> Counted:
    """The ``days``-th working day after ``start``; the start day does not count (民法典 art. 201)."""
    calendar = calendar or seed()
    day, provisional = start, False
    while days > 0:
        day += timedelta(days=1)
        provisional |= not calendar.is_published(day)
        days -= calendar.is_working(day)
    return Counted(day, provisional)


def add_months(start: date, months: int) -> date:
    """The same day ``months`` later, or the month's last day (民法典 art. 202)."""
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(start.day, last))


def rolled(day: date, calendar: Calendar | None = None) -> Counted:
    """The day itself or, where it is a rest day, the next working day (民法典 art. 203)."""
    calendar = calendar or seed()
    provisional = not calendar.is_published(day)
    while not calendar.is_working(day):
        day += timedelta(days=1)
        provisional |= not calendar.is_published(day)
    return Counted(day, provisional)


def published(lines: Iterable[tuple[date, str, str]]) -> dict[date, Special]:
    """Special days from (date, ``holiday`` or ``makeup``, name). Raises ValueError for a line that says neither."""
    found: dict[date, Special] = {}
    for number, (day, kind, name) in enumerate(lines, 1):
        if kind not in (HOLIDAY, MAKEUP) or day in found:
            raise ValueError(f"{number}: {day.isoformat()} {kind}")
        found[day] = (kind == MAKEUP, name)
    return found
