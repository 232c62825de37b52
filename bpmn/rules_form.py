"""Rules of forms (JSON Schema 2020-12, a small part of it): every form can be shown, checked and kept private."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema

from bpmn import safe_pattern
from bpmn.errors import Refused
from bpmn.feel_lexer import KEYWORDS
from bpmn.file_types import FILE_TYPES, MAX_MB
from bpmn.rules import Spot, Subject, rule
from bpmn.rules_task import RESERVED

FORM_KEYWORDS = frozenset(
    "$schema $id $comment title description type properties required additionalProperties allOf $defs x-sun-en".split()
)
FIELD_KEYWORDS = frozenset(
    "$comment title description type enum const format pattern minLength maxLength minimum maximum exclusiveMinimum "
    "exclusiveMaximum multipleOf items minItems maxItems uniqueItems default examples "
    "x-sun-labels x-sun-en x-sun-public x-sun-mask x-sun-widget x-sun-hint x-sun-when x-sun-prefill x-sun-files "
    "x-sun-max-mb".split()
)
TYPES = ("string", "integer", "number", "boolean", "array")
FORMATS = ("date", "cn-identity", "cn-unified-code")
WIDGETS = ("textarea", "radio", "select", "text", "file")
MASKS = ("name", "phone", "id", "none")
MAX_FIELDS = 100
_NAME = re.compile(r"[^\W\d]\w{0,63}")

#: The only shape of a rule between fields: if these have these values, then those are required.
_CONDITIONAL = {
    "type": "object",
    "required": ["if", "then"],
    "additionalProperties": False,
    "properties": {
        "if": {
            "type": "object",
            "required": ["properties"],
            "additionalProperties": False,
            "properties": {
                "properties": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "minProperties": 1,
                        "additionalProperties": False,
                        "properties": {"const": {"type": ["string", "boolean", "integer"]}, "enum": {"type": "array"}},
                    },
                },
                "required": {"type": "array", "items": {"type": "string"}},
            },
        },
        "then": {
            "type": "object",
            "required": ["required"],
            "additionalProperties": False,
            "properties": {"required": {"type": "array", "items": {"type": "string"}}},
        },
    },
}

Form = dict[str, Any]


@rule("form.not-schema", "error")
def not_schema(subject: Subject) -> Iterator[Spot]:
    """A form is a valid JSON Schema of draft 2020-12 for an object."""
    for name, form in _forms(subject):
        try:
            jsonschema.Draft202012Validator.check_schema(form)
        except jsonschema.SchemaError as error:
            yield _spot(name, ".".join(map(str, error.absolute_path)), reason=error.message[:200])
            continue
        except RecursionError:
            yield _spot(name, "", reason="…")
            continue
        if form.get("type") != "object" or not isinstance(form.get("properties", {}), dict):
            yield _spot(name, "type", reason='type: "object"')


@rule("form.unknown-keyword", "error")
def unknown_keyword(subject: Subject) -> Iterator[Spot]:
    """A keyword that forms do not have, perhaps misspelt, would be read as nothing at all."""
    for name, form in _forms(subject):
        for key in sorted(form.keys() - FORM_KEYWORDS):
            yield _spot(name, key, keyword=key)
        for field, schema in _fields(form):
            for key in sorted(schema.keys() - FIELD_KEYWORDS):
                yield _spot(name, field, keyword=key)


@rule("form.reference", "error")
def reference(subject: Subject) -> Iterator[Spot]:
    """A form refers to nothing outside itself: only ``#…``, and nothing is ever fetched."""
    for name, form in _forms(subject):
        for target in _references(form):
            if not target.startswith("#"):
                yield _spot(name, "$ref", target=target)


@rule("form.field-type", "error")
def field_type(subject: Subject) -> Iterator[Spot]:
    """A field is a string, integer, number, boolean or list of strings; a page can ask for nothing else."""
    for name, form in _forms(subject):
        for field, schema in _fields(form):
            kind = schema.get("type")
            items = schema.get("items", {})
            listed = kind == "array" and not (isinstance(items, dict) and items.get("type") == "string")
            if not isinstance(kind, str) or kind not in TYPES or listed:
                yield _spot(name, field, found=str(kind), allowed=", ".join(TYPES))


@rule("form.field-name", "error")
def field_name(subject: Subject) -> Iterator[Spot]:
    """A field's name is a FEEL name, so that conditions can read it, and none the engine keeps for itself."""
    for name, form in _forms(subject):
        properties = form.get("properties")
        for field in properties if isinstance(properties, dict) else ():
            if not _NAME.fullmatch(field) or field in KEYWORDS | RESERVED:
                yield _spot(name, field)


@rule("form.unknown-required", "error")
def unknown_required(subject: Subject) -> Iterator[Spot]:
    """A required field the form does not have can never be filled in."""
    for name, form in _forms(subject):
        known = {field for field, _ in _fields(form)}
        for field in _required(form):
            if field not in known:
                yield _spot(name, field)


@rule("form.conditional", "error")
def conditional(subject: Subject) -> Iterator[Spot]:
    """``allOf`` holds only rules of one shape: if a field has a value, then others are required."""
    for name, form in _forms(subject):
        rules = form.get("allOf", [])
        for number, inner in enumerate(rules if isinstance(rules, list) else [None]):
            if not jsonschema.Draft202012Validator(_CONDITIONAL).is_valid(inner):
                yield _spot(name, f"allOf.{number}")


@rule("form.value", "error")
def value(subject: Subject) -> Iterator[Spot]:
    """``format``, ``x-sun-widget``, ``x-sun-mask`` and ``x-sun-public`` have few values; another would do nothing."""
    allowed: dict[str, tuple[object, ...]] = {
        "format": FORMATS,
        "x-sun-widget": WIDGETS,
        "x-sun-mask": MASKS,
        "x-sun-public": (True, False),
    }
    for name, form in _forms(subject):
        for field, schema in _fields(form):
            for key, values in allowed.items():
                # 1 equals True and is not it.
                if key in schema and not any(schema[key] == one and type(schema[key]) is type(one) for one in values):
                    yield _spot(name, field, keyword=key, found=str(schema[key]), allowed=", ".join(map(str, values)))


@rule("form.when", "error")
def when(subject: Subject) -> Iterator[Spot]:
    """``x-sun-when`` names earlier choices of the form and values they have; such a field is not always required."""
    for name, form in _forms(subject):
        required = form.get("required")
        before: dict[str, Form] = {}
        for field, schema in _fields(form):
            asked = schema.get("x-sun-when", {})
            known = isinstance(asked, dict) and all(_may_be(before.get(other), asked[other]) for other in asked)
            always = "x-sun-when" in schema and isinstance(required, list) and field in required
            if not known or always:
                yield _spot(name, field)
            before[field] = schema


def _may_be(schema: Form | None, values: object) -> bool:
    """Is it a choice, and are these among its values?"""
    if schema is None or not isinstance(values, list) or not values:
        return False
    choices = [True, False] if schema.get("type") == "boolean" else schema.get("enum", [])
    return all(any(value == choice and type(value) is type(choice) for choice in choices) for value in values)


@rule("form.file", "error")
def file(subject: Subject) -> Iterator[Spot]:
    """Files are asked for as a private list of texts, of known kinds and a size that fits in a request."""
    for name, form in _forms(subject):
        for field, schema in _fields(form):
            asks = schema.get("x-sun-widget") == "file"
            kinds, limit = schema.get("x-sun-files", ["pdf"]), schema.get("x-sun-max-mb", 1)
            right = isinstance(kinds, list) and bool(kinds) and set(map(str, kinds)) <= FILE_TYPES.keys()
            right = right and isinstance(limit, int) and 1 <= limit <= MAX_MB
            right = right and schema.get("type") == "array" and schema.get("x-sun-public") is not True
            if (asks and not right) or (not asks and schema.keys() & {"x-sun-files", "x-sun-max-mb"}):
                yield _spot(name, field, allowed=", ".join(FILE_TYPES), limit=MAX_MB)


@rule("form.prefill", "error")
def prefill(subject: Subject) -> Iterator[Spot]:
    """``x-sun-prefill`` names a field of another form of the same type: what is known already is not asked again."""
    types: dict[str, set[str]] = {}
    for _, form in _forms(subject):
        for field, schema in _fields(form):
            types.setdefault(field, set()).add(str(schema.get("type")))
    for name, form in _forms(subject):
        for field, schema in _fields(form):
            if "x-sun-prefill" in schema and str(schema.get("type")) not in types.get(str(schema["x-sun-prefill"]), ()):
                yield _spot(name, field, other=str(schema["x-sun-prefill"]))


@rule("form.labels", "error")
def labels(subject: Subject) -> Iterator[Spot]:
    """Every choice of a list has words for people, and there are no words for choices that do not exist."""
    for name, form in _forms(subject):
        for field, schema in _fields(form):
            items = schema.get("items")
            choices = schema.get("enum", items.get("enum") if isinstance(items, dict) else None)
            named = schema.get("x-sun-labels", {})
            if isinstance(choices, list) and isinstance(named, dict):
                for choice in sorted({str(choice) for choice in choices} ^ named.keys()):
                    yield _spot(name, field, choice=choice)


@rule("form.pattern", "error")
def pattern(subject: Subject) -> Iterator[Spot]:
    """A pattern is short and quick on every text (``bpmn.safe_pattern``): forms are open to anybody's input."""
    for name, form in _forms(subject):
        for field, schema in _fields(form):
            items = schema.get("items")
            for inner in (schema, items if isinstance(items, dict) else {}):
                if "pattern" in inner:
                    try:
                        safe_pattern.check(str(inner["pattern"]))
                    except safe_pattern.Unsafe as error:
                        yield _spot(name, field, pattern=str(inner["pattern"]), code=error.args[0])


@rule("form.title", "error")
def title(subject: Subject) -> Iterator[Spot]:
    """Every form and every field has a title: it is the question people read."""
    for name, form in _forms(subject):
        if not form.get("title"):
            yield _spot(name, "title")
        for field, schema in _fields(form):
            if not schema.get("title"):
                yield _spot(name, field)


@rule("form.too-many-fields", "error")
def too_many_fields(subject: Subject) -> Iterator[Spot]:
    """A form of more than a hundred fields is none."""
    for name, form in _forms(subject):
        if (count := sum(1 for _ in _fields(form))) > MAX_FIELDS:
            yield _spot(name, "properties", count=count, limit=MAX_FIELDS)


@rule("form.public-differs", "error")
def public_differs(subject: Subject) -> Iterator[Spot]:
    """A field that is public in one form and private in another would be published by the first."""
    seen: dict[str, tuple[str, bool]] = {}
    for name, form in _forms(subject):
        for field, schema in _fields(form):
            public = schema.get("x-sun-public") is True
            first, was = seen.setdefault(field, (name, public))
            if was != public:
                yield _spot(name, field, other=first)


@rule("form.unused", "warning")
def unused(subject: Subject) -> Iterator[Spot]:
    """A form no step asks for: a leftover, or a step that forgot to name it."""
    used = {node.step.form for node in subject.nodes.values() if node.step}
    for name, _ in _forms(subject):
        if name not in used:
            yield _spot(name, None)


@rule("step.unknown-form", "error")
def unknown_form(subject: Subject) -> Iterator[Spot]:
    """A step names a form the package does not hold."""
    known = dict(_forms(subject))
    for node in subject.nodes.values():
        if node.step and node.step.form and node.step.form not in known:
            yield Spot(element=node.id, line=node.line, params={"name": node.name or node.id, "form": node.step.form})


def _forms(subject: Subject) -> Iterator[tuple[str, Form]]:
    try:
        yield from subject.package.forms.items() if subject.package else ()
    except Refused:
        # The linter reports the unreadable form itself.
        return


def _fields(form: Form) -> Iterator[tuple[str, Form]]:
    properties = form.get("properties")
    for field, schema in properties.items() if isinstance(properties, dict) else ():
        if isinstance(schema, dict):
            yield field, schema


def _required(form: Form) -> list[str]:
    rules = form.get("allOf")
    parts = [rule.get("then") for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []
    lists = [part.get("required") for part in [form, *parts] if isinstance(part, dict)]
    return [str(field) for listed in lists if isinstance(listed, list) for field in listed]


def _references(value: object) -> Iterator[str]:
    """Every ``$ref`` and its like, wherever it stands; walked without recursion."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield from (str(part[key]) for key in ("$ref", "$dynamicRef", "$recursiveRef") if key in part)
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _spot(form: str, element: str | None, **params: object) -> Spot:
    return Spot(element=element, file=f"forms/{form}.json", params={"name": element or form, "form": form, **params})
