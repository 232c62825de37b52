"""Clocks, cards and the calendar by the command line: counted, stopped, explained, answered, appealed, recounted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_power import APPLICATION, POSTS, XK
from tests.conftest import ROOT

#: National Day 2026: the first to the seventh of October are holidays, Saturday the tenth is worked.
BEFORE_NATIONAL_DAY = "2026-09-24T09:00"


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Shell]:
    """The general licence procedure is published and its posts are held; two supervisors, one of them with a post."""
    shutil.copy(furnished, tmp_path / "sunpath.db")
    shell = Shell(tmp_path / "sunpath.db")
    for called in ("gy-archive", "gy-disclosure", "gy-hearing", "gy-rating", "gy-service"):
        shell("flow", "publish", ROOT / "flows" / called, "--as", "lin", "--reviewer", "zhao")
    shell("flow", "publish", XK, "--as", "lin", "--reviewer", "zhao")
    for name, post in POSTS.items():
        shell("user", "add", name, "--role", "clerk", "--post", post)
    shell("user", "add", "xu", "--role", "supervisor")
    shell("user", "add", "feng", "--role", "supervisor", "--role", "clerk", "--post", "承办岗")
    shell("user", "add", "boss", "--role", "admin")
    yield shell
    assert shell.json("audit", "verify")["differences"] == []
    assert shell.json("audit", "replay", "--all")["differences"] == []
    shell.store.dispose()


def accepted(office: Shell, at: str = BEFORE_NATIONAL_DAY) -> str:
    """A case accepted at once: what the whole of it may take runs."""
    application = json.dumps(APPLICATION)
    opened = office.json("case", "start", "xk-general", "--as", "applicant", "--data", application, "--at", at)
    data = json.dumps({"formal_result": "complete"})
    office("case", "do", opened["case"], "FormalReview", "--as", "wang", "--data", data, "--at", at)
    return str(opened["case"])


def whole(office: Shell, case: str) -> Any:
    """The clock of the whole case."""
    return next(limit for limit in office.json("case", "limits", case)["limits"] if limit["element"] is None)


def test_a_date_is_explained_day_by_day(office: Shell) -> None:
    case = accepted(office)
    clock = whole(office, case)
    # Ten working days after Thursday 24 September, Mid-autumn left out: 28, 29, 30; 8, 9, Saturday 10, 12, 13, 14, 15.
    assert (clock["since"], clock["due_promised"], clock["provisional"]) == ("2026-09-24", "2026-10-15", False)
    said = office.json("case", "limits", case, "--why", clock["limit"])
    days = {day["date"]: day for day in said["days"]}
    assert (said["value"], said["due"], said["days"][-1]["date"]) == ("promised", "2026-10-15", "2026-10-15")
    assert (days["2026-09-24"]["why"], days["2026-09-24"]["number"]) == ("anchor", None)
    assert [days[f"2026-10-0{day}"]["day"] for day in range(1, 8)] == ["holiday"] * 7
    assert (days["2026-10-10"]["day"], days["2026-10-10"]["number"]) == ("makeup", 6)
    assert days["2026-10-11"]["why"] == "rest"
    assert [day["number"] for day in said["days"] if day["number"]] == list(range(1, 11))
    statutory = office.json("case", "limits", case, "--why", clock["limit"], "--value", "statutory")
    assert statutory["due"] == statutory["days"][-1]["date"] == clock["due_statutory"]
    assert "2026-10-10" in office("case", "limits", case, "--why", clock["limit"]).stdout


def test_it_stands_still_only_for_a_listed_ground_with_its_document(office: Shell) -> None:
    case = accepted(office)
    ordered = ("--as", "zhang", "--at", "2026-09-25T10:00")
    assert "inspection" in whole(office, case)["listed"]
    said = office.refused("case", "pause", case, "--ground", "weather", "--document", "1", *ordered)
    assert "inspection" in said
    said = office.refused("case", "pause", case, "--ground", "inspection", "--document", "李四的意见", *ordered)
    assert "李四的意见" in said
    office("user", "add", "nobody", "--role", "clerk")
    stop = ("--ground", "inspection", "--document", "云市监检〔2026〕12号")
    office.refused("case", "pause", case, *stop, "--as", "nobody", "--at", "2026-09-25T10:00")
    office("case", "pause", case, *stop, *ordered)
    clock = whole(office, case)
    assert (clock["stands_still"], clock["due_promised"], clock["due_statutory"]) == ("inspection", None, None)
    assert clock["stops"][0]["document"] == "云市监检〔2026〕12号"


def test_a_stop_moves_the_date_and_raises_no_card_meanwhile(office: Shell) -> None:
    case = accepted(office)
    office(
        "case",
        "pause",
        case,
        "--ground",
        "inspection",
        "--document",
        "12号",
        "--as",
        "zhang",
        "--at",
        "2026-09-25T10:00",
    )
    office("tick", "--at", "2026-12-01T09:00")
    about = [card for card in office.json("case", "show", case)["cards"] if card["element"] is None]
    assert about == []
    office("case", "unpause", case, "--ground", "inspection", "--as", "zhang", "--at", "2026-12-01T10:00")
    clock = whole(office, case)
    # No working day was used before the stop; ten are left after the first of December.
    assert (clock["stands_still"], clock["due_promised"]) == (None, "2026-12-15")
    said = office.json("case", "limits", case, "--why", clock["limit"])
    stopped = [day["date"] for day in said["days"] if day["why"] == "stopped"]
    assert (stopped[0], stopped[-1], said["days"][-1]["date"]) == ("2026-09-26", "2026-12-01", "2026-12-15")


def test_stops_that_overlap_are_one(office: Shell) -> None:
    case = accepted(office)
    for ground, day in (("inspection", "2026-10-12"), ("appraisal", "2026-10-14")):
        stop = ("--ground", ground, "--document", "12号", "--as", "zhang")
        office("case", "pause", case, *stop, "--at", f"{day}T10:00")
    office("case", "unpause", case, "--ground", "inspection", "--as", "zhang", "--at", "2026-10-16T10:00")
    assert (whole(office, case)["stands_still"], whole(office, case)["due_promised"]) == ("appraisal", None)
    office("case", "unpause", case, "--ground", "appraisal", "--as", "zhang", "--at", "2026-10-20T10:00")
    clock = whole(office, case)
    # Seven days were used to Monday the 12th; the 13th to the 20th stand still, counted once.
    assert (clock["stands_still"], clock["due_promised"]) == (None, "2026-10-23")


def test_a_card_is_answered_appealed_and_revoked_by_somebody_else(office: Shell) -> None:
    case = accepted(office)
    office("tick", "--at", "2026-10-16T09:00")
    cards = {card["card"]: card for card in office.json("case", "show", case)["cards"]}
    review = next(card for card in cards.values() if card["rule"] == "T2" and card["element"] == "Review")
    assert (review["colour"], review["post"], review["state"]) == ("yellow", "承办岗", "raised")
    steps = {step["seq"]: step for step in office.json("case", "steps", case)["steps"]}
    assert [steps[number]["kind"] for number in review["evidence"]] == ["limit started", "limit expired"]
    say = ("--reason", "材料转运途中耽误。", "--at", "2026-10-16T10:00")
    assert "承办岗" in office.refused("card", "answer", case, review["card"], "--as", "wang", *say)
    office.refused("card", "revoke", case, review["card"], "--as", "zhang", *say)
    assert "feng" in office.refused("card", "revoke", case, review["card"], "--as", "feng", *say)
    office("card", "appeal", case, review["card"], "--as", "zhang", *say)
    office.refused("card", "answer", case, review["card"], "--as", "zhang", *say)
    office.refused("card", "revoke", case, review["card"], "--as", "xu", "--reason", " ", "--at", "2026-10-16T11:00")
    office("card", "revoke", case, review["card"], "--as", "xu", *say[:2], "--at", "2026-10-16T11:00")
    listed = office.json("card", "list", "--colour", "yellow", "--post", "承办岗")
    row = next(row for row in listed["cards"] if row["card"] == review["card"])
    assert (row["state"], row["appealed"]) == ("revoked", True)
    everything = json.dumps(office.json("case", "steps", case), ensure_ascii=False)
    assert "转运" not in everything


def test_a_yellow_card_nobody_answers_turns_red_once(office: Shell) -> None:
    case = accepted(office)
    office("tick", "--at", "2026-10-16T09:00")
    office("tick", "--at", "2026-11-20T09:00")
    cards = office.json("case", "show", case)["cards"]
    yellow = next(card for card in cards if card["rule"] == "T2" and card["element"] == "Review")
    (red,) = [card for card in cards if card["card"] == f"X1 {yellow['card']}"]
    assert (red["colour"], red["evidence"]) == ("red", yellow["steps"])
    assert office.json("tick", "--at", "2026-11-20T10:00")["fired"] == 0
    ids = [card["card"] for card in cards]
    assert len(ids) == len(set(ids))


def test_a_provisional_date_is_counted_anew_when_the_year_is_published(office: Shell, tmp_path: Path) -> None:
    case = accepted(office, "2026-12-28T09:00")
    settled = accepted(office)
    before = whole(office, case)
    assert (before["due_promised"], before["provisional"]) == ("2027-01-11", True)
    year = tmp_path / "2027.csv"
    year.write_text(
        "date,kind,name\n2027-01-01,holiday,元旦\n2027-01-04,holiday,元旦\n2027-01-09,makeup,元旦\n", "utf-8"
    )
    given = ("--year", "2027", "--source", "示例文号〔2026〕1号", "--at", "2026-12-29T09:00")
    office.refused("calendar", "import", year, *given, "--as", "zhang")
    done = office.json("calendar", "import", year, *given, "--as", "boss")
    assert done["recounted"] == 1
    after = whole(office, case)
    # Without the first and the fourth, with Saturday the ninth.
    assert (after["due_promised"], after["provisional"]) == ("2027-01-12", False)
    assert after["calendar"] == done["digest"] != before["calendar"]
    kinds = [step["kind"] for step in office.json("case", "steps", settled)["steps"]]
    assert "limit recounted" not in kinds
    assert office.json("calendar", "import", year, *given, "--as", "boss")["recounted"] == 0
    said = office.json("case", "limits", case, "--why", after["limit"])
    assert "示例文号〔2026〕1号" in said["sources"]
    assert office.json("calendar", "show", "2027")["days"][0]["date"] == "2027-01-01"


def test_a_reminder_by_a_later_calendar_replays(office: Shell, tmp_path: Path) -> None:
    """By the years the product came with the reminder would come later: a re-run must not ask those."""
    year = tmp_path / "2027.csv"
    year.write_text("".join(f"2027-02-{day},holiday,春节\n" for day in range(15, 20)), "utf-8")
    given = ("--year", "2027", "--source", "示例", "--as", "boss", "--at", "2027-01-04T09:00")
    office("calendar", "import", year, *given)
    case = accepted(office, "2027-02-10T09:00")
    office("tick", "--at", "2027-02-23T09:00")
    (reminder,) = [
        card
        for card in office.json("case", "show", case)["cards"]
        if (card["rule"], card["element"]) == ("T1", "Review")
    ]
    # Due Monday the 22nd, the first day after the holidays; reminded on Friday the 12th, the day before them.
    assert reminder["raised_at"].startswith("2027-02-11T16:00")
    assert office.json("audit", "replay", "--case", case)["differences"] == []


def test_a_region_has_days_of_its_own(office: Shell, tmp_path: Path) -> None:
    case = accepted(office, "2026-04-13T09:00")
    before = whole(office, case)
    days = tmp_path / "guangxi.csv"
    days.write_text("# 广西三月三\n2026-04-20,holiday,三月三\n2026-04-21,holiday,三月三\n", "utf-8")
    given = ("--year", "2026", "--source", "示例", "--region", "450000", "--as", "boss", "--at", "2026-04-14T09:00")
    assert office.json("calendar", "import", days, *given)["recounted"] == 0
    office.refused("calendar", "region", "110000", "--as", "boss")
    assert office.json("calendar", "region", "450000", "--as", "boss", "--at", "2026-04-14T10:00")["recounted"] == 1
    assert (before["due_promised"], whole(office, case)["due_promised"]) == ("2026-04-27", "2026-04-29")
    assert "2027" in office.refused("calendar", "import", days, *given[:1], "2027", *given[2:])
    # The country's year is published anew, as it was: the region keeps its own days.
    again = tmp_path / "2026.csv"
    listed = office.json("calendar", "show", "2026", "--region", "")["days"]
    again.write_text("".join(f"{day['date']},{day['kind']},{day['name']}\n" for day in listed), "utf-8")
    country = ("--year", "2026", "--source", "示例第二次", "--as", "boss", "--at", "2026-04-15T09:00")
    office("calendar", "import", again, *country)
    kept = {day["date"]: day["name"] for day in office.json("calendar", "show", "2026")["days"]}
    assert kept["2026-04-20"] == "三月三" and kept["2026-10-01"] == "国庆节"
    assert whole(office, case)["due_promised"] == "2026-04-29"


@pytest.mark.parametrize(
    "line", ["2027-01-01,feast,元旦", "2027-13-01,holiday,元旦", "2027-01-01", "2026-01-01,holiday,元旦"]
)
def test_a_wrong_line_is_named_and_nothing_is_kept(office: Shell, tmp_path: Path, line: str) -> None:
    year = tmp_path / "2027.csv"
    year.write_text(f"2027-05-01,holiday,劳动节\n{line}\n", "utf-8")
    said = office.refused("calendar", "import", year, "--year", "2027", "--source", "示例", "--as", "boss")
    assert line.split(",")[0] in said
    assert office.json("calendar", "show", "2027")["published"] is False
