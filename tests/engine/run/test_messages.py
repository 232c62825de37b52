"""Messages find the case they are for, once each, early or late; signals find all that wait."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

import engine
from bpmn.package import FlowPackage, load
from engine import tables
from engine.errors import Conflict, Rejection
from engine.store import Session, Store
from tests.bpmn.examples import POWER, power
from tests.conftest import Clock, add_people, fixture
from tests.engine.run.models import xml

STEP = '<extensionElements><step xmlns="urn:sunpath:bpmn:1" {}/></extensionElements>'
WAITS = '<messageEventDefinition messageRef="{}"/>'
BESIDE = (
    '<message id="Ask" name="ask"/><message id="Reply" name="reply"/><message id="Open" name="open"/>'
    '<signal id="Go" name="go"/>'
)


def model(arrows: str, **nodes: str) -> FlowPackage:
    text = xml({"S": "startEvent", "E": "endEvent"} | nodes, arrows).decode()
    return load(text.replace("</definitions>", BESIDE + "</definitions>").encode())


def publish(session: Session, clock: Clock, key: str, arrows: str, **nodes: str) -> str:
    return engine.publish(session, model(arrows, **nodes), key=key, author="modeller", at=clock()).key


@pytest.fixture
def waits(session: Session, clock: Clock) -> str:
    """A task, then a message is waited for, by the key the data say."""
    body = STEP.format('key="file"') + WAITS.format("Reply")
    return publish(
        session, clock, "waits", "S>A A>M M>B B>E", A="userTask", M=f"intermediateCatchEvent|{body}", B="userTask"
    )


def whole(session: Session) -> None:
    assert engine.verify(session).differences == () and engine.replay(session).differences == ()


def test_a_message_reaches_the_case_with_its_key(session: Session, clock: Clock, waits: str) -> None:
    one, other = (
        engine.start_case(session, waits, actor="clerk", data={"file": file}, at=clock()).case for file in ("F1", "F2")
    )
    for case in (one, other):
        engine.complete(session, case, "A", actor="clerk", at=clock())
    sent = engine.deliver(session, "m1", "reply", key="F2", data={"amount": 7}, actor="clerk", at=clock())
    assert (sent.case, sent.repeated) == (other, False)
    assert [item.element for item in engine.todo(session, other).work_items] == ["B"]
    assert [item.element for item in engine.todo(session, one).work_items] == ["M"]
    assert engine.show(session, other).data == {"amount": 7, "file": "F2"}
    again = engine.deliver(session, "m1", "reply", key="F2", data={"amount": 7}, actor="clerk", at=clock())
    assert (again.case, again.repeated) == (other, True)
    with pytest.raises(Rejection, match=r"message\.other_data"):
        engine.deliver(session, "m1", "reply", key="F1", actor="clerk", at=clock())
    (received,) = [step for step in engine.steps(session, other) if step.kind == "message received"]
    assert received.body == {"item": "M#1", "message": "reply", "key": "F2"}
    whole(session)


def test_an_early_message_waits_for_whoever_will_wait_for_it(session: Session, clock: Clock, waits: str) -> None:
    sent = engine.deliver(session, "m1", "reply", key="F1", actor="clerk", at=clock())
    assert sent.case == "" and [one.id for one in engine.waiting(session)] == ["m1"]
    case = engine.start_case(session, waits, actor="clerk", data={"file": "F1"}, at=clock()).case
    done = engine.complete(session, case, "A", actor="clerk", at=clock())
    assert [item.element for item in done.work_items] == ["B"] and engine.waiting(session) == []
    whole(session)


def test_a_message_to_a_suspended_case_waits_until_it_goes_on(session: Session, clock: Clock, waits: str) -> None:
    case = engine.start_case(session, waits, actor="clerk", data={"file": "F-1"}, at=clock()).case
    engine.complete(session, case, "A", actor="clerk", at=clock())
    engine.suspend(session, case, actor="clerk", reason="x", at=clock())
    assert engine.deliver(session, "m1", "reply", key="F-1", actor="clerk", at=clock()).case == ""
    assert engine.todo(session, case).state == "suspended"
    done = engine.resume(session, case, actor="clerk", reason="x", at=clock())
    assert [item.element for item in done.work_items] == ["B"]
    assert engine.waiting(session) == []
    whole(session)


def test_a_signal_thrown_twice_under_one_id_is_one(session: Session, clock: Clock) -> None:
    caught = '<signalEventDefinition signalRef="Go"/>'
    publish(session, clock, "waits", "S>C C>A A>E", C=f"intermediateCatchEvent|{caught}", A="userTask")
    publish(session, clock, "opened", "S>A A>E", S=f"startEvent|{caught}", A="userTask")
    engine.start_case(session, "waits", actor="clerk", at=clock())
    assert [engine.signal(session, "s1", "go", actor="clerk", at=clock()) for _ in range(3)] == [2, 2, 2]
    assert len(engine.cases(session)) == 2


def test_a_person_may_confirm_what_came_on_paper(session: Session, clock: Clock, waits: str) -> None:
    case = engine.start_case(session, waits, actor="clerk", data={"file": "F1"}, at=clock()).case
    engine.complete(session, case, "A", actor="clerk", at=clock())
    engine.complete(session, case, "M", actor="clerk", at=clock())
    assert engine.deliver(session, "m1", "reply", key="F1", actor="clerk", at=clock()).case == ""
    whole(session)


# -- into a power, which takes only what a form calls public ----------------------------------------------------------

AWAITING = (
    POWER.replace('sourceRef="Review" targetRef="Complete"', 'sourceRef="Review" targetRef="Opinion"')
    .replace("<bpmn:flowNodeRef>Review<", "<bpmn:flowNodeRef>Opinion</bpmn:flowNodeRef><bpmn:flowNodeRef>Review<")
    .replace(
        '<bpmn:exclusiveGateway id="Complete"',
        '<bpmn:intermediateCatchEvent id="Opinion" name="意见">'
        '<bpmn:messageEventDefinition messageRef="Reply"/></bpmn:intermediateCatchEvent>'
        '<bpmn:sequenceFlow id="A4" sourceRef="Opinion" targetRef="Complete"/><bpmn:exclusiveGateway id="Complete"',
    )
    .replace('<bpmn:process id="Permit"', '<bpmn:message id="Reply" name="reply"/><bpmn:process id="Permit"')
)


@pytest.fixture
def permit(session: Session, clock: Clock) -> str:
    """A case of a power that waits for ``reply`` once its review is done."""
    engine.publish(session, power(AWAITING), key="permit", author="modeller", reviewer="reviewer", at=clock())
    return engine.start_case(session, "permit", actor="applicant", data={"applicant": "申请人甲"}, at=clock()).case


def test_an_early_message_a_power_does_not_take_is_refused(session: Session, clock: Clock, permit: str) -> None:
    with pytest.raises(Rejection, match=r"form\.none"), session.begin_nested():
        engine.deliver(session, "m1", "reply", key=permit, data={"applicant": "x"}, actor="clerk", at=clock())
    assert engine.waiting(session) == []
    engine.deliver(session, "m2", "reply", key=permit, data={"materials": "complete"}, actor="clerk", at=clock())
    engine.complete(session, permit, "Review", actor="clerk", data={"materials": "complete"}, at=clock())
    assert engine.todo(session, permit).state == "closed"
    whole(session)


def test_what_already_lies_in_the_inbox_stops_nobody(session: Session, clock: Clock) -> None:
    """It came before the power was published; a flow without people's data waited for it then."""
    number = "XK-2026-000001"
    publish(session, clock, "exercise", "S>M M>E", M=f"intermediateCatchEvent|{WAITS.format('Reply')}")
    engine.deliver(session, "m1", "reply", key=number, data={"applicant": "x"}, actor="clerk", at=clock())
    engine.publish(session, power(AWAITING), key="permit", author="modeller", reviewer="reviewer", at=clock())
    case = engine.start_case(session, "permit", actor="applicant", data={"applicant": "申请人甲"}, at=clock()).case
    assert case == number
    engine.complete(session, case, "Review", actor="clerk", data={"materials": "complete"}, at=clock())
    assert [item.element for item in engine.todo(session, case).work_items] == ["Opinion"]
    assert [(one.id, one.reason) for one in engine.waiting(session)] == [("m1", "form.none")]
    engine.deliver(session, "m2", "reply", key=number, actor="clerk", at=clock())
    assert engine.todo(session, case).state == "closed"


def test_a_case_is_not_held_up_by_what_it_sends_to_a_power(session: Session, clock: Clock, permit: str) -> None:
    engine.complete(session, permit, "Review", actor="clerk", data={"materials": "complete"}, at=clock())
    body = STEP.format(f'key="&quot;{permit}&quot;" data="secret"') + WAITS.format("Reply")
    sends = publish(
        session, clock, "sends", "S>A A>T T>B B>E", A="userTask", T=f"intermediateThrowEvent|{body}", B="userTask"
    )
    case = engine.start_case(session, sends, actor="clerk", data={"secret": "x"}, at=clock()).case
    done = engine.complete(session, case, "A", actor="clerk", at=clock())
    assert [item.element for item in done.work_items] == ["B"]
    assert [item.element for item in engine.todo(session, permit).work_items] == ["Opinion"]
    (left,) = engine.waiting(session)
    assert (left.name, left.reason) == ("reply", "form.none")
    with pytest.raises(Rejection, match=r"form\.none"), session.begin_nested():
        engine.assign(session, left.id, permit, actor="clerk", at=clock())
    engine.set_aside(session, left.id, actor="clerk", reason="sent in error", at=clock())
    assert engine.waiting(session) == []


def test_data_that_no_flow_can_take_do_not_lie_in_the_inbox(session: Session, clock: Clock) -> None:
    with pytest.raises(Rejection, match=r"message\.nobody"), session.begin_nested():
        engine.deliver(session, "m1", "reply", data={"applicant": "x"}, actor="clerk", at=clock())
    assert session.execute(sa.select(sa.func.count()).select_from(tables.message)).scalar_one() == 0
    assert engine.deliver(session, "m2", "reply", actor="clerk", at=clock()).case == ""


def test_many_that_are_not_taken_hide_none_that_is(session: Session, clock: Clock) -> None:
    number = "XK-2026-000001"
    publish(session, clock, "exercise", "S>M M>E", M=f"intermediateCatchEvent|{WAITS.format('Reply')}")
    for place in range(30):
        data = {"applicant": "x"} if place < 29 else {"materials": "complete"}
        engine.deliver(session, f"m{place}", "reply", key=number, data=data, actor="clerk", at=clock())
    engine.publish(session, power(AWAITING), key="permit", author="modeller", reviewer="reviewer", at=clock())
    case = engine.start_case(session, "permit", actor="applicant", data={"applicant": "申请人甲"}, at=clock()).case
    assert engine.complete(session, case, "Review", actor="clerk", data={"materials": "complete"}, at=clock())
    assert engine.todo(session, case).state == "closed"
    assert len(engine.waiting(session)) == 29


def test_two_who_wait_for_the_same_get_it_neither(session: Session, clock: Clock, waits: str) -> None:
    for _ in range(2):
        case = engine.start_case(session, waits, actor="clerk", data={"file": "F1"}, at=clock()).case
        engine.complete(session, case, "A", actor="clerk", at=clock())
    with pytest.raises(Rejection, match=r"message\.ambiguous"), session.begin_nested():
        engine.deliver(session, "m1", "reply", key="F1", actor="clerk", at=clock())
    assert engine.deliver(session, "m2", "reply", key="other", actor="clerk", at=clock()).case == ""
    with pytest.raises(Rejection, match=r"role\.missing"), session.begin_nested():
        engine.assign(session, "m2", case, actor="modeller", at=clock())
    assert engine.assign(session, "m2", case, actor="colleague", at=clock()).case == case
    received = [step for step in engine.steps(session, case) if step.kind == "command"][-1]
    assert (received.body["type"], received.body["actor"], received.body["message"]) == ("message", "colleague", "m2")
    with pytest.raises(Rejection, match=r"message\.unknown"), session.begin_nested():
        engine.assign(session, "m2", case, actor="colleague", at=clock())
    whole(session)


def test_a_message_that_waits_keeps_its_conversation(store: Store, clock: Clock) -> None:
    """The case that wrote comes first; the flow that its message opens is published later."""
    with store.begin() as session:
        add_people(session)
        publish(session, clock, "asks", "S>T T>E", T='sendTask messageRef="Ask"')
        asked = engine.start_case(session, "asks", actor="clerk", at=clock()).case
        publish(session, clock, "answers", "S>A A>E", S=f"startEvent|{WAITS.format('Ask')}", A="userTask")
    assert [engine.tick(store, clock.forward(minutes=1)) for _ in range(2)] == [1, 0]
    with store.read() as session:
        (number,) = engine.show(session, asked).linked
        opened = next(step for step in engine.steps(session, number) if step.kind == "case opened")
        assert opened.body["conversation"] == asked
        whole(session)


def test_a_case_asks_another_and_is_answered(session: Session, clock: Clock) -> None:
    """Each flow its own case; they share the conversation, so neither needs to know the other's number."""
    take = STEP.format('data="amount"')
    publish(
        session, clock, "asks", "S>T T>R R>E",
        T=f"sendTask messageRef=\"Ask\"|{take}", R='receiveTask messageRef="Reply"',
    )  # fmt: skip
    publish(
        session, clock, "answers", "S>A A>E",
        S=f"startEvent|{WAITS.format('Ask')}", A="userTask", E=f"endEvent|{take}{WAITS.format('Reply')}",
    )  # fmt: skip
    asked = engine.start_case(session, "asks", actor="clerk", data={"amount": 3}, at=clock()).case
    (number,) = session.execute(sa.select(tables.case.c.number).where(tables.case.c.number != asked)).scalars()
    assert engine.show(session, number).data == {"amount": 3}
    done = engine.complete(session, number, "A", actor="clerk", data={"amount": 5}, at=clock())
    assert done.state == "closed"
    view = engine.show(session, asked)
    assert (view.state, view.data) == ("closed", {"amount": 5})
    opened = next(step for step in engine.steps(session, number) if step.kind == "case opened")
    assert opened.body["conversation"] == asked
    whole(session)


def test_each_pool_of_a_file_is_a_case_of_its_own(session: Session, clock: Clock) -> None:
    """Nothing names a message: the message flows that are drawn say who writes to whom."""
    engine.publish(session, fixture("two-pools"), key="inspect", author="modeller", at=clock())
    assert [info.key for info in engine.definitions(session)] == ["inspect", "inspect--lab-1"]
    asked = engine.start_case(session, "inspect", actor="clerk", at=clock())
    assert [item.element for item in engine.todo(session, asked.case).work_items] == ["Wait"]
    (tested,) = session.execute(sa.select(tables.case.c.number).where(tables.case.c.number != asked.case)).scalars()
    (item,) = engine.todo(session, tested).work_items
    assert (item.element, item.name) == ("Test", "检测")
    assert engine.complete(session, tested, "Test", actor="clerk", at=clock()).state == "closed"
    assert [item.element for item in engine.todo(session, asked.case).work_items] == ["Decide"]
    opened = next(step for step in engine.steps(session, tested) if step.kind == "case opened")
    assert engine.show(session, asked.case).linked == (tested,)
    assert opened.body["conversation"] == asked.case and opened.body["definition"]["key"] == "inspect--lab-1"
    whole(session)


def test_two_that_answer_each_other_for_ever_go_on_with_the_next_tick(store: Store, clock: Clock) -> None:
    with store.begin() as session:
        add_people(session)
        case = _echo(session, clock)
        reached = len(engine.steps(session, case))
        assert 100 < reached < 2_000 and engine.show(session, case).state == "open"
        assert [one.name for one in engine.waiting(session)] == ["ask"]
    assert engine.tick(store, clock.forward(minutes=1)) == 1
    with store.read() as session:
        assert len(engine.steps(session, case)) > reached + 100
        whole(session)


def _echo(session: Session, clock: Clock) -> str:
    """A case that writes to itself for ever."""
    loop = {"G": "exclusiveGateway", "T": 'sendTask messageRef="Ask"', "R": 'receiveTask messageRef="Ask"'}
    publish(session, clock, "echo", "S>G G>T[n = 1] G>E! T>R R>G", **loop)
    return engine.start_case(session, "echo", actor="clerk", data={"n": 1}, at=clock()).case


def test_a_message_on_a_border_comes_more_than_once(session: Session, clock: Clock) -> None:
    border = f'boundaryEvent attachedToRef="A" cancelActivity="false"|{WAITS.format("Reply")}'
    publish(session, clock, "border", "S>A A>E M>N N>F", A="userTask", M=border, N="userTask", F="endEvent")
    case = engine.start_case(session, "border", actor="clerk", at=clock()).case
    for number in range(3):
        assert engine.deliver(session, f"m{number}", "reply", key=case, actor="clerk", at=clock()).case == case
    assert [item.element for item in engine.todo(session, case).work_items].count("N") == 3
    engine.complete(session, case, "A", actor="clerk", at=clock())
    assert engine.deliver(session, "late", "reply", key=case, actor="clerk", at=clock()).case == ""
    whole(session)


def test_a_signal_reaches_every_case_that_waits_once(store: Store, clock: Clock) -> None:
    caught = '<signalEventDefinition signalRef="Go"/>'
    with store.begin() as session:
        add_people(session)
        publish(session, clock, "waits", "S>C C>A A>E", C=f"intermediateCatchEvent|{caught}", A="userTask")
        publish(session, clock, "throws", "S>T T>E", T=f"intermediateThrowEvent|{caught}")
        publish(session, clock, "opened", "S>A A>E", S=f"startEvent|{caught}", A="userTask")
        cases = [engine.start_case(session, "waits", actor="clerk", at=clock()).case for _ in range(5)]
        engine.start_case(session, "throws", actor="clerk", at=clock())
        late = engine.start_case(session, "waits", actor="clerk", at=clock()).case
    with ThreadPoolExecutor(2) as workers:
        assert sum(workers.map(lambda _: engine.tick(store, clock()), range(2))) == 5
    with store.begin() as session:
        for case in cases:
            assert [item.element for item in engine.todo(session, case).work_items] == ["A"]
        assert [item.element for item in engine.todo(session, late).work_items] == ["C"]
        assert engine.signal(session, "s1", "go", actor="clerk", at=clock()) == 2  # the late one, and one opened
    assert engine.tick(store, clock()) == 1
    with store.read() as session:
        assert [item.element for item in engine.todo(session, late).work_items] == ["A"]
        whole(session)


def test_a_signal_waits_for_a_suspended_case(store: Store, clock: Clock) -> None:
    caught = '<signalEventDefinition signalRef="Go"/>'
    with store.begin() as session:
        add_people(session)
        publish(session, clock, "waits", "S>C C>A A>E", C=f"intermediateCatchEvent|{caught}", A="userTask")
        case = engine.start_case(session, "waits", actor="clerk", at=clock()).case
        engine.suspend(session, case, actor="clerk", reason="核实", at=clock())
        assert engine.signal(session, "s1", "go", actor="clerk", at=clock()) == 1
    assert engine.tick(store, clock.forward(hours=1)) == 0
    with store.begin() as session:
        engine.resume(session, case, actor="clerk", reason="已核实", at=clock.forward(hours=1))
    assert engine.tick(store, clock()) == 1
    assert engine.tick(store, clock()) == 0
    with store.read() as session:
        assert [item.element for item in engine.todo(session, case).work_items] == ["A"]
        whole(session)


def test_one_of_two_messages_at_once_is_taken(store: Store, clock: Clock) -> None:
    with store.begin() as session:
        add_people(session)
        publish(
            session, clock, "waits", "S>M M>B B>E", M=f"intermediateCatchEvent|{WAITS.format('Reply')}", B="userTask"
        )
        cases = [engine.start_case(session, "waits", actor="clerk", at=clock()).case for _ in range(20)]

    def send(case: str, number: int) -> str:
        while True:
            try:
                with store.begin() as session:
                    return engine.deliver(
                        session, f"{case}-{number}", "reply", key=case, actor="clerk", at=clock()
                    ).case
            except Conflict:
                continue

    with ThreadPoolExecutor(2) as senders:
        for case in cases:
            assert sorted(senders.map(send, (case, case), (1, 2))) == ["", case]
    with store.read() as session:
        assert len(engine.waiting(session)) == 20
        whole(session)


@pytest.mark.parametrize("first", ["sender", "case"])
def test_who_sends_and_who_begins_to_wait_at_once_meet(store: Store, clock: Clock, first: str) -> None:
    """Neither sees what the other has not committed; a message would lie beside the case that waits for it."""
    waits = f"intermediateCatchEvent|{WAITS.format('Reply')}"
    with store.begin() as session:
        add_people(session)
        publish(session, clock, "waits", "S>A A>M M>B B>E", A="userTask", M=waits, B="userTask")
        case = engine.start_case(session, "waits", actor="clerk", at=clock()).case

    def send() -> None:
        with store.begin() as session:
            engine.deliver(session, "one", "reply", key=case, actor="clerk", at=clock())
            done_first.wait(0.3)

    def wait() -> None:
        with store.begin() as session:
            engine.complete(session, case, "A", actor="clerk", at=clock())
            done_first.wait(0.3)

    done_first = threading.Event()
    with ThreadPoolExecutor(2) as both:
        begun = [both.submit(one) for one in ((send, wait) if first == "sender" else (wait, send))]
        for one in begun:
            one.result()
    with store.read() as session:
        assert [item.element for item in engine.todo(session, case).work_items] == ["B"]
        assert engine.waiting(session) == []
        whole(session)


def test_long_names_that_differ_at_their_end_are_two_commands(store: Store, clock: Clock) -> None:
    """A signal with the longest id opens two flows, and reaches two cases at elements with long names."""
    signal, where = '<signalEventDefinition signalRef="Go"/>', "Waits_for_the_signal_of_the_other_department"
    with store.begin() as session:
        add_people(session)
        for key in ("opened-one", "opened-two"):
            publish(session, clock, key, "S>A A>E", S=f"startEvent|{signal}", A="userTask")
        publish(session, clock, "waits", f"S>{where} {where}>E", **{where: f"intermediateCatchEvent|{signal}"})
        for _ in range(12):
            engine.start_case(session, "waits", actor="clerk", at=clock())
    with store.begin() as session:
        assert engine.signal(session, "s" * 60, "go", actor="clerk", at=clock()) == 14
    assert engine.tick(store, clock()) == 12
    with store.read() as session:
        whole(session)


def test_a_timer_opens_cases_once_for_each_instant(store: Store, clock: Clock) -> None:
    timer = "<timerEventDefinition><timeCycle>R3/P1D</timeCycle></timerEventDefinition>"
    with store.begin() as session:
        add_people(session)
        publish(session, clock, "daily", "S>A A>E", S=f"startEvent|{timer}", A="userTask")
    later = clock() + timedelta(days=10)
    with ThreadPoolExecutor(2) as workers:
        assert sum(workers.map(lambda _: engine.tick(store, later), range(2))) == 3
    assert engine.tick(store, later) == 0
    with store.read() as session:
        opened = list(session.execute(sa.select(tables.case.c.opened_at).order_by(tables.case.c.id)).scalars())
        assert opened == [f"2026-03-{day:02d}T01:00:00.000Z" for day in (3, 4, 5)]
        whole(session)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        # Published on 2 March: what lay before opens nothing.
        ("<timeCycle>R4/2026-02-28T09:00:00+08:00/P1D</timeCycle>", ["03-02", "03-03"]),
        ("<timeCycle>R2/2026-01-01T09:00:00+08:00/P1D</timeCycle>", []),
        ("<timeCycle>R/1970-01-01T09:00:00+08:00/P30D</timeCycle>", ["03-08", "04-07", "05-07"]),
        # The last day of each month, though February had only 28.
        ("<timeCycle>R/2026-01-31T09:00:00+08:00/P1M</timeCycle>", ["03-31", "04-30", "05-31"]),
        ("<timeDate>2026-04-01T09:00:00+08:00</timeDate>", ["04-01"]),
        ("<timeDate>2026-01-01T09:00:00+08:00</timeDate>", ["03-02"]),
        ("<timeDuration>P1M</timeDuration>", ["04-02"]),
        ('<timeCycle>"R2/P1W"</timeCycle>', ["03-09", "03-16"]),
    ],
)
def test_which_instants_open_cases(sqlite_store: Store, clock: Clock, text: str, days: list[str]) -> None:
    timer = f"startEvent|<timerEventDefinition>{text}</timerEventDefinition>"
    with sqlite_store.begin() as session:
        add_people(session)
        publish(session, clock, "opened", "S>A A>E", S=timer, A="userTask")
    engine.tick(sqlite_store, clock.forward(days=90))
    with sqlite_store.read() as session:
        opened = list(session.execute(sa.select(tables.case.c.opened_at).order_by(tables.case.c.id)).scalars())
        assert opened == [f"2026-{day}T01:00:00.000Z" for day in days]
        whole(session)
