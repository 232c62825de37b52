"""Replaying a whole case from its record, beside running it in memory without any record.

* replay: ``engine.replay`` of all cases (``audit replay --all``), read from the database, compared byte for byte.
* apply: the adapter's ``apply`` of the same commands, state handed on from one to the next.
* plain: SpiffWorkflow as it comes, in memory, nothing kept.

All take turns within one run, figures are of one case; the goal compares speeds. Run with
``python -m bench.replay [cases]``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import sqlalchemy as sa

import engine
from bench.databases import databases
from bench.naive import Naive
from bench.step import prepared
from bench.timing import Series, table
from bench.workloads import AT, WORKLOADS, Workload
from engine import tables
from engine.run import spiff
from engine.run.port import Command
from engine.run.replay import recorded_command
from engine.store import Store


def main(cases: int) -> None:
    """Measure and print."""
    for says, fresh in databases():
        for workload in WORKLOADS:
            store, beside = prepared(fresh(), workload), fresh()
            _measure(says, store, Naive(workload, beside), workload, cases)
            store.dispose()
            beside.dispose()


def _measure(says: str, store: Store, naive: Naive, workload: Workload, cases: int) -> None:
    replayed, applied, plain = (Series(name) for name in ("replay", "apply", "plain SpiffWorkflow"))
    numbers = [_finished(store, workload) for _ in range(cases)]
    program, commands = _recorded(store, numbers[0])
    for _ in range(_ROUNDS):
        with store.read() as session:
            verdict = replayed.measure(lambda session=session: engine.replay(session))  # type: ignore[misc]
        assert verdict.cases == cases and not verdict.differences
        for _ in range(cases):
            applied.measure(lambda: _apply(program, commands))
        for _ in range(cases):
            plain.measure(lambda: naive.in_memory(workload))
    replayed.values = [value / cases for value in replayed.values]
    print(f"\n{workload.name} ({workload.says}), {says}: {cases} whole cases of {len(commands)} commands")
    table([replayed, applied, plain], plain)
    print(f"plain ÷ replay = {plain.p50 / replayed.p50:.2f}   (goal: replay at ≥ 0.9 times the speed of a pure engine)")


_ROUNDS = 10


def _finished(store: Store, workload: Workload) -> str:
    with store.begin() as session:
        case = engine.start_case(session, workload.name.lower(), actor="clerk", at=AT).case
    for task, data in workload.tasks:
        with store.begin() as session:
            open_ = engine.todo(session, case).work_items
            item = next(one.item for one in open_ if one.element.rpartition("/")[2] == task)
            engine.complete(session, case, item, actor="clerk", data=data, at=AT)
    return case


def _recorded(store: Store, number: str) -> tuple[str, list[Command]]:
    with store.read() as session:
        case = session.execute(sa.select(tables.case).where(tables.case.c.number == number)).one()
        step = tables.step.c
        bodies = session.execute(
            sa.select(step.body).where(step.case_id == case.id, step.kind == "command").order_by(step.seq)
        )
        commands = [recorded_command(json.loads(body)) for body in bodies.scalars()]
        return engine.program_of(session, case.definition_id), commands


def _apply(program: str, commands: list[Command]) -> None:
    state: str | None = None
    data: dict[str, Any] = {}
    loaded = spiff.load(program)
    for command in commands:
        outcome = spiff.apply(loaded, state, data, command, at=AT)
        state, data = outcome.state, outcome.data


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
