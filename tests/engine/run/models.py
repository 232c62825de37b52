"""Small models written as text: ``Start:startEvent A:userTask`` and ``Start>A A>End[amount > 1]``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from bpmn.package import FlowPackage, load
from engine.run import spiff
from engine.run.port import Command, Draft, Outcome
from engine.run.spiff import Program

ARROW = re.compile(r"(\w+)>(\w+)(?:\[(.*?)\])?(!)?$")


def xml(nodes: Mapping[str, str], arrows: str, inside: Mapping[str, str] | None = None) -> bytes:
    """BPMN of ``{id: element}`` and ``A>B A>C[condition] A>D!`` (``!`` marks the default arrow).

    An element is its name with attributes and children, ``userTask``, ``boundaryEvent attachedToRef="A"|<timer…/>``.
    ``inside`` puts nodes into a sub-process: ``{node id: sub-process id}``.
    """
    flows = [ARROW.match(arrow).groups() for arrow in re.findall(r"\S+>\w+(?:\[.*?\])?!?", arrows)]  # type: ignore[union-attr]
    defaults = {source: f"{source}_{target}" for source, target, _, default in flows if default}
    inside = inside or {}

    def scope(owner: str) -> str:
        parts = []
        for node_id, element in nodes.items():
            if inside.get(node_id, "") != owner:
                continue
            head, _, body = element.partition("|")
            name = head.split()[0]
            default = f' default="{defaults[node_id]}"' if node_id in defaults else ""
            inner = scope(node_id) if node_id in inside.values() else ""
            parts.append(f'<{head} id="{node_id}" name="{node_id}"{default}>{body}{inner}</{name}>')
        for source, target, condition, _ in flows:
            if inside.get(source, "") == owner:
                text = f"<conditionExpression>{escape(condition)}</conditionExpression>" if condition else ""
                flow = f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">'
                parts.append(f"{flow}{text}</sequenceFlow>")
        return "".join(parts)

    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">'
        f'<process id="P" isExecutable="true">{scope("")}</process></definitions>'
    ).encode()


def package(nodes: Mapping[str, str], arrows: str, inside: Mapping[str, str] | None = None) -> FlowPackage:
    """The same as a package."""
    return load(xml(nodes, arrows, inside))


@dataclass
class Run:
    """A case driven through the adapter alone, restored from its text before every command."""

    program: Program
    state: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    at: datetime = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    closed: bool = False
    history: list[Draft] = field(default_factory=list)

    @classmethod
    def of(cls, nodes: Mapping[str, str], arrows: str, inside: Mapping[str, str] | None = None, **data: Any) -> Run:
        """A started case of a small model."""
        run = cls(spiff.load(spiff.compile(package(nodes, arrows, inside))))
        run.do("start", **data)
        return run

    def do(self, type_: str, item: str = "", **data: Any) -> Outcome:
        """Apply one command; a bare element id stands for its only open address."""
        waiting = {**spiff.open_items(self.state), **{timer: timer for timer in spiff.open_timers(self.state)}}
        matches = [a for a in waiting if a == item or a.rpartition("#")[0].rpartition("/")[2] == item]
        address = matches[0] if len(matches) == 1 else item
        command = Command(type=type_, actor="clerk", item=address, data=data)
        if type_ == "timer" and address in spiff.open_timers(self.state):
            self.at = max(self.at, datetime.fromisoformat(spiff.open_timers(self.state)[address]))
        outcome = spiff.apply(self.program, self.state, self.data, command, at=self.at)
        self.state, self.data, self.closed = outcome.state, outcome.data, outcome.closed
        self.history += outcome.drafts
        self.at += timedelta(minutes=1)
        return outcome

    def complete(self, *items: str, **data: Any) -> Run:
        """Complete work items in order."""
        for item in items:
            self.do("complete", item, **data)
        return self

    @property
    def open(self) -> list[str]:
        """BPMN ids of the open work items."""
        return list(spiff.open_items(self.state).values())

    def told(self, kind: str) -> list[str | None]:
        """Elements of the steps of one kind, in order."""
        return [draft.element for draft in self.history if draft.kind == kind]
