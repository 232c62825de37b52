"""SpiffWorkflow as its documentation shows it: the whole state as JSON, read and written at each task.

It keeps a thin history as well, a row a task: ours keeps a full one, and a system without any would be none.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from bench.workloads import AT, Workload
from engine.store import Store

#: The same model in its own dialect: Python.
_DIALECT = ((" := ", " = "), ("ok = false", "ok == False"), (">P30D<", '>"P30D"<'))


class Naive:
    """Cases of one workload in one table of states."""

    def __init__(self, workload: Workload, store: Store) -> None:
        text = workload.path.read_text("utf8")
        for ours, theirs in _DIALECT:
            text = text.replace(ours, theirs)
        parser = BpmnParser(validator=None)
        parser.add_bpmn_xml(etree.fromstring(text.encode()))
        self.spec = parser.get_spec(workload.model)
        self.subs = parser.get_subprocess_specs(workload.model)
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        self.store = store
        with store.begin() as session:
            session.execute(sa.text("CREATE TABLE case_state (id INTEGER PRIMARY KEY, state TEXT)"))
            session.execute(sa.text("CREATE TABLE case_history (id INTEGER, task TEXT, data TEXT, at TEXT)"))

    def start(self, number: int) -> None:
        """Open case ``number``."""
        workflow = BpmnWorkflow(self.spec, self.subs)
        workflow.do_engine_steps()
        with self.store.begin() as session:
            values = {"i": number, "s": self.serializer.serialize_json(workflow)}
            session.execute(sa.text("INSERT INTO case_state VALUES (:i, :s)"), values)

    def complete(self, number: int, task: str, data: dict[str, Any]) -> None:
        """Do a user task of case ``number`` in one transaction."""
        with self.store.begin() as session:
            text = session.execute(sa.text("SELECT state FROM case_state WHERE id = :i"), {"i": number}).scalar_one()
            workflow = self.serializer.deserialize_json(text)
            _run(workflow, task, data)
            values = {"i": number, "s": self.serializer.serialize_json(workflow)}
            session.execute(sa.text("UPDATE case_state SET state = :s WHERE id = :i"), values)
            row = {"i": number, "t": task, "d": json.dumps(data), "a": AT.isoformat()}
            session.execute(sa.text("INSERT INTO case_history VALUES (:i, :t, :d, :a)"), row)

    def in_memory(self, workload: Workload) -> None:
        """Run a whole case and keep nothing."""
        workflow = BpmnWorkflow(self.spec, self.subs)
        workflow.do_engine_steps()
        for task, data in workload.tasks:
            _run(workflow, task, data)


def _run(workflow: BpmnWorkflow, task: str, data: dict[str, Any]) -> None:
    ready = next(t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.bpmn_id == task)
    ready.data.update(data)
    ready.run()
    workflow.do_engine_steps()
