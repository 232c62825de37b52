"""Every story of every package, told to the engine through its public verbs: the path, the documents, the data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

import engine
from bpmn.model import SUB_PROCESSES, TASKS, Definitions
from engine.answers import Done, Step
from engine.store import Store, open_store
from tests.flows.shipped import ORDER, PACKAGES, is_shared, posts, publish, whole

STORIES = [(key, name) for key, package in PACKAGES.items() for name in package.scenarios]
PUBLISHED = datetime.fromisoformat("2026-01-05T09:00:00+08:00")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A database with all packages published and two people at every post: ``受理岗一``, ``受理岗二`` …"""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('flows')}/sunpath.db", code_key=b"k" * 32)
    store.upgrade()
    with store.begin() as session:
        engine.add_person(session, "modeller", roles=["modeller"])
        engine.add_person(session, "reviewer", roles=["reviewer"])
        for key in ORDER:
            for post in posts(PACKAGES[key]):
                for name in (f"{post}一", f"{post}二"):
                    if engine.person(session, name) is None:
                        engine.add_person(session, name, roles=["clerk"], posts=[post])
            publish(session, key, author="modeller", reviewer="reviewer", at=PUBLISHED)
    yield store
    store.dispose()


@pytest.mark.parametrize(("key", "name"), STORIES)
def test_the_story_goes_as_told(office: Store, key: str, name: str) -> None:
    package = whole(key)
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
    assert sorted((paper.element.rpartition("/")[2], paper.name) for paper in issued) == papers(
        path, package.definitions
    )
    assert all(paper.number and "{" not in paper.number for paper in issued)
    assert {field: view.data.get(field) for field in expect.get("data", {})} == expect.get("data", {})
    if "cards" in expect:
        assert [f"{card.rule} {card.element}".strip() for card in view.cards] == expect["cards"]
    if "due" in expect:
        (*_, case) = [timing for timing in view.timings if not timing.element]
        assert {value: getattr(case, value).isoformat() for value in expect["due"]} == expect["due"]
    assert personal(story) & set(map(str, view.data.values())) == set()


def test_the_stories_together_pass_every_step_and_every_end() -> None:
    """Those of a shared flow in the stories of the powers that call it."""
    for key, package in PACKAGES.items():
        flows = [key] if not is_shared(package) else [one for one in PACKAGES if key in whole(one).called]
        stories = [story for one in flows for story in PACKAGES[one].scenarios.values()]
        told = {element for story in stories for element in story["expect"]["path"]}
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
