"""Rules of what conditions, scripts and timers read: values that exist, that may be public, that can occur."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bpmn import timer_text
from bpmn.calls import outside
from bpmn.dmn import asked_for, results
from bpmn.errors import Refused
from bpmn.feel import Comparison, Expression, FeelError, Operation, compile_expression, compile_script
from bpmn.model import Flow, Node
from bpmn.rules import Spot, Subject, at, misread, rule
from bpmn.watched import watched


@dataclass(frozen=True)
class Reading:
    """One expression of the file: where it stands, the variables it reads, and what it compares them with."""

    thing: Node | Flow
    names: frozenset[str]
    comparisons: tuple[Comparison, ...] = ()
    operations: tuple[Operation, ...] = ()


@rule("condition.syntax", "error")
def condition_syntax(subject: Subject) -> Iterator[Spot]:
    """A condition is one FEEL expression; Python, Java and XPath are not (design: expressions are FEEL)."""
    for flow in subject.flows:
        if flow.condition:
            try:
                compile_expression(flow.condition)
            except FeelError as error:
                yield misread(flow, flow.condition, error)


@rule("condition.language", "warning")
def condition_language(subject: Subject) -> Iterator[Spot]:
    """A file or condition that names another expression language is read as FEEL all the same (BPMN 8.4)."""
    for flow in subject.flows:
        language = flow.language or subject.definitions.expression_language
        if flow.condition and language and "FEEL" not in language.upper():
            yield at(flow, language=language)


@rule("condition.constant", "warning")
def condition_constant(subject: Subject) -> Iterator[Spot]:
    """A condition that reads no value is always answered the same way."""
    for flow in subject.flows:
        try:
            if flow.condition and not compile_expression(flow.condition).names:
                yield at(flow, text=flow.condition)
        except FeelError:
            continue


@rule("data.unknown-name", "error")
def unknown_name(subject: Subject) -> Iterator[Spot]:
    """An expression reads a name that no form asks for and no script sets: it would always be null.

    Checked where the package says what its data are: in a power, or with forms; and with what it calls, when that is
    known.
    """
    if outside(subject.definitions):
        return
    fields, computed = fields_of(subject), written(subject)
    if not fields and not subject.power:
        return
    for reading in _readings(subject):
        for name in sorted(reading.names - fields.keys() - computed):
            yield at(reading.thing, variable=name)


@rule("data.private-name", "error")
def private_name(subject: Subject) -> Iterator[Spot]:
    """Expressions read public fields only: a private value never enters the record, so it would always be null.

    A field is private unless its schema says ``"x-sun-public": true``.
    """
    fields = fields_of(subject)
    for reading in _readings(subject):
        for name in sorted(reading.names & fields.keys()):
            if any(schema.get("x-sun-public") is not True for schema in fields[name].values()):
                yield at(reading.thing, variable=name, form=next(iter(fields[name])))


@rule("data.script-sets-private", "error")
def script_sets_private(subject: Subject) -> Iterator[Spot]:
    """What a script sets is public; it may not take the name of a private field."""
    fields = fields_of(subject)
    for node in subject.nodes.values():
        for name in sorted(_writes(node) & fields.keys()):
            if any(schema.get("x-sun-public") is not True for schema in fields[name].values()):
                yield at(node, variable=name, form=next(iter(fields[name])))


@rule("data.impossible-value", "error")
def impossible_value(subject: Subject) -> Iterator[Spot]:
    """A condition compares a field with a value its form never gives: a misspelt choice is silently never true."""
    fields, computed = fields_of(subject), written(subject)
    for reading in _readings(subject):
        for comparison in reading.comparisons:
            schemas = list(fields.get(comparison.name, {}).values()) if comparison.name not in computed else []
            for value in comparison.constants:
                if schemas and not any(_can_be(schema, value) for schema in schemas):
                    yield at(reading.thing, variable=comparison.name, value=_shown(value), allowed=_allowed(schemas))


@rule("data.mixed-types", "error")
def mixed_types(subject: Subject) -> Iterator[Spot]:
    """A sign stands between values of two types, by the forms that ask for them: the answer would always be null.

    Text and number, date and text and so on (DMN 10.3.2.13, 10.3.2.15); what no form gives a type is not judged.
    """
    fields, computed = fields_of(subject), written(subject)

    def type_of(name: str) -> str:
        types = {feel_type(schema) for schema in fields.get(name, {}).values()} if name not in computed else set()
        return types.pop() if len(types) == 1 else ""

    for reading in _readings(subject):
        for one in reading.operations:
            left = type_of(one.left) if one.left else _type_of(one.constant)
            right = type_of(one.right) if one.right else _type_of(one.constant)
            constant = not (one.left and one.right)
            # A value that a field never equals is another rule's.
            if left and right and left != right and not (constant and one.sign in ("=", "!=")):
                names = one.left or _shown(one.constant), one.right or _shown(one.constant)
                yield at(reading.thing, left=names[0], right=names[1], sign=one.sign, types=f"{left}, {right}")


def feel_type(schema: Mapping[str, Any]) -> str:
    """FEEL's own type of what a field of a form gives, a date as the text it is; '' where it has none."""
    kinds = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
    return kinds.get(str(schema.get("type")), "")


def _type_of(constant: object) -> str:
    kinds: dict[type, str] = {bool: "boolean", Decimal: "number", str: "string", date: "date"}
    return kinds.get(type(constant), "")


def _can_be(schema: dict[str, Any], value: object) -> bool:
    if value is None:
        return True
    if isinstance(schema.get("enum"), list):
        return value in schema["enum"]
    kinds: dict[str, type] = {"string": str, "boolean": bool, "integer": Decimal, "number": Decimal}
    kind = schema.get("type")
    return isinstance(value, kinds[kind]) if isinstance(kind, str) and kind in kinds else False


def _allowed(schemas: list[dict[str, Any]]) -> str:
    values = [value for schema in schemas for value in schema.get("enum", [schema.get("type", "")])]
    return ", ".join(dict.fromkeys(map(str, values)))


def _shown(value: object) -> str:
    return {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else str(value)


def _readings(subject: Subject) -> Iterator[Reading]:
    """Every expression that compiles; those that do not are findings of their own."""
    things: list[Node | Flow] = [*subject.nodes.values(), *subject.flows]
    for thing in things:
        try:
            yield from _read_by(thing)
        except FeelError:
            continue
    for node in subject.nodes.values():
        if (asked := subject.decision(node)) is not None:
            yield Reading(node, asked_for(subject.decisions[asked[0]], asked[1]))


def _reading(thing: Node | Flow, compiled: Expression) -> Reading:
    return Reading(thing, compiled.names, compiled.comparisons, compiled.operations)


def _read_by(thing: Node | Flow) -> Iterator[Reading]:
    if isinstance(thing, Flow):
        if thing.condition:
            compiled = compile_expression(thing.condition)
            yield _reading(thing, compiled)
        return
    if thing.loop and thing.loop.condition:
        compiled = compile_expression(thing.loop.condition)
        yield _reading(thing, compiled)
    if thing.loop and thing.loop.cardinality and not thing.loop.cardinality.isdigit():
        yield Reading(thing, compile_expression(thing.loop.cardinality).names)
    if thing.step and (thing.step.key or thing.step.data):
        named = compile_expression(thing.step.key).names if thing.step.key else frozenset()
        yield Reading(thing, named | frozenset(thing.step.data))
    if thing.step and thing.step.discretion:
        for text in filter(None, (thing.step.discretion.when, thing.step.discretion.waives)):
            compiled = compile_expression(text)
            yield _reading(thing, compiled)
    if thing.step and thing.step.discretion and thing.step.discretion.by:
        yield Reading(thing, frozenset((thing.step.discretion.by,)))
    if thing.type == "scriptTask" and thing.script:
        script = compile_script(thing.script)
        yield Reading(thing, script.reads, operations=script.operations)
    for event in thing.events:
        if event.kind == "conditional" and watched(thing):
            compiled = compile_expression(event.text)
            yield _reading(thing, compiled)
        if event.kind == "timer" and event.text:
            yield Reading(thing, timer_text.names(event.timer, event.text))


def _writes(node: Node) -> set[str]:
    try:
        return set(compile_script(node.script).writes) if node.type == "scriptTask" and node.script else set()
    except FeelError:
        return set()


def written_by_scripts(subject: Subject) -> set[str]:
    """Names scripts set: public, like all they read."""
    return {name for node in subject.nodes.values() for name in _writes(node)}


def written(subject: Subject) -> set[str]:
    """Names that scripts, decisions and the tier task of a benchmark set: public."""
    names = {name for node in subject.nodes.values() for name in _writes(node) | _decided(subject, node)}
    tiers = any(_part(node) == "tier" for node in subject.nodes.values())
    return names | ({"discretion"} if tiers else set())


def _part(node: Node) -> str:
    own = node.step.discretion if node.step is not None else None
    return own.part if own is not None else ""


def _decided(subject: Subject, node: Node) -> set[str]:
    asked = subject.decision(node)
    return set(results(node.step.result if node.step else "", asked[1])) if asked else set()


def fields_of(subject: Subject) -> dict[str, dict[str, dict[str, Any]]]:
    """Field → form → its schema, of the forms that can be read."""
    fields: dict[str, dict[str, dict[str, Any]]] = {}
    try:
        forms = subject.package.forms if subject.package else {}
    except Refused:
        return {}
    for form, schema in forms.items():
        properties = schema.get("properties")
        for name, field in properties.items() if isinstance(properties, dict) else ():
            if isinstance(field, dict):
                fields.setdefault(name, {})[form] = field
    return fields
