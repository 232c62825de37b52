"""What is refused before anything of it runs: models that would run otherwise than they are drawn.

The linter finds the same, with the same code and a way out; a package that passed it is never refused here. Asked
again, because a program must not be able to come from anything else.
"""

from __future__ import annotations

from bpmn.errors import Refused
from bpmn.linter import lint
from bpmn.package import FlowPackage

#: Rooms of rules about running where every error refuses.
_ROOMS = ("condition.", "event.", "gateway.", "loop.", "script.", "task.", "timer.")
#: Rules of other rooms that refuse.
_CODES = ("process.nothing-to-run", "start.missing", "start.several", "flow.crosses-border", "flow.into-start")
#: Run rightly, and errors only because a published chart must be clearer: an empty branch, one bare arrow, a choice.
_HARMLESS = frozenset(
    (
        "gateway.no-outgoing",
        "gateway.no-conditions",
        "gateway.some-conditions",
        "condition.hidden",
        "event.uncaught-error",
        "event.never-fires",
        "event.conditional",
        "task.empty-sub-process",
    )
)


def refuse(package: FlowPackage) -> None:
    """Raises Refused with the first error about running that the linter finds."""
    for finding in lint(package):
        if finding.severity == "error" and _is_about_running(finding.rule):
            params = {name: value for name, value in finding.params.items() if name != "code"}
            raise Refused(finding.rule, element=finding.element, line=finding.line, **params)


def _is_about_running(rule: str) -> bool:
    return rule in _CODES or (rule.startswith(_ROOMS) and rule not in _HARMLESS)
