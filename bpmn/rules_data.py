"""Rules of what conditions, scripts and timers read: values that exist, that may be public, that can occur."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bpmn import timer_text
from bpmn.calls import outside
from bpmn.dmn import asked_for, results
from bpmn.dmn_model import SINGLE
from bpmn.dmn_types import basic
from bpmn.errors import Refused
from bpmn.feel import Clash, Comparison, FeelError, compile_expression, compile_script, typed_expression, typed_script
from bpmn.model import Flow, Node
from bpmn.rules import Spot, Subject, at, misread, rule
from bpmn.watched import watched


@dataclass(frozen=True)
class Reading:
    """One expression of the file: where it stands, the variables it reads, and what it compares them with."""

    thing: Node | Flow
    names: frozenset[str]
    comparisons: tuple[Comparison, ...] = ()
    #: Its text, and what that is: a ``condition`` (yes or no), a ``value``, a ``script``.
    text: str = ""
    kind: str = ""


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
    """A sign or function gets values of types it does not go with: the answer would always be null.

    Text and number, date and text and so on (DMN 10.3.2.13, 10.3.2.15, 10.3.4), by the forms, decisions and scripts
    that give the values; what none of them gives a type is not judged.
    """
    forms = fields_of(subject).keys() - written(subject)
    for reading, _, clashes in _typed(subject):
        for clash in clashes:
            # A value that a field of a form never equals is another rule's.
            if not (clash.constant and clash.sign in ("=", "!=") and forms & {clash.left, clash.right}):
                place = f"{clash.left} {clash.sign} {clash.right}" if clash.right else f"{clash.sign} ({clash.left})"
                yield at(reading.thing, place=place, types=", ".join(clash.types))


@rule("condition.not-boolean", "error")
def not_boolean(subject: Subject) -> Iterator[Spot]:
    """A condition gives a text, number or date, which is neither true nor false: it would never hold."""
    for reading, type_, _ in _typed(subject):
        if reading.kind == "condition" and type_ not in ("", "boolean", "null"):
            yield at(reading.thing, text=reading.text, type=type_)


def _typed(subject: Subject) -> Iterator[tuple[Reading, str, tuple[Clash, ...]]]:
    """Every reading with a text, the type it gives ('' for a script), and what does not go together in it."""
    types = types_of(subject)
    for reading in _readings(subject):
        if reading.kind == "script":
            yield reading, "", typed_script(reading.text, types)[1]
        elif reading.kind:
            yield reading, *typed_expression(reading.text, types)


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


def _reading(thing: Node | Flow, text: str, kind: str = "condition") -> Reading:
    compiled = compile_expression(text)
    return Reading(thing, compiled.names, compiled.comparisons, text, kind)


def _read_by(thing: Node | Flow) -> Iterator[Reading]:
    if isinstance(thing, Flow):
        if thing.condition:
            yield _reading(thing, thing.condition)
        return
    if thing.loop and thing.loop.condition:
        yield _reading(thing, thing.loop.condition)
    if thing.loop and thing.loop.cardinality and not thing.loop.cardinality.isdigit():
        yield _reading(thing, thing.loop.cardinality, "value")
    if thing.step and (thing.step.key or thing.step.data):
        named = compile_expression(thing.step.key).names if thing.step.key else frozenset()
        yield Reading(thing, named | frozenset(thing.step.data))
    if thing.step and thing.step.discretion:
        for text in filter(None, (thing.step.discretion.when, thing.step.discretion.waives)):
            yield _reading(thing, text)
    if thing.step and thing.step.discretion and thing.step.discretion.by:
        yield Reading(thing, frozenset((thing.step.discretion.by,)))
    if thing.type == "scriptTask" and thing.script:
        yield Reading(thing, compile_script(thing.script).reads, text=thing.script, kind="script")
    for event in thing.events:
        if event.kind == "conditional" and watched(thing):
            yield _reading(thing, event.text)
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


def feel_type(schema: Mapping[str, Any]) -> str:
    """FEEL's own type of what a field of a form gives, a date as the text it is; '' where it has none."""
    kinds = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
    return kinds.get(str(schema.get("type")), "")


def types_of(subject: Subject) -> dict[str, str]:
    """FEEL's own type of each value, as far as all that give it agree: forms, decisions and scripts."""
    given: dict[str, set[str]] = {}
    for name, schemas in fields_of(subject).items():
        given[name] = {"list" if one.get("type") == "array" else feel_type(one) for one in schemas.values()}
    for node in subject.nodes.values():
        for name, kind in _decided_types(subject, node).items():
            given.setdefault(name, set()).add(kind)
    scripts = [node.script for node in subject.nodes.values() if _writes(node)]
    types: dict[str, str] = {}
    # What one script sets another may read: each round knows the types one script further.
    for _ in range(len(scripts) + 1):
        known = {name: set(kinds) for name, kinds in given.items()}
        for script in scripts:
            for name, kind in typed_script(script, types)[0].items():
                known.setdefault(name, set()).add(kind)
        settled = {name: (kinds - {"null"}).pop() for name, kinds in known.items() if len(kinds - {"null"}) == 1}
        if settled == types:
            break
        types = settled
    return types


def _decided_types(subject: Subject, node: Node) -> dict[str, str]:
    """Types of what a decision gives, by its columns; a list of rows or a context of columns has none here."""
    asked = subject.decision(node)
    if asked is None:
        return {}
    item, names = asked[1], results(node.step.result if node.step else "", asked[1])
    table, decisions = item.table, subject.decisions[asked[0]]
    if table is None or table.policy not in SINGLE or len(table.outputs) != len(names):
        return dict.fromkeys(names, "")
    return {name: basic(decisions, column.type) for name, column in zip(names, table.outputs, strict=True)}
