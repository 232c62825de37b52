"""Messages, signals and timers in any order: what a plain list of what should be true says, and what the engine does.

Early, late, twice, under the wrong key, for a case that is suspended, cancelled or moved to another version, given by
hand or set aside: each message is taken at most once, and by whoever waits for it; nothing is lost.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import engine
from engine.errors import Rejection
from engine.store import open_store
from tests.conftest import CODE_KEY, Clock, add_people
from tests.engine.run.test_messages import STEP, WAITS, model

#: A task, a message by the key the data say, then whichever comes first: a message to the conversation, or two days;
#: then a task that a signal ends. The second version does one thing more after it.
ARROWS = "S>A A>R R>G G>W G>L W>B L>T T>E C>F"
NODES = {
    "A": "userTask",
    "R": "intermediateCatchEvent|" + STEP.format('key="file"') + WAITS.format("Reply"),
    "G": "eventBasedGateway",
    "W": f"intermediateCatchEvent|{WAITS.format('Ask')}",
    "L": "intermediateCatchEvent|<timerEventDefinition><timeDuration>P2D</timeDuration></timerEventDefinition>",
    "B": "userTask",
    "T": "userTask",
    "Z": 'boundaryEvent attachedToRef="B"|<signalEventDefinition signalRef="Go"/>',
    "C": "userTask",
    "F": "endEvent",
}
FIRST = model(f"{ARROWS} Z>C B>E", **NODES)
SECOND = model(f"{ARROWS} Z>C B>D D>E", **NODES, D="userTask")
#: A message opens it.
OPENED = model("S>X X>E", S=f"startEvent|{WAITS.format('Open')}", X="userTask")

LETTERS = st.sampled_from(["F1", "F2"])
#: Which of what is there: the machine takes it modulo how many there are.
PLACE = st.integers(0, 9)


@dataclass
class Case:
    """Where a case should stand."""

    number: str
    file: str
    place: str = "A"
    #: Of ``waits``; 0 of what a message opened.
    version: int = 1
    suspended: bool = False
    #: Until when the message to its conversation may come.
    until: datetime | None = None
    #: The first signal that was thrown while it stood at B; it comes with the clock's next tick.
    called: str = ""

    @property
    def over(self) -> bool:
        return self.place in ("closed", "cancelled")

    @property
    def elements(self) -> list[str]:
        """What is on the desk for it: what is to be done, and what is waited for."""
        return [] if self.over else {"G": ["W"], "B": ["B", "Z"]}.get(self.place, [self.place])

    def awaits(self, name: str, key: str) -> bool:
        """Would it take this message?"""
        wanted = {"R": ("reply", self.file), "G": ("ask", self.number)}
        return not self.suspended and wanted.get(self.place) == (name, key)


@dataclass
class Message:
    """What became of a message: the case that took it, or '' while it waits."""

    name: str
    key: str
    case: str = ""
    aside: bool = False
    data: dict[str, str] = field(default_factory=dict)


@dataclass
class Office:
    """All that should be true."""

    cases: list[Case] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    #: Signals that reached a case, with its number.
    reached: list[tuple[str, str]] = field(default_factory=list)

    def enter(self, case: Case, place: str, at: datetime) -> None:
        """A case comes to a place; what waits for it there is handed over at once, the oldest first."""
        case.place, case.called = place, ""
        if place == "G":
            case.until = at + timedelta(days=2)
        self.look(case, at)

    def look(self, case: Case, at: datetime) -> None:
        """Hand over what lies in the inbox for a case."""
        for message in self.messages.values():
            if not message.case and not message.aside and case.awaits(message.name, message.key):
                message.case = case.number
                self.taken(case, at)
                return

    def taken(self, case: Case, at: datetime) -> None:
        """A case took a message where it stood."""
        self.enter(case, "G" if case.place == "R" else "B", at)


class Machine(RuleBasedStateMachine):
    """The engine on an embedded database, beside ``Office``."""

    #: A database with both versions published, to be copied.
    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = shutil.copy(self.template, self.folder.name)
        self.store = open_store(f"sqlite:///{path}", code_key=CODE_KEY)
        self.clock = Clock()
        self.office = Office()

    def do(self, verb: Any, *args: Any, **named: Any) -> Any:
        """One command in a transaction of its own, a minute after the last."""
        at = self.clock.forward(minutes=1)
        with self.store.begin() as session:
            return verb(session, *args, at=at, **named)

    def refused(self, code: str, verb: Any, *args: Any, **named: Any) -> None:
        with pytest.raises(Rejection) as said:
            self.do(verb, *args, **named)
        assert said.value.code == code

    def next_id(self) -> str:
        return f"m{len(self.office.messages):02d}"

    def deliver(self, id_: str, message: Message) -> Any:
        return self.do(engine.deliver, id_, message.name, key=message.key, data=message.data, actor="clerk")

    def one(self, place: int) -> Case:
        return self.office.cases[place % len(self.office.cases)]

    @precondition(lambda self: len(self.office.cases) < 4)
    @rule(file=LETTERS)
    def begin(self, file: str) -> None:
        done = self.do(engine.start_case, "waits", actor="clerk", data={"file": file}, version=1)
        self.office.cases.append(Case(done.case, file))

    @precondition(lambda self: len(self.office.cases) < 4)
    @rule(file=LETTERS)
    def send_what_opens(self, file: str) -> None:
        """A message opens a case, whatever its key; the same one again opens none."""
        id_, message = self.next_id(), Message("open", "anyone's", data={"file": file})
        sent = self.deliver(id_, message)
        message.case = sent.case
        self.office.messages[id_] = message
        self.office.cases.append(Case(sent.case, file, place="X", version=0))

    @precondition(lambda self: self.office.cases)
    @rule(place=PLACE)
    def work(self, place: int) -> None:
        """Do the task a case stands at; what is waited for, a person may confirm."""
        case = self.one(place)
        if case.over or case.suspended:
            self.refused("case.not_open", engine.complete, case.number, "A", actor="clerk")
            return
        self.do(engine.complete, case.number, case.elements[0], actor="clerk")
        after = {"A": "R", "R": "G", "G": "B", "B": "D" if case.version == 2 else "closed"}
        self.office.enter(case, after.get(case.place, "closed"), self.clock())

    @precondition(lambda self: self.office.cases)
    @rule(place=PLACE, name=st.sampled_from(["reply", "ask"]), key=st.none() | LETTERS | st.just("nobody's"))
    def send(self, place: int, name: str, key: str | None) -> None:
        """To who waits for it now, to who will wait for it, or to nobody."""
        case = self.one(place)
        key = key or (case.file if name == "reply" else case.number)
        id_, message = self.next_id(), Message(name, key)
        takers = [one for one in self.office.cases if one.awaits(name, key)]
        if len(takers) > 1:
            self.refused("message.ambiguous", engine.deliver, id_, name, key=key, actor="clerk")
            return
        sent = self.deliver(id_, message)
        self.office.messages[id_] = message
        for taker in takers:
            message.case = taker.number
            self.office.taken(taker, self.clock())
        assert (sent.case, sent.repeated) == (message.case, False)

    @precondition(lambda self: self.office.messages)
    @rule(place=PLACE, other=st.booleans())
    def send_again(self, place: int, other: bool) -> None:
        """The same id is the same message, whatever has become of it."""
        id_ = sorted(self.office.messages)[place % len(self.office.messages)]
        message = self.office.messages[id_]
        if other:
            said = {"key": message.key, "data": {"said": "else"}} if message.case else {"key": message.key + "x"}
            self.refused("message.other_data", engine.deliver, id_, message.name, **said, actor="clerk")
            return
        sent = self.deliver(id_, message)
        assert (sent.case, sent.repeated) == (message.case, True)

    @precondition(lambda self: self.office.messages and self.office.cases)
    @rule(place=PLACE, to=PLACE)
    def give_by_hand(self, place: int, to: int) -> None:
        """An officer gives a message to a case that waits for its name, whatever its key."""
        id_, case = sorted(self.office.messages)[place % len(self.office.messages)], self.one(to)
        message = self.office.messages[id_]
        if message.case or message.aside:
            self.refused("message.unknown", engine.assign, id_, case.number, actor="colleague")
        elif case.over or case.suspended:
            self.refused("case.not_open", engine.assign, id_, case.number, actor="colleague")
        elif {"R": "reply", "G": "ask"}.get(case.place) != message.name:
            self.refused("message.not_awaited", engine.assign, id_, case.number, actor="colleague")
        else:
            self.do(engine.assign, id_, case.number, actor="colleague")
            message.case = case.number
            self.office.taken(case, self.clock())

    @precondition(lambda self: self.office.messages)
    @rule(place=PLACE)
    def lay_aside(self, place: int) -> None:
        id_ = sorted(self.office.messages)[place % len(self.office.messages)]
        message = self.office.messages[id_]
        if message.case or message.aside:
            self.refused("message.unknown", engine.set_aside, id_, actor="clerk", reason="误发")
        else:
            self.do(engine.set_aside, id_, actor="clerk", reason="误发")
            message.aside = True

    @precondition(lambda self: self.office.cases)
    @rule(place=PLACE)
    def suspend_or_resume(self, place: int) -> None:
        """What came meanwhile is there when it goes on."""
        case = self.one(place)
        if case.over:
            self.refused("case.not_open", engine.suspend, case.number, actor="clerk", reason="核实")
        elif case.suspended:
            self.do(engine.resume, case.number, actor="clerk", reason="已核实")
            case.suspended = False
            self.office.look(case, self.clock())
        else:
            self.do(engine.suspend, case.number, actor="clerk", reason="核实")
            case.suspended = True

    @precondition(lambda self: any(not case.over for case in self.office.cases))
    @rule(place=PLACE)
    def cancel(self, place: int) -> None:
        case = self.one(place)
        if case.place == "A" and not case.suspended:  # few cases are cancelled, or nothing would happen
            self.do(engine.cancel, case.number, actor="clerk", reason="撤回")
            case.place = "cancelled"

    @precondition(lambda self: self.office.cases)
    @rule(place=PLACE)
    def migrate(self, place: int) -> None:
        """What it waits for, and what lies in the inbox for it, stay what they were."""
        case = self.one(place)
        to = 3 - case.version
        if case.over:
            self.refused("migrate.closed", engine.migrate, case.number, to, actor="publisher", reason="改版")
        elif case.version == 0:
            self.refused("definition.unknown", engine.migrate, case.number, to, actor="publisher", reason="改版")
        elif case.place == "D":
            self.refused("migrate.cannot", engine.migrate, case.number, to, actor="publisher", reason="改版")
        else:
            self.do(engine.migrate, case.number, to, actor="publisher", reason="改版")
            case.version = to

    @rule()
    def throw(self) -> None:
        """A signal is for all who wait for it now."""
        called = [case for case in self.office.cases if case.place == "B"]
        id_ = f"s{self.clock():%m%d%H%M}"
        assert self.do(engine.signal, id_, "go", actor="clerk") == len(called)
        for case in called:
            case.called = case.called or id_

    @rule(hours=st.sampled_from([1, 30]))
    def tick(self, hours: int) -> None:
        """Timers that are due fire, and signals reach those they were thrown for."""
        at = self.clock.forward(hours=hours)
        engine.tick(self.store, at)
        for case in self.office.cases:
            if case.suspended:
                continue
            if case.place == "G" and case.until is not None and case.until <= at:
                self.office.enter(case, "T", at)
            elif case.place == "B" and case.called:
                self.office.reached.append((case.called, case.number))
                self.office.enter(case, "C", at)

    @invariant()
    def it_stands_where_it_should(self) -> None:
        with self.store.read() as session:
            for case in self.office.cases:
                view = engine.todo(session, case.number)
                state = "suspended" if case.suspended else case.place if case.over else "open"
                items = [item.element for item in view.work_items]
                assert (view.state, items) == (state, case.elements), case
            waiting = [id_ for id_, one in self.office.messages.items() if not one.case and not one.aside]
            assert [one.id for one in engine.waiting(session)] == waiting

    def teardown(self) -> None:
        """Each message and signal was taken by the case that should have it, once; and the record says so for ever."""
        try:
            with self.store.read() as session:
                taken = Counter(
                    (step.body["message"], case.number)
                    for case in self.office.cases
                    for step in engine.steps(session, case.number)
                    if step.kind == "command" and "message" in step.body
                )
                wanted = [(id_, one.case) for id_, one in self.office.messages.items() if one.case]
                assert taken == Counter(wanted + self.office.reached)
                assert engine.verify(session).differences == () and engine.replay(session).differences == ()
        finally:
            self.store.dispose()
            self.folder.cleanup()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> type[Machine]:
    """The machine, with the database it begins from."""
    path = tmp_path_factory.mktemp("states") / "sunpath.db"
    store = open_store(f"sqlite:///{path}", code_key=CODE_KEY)
    store.upgrade()
    with store.begin() as session:
        add_people(session)
        engine.add_person(session, "publisher", roles=["publisher"])
        for package in (FIRST, SECOND):
            engine.publish(session, package, key="waits", author="modeller", at=Clock()())
        engine.publish(session, OPENED, key="opened", author="modeller", at=Clock()())
    store.dispose()
    Machine.template = path
    return Machine


def run(machine: type[Machine], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_whatever_comes_in_whatever_order(machine: type[Machine]) -> None:
    run(machine, examples=25, steps=30)


@pytest.mark.drill
def test_whatever_comes_in_whatever_order_for_long(machine: type[Machine]) -> None:
    run(machine, examples=600, steps=60)
