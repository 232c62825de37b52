"""What if: recorded facts under another edition; what differs is named, and nothing is recorded."""

from __future__ import annotations

import pytest

import engine
from bpmn.package import FlowPackage, digest
from engine.errors import Rejection
from engine.store import Store
from tests.engine.run.test_discretion import DEPARTS, KEY, PACKAGE, WITHIN, office, told
from tests.flows.test_scenarios import PUBLISHED

__all__ = ["office"]


def changed(path: str, *changes: tuple[str, str]) -> FlowPackage:
    """The penalty flow with changes in one file."""
    text = PACKAGE.files[path].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    files = {**PACKAGE.files, path: text.encode()}
    return FlowPackage(files, digest(files))


def publish(office: Store, package: FlowPackage) -> None:
    with office.begin() as session:
        engine.publish(session, package, key=KEY, author="author", reviewer="approver", at=PUBLISHED)


def test_another_edition_of_the_benchmark(office: Store) -> None:
    """The general tier of a later edition ends at 69,000: what was decided within the tier would depart from it."""
    edges = ("small = [65000, 85000]", "small = [65000, 69000]"), ("small = [85000, 100000]", "small = [69000, 100000]")
    later = changed("benchmarks/food-expired.toml", *edges)
    done = told(office, WITHIN)
    publish(office, later)
    with office.read() as session:
        before = engine.steps(session, done.case)
        answer = engine.under_benchmark(session, done.case, later.benchmarks["food-expired"].digest[:10])
        same = engine.under_benchmark(session, done.case, PACKAGE.benchmarks["food-expired"].digest)
        assert engine.steps(session, done.case) == before
    differences = {one.what: (one.recorded, one.found) for one in answer.differences}
    assert differences.keys() == {"high", "proposed", "amount", "decided"}
    assert differences["high"] == (85_000, 69_000)
    then, there = differences["decided"]
    assert (then["departs"], there["departs"], there["lawful"]) == (False, True, True)
    assert answer.edition.version == 2 and same.differences == ()


def test_another_version_of_the_flow(office: Store) -> None:
    done = told(office, DEPARTS)
    later = changed("process.bpmn", (" or discretion.departs = true or discretion.conflict = true<", "<"))
    publish(office, later)
    with office.read() as session:
        answer = engine.under_definition(session, done.case, later.digest)
        own = engine.under_definition(session, done.case, PACKAGE.digest)
    path = next(one for one in answer.differences if one.what == "path")
    assert "Collective" not in path.found and answer.differences[-1].what == "stopped"
    assert answer.differences[-1].found == "item.unknown"
    assert own.differences == ()


def test_what_cannot_be_asked_is_said(office: Store) -> None:
    with office.begin() as session:
        done = engine.start_case(session, KEY, actor="承办岗一", at=PUBLISHED)
    with office.read() as session:
        with pytest.raises(Rejection, match=r"whatif\.no_benchmark"):
            engine.under_benchmark(session, done.case, PACKAGE.benchmarks["food-expired"].digest)
        with pytest.raises(Rejection, match=r"definition\.unknown"):
            engine.under_definition(session, done.case, "0" * 64)
        with pytest.raises(Rejection, match=r"case\.unknown"):
            engine.under_definition(session, "CF-2026-999999", PACKAGE.digest)
