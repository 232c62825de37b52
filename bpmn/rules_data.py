"""Rules of what conditions, scripts and timers read: values that exist, that may be public, that can occur."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bpmn.calls import outside
from bpmn.feel import FeelError, compile_expression
from bpmn.flow_data import fields_of, readings, writes, written
from bpmn.rules import Spot, Subject, at, misread, rule


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
    for reading, judged in subject.judged:
        for name in sorted(judged.reads - fields.keys() - computed):
            yield at(reading.thing, variable=name)


@rule("data.private-name", "error")
def private_name(subject: Subject) -> Iterator[Spot]:
    """Expressions read public fields only: a private value never enters the record, so it would always be null.

    A field is private unless its schema says ``"x-sun-public": true``.
    """
    fields = fields_of(subject)
    for reading in readings(subject):
        for name in sorted(reading.names & fields.keys()):
            if any(schema.get("x-sun-public") is not True for schema in fields[name].values()):
                yield at(reading.thing, variable=name, form=next(iter(fields[name])))


@rule("data.script-sets-private", "error")
def script_sets_private(subject: Subject) -> Iterator[Spot]:
    """What a script sets is public; it may not take the name of a private field."""
    fields = fields_of(subject)
    for node in subject.nodes.values():
        for name in sorted(writes(node) & fields.keys()):
            if any(schema.get("x-sun-public") is not True for schema in fields[name].values()):
                yield at(node, variable=name, form=next(iter(fields[name])))


@rule("data.impossible-value", "error")
def impossible_value(subject: Subject) -> Iterator[Spot]:
    """A condition compares a field with a value its form never gives: a misspelt choice is silently never true."""
    fields, computed = fields_of(subject), written(subject)
    for reading in readings(subject):
        for comparison in reading.comparisons:
            schemas = list(fields.get(comparison.name, {}).values()) if comparison.name not in computed else []
            for value in comparison.constants:
                if schemas and not any(_can_be(schema, value) for schema in schemas):
                    yield at(reading.thing, variable=comparison.name, value=_shown(value), allowed=_allowed(schemas))


@rule("data.unknown-part", "error")
def unknown_part(subject: Subject) -> Iterator[Spot]:
    """An expression asks for a part that its value never has: a misspelt entry is silently null (DMN 10.3.2.5).

    By the columns of decisions, the contexts of scripts, and the parts of dates and durations; with what is called,
    when that is known.
    """
    if outside(subject.definitions):
        return
    for reading, judged in subject.judged:
        for missing in judged.missing:
            there = ", ".join(missing.there) or "—"
            yield at(reading.thing, place=missing.written, part=missing.part, type=missing.type, there=there)


@rule("data.mixed-types", "error")
def mixed_types(subject: Subject) -> Iterator[Spot]:
    """A sign or function gets values of types it does not go with: the answer would always be null.

    Text and number, date and text and so on (DMN 10.3.2.13, 10.3.2.15, 10.3.4), by the forms, decisions and scripts
    that give the values; what none of them gives a type is not judged.
    """
    forms = fields_of(subject).keys() - written(subject)
    for reading, judged in subject.judged:
        for clash in judged.clashes:
            # A value that a field of a form never equals is another rule's.
            if not (clash.constant and clash.sign in ("=", "!=", "in") and forms & {clash.left, clash.right}):
                yield at(reading.thing, place=clash.place, types=", ".join(clash.types))


@rule("data.wrong-type", "error")
def wrong_type(subject: Subject) -> Iterator[Spot]:
    """An expression gives another kind of value than its place needs: the case would stand still there.

    A timer needs a time or a duration (BPMN 10.5.5), as ISO 8601 text or FEEL's own; a number of instances a number.
    """
    for reading, judged in subject.judged:
        wanted = _NEEDED.get(reading.kind, ())
        if wanted and judged.gives not in ("", "null", *wanted):
            yield at(reading.thing, text=reading.text, type=judged.gives, wanted=", ".join(wanted))


_LENGTHS = ("string", "days and time duration", "years and months duration")
#: What each kind of reading may give.
_NEEDED = {
    "number": ("number",),
    "timeDate": ("string", "date", "date and time"),
    "timeDuration": _LENGTHS,
    "timeCycle": _LENGTHS,
}


@rule("condition.not-boolean", "error")
def not_boolean(subject: Subject) -> Iterator[Spot]:
    """A condition gives a text, number or date, which is neither true nor false: it would never hold."""
    for reading, judged in subject.judged:
        if reading.kind == "condition" and judged.gives not in ("", "boolean", "null"):
            yield at(reading.thing, text=reading.text, type=judged.gives)


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
