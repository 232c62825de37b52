"""One durable user task (workload W1, 10 nodes, 4 user tasks, SQLite WAL synchronous=FULL), beside what it is made of.

* ours: ``engine.complete`` in its transaction, commit included.
* F, the commit floor: the same rows and bytes in one transaction through SQLAlchemy Core.
* E: the adapter's ``apply`` in memory, restored from its text.
* naive: SpiffWorkflow as it comes, its whole state as JSON read and written at each task in one committed row.

All four take turns within one run. Run with ``python -m bench.step [cases]``.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

import engine
from bench.timing import Series, table
from bpmn.package import load
from engine import tables
from engine.record import canonical
from engine.run import spiff
from engine.run.replay import recorded_command
from engine.store import Store, open_store, upsert

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "tests" / "fixtures" / "bpmn" / "w1_licence.bpmn"
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
#: The user tasks of the case, with what their forms send: sent back once, then approved.
TASKS = [("apply", {}), ("review", {"ok": True}), ("approve", {}), ("issue", {})]


def main(cases: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        ours, floor = _store(folder, "ours"), _store(folder, "floor")
        naive = Naive(folder)
        series = {name: Series(name) for name in ("ours", "F", "E", "naive")}
        for number in range(cases):
            _one_case(number, ours, floor, naive, series)
        composed = Series("F + E")
        composed.values = [f + e for f, e in zip(series["F"].values, series["E"].values, strict=True)]
        print(
            f"W1, {cases} cases, {len(series['ours'].values)} user tasks, SQLite {sa.create_engine('sqlite://').dialect.name}"
        )
        table([series["ours"], series["F"], series["E"], composed, series["naive"]], composed)
        print(f"ours ÷ (F + E) = {series['ours'].p50 / composed.p50:.2f}   (goal ≤ 1.5)")
        print(f"naive ÷ ours   = {series['naive'].p50 / series['ours'].p50:.2f}   (goal ≥ 1.3)")
        _bytes(ours, cases)


def _one_case(number: int, ours: Store, floor: Store, naive: Naive, series: dict[str, Series]) -> None:
    with ours.begin() as session:
        case = engine.start_case(session, "w1", actor="clerk", at=AT).case
    _copy(ours, floor, case)
    naive.start(number)
    for task, data in TASKS:
        before = _state(ours, case)

        def complete(task: str = task, data: dict[str, Any] = data) -> None:
            with ours.begin() as session:
                engine.complete(session, case, task, actor="clerk", data=data, at=AT)

        series["ours"].measure(complete)
        rows = _rows(ours, case, before["version"])
        series["F"].measure(lambda rows=rows: _write_again(floor, rows))  # type: ignore[misc]
        command = recorded_command(json.loads(rows["steps"][0]["body"]))
        values = canonical.decode(json.loads(before["data"]))
        program = rows["program"]
        series["E"].measure(
            lambda p=program, b=before, v=values, c=command: spiff.apply(  # type: ignore[misc]
                spiff.load(p), b["tokens"], v, c, at=AT
            )
        )
        series["naive"].measure(lambda t=task, d=data: naive.complete(number, t, d))  # type: ignore[misc]


class Naive:
    """SpiffWorkflow with its whole state in one JSON column, the way its documentation shows."""

    def __init__(self, folder: str) -> None:
        text = MODEL.read_text("utf8").replace("ok = false", "ok == False").replace(":=", "=")
        parser = BpmnParser(validator=None)
        parser.add_bpmn_xml(etree.fromstring(text.encode()))
        self.spec, self.subs = parser.get_spec("w1_licence"), parser.get_subprocess_specs("w1_licence")
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        self.store = open_store(f"sqlite:///{folder}/naive.db", code_key=bytes(32))
        with self.store.begin() as session:
            session.execute(sa.text("CREATE TABLE case_state (id INTEGER PRIMARY KEY, state TEXT)"))

    def start(self, number: int) -> None:
        workflow = BpmnWorkflow(self.spec, self.subs)
        workflow.do_engine_steps()
        with self.store.begin() as session:
            values = {"i": number, "s": self.serializer.serialize_json(workflow)}
            session.execute(sa.text("INSERT INTO case_state VALUES (:i, :s)"), values)

    def complete(self, number: int, task: str, data: dict[str, Any]) -> None:
        with self.store.begin() as session:
            text = session.execute(sa.text("SELECT state FROM case_state WHERE id = :i"), {"i": number}).scalar_one()
            workflow = self.serializer.deserialize_json(text)
            ready = next(t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.name == task)
            ready.data.update(data)
            ready.run()
            workflow.do_engine_steps()
            values = {"i": number, "s": self.serializer.serialize_json(workflow)}
            session.execute(sa.text("UPDATE case_state SET state = :s WHERE id = :i"), values)


def _store(folder: str, name: str) -> Store:
    store = open_store(f"sqlite:///{folder}/{name}.db", code_key=bytes(32))
    store.upgrade()
    with store.begin() as session:
        engine.add_person(session, "clerk", roles=["clerk"])
        engine.publish(session, load(MODEL), key="w1", author="clerk", at=AT)
    return store


def _state(store: Store, case: str) -> dict[str, Any]:
    with store.read() as session:
        row = session.execute(sa.select(tables.case).where(tables.case.c.number == case)).one()
        return dict(row._mapping)


def _rows(store: Store, case: str, after: int) -> dict[str, Any]:
    """What the last command wrote, as rows."""
    with store.read() as session:
        state = dict(session.execute(sa.select(tables.case).where(tables.case.c.number == case)).one()._mapping)
        step, item = tables.step, tables.work_item
        steps = session.execute(sa.select(step).where(step.c.case_id == state["id"], step.c.seq > after))
        items = session.execute(sa.select(item).where(item.c.case_id == state["id"]))
        return {
            "case": state,
            "steps": [dict(row._mapping) for row in steps],
            "items": [dict(row._mapping) for row in items][-2:],
            "program": engine.program_of(session, state["definition_id"]),
        }


def _copy(ours: Store, floor: Store, case: str) -> None:
    rows = _rows(ours, case, 0)
    with floor.begin() as session:
        session.execute(sa.insert(tables.case).values(**rows["case"]))
        session.execute(sa.insert(tables.step), rows["steps"])
        upsert(session, tables.work_item, rows["items"])


def _write_again(floor: Store, rows: dict[str, Any]) -> None:
    """The floor: the same rows, nothing decided."""
    case = tables.case
    with floor.begin() as session:
        session.execute(sa.select(case).where(case.c.number == rows["case"]["number"])).one()
        values = {name: value for name, value in rows["case"].items() if name not in ("id", "number")}
        session.execute(sa.update(case).where(case.c.id == rows["case"]["id"]).values(**values))
        session.execute(sa.insert(tables.step), rows["steps"])
        upsert(session, tables.work_item, rows["items"])


def _bytes(store: Store, cases: int) -> None:
    with store.read() as session:
        page = session.execute(sa.text("SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%step%'")).scalar()
        steps = session.execute(sa.select(sa.func.count()).select_from(tables.step)).scalar_one()
        sizes = session.execute(sa.text("SELECT sum(length(tokens) + length(data)) FROM case_")).scalar_one()
    print(f"bytes a case: journal with indexes {int(page or 0) / cases:,.0f}, tokens and data {sizes / cases:,.0f}")
    print(f"steps a case: {steps / cases:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
