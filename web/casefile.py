"""The file of one case: everything an officer of its flow may see, read in one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import engine
from bpmn.twin import TwinStep
from engine.answers import CaseView, Issued, Person
from web import benchmarks, casedata, charts, dates, uploads
from web.acting import today
from web.flowwords import FlowWords
from web.history import Line, history, standing
from web.language import lang
from web.session import Session, now, read
from web.worklist import only_who_works_in


@dataclass(frozen=True, kw_only=True)
class File:
    """A case with everything an officer of its flow may see."""

    view: CaseView
    words: FlowWords
    chart: charts.Chart
    #: Newest first.
    lines: list[Line]
    #: What was entered, unmasked.
    answers: list[tuple[str, str]]
    private: dict[str, Any]
    people: list[Person]
    clocks: list[dates.Shown]
    papers: list[Issued]
    files: list[uploads.Attached]
    #: What a benchmark says, where one is for the case.
    discretion: benchmarks.Found | None

    @property
    def party(self) -> str:
        """Whose case it is."""
        return casedata.party(self.words, self.private)

    def step(self, element: str) -> TwinStep | None:
        """The words of one step."""
        id_ = element.rpartition("/")[2]
        return next((step for step in self.chart.twin if step.id == id_), None)

    def schema(self, element: str) -> dict[str, Any]:
        """The form of a step; empty without one."""
        node = self.words.node(element)
        return (self.words.package.form(node.step.form) if node is not None and node.step is not None else None) or {}

    def display(self, name: str | None) -> str:
        """How a person is called."""
        return next((who.display for who in self.people if who.name == name), name or "")


def open_file(number: str) -> File:
    """The case for an officer of its flow; 403 for others, so that nothing private is seen by who has no part in it."""
    with read() as session:
        view = engine.show(session, number, at=now())
        words = FlowWords(engine.package_of(session, view.definition_id), lang())
        only_who_works_in(words.package.definitions)
        return _filled(session, view, words)


def _filled(session: Session, view: CaseView, words: FlowWords) -> File:
    private = engine.private_values(session, view.case)
    return File(
        view=view,
        words=words,
        chart=charts.chart(session, view.definition_id, words, engine.picture_status(view, today())),
        lines=[*history(engine.steps(session, view.case), words, internal=True), *standing(view, words)][::-1],
        answers=casedata.answers(words, view.data, private, view.private, done=casedata.answered(view), masked=False),
        private=private,
        people=engine.people(session),
        clocks=dates.clocks(session, view, words, public=False),
        files=uploads.attached(words, private),
        papers=engine.documents(session, view.case),
        discretion=benchmarks.found_in(session, view, words, public=False),
    )
