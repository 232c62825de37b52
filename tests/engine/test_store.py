"""The one door to the database: what it says is understood, what it may is little, and both kinds take the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

import engine
from bpmn.package import load
from engine import tables
from engine.errors import Conflict, Lost, Rejection
from engine.store import Store, open_store
from tests.conftest import CODE_KEY, ROOT, Clock, add_people, fixture
from tests.constructs.construct import constructs, tell
from tests.engine.run.models import xml
from tests.flows.shipped import publish, whole
from tests.flows.test_scenarios import tell as tell_story
from tests.postgres import Server


@pytest.mark.parametrize("given", ["\ud800", "\x00"])
def test_what_no_database_can_hold_is_refused(store: Store, given: str) -> None:
    """Half a character; a zero, which PostgreSQL takes in no text."""
    for ask in (store.read, store.begin):
        with pytest.raises(Rejection, match=r"data\.unrecordable|case\.unknown"), ask() as session:
            engine.show(session, given)


@pytest.mark.parametrize("number", [2**31, 2**70])
def test_a_number_no_row_can_have_is_refused(store: Store, number: int) -> None:
    with pytest.raises(Rejection, match=r"data\.unrecordable|submission\.unknown"), store.read() as session:
        engine.submission_package(session, number)


def test_half_a_character_in_the_data_of_a_new_case(store: Store, clock: Clock) -> None:
    with store.begin() as session:
        add_people(session)
        engine.publish(session, fixture("plain"), key="plain", author="modeller", at=clock())
    for data in ({"a": "\ud800"}, {"\ud800": 1}, {"a": ["\ud800"]}):
        with pytest.raises(Rejection, match=r"data\.unrecordable"), store.begin() as session:
            engine.start_case(session, "plain", actor="clerk", data=data, at=clock())


def test_names_of_any_length(store: Store, clock: Clock) -> None:
    """Sub-processes in sub-processes make long addresses, and an office may have a long name."""
    post, depth = "岗" * 200, [f"Level{n}_{'x' * 60}" for n in range(6)]
    step, timer = '<step xmlns="urn:sunpath:bpmn:1" post="{}"/>', "<timeDuration>PT1H</timeDuration>"
    nodes, inside, arrows = {"S": "startEvent", "E": "endEvent"}, {}, f"S>{depth[0]} {depth[0]}>E"
    for n, name in enumerate(depth[:-1]):
        nodes |= {name: "subProcess", f"S{n}": "startEvent", f"E{n}": "endEvent"}
        inside |= {f"S{n}": name, f"E{n}": name, depth[n + 1]: name}
        arrows += f" S{n}>{depth[n + 1]} {depth[n + 1]}>E{n}"
    border = f'boundaryEvent attachedToRef="{depth[-1]}"|<timerEventDefinition>{timer}</timerEventDefinition>'
    nodes |= {depth[-1]: f"userTask|<extensionElements>{step.format(post)}</extensionElements>"}
    nodes |= {"T": border, "F": "endEvent"}
    inside |= {"T": depth[-2], "F": depth[-2]}
    with store.begin() as session:
        engine.add_person(session, "clerk", roles=["clerk"], posts=[post])
        engine.add_person(session, "modeller", roles=["modeller"])
        package = load(xml(nodes, f"{arrows} T>F", inside))
        engine.publish(session, package, key="deep", author="modeller", at=clock())
        case = engine.start_case(session, "deep", actor="clerk", at=clock()).case
        (item,) = engine.todo(session, case).work_items
        assert len(item.item) > 255 and item.post == post
    assert engine.tick(store, clock.forward(hours=2)) == 1
    with store.read() as session:
        assert engine.show(session, case).state == "closed" and engine.verify(session).differences == ()


def test_what_people_entered_is_in_no_error(store: Store) -> None:
    """Errors end in logs; what stands in a form does not."""
    row = {"case_id": 1, "seq": 1, "name": "phone", "salt": b"", "value": "13800138000", "erased_at": None}
    with pytest.raises(Conflict) as caught, store.begin() as session:
        session.execute(sa.insert(tables.private_data).values(row))
    assert caught.value.__cause__ is not None and "13800138000" not in str(caught.value.__cause__)


def test_a_server_that_is_away_is_a_clean_error(tmp_path: Path) -> None:
    away = open_store(f"postgresql+psycopg://sunpath@/sunpath?host={tmp_path}", code_key=CODE_KEY)
    for ask in (away.read, away.begin):
        with pytest.raises(Lost), ask():
            pass


def test_a_server_that_dies_while_one_reads_is_a_clean_error(postgres: Server, postgres_store: Store) -> None:
    with pytest.raises(Lost), postgres_store.read() as session:
        postgres.crash()
        engine.cases(session)
    with postgres_store.read() as session:
        assert engine.cases(session) == []


@pytest.fixture
def modest(postgres_store: Store) -> Iterator[Store]:
    """The database as the role of docs/operate.md opens it."""
    grants = re.findall(r"GRANT .*?;", (ROOT / "docs" / "operate.md").read_text("utf8"), re.DOTALL)
    with postgres_store.begin() as session:
        add_people(session)
        session.execute(sa.text("DROP ROLE IF EXISTS sunpath_app"))
        session.execute(sa.text("CREATE ROLE sunpath_app LOGIN"))
        for grant in grants:
            session.execute(sa.text(grant))
    url = postgres_store.engine.url.set(username="sunpath_app")
    opened = open_store(url.render_as_string(hide_password=False), code_key=CODE_KEY)
    yield opened
    opened.dispose()
    with postgres_store.begin() as session:
        session.execute(sa.text("DROP OWNED BY sunpath_app"))
        session.execute(sa.text("DROP ROLE sunpath_app"))


def decide_a_penalty(store: Store, clock: Clock) -> None:
    """Whatever the law adds: cards, a benchmark, documents, files, drafts, a change of law."""
    package = whole("cf-general")
    with store.begin() as session:
        posts = {node.step.post for node in package.definitions.nodes.values() if node.step and node.step.post}
        for name in (f"{post}{number}" for post in posts for number in "一二"):
            engine.add_person(session, name, roles=["clerk"], posts=[name[:-1]])
        publish(session, "cf-general", author="modeller", reviewer="reviewer", at=clock())
    for story in ("not-established", "departs-from-the-benchmark"):
        done = tell_story(store, "cf-general", package.scenarios[story], package.definitions)
    with store.begin() as session:
        at = clock()
        rule = {"x-sun-widget": "file"}
        for _ in range(2):
            engine.keep_file(session, rule, "a.pdf", b"%PDF-%%EOF", at)
            engine.save_draft(session, "key", {"a": 1}, at)
        engine.drop_draft(session, "key")
        law = "中华人民共和国行政处罚法"
        engine.change_law(session, law, kind="amended", on=at.date(), document="x", actor="admin", at=at)
        assert engine.documents(session, done.case) and engine.cards(session)
        engine.erase(session, done.case, ["party_name"], actor="admin", ground="x", at=at)


def test_the_applications_role_may_do_its_work(modest: Store, clock: Clock) -> None:
    """Everything the engine does, as a role that owns nothing."""
    run = {construct.file: construct for construct in constructs() if not construct.rule}
    with modest.begin() as session:
        engine.publish(session, run.pop("start_timer").package, key="daily", author="modeller", at=clock())
    for name, construct in run.items():
        if not construct.opened_by and any(word in name for word in ("message", "signal", "timer", "call")):
            tell(construct, modest, clock)
    with modest.begin() as session:
        for number, answer in enumerate((engine.approve, None)):
            submitted = engine.submit(session, fixture("plain"), key=f"s{number}", author="modeller", at=clock())
            if answer:
                answer(session, submitted, reviewer="reviewer", at=clock())
            else:
                engine.refuse(session, submitted, reviewer="reviewer", reason="x", at=clock())
        case = engine.start_case(session, "s0", actor="clerk", at=clock()).case
        engine.suspend(session, case, actor="clerk", reason="a name", at=clock())
        engine.erase(session, case, ["reason"], actor="admin", ground="x", at=clock())
        engine.mark_demo(session)
    decide_a_penalty(modest, clock)
    with modest.read() as session:
        assert "daily" in {row.definition.key for row in engine.cases(session, limit=1_000)}
        assert engine.verify(session).differences == () and engine.replay(session).differences == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE step SET body = '{}'",
        "DELETE FROM step",
        "TRUNCATE step CASCADE",
        "ALTER TABLE step DISABLE TRIGGER ALL",
        "DROP TABLE step CASCADE",
        "DROP FUNCTION refuse_change() CASCADE",
        "SET session_replication_role = replica",
        "UPDATE definition SET author = 'x'",
        "DELETE FROM case_",
    ],
)
def test_the_applications_role_cannot_rewrite_the_record(modest: Store, statement: str) -> None:
    with pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner"), modest.begin() as session:
        session.execute(sa.text(statement))
