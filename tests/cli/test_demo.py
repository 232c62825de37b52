"""``flask demo load``: a whole office, made by the engine's own verbs, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import engine
from tests.cli.conftest import Shell
from tests.conftest import ROOT
from web.cli.demo.story import tell_from


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shell, dict[str, Any]]]:
    """A shell on a demo database, and what loading it printed."""
    shell = Shell(tmp_path_factory.mktemp("demo") / "sunpath.db")
    shell("db", "upgrade")
    yield shell, shell.json("demo", "load")
    shell.store.dispose()


def test_it_prints_people_flows_and_some_codes(loaded: tuple[Shell, dict[str, Any]]) -> None:
    shell, document = loaded
    assert {flow["key"] for flow in document["flows"]} == {
        folder.name for folder in (ROOT / "flows").iterdir() if folder.is_dir()
    }
    people = {person["name"]: person for person in document["people"]}
    assert {"lin", "zhao", "sun", "wang", "he", "xu", "admin"} <= set(people)
    assert all(person["display"] != person["name"] for person in people.values())
    assert (document["cases"] >= 60, document["again"], len(document["codes"]) >= 4) == (True, False, True)
    with shell.store.read() as session:
        assert engine.is_demo(session)
        for shown in document["codes"]:
            assert engine.track(session, shown["case"], shown["code"])


def test_every_post_of_every_flow_is_held(loaded: tuple[Shell, dict[str, Any]]) -> None:
    shell, document = loaded
    held = Counter(post for person in document["people"] for post in person["posts"])
    with shell.store.read() as session:
        for info in engine.definitions(session):
            definitions = engine.package_of(session, info.id).definitions
            for node in definitions.nodes.values():
                lane = definitions.lanes[node.lane] if node.lane else None
                if node.type == "userTask" and node.step and lane and lane.role != "applicant":
                    assert held[node.step.post] >= node.step.people, node.id


def test_cases_stand_everywhere(loaded: tuple[Shell, dict[str, Any]]) -> None:
    shell, _ = loaded
    now = datetime.now(UTC)
    with shell.store.read() as session:
        rows = engine.cases(session, limit=1000)
        views = {row.case: engine.show(session, row.case, at=now) for row in rows}
        assert all(view.simulated for view in views.values())
        assert all(view.opened_at < now for view in views.values())
        assert {view.state for view in views.values()} == {"open", "closed", "suspended", "cancelled"}
        statuses = {(v.definition.key, k, s.status) for v in views.values() for k, s in v.elements.items()}
        standing = {(key, element) for key, element, status in statuses if status in ("current", "waiting", "warn")}
        assert {("xk-general", "FormalReview"), ("xk-general", "Correct")} <= standing
        assert ("xk-general", "Hearing/ConductHearing/HoldHearing") in {(key, element) for key, element, _ in statuses}
        assert "overdue" in {status for _, _, status in statuses}
        ended = {(key, element) for key, element, status in statuses if status == "done"}
        assert {("xk-general", "EndRefused"), ("xk-general", "EndClosed"), ("xk-general", "Deny")} <= ended
        returned = [sum(step.kind == "work item returned" for step in engine.steps(session, case)) for case in views]
        assert max(returned) >= 2
        assert any(item.claimed_by for view in views.values() for item in view.work_items)
        assert engine.live_counts(session, "xk-general", simulated=True)
        assert not engine.live_counts(session, "xk-general", simulated=False)


def test_the_record_of_the_demo_holds(loaded: tuple[Shell, dict[str, Any]]) -> None:
    shell, document = loaded
    assert shell.json("audit", "verify")["cases"] == document["cases"]
    assert shell.json("audit", "replay")["differences"] == []


def test_a_second_load_makes_no_second_cases(loaded: tuple[Shell, dict[str, Any]]) -> None:
    shell, document = loaded
    again = shell.json("demo", "load")
    assert again == document | {"again": True, "codes": []}


def test_it_leaves_a_real_database_alone(shell: Shell) -> None:
    assert "DATABASE_URL" in shell.refused("demo", "load")
    with shell.store.read() as session:
        assert not engine.is_demo(session)


def test_a_story_is_told_on_working_days_in_its_order() -> None:
    scenario = {
        "start": {"at": "2026-09-01T09:00:00+08:00", "data": {"born": "2026-09-01"}},
        "step": [
            {"do": "A", "as": "受理岗", "at": "2026-09-02T09:00:00+08:00", "data": {"day": "2026-09-02"}},
            {"tick": "2026-09-03T09:00:00+08:00"},
            {"do": "B", "as": "applicant", "at": "2026-09-05T09:00:00+08:00"},
        ],
    }
    story = tell_from(scenario, datetime.fromisoformat("2026-10-04T12:00:00+08:00"))
    assert story.at.isoformat() == "2026-09-30T09:00:00+08:00"
    assert story.data == {"born": "2026-09-30"}
    # National Day: officers are back on 8 October; the applicant acts on a Sunday as well.
    assert [move.at.isoformat() for move in story.moves] == ["2026-10-08T09:00:00+08:00", "2026-10-11T09:00:00+08:00"]
    assert story.moves[0].data == {"day": "2026-10-08"}


@pytest.mark.parametrize(
    ("opened", "told"),
    [
        ("2026-09-08T04:39:00+08:00", "2026-09-07T09:00:00+08:00"),
        ("2026-09-07T08:00:00+08:00", "2026-09-04T09:00:00+08:00"),
        ("2026-09-08T17:12:00+08:00", "2026-09-08T09:12:00+08:00"),
    ],
)
def test_a_demo_made_at_night_still_tells_of_office_hours(opened: str, told: str) -> None:
    story = tell_from({"start": {"at": "2026-09-01T09:00:00+08:00"}}, datetime.fromisoformat(opened))
    assert story.at.isoformat() == told
