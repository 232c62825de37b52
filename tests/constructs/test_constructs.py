"""Each construct runs as its story says, on the record, or is refused with a way out; the page says the same."""

from __future__ import annotations

import pytest

import engine
from bpmn.linter import lint
from bpmn.wording import say
from engine.store import Store
from tests.conftest import ROOT, Clock, add_people
from tests.constructs.construct import Construct, constructs, tell
from tests.constructs.page import page

RUNS = [one for one in constructs() if not one.rule]
REFUSED = [one for one in constructs() if one.rule]


@pytest.mark.parametrize("construct", RUNS, ids=lambda one: one.file)
def test_a_construct_that_runs(construct: Construct, sqlite_store: Store, clock: Clock) -> None:
    with sqlite_store.begin() as session:
        add_people(session)
    case = tell(construct, sqlite_store, clock)
    with sqlite_store.read() as session:
        view, steps = engine.show(session, case), engine.steps(session, case)
        assert [step.element for step in steps if step.kind == "element entered"] == construct.path
        assert view.state == construct.state, [item.item for item in view.work_items]
        assert engine.verify(session).differences == () and engine.replay(session).differences == ()


@pytest.mark.parametrize("construct", REFUSED, ids=lambda one: one.file)
def test_a_construct_that_is_refused(construct: Construct) -> None:
    findings = [finding for finding in lint(construct.package) if finding.rule == construct.rule]
    assert construct.element in {finding.element for finding in findings}
    assert findings[0].severity == "error" and findings[0].line
    assert say(construct.rule, "en", **findings[0].params).remedy


def test_the_page_says_what_the_constructs_say() -> None:
    written = (ROOT / "docs" / "bpmn-support.md").read_text("utf8")
    assert written == page(), "python -m tests.constructs.page > docs/bpmn-support.md"
