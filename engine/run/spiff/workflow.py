"""The tokens of a case as a SpiffWorkflow workflow, and their text between two commands.

Between commands only live tokens are kept, all directly below the root: no finished task is carried along, so a step
costs the same after two thousand rounds as after one, and nothing hides below SpiffWorkflow's search depth of 1000
(where it would call a case with open tasks completed).
"""

from __future__ import annotations

import json
import logging
from collections import deque
from typing import Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from engine.run.spiff.program import Program

# Its loggers collect each task's data before asking whether anybody listens.
for _name in ("spiff", "spiff.task", "spiff.workflow"):
    logging.getLogger(_name).setLevel(logging.WARNING)

LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED | TaskState.FUTURE


class Token(Task):
    """A task numbered in the order of making. SpiffWorkflow's own have random ids and log the time of each change."""

    def __init__(self, workflow: CaseWorkflow, spec: TaskSpec, parent: Task | None, state: int) -> None:
        workflow.made += 1
        super().__init__(workflow, spec, parent, state=state, id=workflow.made)

    def run(self) -> None:
        """Run it once. The library runs a task in any state: one to come, or one already done, too."""
        if self.state != TaskState.READY:
            raise RuntimeError(f"token on {self.task_spec.name} is not ready")
        super().run()

    def _add_child(self, task_spec: TaskSpec, state: int = TaskState.FUTURE) -> Token:
        return Token(self.workflow, task_spec, self, state)

    def _set_state(self, value: int) -> None:
        self._state = value


class CaseWorkflow(Workflow):
    """Live tokens of one case. The adapter takes entered tokens from ``arrived`` and decides what they do."""

    def __init__(self, program: Program) -> None:
        super().__init__(program.spec, deserializing=True)
        #: How many tokens were made; the number of each.
        self.made = 0
        self.program = program
        self.arrived: deque[Task] = deque()
        #: Nothing moves by itself any more: the moment to ask whether an OR-join still has to wait.
        self.quiet = False
        self.task_tree = Token(self, program.spec.start, None, TaskState.COMPLETED)
        self.task_tree.internal_data["scope"] = None

    def place(self, node_id: str, scope: str, **known: Any) -> None:
        """Put a new token on a node."""
        token = self.task_tree._add_child(self.spec.task_specs[node_id], TaskState.FUTURE)
        token.internal_data.update(via=None, scope=scope, **known)
        token.task_spec._update(token)

    def lay(self, node_id: str, scope: str, **known: Any) -> Task:
        """A new token that stays where it is: nothing enters the node."""
        token = self.task_tree._add_child(self.spec.task_specs[node_id], TaskState.READY)
        token.internal_data.update(via=None, scope=scope, **known)
        return token

    def live(self) -> list[Task]:
        """Tokens that are not consumed, the oldest first. A flat scan: no depth, no search order."""
        return [task for task in self.tasks.values() if task is not self.task_tree and task.has_state(LIVE)]

    def forget_finished(self) -> None:
        """Drop consumed tokens and hang the live ones below the root."""
        root, live = self.task_tree, self.live()
        self.tasks = {root.id: root} | {task.id: task for task in live}
        root._children = [task.id for task in live]
        for task in live:
            task._parent, task._children = root.id, []

    # -- what SpiffWorkflow calls ---------------------------------------------------------------------------------

    def entered(self, task: Task) -> None:
        """A token may go into its node."""
        if task is not self.task_tree:
            self.arrived.append(task)

    def may_join(self, task: Task, arrived: set[str]) -> bool:
        """Has the join what it needs? AND: a token from every arrow. OR: none can come any more from the empty ones."""
        node = self.program.nodes[task.task_spec.name]
        empty = [flow for flow in node["in"] if flow not in arrived]
        if node["type"] == "parallelGateway":
            return not empty
        return self.quiet and not any(self._may_still_reach(other, task, empty, arrived) for other in self.live())

    def update_waiting_tasks(self) -> bool:
        """Nothing else moves: let one OR-join go on that need not wait any more. Answers whether one did.

        Only then is every token where it waits; while some still move, a join would miss those between two nodes.
        """
        self.quiet = True
        for task in self.live():
            if task.state == TaskState.WAITING and not self.arrived:
                task.task_spec._update(task)
        self.quiet = False
        return bool(self.arrived)

    def _task_completed_notify(self, task: Task) -> None:
        self.last_task = task

    def _may_still_reach(self, other: Task, task: Task, empty: list[str], arrived: set[str]) -> bool:
        """BPMN 13.3.3: a token that can reach an empty arrow, and no arrow that has one, keeps the join waiting."""
        join, position = task.task_spec.name, other.task_spec.name
        if position == join or other.internal_data["scope"] != task.internal_data["scope"]:
            return False
        reaches = self.program.upstream
        return any(position in reaches(flow, join) for flow in empty) and not any(
            position in reaches(flow, join) for flow in arrived
        )


def restore(program: Program, state: str | None) -> tuple[CaseWorkflow, dict[str, Any]]:
    """The workflow of a stored state, and the rest of the state (counters). Without a state: a new case."""
    workflow = CaseWorkflow(program)
    if state is None:
        return workflow, {"counts": {}, "ended": False}
    values = json.loads(state)
    for node_id, waiting, known in values["tokens"]:
        place = TaskState.WAITING if waiting else TaskState.READY
        task = Token(workflow, workflow.spec.task_specs[node_id], workflow.task_tree, place)
        task.internal_data.update(known)
    return workflow, {"counts": values["counts"], "ended": values["ended"]}


def dump(workflow: CaseWorkflow, rest: dict[str, Any]) -> str:
    """The state as text: same tokens, same bytes."""
    tokens = [[task.task_spec.name, int(task.state == TaskState.WAITING), _known(task)] for task in workflow.live()]
    return _ENCODER.encode(rest | {"tokens": tokens})


#: Made once: ``json.dumps`` with options of one's own makes an encoder for each call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _known(task: Task) -> dict[str, Any]:
    return {name: value for name, value in task.internal_data.items() if value not in ({}, [])}
