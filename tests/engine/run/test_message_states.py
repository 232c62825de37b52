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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
PLACE = st.integers(0, 11)
#: None: that of the case it is meant for.
KEYS = [None, None, None, "F1", "nobody's"]


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


class Machine:
    """The engine on an embedded database, beside ``Office``."""

    def __init__(self, path: Path) -> None:
        self.store = open_store(f"sqlite:///{path}", code_key=CODE_KEY)
        self.clock = Clock()
        self.office = Office()
        for file in ("F1", "F2", "F1", "F3"):
            self.begin(file)

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

    def a_message(self, place: int) -> tuple[str, Message]:
        """One of those that were sent; the first thing anybody does with messages is to send one."""
        if not self.office.messages:
            self.send(place, "reply", "nobody's")
        return list(self.office.messages.items())[place % len(self.office.messages)]

    def one(self, place: int) -> Case:
        return self.office.cases[place % len(self.office.cases)]

    def begin(self, file: str) -> None:
        done = self.do(engine.start_case, "waits", actor="clerk", data={"file": file}, version=1)
        self.office.cases.append(Case(done.case, file))

    def send_what_opens(self, file: str) -> None:
        """A message opens a case, whatever its key; the same one again opens none."""
        id_, message = self.next_id(), Message("open", "anyone's", data={"file": file})
        sent = self.deliver(id_, message)
        message.case = sent.case
        self.office.messages[id_] = message
        self.office.cases.append(Case(sent.case, file, place="X", version=0))

    def work(self, place: int) -> None:
        """Do the next task of a case; what is waited for, a person may confirm."""
        case = self.one(place)
        if case.over or case.suspended:
            self.refused("case.not_open", engine.complete, case.number, "A", actor="clerk")
            return
        self.do(engine.complete, case.number, case.elements[0], actor="clerk")
        after = {"A": "R", "R": "G", "G": "B", "B": "D" if case.version == 2 else "closed"}
        self.office.enter(case, after.get(case.place, "closed"), self.clock())

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

    def send_again(self, place: int, other: bool) -> None:
        """The same id is the same message, whatever has become of it."""
        id_, message = self.a_message(place)
        if other:
            said = {"key": message.key, "data": {"said": "else"}} if message.case else {"key": message.key + "x"}
            self.refused("message.other_data", engine.deliver, id_, message.name, **said, actor="clerk")
            return
        sent = self.deliver(id_, message)
        assert (sent.case, sent.repeated) == (message.case, True)

    def give_by_hand(self, place: int, to: int) -> None:
        """An officer gives a message to a case that waits for its name, whatever its key."""
        (id_, message), case = self.a_message(place), self.one(to)
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

    def lay_aside(self, place: int) -> None:
        id_, message = self.a_message(place)
        if message.case or message.aside:
            self.refused("message.unknown", engine.set_aside, id_, actor="clerk", reason="误发")
        else:
            self.do(engine.set_aside, id_, actor="clerk", reason="误发")
            message.aside = True

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

    def cancel(self, place: int) -> None:
        case = self.one(place)
        if case.place in ("R", "G", "B") and not case.suspended:
            self.do(engine.cancel, case.number, actor="clerk", reason="撤回")
            case.place, case.called = "cancelled", ""

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

    def throw(self) -> None:
        """A signal is for all who wait for it now."""
        called = [case for case in self.office.cases if case.place == "B"]
        id_ = f"s{self.clock():%m%d%H%M}"
        assert self.do(engine.signal, id_, "go", actor="clerk") == len(called)
        for case in called:
            case.called = case.called or id_

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

    def it_stands_where_it_should(self) -> None:
        with self.store.read() as session:
            for case in self.office.cases:
                view = engine.todo(session, case.number)
                state = "suspended" if case.suspended else case.place if case.over else "open"
                items = [item.element for item in view.work_items]
                assert (view.state, items) == (state, case.elements), case
            waiting = [id_ for id_, one in self.office.messages.items() if not one.case and not one.aside]
            assert [one.id for one in engine.waiting(session)] == waiting

    def it_is_recorded(self) -> None:
        """Each message and signal was taken by the case that should have it, once; and the record says so for ever."""
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


PLACES = {"place": PLACE}
#: What may happen, as often as it stands here.
ACTIONS = [
    *[("work", PLACES)] * 4,
    *[("send", PLACES | {"name": st.sampled_from(["reply", "reply", "ask"]), "key": st.sampled_from(KEYS)})] * 4,
    ("send_what_opens", {"file": LETTERS}),
    ("send_again", PLACES | {"other": st.booleans()}),
    ("give_by_hand", PLACES | {"to": PLACE}),
    ("lay_aside", PLACES),
    *[("suspend_or_resume", PLACES)] * 4,
    ("migrate", PLACES),
    ("cancel", PLACES),
    ("begin", {"file": LETTERS}),
    *[("throw", {})] * 2,
    *[("tick", {"hours": st.sampled_from([1, 30])})] * 2,
]
ACTION = st.sampled_from(ACTIONS).flatmap(lambda one: st.tuples(st.just(one[0]), st.fixed_dictionaries(one[1])))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all flows published, to be copied."""
    path: Path = tmp_path_factory.mktemp("states") / "sunpath.db"
    store = open_store(f"sqlite:///{path}", code_key=CODE_KEY)
    store.upgrade()
    with store.begin() as session:
        add_people(session)
        engine.add_person(session, "publisher", roles=["publisher"])
        for key, package in (("waits", FIRST), ("waits", SECOND), ("opened", OPENED)):
            engine.publish(session, package, key=key, author="modeller", at=Clock()())
    store.dispose()
    return path


def run(template: Path, examples: int, length: int) -> None:
    """So many courses of so many actions: what should be true is looked at after each of them."""

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(ACTION, min_size=length, max_size=length))
    def course(actions: list[tuple[str, dict[str, Any]]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            machine = Machine(Path(shutil.copy(template, folder)))
            for name, values in actions:
                getattr(machine, name)(**values)
                machine.it_stands_where_it_should()
            machine.it_is_recorded()
            machine.store.dispose()

    course()


def test_whatever_comes_in_whatever_order(template: Path) -> None:
    run(template, examples=60, length=40)


@pytest.mark.drill
def test_whatever_comes_in_whatever_order_for_long(template: Path) -> None:
    run(template, examples=600, length=80)
