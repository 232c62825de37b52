"""Record histories that are not recorded yet: ``python -m tests.histories.record``.

One for each construct that runs and each story of the shipped flows. What is recorded is never recorded again: it must
replay for ever. A change of behaviour gets a new edition, and the new behaviour a new history.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import engine
from engine.store import Store, open_store
from tests.conftest import CODE_KEY, Clock, add_people
from tests.constructs.construct import constructs
from tests.constructs.construct import tell as tell_construct
from tests.flows.shipped import posts, publish, whole
from tests.flows.test_scenarios import PUBLISHED, STORIES
from tests.flows.test_scenarios import tell as tell_story
from tests.histories.history import FOLDER, save


def wanted() -> Iterator[str]:
    """Names of all histories there should be."""
    yield from (f"construct-{one.file}" for one in constructs() if not one.rule)
    yield from (f"flow-{key}-{name}" for key, name in STORIES)


def main() -> None:
    """Record what is missing."""
    FOLDER.mkdir(exist_ok=True)
    for name in wanted():
        path = FOLDER / f"{name}.json.gz"
        if not path.exists():
            with tempfile.TemporaryDirectory() as folder:
                store = open_store(f"sqlite:///{folder}/sunpath.db", code_key=CODE_KEY)
                store.upgrade()
                _record(store, name, path)
                store.dispose()
            print(path.name)


def _record(store: Store, name: str, path: Path) -> None:
    if name.startswith("construct-"):
        construct = next(one for one in constructs() if name == f"construct-{one.file}")
        with store.begin() as session:
            add_people(session)
        number = tell_construct(construct, store, Clock())
    else:
        key, story = next((key, story) for key, story in STORIES if name == f"flow-{key}-{story}")
        number = _story(store, key, story)
    with store.read() as session:
        save(session, number, path)


def _story(store: Store, key: str, story: str) -> str:
    package = whole(key)
    with store.begin() as session:
        engine.add_person(session, "modeller", roles=["modeller"])
        engine.add_person(session, "reviewer", roles=["reviewer"])
        for post in posts(package):
            for number in ("一", "二"):
                engine.add_person(session, f"{post}{number}", roles=["clerk"], posts=[post])
        publish(session, key, author="modeller", reviewer="reviewer", at=PUBLISHED)
    return tell_story(store, key, package.scenarios[story], package.definitions).case


if __name__ == "__main__":
    main()
