"""When a timer is due: ISO 8601 and FEEL, months by the calendar of a zone, and texts that say no time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bpmn.feel import FeelError, compile_expression
from bpmn.timer_text import due, names

AT = datetime(2026, 1, 31, 17, 30, tzinfo=UTC)
CHINA = ZoneInfo("Asia/Shanghai")


def moment(kind: str, text: str, scope: Mapping[str, object] | None = None) -> datetime:
    return due(kind, text, AT, lambda feel: compile_expression(feel).evaluate(scope or {}), CHINA).astimezone(UTC)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("timeDuration", "PT5M", AT + timedelta(minutes=5)),
        ("timeDuration", " P30D ", AT + timedelta(days=30)),
        ("timeDuration", "P2W", AT + timedelta(weeks=2)),
        # In Shanghai it is already the first of February.
        ("timeDuration", "P1M", datetime(2026, 2, 28, 17, 30, tzinfo=UTC)),
        ("timeDuration", "P1Y1M2DT3H4M5S", datetime(2027, 3, 2, 20, 34, 5, tzinfo=UTC)),
        ("timeDuration", 'duration("P1D")', AT + timedelta(days=1)),
        ("timeDuration", '"PT5M"', AT + timedelta(minutes=5)),
        ("timeDuration", "wait", AT + timedelta(days=3)),
        ("timeDate", "2026-03-01T09:00:00+08:00", datetime(2026, 3, 1, 1, tzinfo=UTC)),
        ("timeDate", "2026-03-01T09:00:00", datetime(2026, 3, 1, 1, tzinfo=UTC)),
        ("timeDate", "2026-03-01", datetime(2026, 2, 28, 16, tzinfo=UTC)),
        ("timeDate", "day", datetime(2026, 3, 1, 16, tzinfo=UTC)),
        ("timeDate", 'day + duration("P1D")', datetime(2026, 3, 2, 16, tzinfo=UTC)),
        ("timeCycle", "R3/PT1H", AT + timedelta(hours=1)),
        ("timeCycle", "R/P1D", AT + timedelta(days=1)),
        ("timeCycle", "R3/2026-03-01T09:00:00Z/P7D", datetime(2026, 3, 1, 9, tzinfo=UTC)),
    ],
)
def test_due(kind: str, text: str, expected: datetime) -> None:
    assert moment(kind, text, {"wait": "P3D", "day": date(2026, 3, 2)}) == expected


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("timeDuration", "", "timer.empty"),
        ("timeDuration", "P5天", "timer.unreadable"),
        ("timeDuration", "P", "timer.no_value"),
        ("timeDuration", "-P5D", "timer.unreadable"),
        ("timeDuration", "0 0 9 * * ?", "timer.unreadable"),
        ("timeDuration", "2026-03-01", "timer.unreadable"),
        ("timeCycle", "R0/P1D", "timer.unreadable"),
        ("timeCycle", "R3/P1D/P1D", "timer.unreadable"),
        ("timeCycle", "R-1/PT1H", "timer.unreadable"),
        ("timeDate", "2026-W10-1", "timer.unreadable"),
        ("timeDuration", "P9000Y", "timer.out_of_range"),
        ("timeDate", "2026-13-01", "timer.unreadable"),
        ("timeDate", 'duration("P1D")', "timer.no_value"),
        ("timeDuration", "5", "timer.no_value"),
        ("timeDuration", "today() + 1", "feel.no_clock"),
        ("timeDuration", "a ==", "feel.foreign_operator"),
    ],
)
def test_texts_that_say_no_time_are_found_without_running(kind: str, text: str, code: str) -> None:
    with pytest.raises(FeelError) as error:
        assert names(kind, text) == {"P"} and moment(kind, text)
    assert error.value.code == code


def test_a_moment_beyond_the_calendar_is_an_error() -> None:
    with pytest.raises(FeelError) as error:
        moment("timeDuration", "P9999Y")
    assert error.value.code == "timer.out_of_range"


def test_names_are_told() -> None:
    assert names("timeDuration", "P3D") == frozenset()
    assert names("timeDate", 'hearing_day - duration("P7D")') == {"hearing_day"}
