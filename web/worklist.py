"""The list on a desk: what waits for somebody, how late it is, and what is left of it under a filter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import abort
from flask_babel import to_user_timezone

from bpmn.model import Definitions, Node
from engine.answers import Person, WorkItem
from engine.status import estimate_by_law
from web import auth
from web.flowwords import FlowWords

#: What the pills above the list choose.
VIEWS = ("all", "today", "late", "free", "mine")
#: Lateness of an item, worst first: statutory date passed, promised date passed, due today, in time, no date.
LATENESS = ("overdue", "warn", "today", "", "none")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One work item as the list shows it."""

    item: WorkItem
    words: FlowWords
    #: One of LATENESS.
    lateness: str
    #: Calendar days left until the date, negative when it has passed; None without one.
    days: int | None

    @property
    def late(self) -> bool:
        return self.lateness in ("overdue", "warn")

    def within(self, view: str) -> bool:
        """Does it belong to one of VIEWS?"""
        if view == "today":
            return self.lateness == "today"
        if view == "late":
            return self.late
        if view in ("free", "mine"):
            return (self.item.state == "open") is (view == "free")
        return True


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the filters above the list ask for; '' asks for nothing."""

    view: str = "all"
    post: str = ""
    flow: str = ""
    q: str = ""

    def narrow(self, rows: Iterable[Row]) -> list[Row]:
        """The rows of the post, the flow and the words asked for; the view is applied last, by the caller."""
        return [row for row in rows if self._fits(row)]

    def _fits(self, row: Row) -> bool:
        item = row.item
        if self.post and item.post != self.post:
            return False
        if self.flow and (item.definition is None or item.definition.key != self.flow):
            return False
        shown = f"{item.case} {row.words.name(item.element)} {row.words.title}".casefold()
        return all(part in shown for part in self.q.casefold().split())


def row(item: WorkItem, words: FlowWords, today: date) -> Row:
    """A work item with its lateness as of ``today`` (the local date)."""
    node = words.node(item.element)
    days = (item.due.on - today).days if item.due is not None else None
    return Row(item=item, words=words, lateness=lateness(item, node, today), days=days)


def lateness(item: WorkItem, node: Node | None, today: date) -> str:
    """One of LATENESS, by the same dates as the chart (``engine.status``)."""
    if item.due is None:
        return "none"
    if item.due.counted:
        passed = "overdue" if item.due.value == "statutory" else "warn"
        return passed if today > item.due.on else "today" if today == item.due.on else ""
    law = None
    if node is not None and node.step is not None:
        law = estimate_by_law(node, to_user_timezone(item.offered_at).date())
    if law is not None and today > law:
        return "overdue"
    if today > item.due.on:
        return "warn"
    return "today" if today == item.due.on else ""


def posts(definitions: Definitions) -> frozenset[str]:
    """All posts that act in a flow."""
    return frozenset(node.step.post for node in definitions.nodes.values() if node.step and node.step.post)


def works_in(person: Person, definitions: Definitions) -> bool:
    """May the person see what is private in the cases of a flow? Only with a post in it; exercises are open."""
    acting = posts(definitions)
    return not acting or bool(person.posts & acting)


def only_who_works_in(definitions: Definitions) -> None:
    """What is private in a case, values, documents and files alike, is for officers of its flow: 403 for others."""
    person = auth.person()
    if person is None or not works_in(person, definitions):
        abort(403)


def may_do(person: Person, item: WorkItem, definitions: Definitions) -> bool:
    """Is the step theirs: by its post, or (the applicant's own) by any post of the flow?"""
    if item.applicant or not item.post:
        return works_in(person, definitions)
    return item.post in person.posts
