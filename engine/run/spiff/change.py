"""A case as one command finds it, and the drafts of what the command changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.task import Task

from engine.record.canonical import Uncanonical, decode, encode
from engine.run.lawful import Edition
from engine.run.port import Command, Draft, Rejected
from engine.run.spiff.program import Program
from engine.run.spiff.routing import Stuck
from engine.run.spiff.workflow import restore

#: The clocks of the law as canonical JSON, and the calendar.
Counting = tuple[str, Edition]


def recordable(name: str, value: object) -> Any:
    """The value as it comes back from the record. Raises Stuck ``data.unrecordable``."""
    try:
        return decode(encode({name: value})[name])
    except Uncanonical as error:
        raise Stuck("data.unrecordable", name=name, reason=str(error)) from error


class Change:
    """Tokens, data and numbering of a case while one command changes them."""

    def __init__(
        self,
        program: Program,
        state: str | None,
        data: Mapping[str, Any],
        command: Command,
        at: datetime,
        counting: Counting | None = None,
    ) -> None:
        self.program = program
        self.workflow, rest = restore(program, state)
        self.counts: dict[str, int] = rest["counts"]
        self.ended: bool = rest["ended"]
        self.data = dict(data)
        self.command = command
        self.at = at
        self.counting = counting
        self.drafts: list[Draft] = []
        self.moves = 0
        #: Milestones of the law reached by this command.
        self.reached = {"received"} if state is None else set()
        #: Did the data change, or a new waiting begin, since conditions were asked?
        self.changed = True
        #: Element and address of the work item this command completed, for return arrows.
        self.completed: tuple[str, str] | None = None

    def set_data(self, element: str | None) -> None:
        """Record what the command brought, by name: the recorded command has its names sorted. Raises Rejected."""
        try:
            for name, value in sorted(self.command.data.items()):
                if name != "take":
                    self.assign(element, name, value)
        except Stuck as stuck:
            raise Rejected(stuck.code, **stuck.params) from stuck
        # The reason of a correction is kept with its command; it is no data of the case.
        kept = {} if self.command.type == "correct" else self.command.private
        for name, commitment in sorted(kept.items()):
            self.data.pop(name, None)
            self.tell("data set", element, name=name, commitment=commitment)

    def assign(self, element: str | None, name: str, value: object) -> None:
        """Set one case value. Raises Stuck when it cannot be recorded."""
        self.data[name] = recordable(name, value)
        self.changed = True
        self.tell("data set", element, name=name, value=encode(value))

    def tell(self, kind: str, element: str | None, **body: Any) -> None:
        """One step."""
        self.drafts.append(Draft(kind=kind, element=element, body=body))

    def node(self, token: Task) -> dict[str, Any]:
        """The program's entry of a token's node."""
        return self.program.nodes[token.task_spec.name]

    def key(self, token: Task) -> str:
        """``scope/id`` of a token's node."""
        return self.program.key(token.task_spec.name)

    def number(self, node_id: str) -> str:
        """A fresh address ``scope/id#n``: of a visit, or of an event that is offered before it is entered."""
        key = self.program.key(node_id)
        self.counts[key] = self.counts.get(key, 0) + 1
        return f"{key}#{self.counts[key]}"

    def owner(self, kind: str, code: str) -> tuple[Task, Any]:
        """The token that holds the item or timer the command names, and what it holds. Raises Rejected ``code``."""
        for token in self.workflow.live():
            if self.command.item in token.internal_data.get(kind, {}):
                return token, token.internal_data[kind][self.command.item]
        raise Rejected(code, item=self.command.item)

    def stuck_token(self) -> tuple[Task, str]:
        """The token of the incident the command names, and where it is stuck. Raises Rejected."""
        for token in self.workflow.live():
            address, stage = token.internal_data.get("stuck", ("", ""))
            if address and address == self.command.item:
                return token, stage
        raise Rejected("incident.unknown", item=self.command.item)
