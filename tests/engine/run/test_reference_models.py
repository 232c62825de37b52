"""The reference models of the BPMN Model Interchange Working Group: each runs to a rest, or is refused with a reason.

They are other projects' files and no part of this one: read beside the checkout, or where SUNPATH_SUITES says.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from bpmn.errors import Refused
from bpmn.linter import lint
from bpmn.package import load
from engine.run import spiff
from tests.conftest import ROOT
from tests.engine.run.models import Run

SUITES = Path(os.environ.get("SUNPATH_SUITES", ROOT.parent / "shared" / "data"))
MODELS = sorted((SUITES / "miwg").glob("*.bpmn"))


@pytest.mark.skipif(not MODELS, reason=f"the BPMN MIWG files are not in {SUITES}/miwg (SUNPATH_SUITES)")
def test_all_reference_models_are_there() -> None:
    assert len(MODELS) == 21


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_reference_model_runs_or_says_why_not(path: Path) -> None:
    loaded = load(path)
    try:
        program = spiff.load(spiff.compile(loaded))
    except Refused as refused:
        errors = {finding.rule for finding in lint(loaded) if finding.severity == "error"}
        assert refused.code in errors and refused.element
        return
    for seed in range(10):
        walk(Run(program), Random(seed))


def walk(run: Run, random: Random) -> None:
    """Do whatever is open at random; at rest a case is closed, or somebody is told why not."""
    run.do("start")
    for _ in range(60):
        items, timers = spiff.open_items(run.state), spiff.open_timers(run.state)
        if not items and not timers:
            break
        address = random.choice([*items, *timers])
        if address in timers:
            run.do("timer", address)
            continue
        node = run.program.nodes[items[address]]
        run.do("complete", address, **({"take": random.choice(node["out"])} if node["choice"] else {}))
    assert run.closed or spiff.open_items(run.state) or spiff.open_timers(run.state) or spiff.open_incidents(run.state)
