"""Call activities: what is called runs inside the case, in the version pinned when its caller was published."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import engine
from bpmn.package import FlowPackage, load
from engine.errors import Rejection
from engine.store import Session
from tests.conftest import FIXTURES, Clock, fixture
from tests.flows.shipped import PACKAGES, publish_called


def in_one_file() -> FlowPackage:
    """The caller and the called process in one file."""
    caller, called = ((FIXTURES / f"{name}.bpmn").read_text("utf8") for name in ("calls-serving", "serving"))
    process = called[called.index("<process") : called.index("</process>") + len("</process>")]
    return load(caller.replace("</definitions>", process + "</definitions>").encode())


@pytest.fixture(params=["one file", "published"])
def caller(request: pytest.FixtureRequest, session: Session, clock: Clock) -> str:
    """The flow that calls, published; what it calls lies in its file, or was published before."""
    package = in_one_file()
    if request.param == "published":
        engine.publish(session, fixture("serving"), key="serving", author="modeller", at=clock())
        package = fixture("calls-serving")
    return engine.publish(session, package, key="caller", author="modeller", at=clock()).key


def test_what_is_called_runs_inside_the_case(session: Session, clock: Clock, caller: str) -> None:
    done = engine.start_case(session, caller, actor="clerk", at=clock())
    assert [(item.item, item.name) for item in done.work_items] == [("First/Serve#1", "送达文书")]
    done = engine.complete(session, done.case, "Serve", actor="clerk", data={"served": False}, at=clock())
    assert [item.element for item in done.work_items] == ["First/Publish"]
    view = engine.show(session, done.case)
    assert view.elements["First"].status == "current" and view.elements["First/Publish"].status == "current"
    done = engine.complete(session, done.case, "Publish", actor="clerk", at=clock())
    assert [item.item for item in done.work_items] == ["Again/Second/Serve#1"]
    done = engine.complete(session, done.case, "Serve", actor="clerk", data={"served": True}, at=clock())
    assert done.state == "closed"
    arrows = engine.show(session, done.case).arrows
    assert {flow: arrow.count for flow, arrow in arrows.items() if "Served" in flow} == {
        "First/ServedNo": 1, "Second/ServedYes": 1,
    }  # fmt: skip
    assert engine.verify(session).differences == () and engine.replay(session).differences == ()


def test_what_is_called_can_be_broken_off(session: Session, clock: Clock, caller: str) -> None:
    case = engine.start_case(session, caller, actor="clerk", at=clock()).case
    (timer,) = [step for step in engine.steps(session, case) if step.kind == "timer set"]
    done = engine.fire(session, case, timer.body["timer"], at=clock() + timedelta(days=7))
    assert done.state == "closed"
    cancelled = [step.element for step in engine.steps(session, case) if step.kind == "element cancelled"]
    assert cancelled == ["First/Serve", "First/Serve", "First"]
    assert engine.replay(session).differences == ()


def test_an_open_case_keeps_the_version_that_was_called(session: Session, clock: Clock) -> None:
    serving = (FIXTURES / "serving.bpmn").read_text("utf8")
    engine.publish(session, load(serving.encode()), key="serving", author="modeller", at=clock())
    caller = engine.publish(session, fixture("calls-serving"), key="caller", author="modeller", at=clock())
    later = load(serving.replace("served = false", "served = true").encode())
    assert engine.publish(session, later, key="serving", author="modeller", at=clock()).version == 2
    done = engine.start_case(session, caller.key, actor="clerk", at=clock())
    opened = next(step for step in engine.steps(session, done.case) if step.kind == "case opened")
    assert opened.body["called"] == {"serving": {"version": 1, "digest": load(serving.encode()).digest}}
    done = engine.complete(session, done.case, "Serve", actor="clerk", data={"served": True}, at=clock())
    assert [item.element for item in done.work_items] == ["Again/Second/Serve"]
    assert engine.replay(session).differences == ()


def test_a_package_with_what_it_calls_is_published_like_one_without(session: Session, clock: Clock) -> None:
    """What a version calls is settled when it is published, whatever the package brought along."""
    engine.publish(session, fixture("serving"), key="serving", author="modeller", at=clock())
    first = engine.publish(session, fixture("calls-serving"), key="caller", author="modeller", at=clock())
    joined = engine.package_of(session, engine.definition(session, "caller").id)
    assert engine.publish(session, joined, key="caller", author="modeller", at=clock()).again
    other = engine.publish(session, joined, key="other", author="modeller", at=clock())
    assert other.digest == first.digest
    handed_in = engine.submit(session, joined, key="third", author="modeller", at=clock())
    assert engine.submission_package(session, handed_in).digest == first.digest
    for key in ("caller", "other"):
        done = engine.start_case(session, key, actor="clerk", at=clock())
        assert [item.item for item in done.work_items] == ["First/Serve#1"]
        assert engine.replay(session, done.case).differences == ()


def test_what_cannot_be_called_is_refused(session: Session, clock: Clock) -> None:
    def publish(package: FlowPackage, key: str) -> None:
        engine.publish(session, package, key=key, author="modeller", at=clock())

    with pytest.raises(Rejection, match=r"publish\.call_unknown.*serving"):
        publish(fixture("calls-serving"), "caller")
    with pytest.raises(Rejection, match=r"publish\.call_itself"):
        publish(fixture("calls-serving"), "serving")
    publish(load((FIXTURES / "serving.bpmn").read_bytes().replace(b'"Serve"', b'"First"')), "serving")
    with pytest.raises(Rejection, match=r"publish\.call_ids.*First"):
        publish(fixture("calls-serving"), "caller")


def test_what_powers_share_is_no_case_of_its_own_and_no_power(session: Session, clock: Clock) -> None:
    publish_called(session, "xk-general", author="modeller", reviewer="reviewer", at=clock())
    engine.add_person(session, "server", roles=["clerk"], posts=["送达岗"])
    assert "gy-service" in {info.key for info in engine.definitions(session)} and engine.powers(session) == []
    for actor in ("server", "applicant"):
        with pytest.raises(Rejection, match=r"start\.shared"):
            engine.start_case(session, "gy-service", actor=actor, at=clock())


def test_lanes_and_arrows_of_caller_and_called_differ_too(session: Session, clock: Clock) -> None:
    publish_called(session, "xk-general", author="modeller", reviewer="reviewer", at=clock())
    package = PACKAGES["xk-general"]
    process = package.process_bytes.replace(b'"Window"', b'"Servers"')
    same = load(replace(package, files={**package.files, "process.bpmn": process}).to_zip())
    with pytest.raises(Rejection, match=r"publish\.call_ids.*Servers"):
        engine.publish(session, same, key="xk-general", author="modeller", reviewer="reviewer", at=clock())


def test_a_document_of_what_is_called_is_made_from_its_own_template(session: Session, clock: Clock) -> None:
    step = (
        '<extensionElements><sun:step><sun:document name="送达回证" template="proof"/></sun:step></extensionElements>'
    )
    serving = (FIXTURES / "serving.bpmn").read_text("utf8")
    serving = serving.replace('name="送达文书"/>', f'name="送达文书">{step}</userTask>')
    files = {"process.bpmn": serving.encode(), "documents/proof.html": "<p>已经送达。</p>".encode()}
    called = load(replace(fixture("serving"), files=files).to_zip())
    engine.publish(session, called, key="serving", author="modeller", at=clock())
    engine.publish(session, fixture("calls-serving"), key="caller", author="modeller", at=clock())
    done = engine.start_case(session, "caller", actor="clerk", at=clock())
    engine.complete(session, done.case, "Serve", actor="clerk", data={"served": True}, at=clock())
    (issued,) = engine.documents(session, done.case)
    assert (issued.name, issued.element) == ("送达回证", "First/Serve")
