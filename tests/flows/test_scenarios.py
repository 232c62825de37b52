"""Every story of every package, told to the engine through its public verbs: the path, the documents, the data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

import engine
from bpmn.citations import in_force
from bpmn.model import SUB_PROCESSES, TASKS, Definitions
from bpmn.package import FlowPackage, load
from engine.answers import Done, Step
from engine.store import Store, open_store
from tests.conftest import ROOT

FOLDERS = sorted(path for path in (ROOT / "flows").iterdir() if path.is_dir())
STORIES = [(path.parents[1].name, path.stem) for folder in FOLDERS for path in sorted(folder.glob("scenarios/*.toml"))]
PUBLISHED = datetime.fromisoformat("2026-01-05T09:00:00+08:00")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database with all packages published and two people at every post: ``受理岗一``, ``受理岗二`` …"""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('flows')}/sunpath.db", code_key=b"k" * 32)
    store.upgrade()
    with store.begin() as session:
        engine.add_person(session, "modeller", roles=["modeller"])
        engine.add_person(session, "reviewer", roles=["reviewer"])
        for folder in FOLDERS:
            package = load(folder)
            for post in sorted({n.step.post for n in package.definitions.nodes.values() if n.step and n.step.post}):
                for name in (f"{post}一", f"{post}二"):
                    if engine.person(session, name) is None:
                        engine.add_person(session, name, roles=["clerk"], posts=[post])
            at = published(package)
            engine.publish(session, package, key=folder.name, author="modeller", reviewer="reviewer", at=at)
    yield store
    store.dispose()


def published(package: FlowPackage) -> datetime:
    """When a package is published: at the beginning of the year, or when the law it rests on is in force."""
    return max(PUBLISHED, datetime.fromisoformat(f"{in_force(package) or '2026-01-01'}T09:00:00+08:00"))


@pytest.mark.parametrize(("key", "name"), STORIES)
def test_the_story_goes_as_told(office: Store, key: str, name: str) -> None:
    package = load(ROOT / "flows" / key)
    story = package.scenarios[name]
    done = tell(office, key, story, package.definitions)
    expect = story["expect"]
    with office.read() as session:
        view = engine.show(session, done.case)
        recorded = engine.steps(session, done.case)
        issued = engine.documents(session, done.case)
        assert engine.verify(session, done.case).differences == ()
        assert engine.replay(session, done.case).differences == ()
    path = walked(recorded, package.definitions)
    assert path == expect["path"]
    assert (view.state, done.incidents) == (expect["state"], ())
    assert [item.element for item in view.work_items] == expect.get("waiting", [])
    assert set(expect.get("documents", [])) <= set(documents(path, package.definitions))
    assert sorted((paper.element, paper.name) for paper in issued) == papers(path, package.definitions)
    assert all(paper.number and "{" not in paper.number for paper in issued)
    assert {field: view.data.get(field) for field in expect.get("data", {})} == expect.get("data", {})
    if "cards" in expect:
        assert [f"{card.rule} {card.element}".strip() for card in view.cards] == expect["cards"]
    if "due" in expect:
        (*_, whole) = [timing for timing in view.timings if not timing.element]
        assert {value: getattr(whole, value).isoformat() for value in expect["due"]} == expect["due"]
    assert personal(story) & set(map(str, view.data.values())) == set()


def test_the_stories_together_pass_every_step_and_every_end() -> None:
    for folder in FOLDERS:
        package = load(folder)
        told = {element for story in package.scenarios.values() for element in story["expect"]["path"]}
        nodes = package.definitions.nodes.values()
        assert {node.id for node in nodes if node.type == "endEvent"} <= told
        assert {node.id for node in nodes if node.type in TASKS | SUB_PROCESSES} <= told


def tell(store: Store, key: str, story: dict[str, Any], definitions: Definitions) -> Done:
    """Do what the story says, one transaction a step; answers how the case stands."""
    start = story["start"]
    with store.begin() as session:
        done = engine.start_case(
            session,
            key,
            actor=actor(start.get("as", "applicant")),
            data=start.get("data", {}),
            at=datetime.fromisoformat(start["at"]),
            simulated=True,
        )
    for step in story.get("step", []):
        if "tick" in step:
            engine.tick(store, datetime.fromisoformat(step["tick"]), simulated=True)
            continue
        node = definitions.nodes[step["do"]]
        data = dict(step.get("data", {}))
        if node.step and node.step.people > 1:
            data["with"] = f"{step['as']}二"
        with store.begin() as session:
            done = engine.complete(
                session,
                done.case,
                step["do"],
                actor=actor(step["as"]),
                data=data,
                at=datetime.fromisoformat(step["at"]),
                simulated=True,
            )
    with store.read() as session:
        return engine.todo(session, done.case)


def actor(role: str) -> str:
    """The first person at a post; the applicant is nobody in particular."""
    return role if role == "applicant" else f"{role}一"


def walked(recorded: list[Step], definitions: Definitions) -> list[str]:
    """Tasks, sub-processes, timers that fired and ends, in the order they were left; gateways and starts left out."""
    left = [str(step.element).rpartition("/")[2] for step in recorded if step.kind == "element left"]
    told = [definitions.nodes[element] for element in left]
    return [
        node.id for node in told if node.type in TASKS | SUB_PROCESSES or node.type in ("endEvent", "boundaryEvent")
    ]


def documents(path: list[str], definitions: Definitions) -> list[str]:
    """Documents the steps of a path produce."""
    nodes = [definitions.nodes[element] for element in path]
    return [document for node in nodes if node.step for document in node.step.documents]


def papers(path: list[str], definitions: Definitions) -> list[tuple[str, str]]:
    """Element and name of every document that the steps of a path issue from a template, sorted."""
    nodes = [definitions.nodes[element] for element in path]
    return sorted((node.id, paper.name) for node in nodes if node.step for paper in node.step.papers)


def personal(story: dict[str, Any]) -> set[str]:
    """What a story says of people: none of it may be public case data."""
    given = [story["start"].get("data", {}), *(step.get("data", {}) for step in story.get("step", []))]
    fields = ("applicant_name", "party_name", "identity_number", "phone", "address", "recipient", "first_officer")
    return {str(data[field]) for data in given for field in fields if field in data}
