"""A real power through the verbs: forms, private values and erasing them, posts, two officers, timers, dates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import engine
from bpmn.package import load
from engine.errors import Rejection
from engine.run.timers import tick
from engine.store import Session, Store, open_store
from tests.conftest import ROOT, ZONE
from tests.flows.shipped import publish_called, whole

PACKAGE = load(ROOT / "flows" / "xk-general")
WHOLE = whole("xk-general")
STORY = PACKAGE.scenarios["granted"]
APPLICATION: dict[str, Any] = STORY["start"]["data"]
POSTS = sorted({node.step.post for node in WHOLE.definitions.nodes.values() if node.step and node.step.post})
NINE = datetime(2026, 9, 1, 9, 0, tzinfo=ZONE)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The licence power published, with two officers in every post."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('office')}/sunpath.db", code_key=b"k" * 32)
    store.upgrade()
    with store.begin() as session:
        engine.add_person(session, "lin", roles=["modeller"])
        engine.add_person(session, "zhao", roles=["reviewer"])
        engine.add_person(session, "admin", roles=["admin"])
        engine.add_person(session, "li", roles=["clerk"], posts=POSTS)
        engine.add_person(session, "wang", roles=["clerk"], posts=POSTS)
        engine.add_person(session, "stranger", roles=["clerk"], posts=["别处岗"])
        publish_called(session, "xk-general", author="lin", reviewer="zhao", at=NINE)
        engine.publish(session, PACKAGE, key="xk-general", author="lin", reviewer="zhao", at=NINE)
    yield store
    store.dispose()


@pytest.fixture
def session(office: Store) -> Iterator[Session]:
    with office.begin() as opened:
        yield opened


def apply(session: Session, **changes: Any) -> engine.answers.Done:  # type: ignore[name-defined]
    data = {name: value for name, value in (APPLICATION | changes).items() if value is not None}
    return engine.start_case(session, "xk-general", actor="applicant", data=data, at=NINE)


def test_an_application_goes_to_the_window(session: Session) -> None:
    done = apply(session)
    assert [item.element for item in done.work_items] == ["FormalReview"]
    assert done.receipt is not None and done.case.startswith("XK-2026-")
    assert engine.track(session, done.case, done.receipt.code.lower().replace("-", " "))
    assert not engine.track(session, done.case, done.receipt.code[:-1] + "U")
    assert not engine.track(session, "XK-2026-999999", done.receipt.code)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"applicant_name": None}, "applicant_name", "required"),
        ({"applicant_kind": "dog"}, "applicant_kind", "enum"),
        ({"phone": 5}, "phone", "type"),
        ({"surprise": "x"}, "surprise", "unknown"),
        ({"requested_matter": "x" * 30_000}, "requested_matter", "maxLength"),
    ],
)
def test_a_wrong_form_is_rejected_field_by_field(
    session: Session, changes: dict[str, Any], field: str, code: str
) -> None:
    before = len(engine.cases(session, limit=1_000))
    with pytest.raises(Rejection) as caught:
        with session.begin_nested():
            apply(session, **changes)
    assert caught.value.code == "form.invalid"
    assert [(error.field, error.code) for error in caught.value.params["errors"]] == [(field, code)]  # type: ignore[attr-defined]
    assert len(engine.cases(session, limit=1_000)) == before


def test_private_values_stand_beside_the_record_only(session: Session) -> None:
    case = apply(session).case
    record = json.dumps([step.body for step in engine.steps(session, case)], ensure_ascii=False)
    schema = PACKAGE.form(PACKAGE.definitions.nodes["Apply"].step.form) or {}  # type: ignore[union-attr]
    hidden = {name for name in APPLICATION if not schema["properties"][name].get("x-sun-public")}
    assert {"applicant_name", "identity_number", "phone", "address"} <= hidden
    for name in hidden & {"applicant_name", "identity_number", "phone", "address", "requested_matter"}:
        assert APPLICATION[name] not in record
    view = engine.show(session, case)
    assert set(view.private) == hidden and all(view.private.values()) and not hidden & view.data.keys()
    assert engine.private_values(session, case)["phone"] == APPLICATION["phone"]


def test_an_erased_value_is_gone_and_the_record_still_holds(session: Session) -> None:
    case = apply(session).case
    with pytest.raises(Rejection, match=r"role\.missing"):
        engine.erase(session, case, ["phone"], actor="li", ground="个人信息保护法第四十七条", at=NINE)
    assert engine.erase(session, case, ["phone"], actor="admin", ground="个人信息保护法第四十七条", at=NINE) == 1
    rows = session.execute(
        sa.text("SELECT salt, value FROM private_data WHERE name = 'phone' AND erased_at IS NOT NULL")
    )
    assert rows.all() == [(None, None)]
    assert engine.show(session, case).private["phone"] is False
    assert "phone" not in engine.private_values(session, case)
    for verdict in (engine.verify(session, case), engine.replay(session, case)):
        assert verdict.differences == () and verdict.erased == ((case, "phone"),)
    with pytest.raises(Rejection, match=r"private\.unknown"):
        engine.erase(session, case, ["phone"], actor="admin", ground="x", at=NINE)


def test_a_changed_private_value_is_found(session: Session) -> None:
    case = apply(session).case
    session.execute(sa.text("UPDATE private_data SET value = '\"0\"' WHERE name = 'phone' AND value IS NOT NULL"))
    found = engine.verify(session, case).differences
    assert [(d.case, d.field) for d in found] == [(case, "private phone")]


def test_posts_decide_who_may_act(session: Session) -> None:
    case = apply(session).case
    data = {"formal_result": "complete"}
    for actor in ("stranger", "lin", "applicant"):
        with pytest.raises(Rejection, match=r"item\.not_yours"):
            engine.complete(session, case, "FormalReview", actor=actor, data=data, at=NINE)
    with pytest.raises(Rejection, match=r"item\.not_yours"):
        engine.start_case(session, "xk-general", actor="stranger", data=APPLICATION, at=NINE)
    engine.complete(session, case, "FormalReview", actor="li", data=data, at=NINE)


def test_a_clerk_acts_for_the_applicant_on_the_record(session: Session) -> None:
    case = engine.start_case(session, "xk-general", actor="li", data=APPLICATION, at=NINE).case
    command = next(step for step in engine.steps(session, case) if step.kind == "command" and "item" in step.body)
    assert command.body["on_behalf"] == "applicant" and command.body["actor"] == "li"


def test_the_site_check_needs_two_officers(session: Session) -> None:
    case = apply(session).case
    engine.complete(session, case, "FormalReview", actor="li", data={"formal_result": "complete"}, at=NINE)
    review = {"site_check_needed": "yes", "major_interest": "no", "review_findings": "需要核查。"}
    (item,) = engine.complete(session, case, "Review", actor="li", data=review, at=NINE).work_items
    assert (item.element, item.people) == ("SiteCheck", 2)
    schema = WHOLE.form(item.form) or {}
    told = PACKAGE.scenarios["corrected-checked-heard"]["step"]
    check = next(step["data"] for step in told if step["do"] == "SiteCheck")
    check.pop("with", None)
    assert schema
    for second in (None, "li", "stranger", "nobody"):
        with pytest.raises(Rejection, match=r"item\.people"):
            data = check | ({"with": second} if second else {})
            engine.complete(session, case, "SiteCheck", actor="li", data=data, at=NINE)
    done = engine.complete(session, case, "SiteCheck", actor="li", data=check | {"with": "wang"}, at=NINE)
    assert "SiteCheck" not in [item.element for item in done.work_items]
    command = next(step for step in reversed(engine.steps(session, case)) if step.kind == "command")
    assert (command.body["actor"], command.body["with"]) == ("li", "wang")


def test_a_timer_fires_once_under_its_due_instant(office: Store) -> None:
    with office.begin() as session:
        case = apply(session).case
        data = next(
            step["data"] for step in PACKAGE.scenarios["correction-overdue"]["step"] if step["do"] == "FormalReview"
        )
        done = engine.complete(session, case, "FormalReview", actor="li", data=data, at=NINE)
        while done.work_items and not done.work_items[0].applicant:
            item = done.work_items[0].element
            told = [s for s in PACKAGE.scenarios["correction-overdue"]["step"] if s.get("do") == item]
            done = engine.complete(session, case, item, actor="li", data=told[0].get("data", {}), at=NINE)
        later = engine.due(session, NINE.replace(year=2027))
        due = [(number, when) for number, timer, when in later if number == case and timer == "CorrectionOverdue#1"]
    ((_, when),) = due
    tick(office, NINE)
    with office.read() as session:
        assert engine.show(session, case).step == done.step
    later = when.replace(hour=23)
    assert tick(office, later) >= 1 and tick(office, later) == 0
    with office.read() as session:
        fired = [step for step in engine.steps(session, case) if step.kind == "timer fired"]
        assert [step.at for step in fired] == [when]
        assert engine.verify(session, case).differences == () and engine.replay(session, case).differences == ()


def test_a_power_takes_data_through_forms_only(session: Session) -> None:
    case = apply(session).case
    engine.complete(session, case, "FormalReview", actor="li", data={"formal_result": "complete"}, at=NINE)
    with pytest.raises(Rejection, match=r"form\.invalid"):
        engine.complete(session, case, "Review", actor="li", data={"note": "张三 13800000000"}, at=NINE)
    for data in ({"note": "张三"}, {"phone": "13800000000"}):
        with pytest.raises(Rejection, match=r"form\.none"):
            engine.correct(session, case, "Review", actor="li", data=data, reason="wrong", at=NINE)


def test_due_dates_are_counted_by_the_clock_of_the_step(office: Store) -> None:
    with office.begin() as session:
        case = apply(session).case
        engine.complete(session, case, "FormalReview", actor="li", data={"formal_result": "complete"}, at=NINE)
        (item,) = engine.todo(session, case).work_items
        assert item.due is not None and item.due.counted and item.due.value == "promised"
        # Three working days from Tuesday the first.
        assert item.due.on == date(2026, 9, 4)
        assert engine.show(session, case).elements[item.element].status == "current"
    tick(office, datetime(2026, 9, 4, 23, 59, tzinfo=ZONE))
    with office.read() as session:
        assert engine.show(session, case).elements[item.element].status == "current"
    tick(office, datetime(2026, 9, 5, 0, 0, tzinfo=ZONE))
    with office.read() as session:
        view = engine.show(session, case)
        assert view.elements[item.element].status == "warn"
        assert [(card.rule, card.colour, card.post) for card in view.cards][-1] == ("T2", "yellow", "承办岗")


def test_a_power_needs_a_second_person(office: Store, tmp_path: Path) -> None:
    with office.begin() as session:
        again = engine.publish(session, PACKAGE, key="xk-general", author="lin", reviewer="zhao", at=NINE)
        assert again.again and again.version == 1
        for reviewer, code in [
            (None, "publish.reviewer_missing"),
            ("lin", "publish.same_person"),
            ("li", "role.missing"),
        ]:
            with pytest.raises(Rejection) as caught:
                engine.publish(session, PACKAGE, key="other", author="lin", reviewer=reviewer, at=NINE)
            assert caught.value.code == code
        number = engine.submit(session, PACKAGE, key="other", author="lin", at=NINE)
        with pytest.raises(Rejection, match=r"role\.missing"):
            engine.approve(session, number, reviewer="lin", at=NINE)
        assert engine.approve(session, number, reviewer="zhao", at=NINE).version == 1
        with pytest.raises(Rejection, match=r"submission\.decided"):
            engine.refuse(session, number, reviewer="zhao", reason="x", at=NINE)


def test_handing_in_again_is_not_a_return(session: Session) -> None:
    case = apply(session).case
    told = {
        step["do"]: step.get("data", {})
        for step in PACKAGE.scenarios["corrected-checked-heard"]["step"]
        if "do" in step
    }
    engine.complete(session, case, "FormalReview", actor="li", data={"formal_result": "incomplete"}, at=NINE)
    engine.complete(session, case, "NotifyCorrection", actor="li", data=told["NotifyCorrection"], at=NINE)
    done = engine.complete(session, case, "Correct", actor="applicant", data=told["Correct"], at=NINE)
    assert [item.item for item in done.work_items] == ["FormalReview#2"]
    view = engine.show(session, case)
    assert view.elements["Correct"].status == "done" and view.elements["FormalReview"].count == 2


def test_no_date_for_the_whole_case_before_its_clock_runs(session: Session) -> None:
    case = apply(session).case
    assert engine.show(session, case).due is None
    later = NINE.replace(day=10)
    engine.complete(session, case, "FormalReview", actor="li", data={"formal_result": "complete"}, at=later)
    view = engine.show(session, case)
    # Ten promised working days: 11, 14 to 18, Sunday 20 worked for National Day, 21 to 23 September.
    assert view.due is not None and view.due.value == "promised" and view.due.on == date(2026, 9, 23)
    assert engine.show(session, case, step=3).due is None
