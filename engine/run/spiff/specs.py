"""Task specifications of ours on SpiffWorkflow's: what a node does when a token reaches and leaves it.

SpiffWorkflow 3.2.0 predicts every path a case may take (exponential in parallel diamonds) and counts the cancelled join
instances of earlier loops (AND-joins fire early). Ours predict nothing, route only along arrows the adapter decided on,
and join exactly one token from each arrow. They are subclasses: nothing of the library is patched.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


class NodeSpec(TaskSpec):
    """A node of the model. Its tokens are tasks; ``internal_data`` holds what the adapter knows of each."""

    def __init__(self, wf_spec: Any, name: str) -> None:
        super().__init__(wf_spec, name, inputs=[], outputs=[], data={}, defines={}, pre_assign=[], post_assign=[])

    def _predict(self, my_task: Task, *args: Any, **kwargs: Any) -> None:
        """Nothing is predicted: a token's future exists when it is taken there."""

    def _update_hook(self, my_task: Task) -> bool:
        """Every token may go in at once; no data is copied, a case has one store."""
        return True

    def _on_ready(self, my_task: Task) -> None:
        my_task.workflow.entered(my_task)

    def _run_hook(self, my_task: Task) -> bool:
        """Move on along the arrows decided for this token (``internal_data['route']``)."""
        for flow_id, target in my_task.internal_data.pop("route", ()):
            child = my_task._add_child(self._wf_spec.task_specs[target], TaskState.FUTURE)
            child.internal_data.update(via=flow_id, scope=my_task.internal_data["scope"])
        return True


class JoinSpec(NodeSpec):
    """A gateway where arrows meet: AND waits for all, OR for all that can still be reached (BPMN 13.3.2–13.3.3)."""

    def _update_hook(self, my_task: Task) -> bool:
        arrived = self._arrived(my_task)
        if not my_task.workflow.may_join(my_task, set(arrived)):
            if my_task.state != TaskState.WAITING:
                my_task._set_state(TaskState.WAITING)
            return False
        for tokens in arrived.values():
            token = my_task if my_task in tokens else tokens[0]
            if token is not my_task:
                token.cancel()
        return True

    def _arrived(self, my_task: Task) -> dict[str, list[Task]]:
        """Tokens waiting here in the same scope, by the arrow they came on; the oldest first."""
        arrived: dict[str, list[Task]] = {}
        for task in my_task.workflow.tasks.values():
            same = task.task_spec is self and task.internal_data["scope"] == my_task.internal_data["scope"]
            if same and (task is my_task or task.state == TaskState.WAITING):
                arrived.setdefault(task.internal_data["via"], []).append(task)
        return arrived
