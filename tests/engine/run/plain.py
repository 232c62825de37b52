"""SpiffWorkflow as it comes, to show beside ours what it does by itself."""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState

from tests.engine.run.models import xml


def plain(nodes: dict[str, str], arrows: str, inside: dict[str, str] | None = None, **data: Any) -> BpmnWorkflow:
    """The same model on SpiffWorkflow as it comes: its own parser, its own gateways, its own Python conditions."""
    parser = BpmnParser(validator=None)
    parser.add_bpmn_xml(etree.fromstring(xml(nodes, arrows, inside)))
    workflow = BpmnWorkflow(parser.get_spec("P"), parser.get_subprocess_specs("P"))
    workflow.task_tree.data.update(data)
    workflow.do_engine_steps()
    return workflow


def ready(workflow: BpmnWorkflow) -> dict[str, Any]:
    """What its people could do, by name."""
    return {task.task_spec.name: task for task in workflow.get_tasks(state=TaskState.READY, manual=True)}


def run(workflow: BpmnWorkflow, name: str, **data: Any) -> None:
    """Do one of them, and let it go on."""
    task = ready(workflow)[name]
    task.data.update(data)
    task.run()
    workflow.do_engine_steps()
