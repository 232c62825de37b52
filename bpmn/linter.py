"""Every rule over a package or a bare file → findings. Pure: the same bytes give the same findings in one order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from bpmn import (
    rules_benchmark,
    rules_data,
    rules_decision,
    rules_document,
    rules_event,
    rules_flow,
    rules_form,
    rules_gateway,
    rules_limit,
    rules_package,
    rules_power,
    rules_reader,
    rules_sound,
    rules_span,
    rules_task,
)
from bpmn.errors import Refused
from bpmn.model import Definitions
from bpmn.package import PROCESS, FlowPackage
from bpmn.rules import RULES, Finding, Subject

__all__ = ["Finding", "lint", "lint_definitions"]

#: Where rules are defined; importing them fills RULES.
ROOMS = (
    rules_reader,
    rules_flow,
    rules_gateway,
    rules_event,
    rules_task,
    rules_data,
    rules_decision,
    rules_benchmark,
    rules_document,
    rules_form,
    rules_power,
    rules_limit,
    rules_span,
    rules_package,
    rules_sound,
)
#: More findings of one rule than this help nobody; the rest is cut, and comes to light when these are mended.
MAX_OF_ONE_RULE = 50


def lint(package: FlowPackage) -> list[Finding]:
    """Every finding of a package, sorted by file and line. A file that cannot be read at all is an error of its own."""
    findings = list(_unreadable(package))
    try:
        definitions = package.definitions
    except Refused as refused:
        return [*findings, _refusal(refused, PROCESS)]
    return _sorted([*findings, *_all(Subject(definitions, package))])


def lint_definitions(definitions: Definitions) -> list[Finding]:
    """Every finding of a BPMN file alone, sorted by line."""
    return _sorted(_all(Subject(definitions)))


def _all(subject: Subject) -> Iterator[Finding]:
    for rule in RULES.values():
        yield from islice(rule.findings(subject), MAX_OF_ONE_RULE)


def _unreadable(package: FlowPackage) -> Iterator[Finding]:
    """Forms, labels, stories, decisions, benchmarks that cannot be read; each is tried alone, so that all are named."""
    for path, data in package.files.items():
        alone = FlowPackage({path: data}, "")
        beside = f"{path.removeprefix('benchmarks/').removesuffix('.toml')}.dmn"
        try:
            if path.startswith("benchmarks/"):
                pair = {path: data} | ({beside: package.files[beside]} if beside in package.files else {})
                _ = FlowPackage(pair, "").benchmarks
            _ = (alone.forms, alone.scenarios, alone.labels("en"), alone.decisions)
        except Refused as refused:
            yield _refusal(refused, path)


def _refusal(refused: Refused, file: str) -> Finding:
    return Finding(
        rule=refused.code,
        severity="error",
        element=refused.element,
        line=refused.line,
        params={"name": refused.element or file, **refused.params},
        file=file,
    )


def _sorted(findings: Iterator[Finding] | list[Finding]) -> list[Finding]:
    def place(finding: Finding) -> tuple[bool, str, int, str, str, str]:
        file = finding.file
        return (file != PROCESS, file, finding.line or 0, finding.rule, finding.element or "", str(finding.params))

    return sorted(findings, key=place)
