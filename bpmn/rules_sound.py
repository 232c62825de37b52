"""Rules of the whole: can every case of this model come to its end? Found by playing it (``bpmn.soundness``)."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.model import Flow
from bpmn.rules import Spot, Subject, at, rule
from bpmn.soundness import MAX_MARKINGS, Defect

#: Of a long way only the last steps are told.
MAX_TOLD = 12


def _found(subject: Subject, kind: str) -> Iterator[Defect]:
    return (defect for defect in subject.defects if defect.kind == kind)


@rule("sound.deadlock", "error", exercise="warning")
def deadlock(subject: Subject) -> Iterator[Spot]:
    """A join that waits for an arrow on which, on some way through the model, nothing can come any more.

    A case that takes that way stands still for ever (as an incident; it does not vanish).
    """
    for defect in _found(subject, "deadlock"):
        node = subject.nodes[defect.element]
        missing = [_source(subject, flow) for flow in defect.missing]
        yield at(node, path=_told(subject, defect), missing=" / ".join(missing))


@rule("sound.twice", "error", exercise="warning")
def twice(subject: Subject) -> Iterator[Spot]:
    """Two tokens on one arrow: branches that ran side by side come together without a join, and all after it is done
    twice."""
    for defect in _found(subject, "twice"):
        yield at(_flow(subject, defect.element), path=_told(subject, defect), source=_source(subject, defect.element))


@rule("sound.dead", "error", exercise="warning")
def dead(subject: Subject) -> Iterator[Spot]:
    """A node that arrows lead to and no case can ever reach, because a join before it never gets its tokens."""
    for defect in _found(subject, "dead"):
        yield at(subject.nodes[defect.element])


@rule("sound.not-proved", "info")
def not_proved(subject: Subject) -> Iterator[Spot]:
    """Too many ways through the model to look at all of them: that it always ends is neither proved nor refuted."""
    for defect in _found(subject, "not-proved"):
        where = subject.nodes.get(defect.element) or subject.process
        assert where is not None
        yield at(where, limit=MAX_MARKINGS)


def _told(subject: Subject, defect: Defect) -> str:
    """The way there: names of nodes, each question with the answer that was given."""
    steps = [_step(subject, node, flow) for node, flow in defect.path]
    return " → ".join(["…", *steps[-MAX_TOLD:]] if len(steps) > MAX_TOLD else steps)


def _step(subject: Subject, node_id: str, flow_id: str) -> str:
    """The node, and what was answered there; or the event on its border that happened instead."""
    if not flow_id:
        return _name(subject, node_id)
    flow = _flow(subject, flow_id)
    answer = flow.name or flow.condition or _name(subject, flow.target)
    return f"{_name(subject, node_id)}（{answer if flow.source == node_id else _name(subject, flow.source)}）"


def _source(subject: Subject, flow_id: str) -> str:
    return _name(subject, _flow(subject, flow_id).source)


def _flow(subject: Subject, flow_id: str) -> Flow:
    return next(flow for flow in subject.flows if flow.id == flow_id)


def _name(subject: Subject, node_id: str) -> str:
    return subject.nodes[node_id].name or node_id
