"""Rules of the other files of a package: English names, stories, the text about the power."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpmn.calls import outside
from bpmn.errors import Refused
from bpmn.rules import Spot, Subject, rule

SCENARIO_KEYS = frozenset("title title_en start step expect".split())
START_KEYS = frozenset("at as data".split())
STEP_KEYS = frozenset("do as at data tick refused".split())
EXPECT_KEYS = frozenset("state path documents data waiting cards due".split())


@rule("about.missing", "warning", exercise=None)
def about_missing(subject: Subject) -> Iterator[Spot]:
    """A power explains itself in plain words in ``about.md``."""
    if subject.package and not subject.package.about.strip():
        yield Spot(file="about.md")


@rule("labels.missing", "warning", exercise=None)
def labels_missing(subject: Subject) -> Iterator[Spot]:
    """The English chart needs a name for every named step and lane (``labels/en.toml``)."""
    if subject.package and (names := _names(subject)) is not None:
        things = [(node.id, node.name) for node in subject.nodes.values() if "/" not in node.id]
        things += [(lane.id, lane.name) for lane in subject.definitions.lanes.values()]
        missing = [key for key, name in things if name and key not in names]
        if missing:
            yield Spot(element=missing[0], file="labels/en.toml", params={"name": missing[0], "count": len(missing)})


@rule("labels.unknown-id", "error")
def labels_unknown_id(subject: Subject) -> Iterator[Spot]:
    """A translation of something that is not in the file: renamed, removed or misspelt.

    What is called has words of its own, which were checked when it was published.
    """
    known = _known(subject)
    for key in sorted((_names(subject, alone=True) or {}).keys() - known):
        yield Spot(element=key, file="labels/en.toml", params={"name": key})


def _names(subject: Subject, *, alone: bool = False) -> dict[str, str] | None:
    package = subject.package.alone if subject.package and alone else subject.package
    try:
        return package.labels("en") if package else None
    except Refused:
        return None


def _known(subject: Subject) -> set[str]:
    definitions = subject.definitions
    things = [*definitions.nodes, *definitions.flows, *definitions.lanes, *(pool.id for pool in definitions.pools)]
    things += [process.id for process in definitions.processes] + [artifact.id for artifact in definitions.artifacts]
    return {*things, *(flow.id for flow in definitions.message_flows)}


@rule("scenario.missing", "warning", exercise=None)
def scenario_missing(subject: Subject) -> Iterator[Spot]:
    """A power tells at least one story from beginning to end: lawyers read it, tests run it.

    Those of a shared flow are told by the powers that call it.
    """
    if subject.power and subject.power.shared:
        return
    if subject.package and not any(path.startswith("scenarios/") for path in subject.package.files):
        yield Spot(file="scenarios/")


@rule("scenario.shape", "error")
def scenario_shape(subject: Subject) -> Iterator[Spot]:
    """A story has a title, a start, steps and what is expected, and no keys that nothing reads."""
    for name, story in _stories(subject):
        for key in _odd_keys(story):
            yield _spot(name, key)


@rule("scenario.unknown-element", "error")
def scenario_unknown_element(subject: Subject) -> Iterator[Spot]:
    """A story does or expects an element the flow does not have."""
    known = _known(subject)
    if outside(subject.definitions):
        return  # what is called by key is known when it is published
    for name, story in _stories(subject):
        for element in _elements(story):
            if element.partition("#")[0].rpartition("/")[2] not in known:
                yield _spot(name, element)


def _odd_keys(story: dict[str, Any]) -> Iterator[str]:
    steps, start, expect = story.get("step", []), story.get("start", {}), story.get("expect")
    yield from sorted(story.keys() - SCENARIO_KEYS)
    if not isinstance(story.get("title"), str):
        yield "title"
    yield from sorted(start.keys() - START_KEYS) if isinstance(start, dict) else ["start"]
    yield from sorted(expect.keys() - EXPECT_KEYS) if isinstance(expect, dict) else ["expect"]
    for step in steps if isinstance(steps, list) else [None]:
        if not isinstance(step, dict) or not ("do" in step or "tick" in step):
            yield "step"
        else:
            yield from sorted(step.keys() - STEP_KEYS)


def _elements(story: dict[str, Any]) -> Iterator[str]:
    steps, expect = story.get("step"), story.get("expect")
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict) and isinstance(step.get("do"), str):
            yield step["do"]
    for key in ("path", "waiting"):
        listed = expect.get(key) if isinstance(expect, dict) else None
        yield from (str(element) for element in listed) if isinstance(listed, list) else ()


def _stories(subject: Subject) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        yield from subject.package.scenarios.items() if subject.package else ()
    except Refused:
        # The linter reports the unreadable file itself.
        return


def _spot(name: str, element: str) -> Spot:
    return Spot(element=element, file=f"scenarios/{name}.toml", params={"name": element})
