"""Rules of documents and their templates: nothing that runs, no name that is not there, no decision without its law.

That a penalty rests on the statute and never on a benchmark alone, and that every refusal names reason and remedy, is
law (行政处罚法 arts. 4, 34, 44, 59; 行政许可法 art. 38), so it is checked before anything is published.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.flow_data import fields_of, written
from bpmn.model import Node
from bpmn.paper_words import KNOWN
from bpmn.power import Paper
from bpmn.rules import Spot, Subject, at, rule
from bpmn.rules_power import STAFFED
from bpmn.template import Template, Unusable, read

#: Codes of ``bpmn.template.Unusable`` are findings of the file they are in.
_STATUTE = "《中华人民共和国"


@rule("document.template", "error")
def template(subject: Subject) -> Iterator[Spot]:
    """A document names a template that is not in the package, or has a name but no words."""
    for node, paper in _papers(subject):
        if subject.package is None or subject.package.template(paper.template) is None or not paper.name:
            yield at(node, template=paper.template)


@rule("document.nobody", "error")
def nobody(subject: Subject) -> Iterator[Spot]:
    """A document is issued when somebody finishes its step: a template elsewhere would never be filled in."""
    yield from (at(node, document=paper.name) for node, paper in _papers(subject) if node.type not in STAFFED)


@rule("document.number", "error")
def number(subject: Subject) -> Iterator[Spot]:
    """A number holds the year and a running number, each once: two documents never have the same."""
    for node, paper in _papers(subject):
        left = paper.number.replace("{year}", "", 1).replace("{n}", "", 1)
        if paper.number and ("{n}" not in paper.number or "{" in left or "}" in left):
            yield at(node, number=paper.number, year="{year}", n="{n}")


@rule("document.unusable", "error")
def unusable(subject: Subject) -> Iterator[Spot]:
    """A template holds more than words, values, choices and lists: nothing in a document runs or loads."""
    for path, data in _files(subject):
        try:
            read(data)
        except Unusable as error:
            params = {name: str(value) for name, value in error.params.items()}
            yield Spot(element=path, line=error.line, file=path, params={"name": path, "code": error.code, **params})


@rule("document.unused", "warning")
def unused(subject: Subject) -> Iterator[Spot]:
    """A template that no document of any step names is never filled in."""
    named = {f"documents/{paper.template}.html" for _, paper in _papers(subject)}
    for path, _ in _files(subject):
        if path not in named:
            yield Spot(element=path, file=path, params={"name": path})


@rule("document.unknown-name", "error")
def unknown_name(subject: Subject) -> Iterator[Spot]:
    """A template reads a value that no form asks for, nothing computes, and that is none every document has."""
    known = KNOWN.keys() | fields_of(subject).keys() | written(subject)
    for node, paper, found in _readable(subject):
        for name in sorted(found.names):
            if name.removeprefix("raw.") not in known:
                yield at(node, template=paper.template, variable=name)


@rule("document.no-statute", "error", exercise=None)
def no_statute(subject: Subject) -> Iterator[Spot]:
    """A penalty cites the statute, never a benchmark alone (行政处罚法 arts. 4, 34)."""
    if subject.power is None or subject.power.type != "CF":
        return
    for node, paper, found in _readable(subject):
        part = node.step.discretion.part if node.step and node.step.discretion else ""
        guided = part in ("notice", "decision") or "裁量基准" in found.text or "discretion" in found.names
        if guided and not ({"statute", "bases"} & found.names or _STATUTE in found.text):
            yield at(node, template=paper.template)


@rule("document.refusal", "error", exercise=None)
def refusal(subject: Subject) -> Iterator[Spot]:
    """Every refusal (不予…) gives its reason, in words of the step's own form, and says how it is contested."""
    for node, paper, found in _readable(subject):
        if node.step is None or not (node.step.refusal or "不予" in paper.name):
            continue
        form = (subject.package.form(node.step.form) if subject.package and node.step.form else None) or {}
        texts = {name for name, rule_ in form.get("properties", {}).items() if _is_text(rule_)}
        if not (texts & found.names) or "remedies" not in found.names:
            yield at(node, template=paper.template)


@rule("document.no-remedy", "error", exercise=None)
def no_remedy(subject: Subject) -> Iterator[Spot]:
    """A decision says how it is contested (行政处罚法 art. 59; 行政复议法 art. 20)."""
    for node, paper, found in _readable(subject):
        decides = node.step is not None and node.step.marks == "decided"
        if decides and "决定书" in paper.name and "remedies" not in found.names:
            yield at(node, template=paper.template)


def _is_text(rule_: object) -> bool:
    return isinstance(rule_, dict) and rule_.get("type") == "string" and "enum" not in rule_ and "format" not in rule_


def _papers(subject: Subject) -> Iterator[tuple[Node, Paper]]:
    for node in subject.nodes.values():
        if node.step is not None:
            yield from ((node, paper) for paper in node.step.papers)


def _files(subject: Subject) -> Iterator[tuple[str, bytes]]:
    files = subject.package.files if subject.package else {}
    yield from ((path, data) for path, data in files.items() if path.startswith("documents/"))


def _readable(subject: Subject) -> Iterator[tuple[Node, Paper, Template]]:
    """Every document whose template can be used; the others are findings of their own."""
    for node, paper in _papers(subject):
        data = subject.package.template(paper.template) if subject.package else None
        try:
            if data is not None:
                yield node, paper, read(data)
        except Unusable:
            continue
