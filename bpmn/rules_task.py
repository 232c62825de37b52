"""Rules of tasks and sub-processes (BPMN 2.0, 10.3): what is supported, and the way out for what is not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bpmn.calls import called, circular
from bpmn.feel import FeelError, compile_expression, compile_script
from bpmn.model import Loop, Node
from bpmn.rules import Spot, Subject, at, misread, rule

#: More instances than this run as cases of their own, where they are runs of a published flow.
MAX_INSTANCES = 200
#: More cases of their own than this are a mistake.
MAX_CHILDREN = 10_000
FEEL_NAMES = ("feel", "text/feel", "application/feel")
#: How a flow is named when it is published.
KEY = re.compile(r"[a-z0-9-]{1,64}")
#: Keys of a command's data that mean something to the engine.
RESERVED = frozenset(("take", "with"))


@rule("task.business-rule", "error")
def business_rule(subject: Subject) -> Iterator[Spot]:
    """A business rule task names a decision of the package (BPMN 10.3.3)."""
    for node in _of_type(subject, "businessRuleTask"):
        finds_tier = node.step is not None and node.step.discretion is not None
        if subject.decision(node) is None and not finds_tier:
            yield at(node, decision=node.step.decision if node.step else "")


@rule("task.call-activity", "error")
def call_activity(subject: Subject) -> Iterator[Spot]:
    """A call activity calls a process of the file, or the key of a published flow (BPMN 10.3.6); never itself."""
    process = subject.definitions.main
    circles = {node.id for node in circular(process, subject.definitions)} if process else set()
    for node in _of_type(subject, "callActivity"):
        if node.id in circles or not (called(subject.definitions, node) or KEY.fullmatch(node.called)):
            yield at(node, called=node.called)


@rule("task.call-pinned", "info")
def call_pinned(subject: Subject) -> Iterator[Spot]:
    """What a file calls by key is the version published last when the caller is published, and stays that version."""
    for node in _of_type(subject, "callActivity"):
        if called(subject.definitions, node) is None and KEY.fullmatch(node.called):
            yield at(node, called=node.called)


@rule("task.ad-hoc", "error")
def ad_hoc(subject: Subject) -> Iterator[Spot]:
    """An ad-hoc sub-process has no order of steps; a published procedure has one (BPMN 10.3.5)."""
    for node in _of_type(subject, "adHocSubProcess"):
        yield at(node)


@rule("task.transaction", "error")
def transaction(subject: Subject) -> Iterator[Spot]:
    """A transaction promises to be undone as a whole; public acts are corrected, not undone (BPMN 10.3.5)."""
    for node in _of_type(subject, "transaction"):
        yield at(node)


@rule("task.empty-sub-process", "error", exercise="warning")
def empty_sub_process(subject: Subject) -> Iterator[Spot]:
    """A collapsed sub-process without an inside says nothing about what is done in it (BPMN 10.3.5)."""
    for node in subject.nodes.values():
        if node.kind == "sub" and not subject.control.inside(node.id):
            yield at(node)


@rule("task.not-connected", "info")
def not_connected(subject: Subject) -> Iterator[Spot]:
    """A service task without a connection is recorded and passed through: nothing outside is called (BPMN 10.3.3)."""
    for node in _of_type(subject, "serviceTask"):
        if node.step is None or not node.step.service:
            yield at(node)


@rule("task.unsupported", "error")
def unsupported(subject: Subject) -> Iterator[Spot]:
    """Something the file says of how a step runs, and that is not executed: it would be silently left out.

    Quantities of tokens, behaviour of instances, outputs of instances, and data changed on the way in or out (BPMN
    10.3, 10.3.8, 10.4.2).
    """
    for node in subject.nodes.values():
        for detail in node.unsupported:
            yield at(node, detail=detail)


@rule("task.performer", "info")
def performer(subject: Subject) -> Iterator[Spot]:
    """Who does a step is said by its lane and post; a resource role (BPMN 10.3.1) is not looked at."""
    for node in subject.nodes.values():
        if node.performers:
            yield at(node, roles=", ".join(node.performers))


@rule("loop.instances", "error")
def instances(subject: Subject) -> Iterator[Spot]:
    """Several instances need a number, written or as FEEL (BPMN 10.3.8): at most 200, or 10,000 of a published flow.

    More than 200 are cases of their own. A collection is not handed out item by item, because a case has one store of
    data: its ``count(…)`` is a number. A number from the data that is too large, or none, stops the case.
    """
    for node, loop in _loops(subject, "sequential", "parallel"):
        most = MAX_CHILDREN if _is_published(subject, node) else MAX_INSTANCES
        if loop.collection or not _is_number(loop.cardinality, most):
            yield at(node, found=loop.cardinality or loop.collection, limit=most)


def _is_published(subject: Subject, node: Node) -> bool:
    """Does the node call a flow that is published apart?"""
    if node.type != "callActivity":
        return False
    joined = subject.package.called if subject.package else {}
    return node.called in joined or (called(subject.definitions, node) is None and bool(KEY.fullmatch(node.called)))


def _is_number(text: str, most: int) -> bool:
    if text.isascii() and text.isdigit():
        return len(text) < 6 and 1 <= int(text) <= most
    try:
        return bool(compile_expression(text).names)
    except FeelError:
        return False


@rule("loop.standard", "error")
def standard_loop(subject: Subject) -> Iterator[Spot]:
    """A standard loop says until when it goes on: a condition, or a most (BPMN 10.3.8)."""
    for node, loop in _loops(subject, "standard"):
        counted = loop.maximum.isascii() and loop.maximum.isdigit() and 1 <= int(loop.maximum[:5]) <= 1_000
        if not (loop.condition or loop.maximum) or (loop.maximum and not counted):
            yield at(node)


@rule("loop.condition", "error")
def loop_condition(subject: Subject) -> Iterator[Spot]:
    """The condition that completes several instances, or repeats a loop, is FEEL."""
    for node, loop in _loops(subject, "sequential", "parallel", "standard"):
        if loop.condition:
            try:
                compile_expression(loop.condition)
            except FeelError as error:
                yield misread(node, loop.condition, error)


@rule("script.language", "error")
def script_language(subject: Subject) -> Iterator[Spot]:
    """A script is FEEL assignments; no other language is ever run (BPMN 10.3.3, ``scriptFormat``)."""
    for node in _of_type(subject, "scriptTask"):
        if node.script_format and node.script_format.lower() not in FEEL_NAMES:
            yield at(node, found=node.script_format)


@rule("script.empty", "error")
def script_empty(subject: Subject) -> Iterator[Spot]:
    """A script task without a script does nothing."""
    for node in _of_type(subject, "scriptTask"):
        if not node.script:
            yield at(node)


@rule("script.syntax", "error")
def script_syntax(subject: Subject) -> Iterator[Spot]:
    """A script is lines of ``name := expression``."""
    for node in _feel_scripts(subject):
        try:
            compile_script(node.script)
        except FeelError as error:
            yield misread(node, node.script, error)


@rule("script.reserved-name", "error")
def script_reserved_name(subject: Subject) -> Iterator[Spot]:
    """A script may not set ``take`` or ``with``: so a person answers a gateway and names a second officer."""
    for node in _feel_scripts(subject):
        try:
            written = compile_script(node.script).writes
        except FeelError:
            continue
        for name in sorted(RESERVED.intersection(written)):
            yield at(node, variable=name)


def _of_type(subject: Subject, *types: str) -> Iterator[Node]:
    return (node for node in subject.nodes.values() if node.type in types)


def _loops(subject: Subject, *kinds: str) -> Iterator[tuple[Node, Loop]]:
    for node in subject.nodes.values():
        if node.loop is not None and node.loop.kind in kinds:
            yield node, node.loop


def _feel_scripts(subject: Subject) -> Iterator[Node]:
    for node in _of_type(subject, "scriptTask"):
        if node.script and (not node.script_format or node.script_format.lower() in FEEL_NAMES):
            yield node
