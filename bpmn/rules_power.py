"""Rules of a power: what the law wants published with its flowchart (facts: the seven elements), and that it agrees.

The seven elements 七要素: conditions 行使权力的条件 · posts 承办岗位 · procedure 运行程序及相关接口 · limits 办理时限 ·
supervision 监督制约环节 · rights of the party 相对人的权利 · complaints 投诉举报途径和方式.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bpmn.model import Node
from bpmn.power import Basis, Limit
from bpmn.rules import Spot, Subject, at, rule

#: Tasks a person does.
STAFFED = ("task", "userTask", "manualTask", "receiveTask")
#: Lanes of people who are not the body's own: they have a part in the procedure, no post in it.
OUTSIDE = ("applicant", "third")
#: Known ways of writing a power's code (national catalogue, business item, implementation code, local schemes).
CODES = re.compile(
    r"\d{9}(\d{2}[0-9Y])|\d{14}|[0-9A-HJ-NPQRTUWXY]{18}[1-6]\d{12}|[0-9A-Z]{4,12}-[A-Z]{2}-\d{4,6}|[A-Z]{2}\d{7}[0-9A-Z]"
    r"|[A-Z]{2}\d{5}[0-9A-Z]{3}|\d{6}[0-9A-Z]{5}\d{5}"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _needs(code: str, what: str, why: str, *, shared: bool = False) -> None:
    """A rule that the power data hold ``what``; asked of a shared flow only where that must have it too."""

    def check(subject: Subject) -> Iterator[Spot]:
        power = subject.power
        if subject.process and power and not getattr(power, what) and (shared or not power.shared):
            yield at(subject.process)

    check.__doc__ = why
    rule(code, "error", exercise=None)(check)


_needs(
    "power.no-type",
    "type",
    "A power says of which type it is (行政许可 XK, 行政处罚 CF …): limits and lists depend on it.",
    shared=True,
)
_needs("power.no-body", "body", "A power names the body that exercises it: who answers for it.", shared=True)
_needs("power.no-code", "code", "A power has its code in the list of powers (权力清单).")
_needs("power.no-condition", "conditions", "Element 1 of seven: the conditions under which the power is exercised.")
_needs("power.no-limit", "limits", "Element 4 of seven: how long a case may take from beginning to end.")
_needs("power.no-supervision", "supervision", "Element 5 of seven: who supervises, and how to reach them.")
_needs("power.no-complaint", "complaint", "Element 7 of seven: where and how to complain or report.")
_needs("power.no-phone", "phone", "Whom to ask: a number that is answered.")
_needs("power.no-basis", "bases", "No power without law: the legal bases of the power.", shared=True)
_needs(
    "power.no-remedy",
    "remedies",
    "How a decision is contested: reconsideration and litigation; review and appeal of a civil servant.",
)


@rule("power.no-right", "error", exercise=None)
def no_right(subject: Subject) -> Iterator[Spot]:
    """Element 6 of seven: at least one step tells the party its rights (陈述、申辩、听证 …)."""
    if subject.process and not any(node.step and node.step.rights for node in subject.nodes.values()):
        yield at(subject.process)


@rule("power.code-form", "warning", exercise=None)
def code_form(subject: Subject) -> Iterator[Spot]:
    """The code has the form of one of the known schemes (facts: domain 7.3)."""
    if subject.process and subject.power and subject.power.code and not CODES.fullmatch(subject.power.code):
        yield at(subject.process, code=subject.power.code)


@rule("power.several", "error", exercise=None)
def several(subject: Subject) -> Iterator[Spot]:
    """A file publishes one power: each has its own code, version and record."""
    for process in subject.definitions.processes:
        if process.power and process is not subject.definitions.main:
            yield at(process)


@rule("power.apply", "error", exercise=None)
def apply(subject: Subject) -> Iterator[Spot]:
    """``apply`` names the application: a user task of the applicant's lane with a form, first after the start.

    A power exercised on the body's own motion (处罚, 检查) has none.
    """
    if subject.process and subject.power and subject.power.apply:
        node = subject.nodes.get(subject.power.apply)
        starts = [start.id for start in subject.control.beginnings(None)]
        if node is None or not _is_application(subject, node) or all(node.id not in _next(subject, s) for s in starts):
            yield at(subject.process, apply=subject.power.apply)


def _is_application(subject: Subject, node: Node) -> bool:
    return node.type == "userTask" and subject.role(node) == "applicant" and bool(node.step and node.step.form)


def _next(subject: Subject, start: str) -> set[str]:
    return subject.control.after[start] | {start}


def _steps(subject: Subject) -> Iterator[Node]:
    """Tasks that people do."""
    return (node for node in subject.nodes.values() if node.type in STAFFED)


@rule("step.no-lane", "error", exercise="info")
def no_lane(subject: Subject) -> Iterator[Spot]:
    """Who does it: every step of a person lies in a lane (element 3 of seven: the hand-overs between parties)."""
    for node in _steps(subject):
        if subject.lane(node) is None and (subject.power or (subject.process and subject.process.lanes)):
            yield at(node)


@rule("step.no-role", "error", exercise=None)
def no_role(subject: Subject) -> Iterator[Spot]:
    """The lane of a step says the role of those who act in it (``sun:lane role``): permissions depend on it."""
    for lane in subject.process.lanes if subject.process else ():
        members = [node for node in subject.nodes.values() if node.lane == lane.id]
        if members and not subject.role(members[0]):
            yield Spot(element=lane.id, line=lane.line, params={"name": lane.name or lane.id})


@rule("step.no-post", "error", exercise=None)
def no_post(subject: Subject) -> Iterator[Spot]:
    """Element 2 of seven: every step of the body names the post that does it."""
    for node in _steps(subject):
        if not (node.step and node.step.post) and subject.role(node) not in OUTSIDE:
            yield at(node)


@rule("step.no-phase", "error", exercise=None)
def no_phase(subject: Subject) -> Iterator[Spot]:
    """Every step belongs to a phase of the list of duties (责任清单: 受理, 审查, 决定, 送达 …)."""
    for node in _steps(subject):
        if not (node.step and node.step.phase):
            yield at(node)


@rule("step.no-basis", "error", exercise=None)
def no_basis(subject: Subject) -> Iterator[Spot]:
    """Every step of the body has its legal basis: no step that the law does not know. Steps of others should too."""
    for node in _steps(subject):
        if not (node.step and node.step.bases):
            yield replace(at(node), severity="warning" if subject.role(node) in OUTSIDE else None)


@rule("step.no-limit", "error", exercise=None)
def no_limit(subject: Subject) -> Iterator[Spot]:
    """Element 4 of seven: every step of the body has a limit, if only ``on_spot``, or lies in a limited segment."""
    for node in _steps(subject):
        if subject.role(node) not in OUTSIDE and not any(_limited(one) for one in _around(subject, node)):
            yield at(node)


def _around(subject: Subject, node: Node | None) -> Iterator[Node]:
    """The node and the sub-processes it lies in."""
    while node is not None:
        yield node
        node = subject.nodes.get(node.parent or "")


def _limited(node: Node) -> bool:
    return any(limit.kind == "max" for limit in (node.step.limits if node.step else ()))


@rule("limit.empty", "error", exercise=None)
def limit_empty(subject: Subject) -> Iterator[Spot]:
    """A limit says how long: by statute, as promised, or ``on_spot``."""
    for spot, limit in _limits(subject):
        if limit.statutory is None and limit.promised is None and limit.unit != "on_spot":
            yield spot


@rule("limit.promise-too-long", "error", exercise=None)
def promise_too_long(subject: Subject) -> Iterator[Spot]:
    """What is promised may shorten the statutory limit, never lengthen it; for a minimum it is the other way round."""
    for spot, limit in _limits(subject):
        if limit.statutory is not None and limit.promised is not None:
            longer, shorter = limit.promised > limit.statutory, limit.promised < limit.statutory
            if longer if limit.kind == "max" else shorter:
                spot.params.update(promised=limit.promised, statutory=limit.statutory)
                yield spot


@rule("limit.no-basis", "error", exercise=None)
def limit_no_basis(subject: Subject) -> Iterator[Spot]:
    """A statutory limit names the statute and the article it comes from."""
    for spot, limit in _limits(subject):
        if limit.statutory is not None and not (limit.basis and limit.basis.article):
            yield spot


def _limits(subject: Subject) -> Iterator[tuple[Spot, Limit]]:
    if subject.process and subject.power:
        yield from ((at(subject.process), limit) for limit in subject.power.limits)
    for node in subject.nodes.values():
        yield from ((at(node), limit) for limit in (node.step.limits if node.step else ()))


@rule("basis.incomplete", "error", exercise=None)
def basis_incomplete(subject: Subject) -> Iterator[Spot]:
    """A legal basis names instrument and article; its dates, where given, are days in the right order."""
    for spot, basis in _bases(subject):
        dates = [day for day in (basis.effective_from, basis.effective_to) if day]
        wrong = any(not _DAY.fullmatch(day) for day in dates) or dates != sorted(dates)
        if not basis.instrument or not basis.article or wrong:
            spot.params["basis"] = str(basis)
            yield spot


def _bases(subject: Subject) -> Iterator[tuple[Spot, Basis]]:
    if subject.process and subject.power:
        yield from ((at(subject.process), basis) for basis in subject.power.bases)
    for node in subject.nodes.values():
        yield from ((at(node), basis) for basis in (node.step.bases if node.step else ()))


@rule("material.no-name", "error", exercise=None)
def material_no_name(subject: Subject) -> Iterator[Spot]:
    """Every document an applicant must bring has a name."""
    if subject.process and subject.power:
        for material in subject.power.materials:
            if not material.name:
                yield at(subject.process)
