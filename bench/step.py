"""One durable user task, beside what it is made of: three workloads, SQLite and PostgreSQL.

* ours: ``engine.complete`` in its transaction, commit included.
* F, the commit floor: the same rows and bytes in one transaction through SQLAlchemy Core.
* E: the adapter's ``apply`` in memory, restored from its text.
* naive: SpiffWorkflow as it comes, its whole state as JSON read and written at each task in one committed row.

All four take turns within one run, a case each, so that none runs in the wake of another. Run with
``python -m bench.step [cases]``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import sqlalchemy as sa

import engine
from bench import floor
from bench.databases import databases, plain
from bench.naive import Naive
from bench.timing import Series, table
from bench.workloads import AT, WORKLOADS, Workload
from bpmn.package import load
from engine import tables
from engine.record import canonical
from engine.run import spiff
from engine.run.replay import recorded_command
from engine.store import Store


def main(cases: int) -> None:
    """Measure and print."""
    for says, fresh in databases():
        for workload in WORKLOADS:
            # W3 has fifty user tasks a case; fewer of them give as many measurements.
            _measure(says, fresh, workload, max(1, cases * 4 // len(workload.tasks)))


def _measure(says: str, fresh: Any, workload: Workload, cases: int) -> None:
    ours, *others = (prepared(fresh(), workload) for _ in range(3))
    below, beside = map(plain, others)
    naive = Naive(workload, beside)
    series = {name: Series(name) for name in ("ours", "F", "E", "naive")}
    for number in range(cases):
        _one_case(workload, number, ours, below, naive, series)
    composed = Series("F + E")
    composed.values = [f + e for f, e in zip(series["F"].values, series["E"].values, strict=True)]
    print(f"\n{workload.name} ({workload.says}), {says}: {cases} cases, {len(composed.values)} user tasks")
    table([series["ours"], series["F"], series["E"], composed, series["naive"]], composed)
    print(f"ours ÷ (F + E) = {series['ours'].p50 / composed.p50:.2f}   (goal ≤ 1.5)")
    print(f"naive ÷ ours   = {series['naive'].p50 / series['ours'].p50:.2f}   (goal ≥ 1.3)")
    _bytes(ours, cases)
    for store in (ours, below, beside):
        store.dispose()


def _one_case(
    workload: Workload, number: int, ours: Store, below: Store, naive: Naive, series: dict[str, Series]
) -> None:
    with ours.begin() as session:
        case = engine.start_case(session, workload.name.lower(), actor="clerk", at=AT).case
    floor.copy(below, floor.written(ours, case, 0))
    naive.start(number)
    done = [_step(ours, case, task, data, series["ours"]) for task, data in workload.tasks]
    for _, _, rows in done:
        floor.written(below, case, rows["case"]["version"])  # as it is read between two of ours
        series["F"].measure(lambda rows=rows: floor.write_again(below, rows))  # type: ignore[misc]
    for before, program, rows in done:
        command = recorded_command(json.loads(rows["steps"][0]["body"]))
        values = canonical.decode(json.loads(before["data"]))
        series["E"].measure(
            lambda p=program, b=before, v=values, c=command: spiff.apply(  # type: ignore[misc]
                spiff.load(p), b["tokens"], v, c, at=AT
            )
        )
    for task, data in workload.tasks:
        series["naive"].measure(lambda t=task, d=data: naive.complete(number, t, d))  # type: ignore[misc]


def _step(
    ours: Store, case: str, task: str, data: dict[str, Any], series: Series
) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """Measure one user task of ours. Answers the case before it, its program, and the rows written."""
    with ours.read() as session:
        before = floor.case_row(session, case)
        program = engine.program_of(session, before["definition_id"])
        item = next(one.item for one in engine.todo(session, case).work_items if one.element == _key(one, task))

    def complete() -> None:
        with ours.begin() as session:
            engine.complete(session, case, item, actor="clerk", data=data, at=AT)

    series.measure(complete)
    return before, program, floor.written(ours, case, before["version"])


def _key(item: Any, task: str) -> str:
    """The element's key as the item gives it, when it is the wanted task at whatever depth."""
    return str(item.element) if item.element.rpartition("/")[2] == task else ""


def prepared(store: Store, workload: Workload) -> Store:
    """A database of this version with a clerk and the workload published."""
    store.upgrade()
    with store.begin() as session:
        engine.add_person(session, "clerk", roles=["clerk"])
        engine.publish(session, load(workload.path), key=workload.name.lower(), author="clerk", at=AT)
    return store


def _bytes(store: Store, cases: int) -> None:
    with store.read() as session:
        steps = session.execute(sa.select(sa.func.count()).select_from(tables.step)).scalar_one()
        if store.engine.dialect.name != "sqlite":
            print(f"steps a case: {steps / cases:.1f}")
            return
        fixed = "('definition', 'picture', 'sqlite_autoindex_definition_1')"
        total = session.execute(sa.text(f"SELECT sum(payload) FROM dbstat WHERE name NOT IN {fixed}")).scalar_one()
    print(f"bytes a case with full history and indexes: {total / cases:,.0f}; steps a case: {steps / cases:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
