"""The journal of a case for auditors: every recorded step in words, none left out, none joined. Pure.

``web.history`` tells people what happened; here each row is one row of the record, with the exact words of its body.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bpmn.twin import TwinStep
from engine.answers import Person, Step
from engine.record import canonical
from web import forms, wording
from web.casedata import asked
from web.flowwords import FlowWords
from web.formatting import plain
from web.language import gettext as _

#: Steps marked on the slider beside the commands; the name is the class of the mark.
MARKS = {
    "incident raised": "stuck",
    "work item returned": "back",
    "timer fired": "time",
    "limit expired": "time",
    "case closed": "end",
}
#: What the sentence of a step of the law says.
_LAW = {
    "limit paused": ("ground",),
    "limit expired": ("value",),
    "deemed effect": ("effect",),
    "card raised": ("colour",),
}
#: Sign beside a step (``components/icon.html``); all others are ``current``.
SIGNS = {
    "element left": "done",
    "work item completed": "done",
    "case closed": "done",
    "case resumed": "done",
    "incident resolved": "done",
    "work item returned": "returned",
    "incident raised": "incident",
    "timer fired": "warn",
    "limit paused": "skipped",
    "limit expired": "overdue",
    "deemed effect": "warn",
    "card raised": "warn",
    "card answered": "done",
    "card revoked": "skipped",
    "element cancelled": "skipped",
    "case cancelled": "skipped",
    "case suspended": "skipped",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One recorded step in words."""

    step: Step
    title: str
    #: Number and name of the element, or from where to where; '' for the case as a whole.
    place: str
    actor: str
    sign: str
    #: ``command``, one of MARKS, or ''.
    mark: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """One command and the steps it made."""

    head: Row
    rows: tuple[Row, ...]

    @property
    def first(self) -> int:
        """Number of the command itself."""
        return self.head.step.seq

    @property
    def last(self) -> int:
        """Number of the last step it made."""
        return self.rows[-1].step.seq


class Journal:
    """The steps of one case, with the words of its flow."""

    def __init__(
        self, number: str, steps: list[Step], words: FlowWords, twin: Iterable[TwinStep], people: Iterable[Person]
    ) -> None:
        self.number, self.steps, self.words = number, steps, words
        self._twin = {step.id: step for step in twin}
        self._people = {person.name: person.display or person.name for person in people}

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every step, from the first."""
        return tuple(self._rows())

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The steps by the command that made them."""
        found: list[list[Row]] = []
        for row in self.rows:
            if row.step.kind == "command" or not found:
                found.append([])
            found[-1].append(row)
        return tuple(Group(head=rows[0], rows=tuple(rows)) for rows in found)

    @cached_property
    def erasures(self) -> dict[str, list[int]]:
        """Names of private fields → the steps that erased them."""
        found: dict[str, list[int]] = {}
        for step in self.steps:
            if step.kind == "command" and step.body.get("type") == "erase":
                for name in step.body.get("names", ()):
                    found.setdefault(name, []).append(step.seq)
        return found

    def erased_at(self, name: str, written: int) -> int | None:
        """The step that erased the value of ``name`` written at step ``written``; None while none did."""
        return next((seq for seq in self.erasures.get(name, ()) if seq > written), None)

    def record(self, step: Step) -> str:
        """The text whose SHA-256 enters the chain (docs/record-format.md)."""
        record = {
            "at": canonical.instant(step.at),
            "body": step.body,
            "case": self.number,
            "element": step.element,
            "kind": step.kind,
            "seq": step.seq,
        }
        return canonical.dumps(record).decode()

    def label(self, name: str) -> str:
        """What a field of the case data is called; its own name where no form asks for it."""
        return forms.label_of(self._forms.get(name, {}), name)

    def value(self, name: str, recorded: Any) -> str:
        """A public value as its form shows it."""
        return plain(forms.shown(self._forms.get(name, {}), name, recorded))

    def place(self, element: str) -> str:
        """An element in words: 7 组织现场核查; an arrow as from → to."""
        flow = self.words.package.definitions.flows.get(element.rpartition("/")[2])
        if flow is not None:
            return f"{self.place(flow.source)} → {self.place(flow.target)}"
        step = self._twin.get(element.rpartition("/")[2])
        if step is None:
            return self.words.name(element)
        name = step.name or step.type
        return f"{step.number} {name}" if step.number else name

    def person(self, name: str) -> str:
        """Who a recorded name is."""
        return self._people.get(name) or self.word("actor", name)

    @cached_property
    def _forms(self) -> dict[str, dict[str, Any]]:
        return asked(self.words)

    def _rows(self) -> Iterator[Row]:
        actor = ""
        for step in self.steps:
            is_command = step.kind == "command"
            if is_command:
                actor = self._actor(step.body)
            yield Row(
                step=step,
                title=self._title(step),
                place=self.place(element_of(step)),
                actor=actor,
                sign=SIGNS.get(step.kind, "current"),
                mark="command" if is_command else MARKS.get(step.kind, ""),
            )

    def _actor(self, body: Mapping[str, Any]) -> str:
        actor = self.person(str(body.get("actor", "")))
        if "on_behalf" in body:
            return _("%(officer)s（代申请人）", officer=actor)
        return _("、").join([actor, self.person(str(body["with"]))]) if "with" in body else actor

    def _title(self, step: Step) -> str:
        body = step.body
        if step.kind == "command":
            return self.word("command", str(body.get("type", "")))
        code, slots = step.kind, {}
        if step.kind == "data set":
            slots = {"name": self.label(str(body.get("name", "")))}
        elif step.kind == "document issued":
            slots = {"name": str(body.get("document", ""))}
        elif step.kind == "decision made":
            slots = {"name": str(body.get("name", ""))}
        elif step.kind == "children begun":
            slots = {"count": str(body.get("count", ""))}
        elif step.kind in ("message sent", "message received"):
            slots = {"name": str(body.get("signal") or body.get("message", ""))}
        elif step.kind == "condition evaluated":
            code = "condition holds" if body.get("result") is True else "condition fails"
        elif step.kind == "arrow taken":
            flow = self.words.package.definitions.flows.get((step.element or "").rpartition("/")[2])
            code = "arrow answered" if flow is not None and flow.name else code
            slots = {"answer": self.words.name(step.element or "")}
        elif step.kind == "work item claimed" and not body.get("by"):
            code = "work item released"
        elif step.kind == "element cancelled" and body:
            code = "work item withdrawn" if "item" in body else "timer withdrawn"
        slots |= {name: self._law(name, body[name]) for name in _LAW.get(code, ()) if name in body}
        return self.word("step", code, **slots)

    def _law(self, name: str, value: Any) -> str:
        """A value of a step of the law in words."""
        table = {"value": "limit"}.get(name, name)
        return str(value) if table == "effect" else self.word(table, str(value))

    def word(self, table: str, code: str, **slots: object) -> str:
        """A code in the language of the words (``web/words``)."""
        return wording.word(table, code, self.words.lang, **slots)


def element_of(step: Step) -> str:
    """The element a step speaks of: its own, or the one whose work item the command names; ''."""
    if step.element:
        return step.element
    item = step.body.get("item", "")
    return item.rpartition("#")[0] if isinstance(item, str) else ""
