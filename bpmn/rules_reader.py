"""What the reader had to mend or could not place, as findings. The picture must not lose anything in silence."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bpmn.model import FLOW_NODES
from bpmn.rules import RULES, Rule, Severity, Spot, Subject

#: Problem of the reader → rule and severity.
PROBLEMS: dict[str, tuple[str, Severity]] = {
    "bpmn.dangling_arrow": ("flow.dangling-arrow", "error"),
    "bpmn.duplicate_id": ("id.duplicate", "error"),
    "bpmn.missing_id": ("id.missing", "error"),
    "bpmn.boundary_without_host": ("event.no-host", "error"),
    "bpmn.unknown_element": ("element.unknown", "error"),
    "bpmn.unknown_lane_member": ("lane.unknown-member", "warning"),
    "sun.unknown_element": ("extension.unknown-element", "error"),
    "sun.unknown_attribute": ("extension.unknown-attribute", "error"),
    "sun.bad_value": ("extension.bad-value", "error"),
    "sun.misplaced": ("extension.misplaced", "error"),
    "sun.wrong_namespace": ("extension.wrong-namespace", "error"),
}


def mended(problem_code: str, subject: Subject) -> Iterator[Spot]:
    """A problem of the reader is reported where it was met, wherever in the file that is."""
    for problem in subject.definitions.problems:
        if problem.code == problem_code:
            harmless = problem_code == "bpmn.missing_id" and not _is_run(problem.params.get("type"))
            yield Spot(
                element=problem.element,
                line=problem.line,
                params={"name": problem.element or "", **problem.params},
                severity="info" if harmless else None,
            )


def _is_run(kind: object) -> bool:
    return kind in FLOW_NODES or kind in ("process", "sequenceFlow")


for _problem, (_code, _severity) in PROBLEMS.items():
    RULES[_code] = Rule(_code, _severity, _severity, partial(mended, _problem))
