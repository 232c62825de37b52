"""JSON Schema of a flow package → fields of a page, and what a browser sends → typed data.

Every form works without JavaScript. What is right or wrong decides ``engine.forms``; here are only the words for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from bpmn.file_types import FILE_TYPES, MAX_MB
from engine.errors import Rejection
from engine.files import name_of
from engine.forms import FormError, asked
from web import wording
from web.language import gettext as _
from web.language import lang

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
#: Money and quantities; an exponent could make a number of a million digits.
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,9})?")
_TRUTH = {"true": True, "false": False}
#: Texts longer than this get a box of several lines.
_LONG = 200


@dataclass(frozen=True, kw_only=True)
class Option:
    """One value to choose."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field as the page shows it."""

    name: str
    label: str
    hint: str
    #: text, textarea, date, integer, number, select, radio, checkboxes, confirm, file
    kind: str
    required: bool
    value: str
    options: tuple[Option, ...]
    error: str
    max_length: int | None
    #: HTML autocomplete token of personal fields, '' for others.
    autocomplete: str
    #: Answers to other fields after which it is asked, as JSON for the page's script; '' always.
    when: str = ""
    #: Files kept already, by their reference; which kinds may be handed in, and how large, in MB.
    files: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    max_mb: int = 0

    @property
    def id(self) -> str:
        """Id of its control, to which the error summary leads: the first choice of a group."""
        return f"f-{self.name}-1" if self.kind in ("radio", "checkboxes") else f"f-{self.name}"


def fields(
    schema: Mapping[str, Any], values: Mapping[str, Any] | None = None, errors: Iterable[FormError] = ()
) -> list[Field]:
    """The fields of a form in the schema's order, filled with ``values``, each with its first error in words."""
    wrong: dict[str, FormError] = {}
    for error in errors:
        wrong.setdefault(error.field, error)
    # What is required after certain answers is not optional: its words say when.
    required = {*schema.get("required", ()), *(name for name, _when in _required_after(schema))}
    conditions = _conditions(schema)
    return [
        _field(name, rule, name in required, conditions.get(name, ""), (values or {}).get(name), wrong.get(name))
        for name, rule in schema.get("properties", {}).items()
    ]


def summary(form: Iterable[Field]) -> list[tuple[str, str]]:
    """What the error summary lists: (id of the control, sentence)."""
    return [(field.id, field.error) for field in form if field.error]


def field_errors(rejection: Rejection) -> list[FormError]:
    """What a refused form lacks, field by field; any other rejection is raised again."""
    errors = rejection.params.get("errors")
    if rejection.code != "form.invalid" or not isinstance(errors, list):
        raise rejection
    return errors


def parse(schema: Mapping[str, Any], sent: MultiDict[str, str]) -> dict[str, Any]:
    """Typed data of a sent form: empty fields are left out, unknown ones ignored.

    What cannot be read as its type stays text, so that ``engine.forms.errors`` names the field.
    """
    data: dict[str, Any] = {}
    for name, rule in schema.get("properties", {}).items():
        if rule.get("type") == "array":
            chosen: Any = [value for value in sent.getlist(name) if value]
            value = chosen or None
        else:
            value = _typed(rule, sent.get(name, ""))
        if value is not None:
            data[name] = value
    # Without scripts every field is on the page: what was not asked after these answers is left out.
    return {name: value for name, value in data.items() if asked(schema, name, data)}


def prefilled(schema: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What a form may begin with: what the case holds of its own fields, else of those they are filled from."""
    found = {name: rule.get("x-sun-prefill", name) for name, rule in schema.get("properties", {}).items()}
    return {name: known.get(name, known.get(other)) for name, other in found.items()}


def label_of(schema: Mapping[str, Any], name: str) -> str:
    """What a field is called in the language of the request."""
    return _text(schema.get("properties", {}).get(name, {}), "title") or name


def shown(schema: Mapping[str, Any], name: str, value: Any) -> Any:
    """A value as its field shows it: a choice by its label."""
    rule = schema.get("properties", {}).get(name, {})
    labels = _labels(rule)
    if isinstance(value, list):
        return [labels.get(str(item), name_of(str(item))) for item in value]
    return labels.get(str(value), value) if isinstance(value, str) else value


#: How the sentence about a missing answer begins, by the kind of control.
_MISSING = {"radio": "choose", "select": "choose", "checkboxes": "choose", "confirm": "const", "file": "attach"}


def error_words(error: FormError, label: str, kind: str = "text") -> str:
    """One error as a sentence; what is missing is entered, chosen or confirmed, as the ``kind`` of control asks."""
    limit = error.params.get("limit")
    code = error.code
    if code == "type" and limit in ("integer", "number"):
        code = str(limit)
    elif code == "required":
        code = _MISSING.get(kind, code)
    name, allowed = error.params.get("name", ""), error.params.get("allowed", "")
    return wording.word("field", code, lang(), label=label, limit=limit, name=name, allowed=allowed)


def _field(name: str, rule: Mapping[str, Any], required: bool, when: str, value: Any, error: FormError | None) -> Field:
    label = _text(rule, "title") or name
    kind, gone = _kind(rule), error.params.get("gone", ()) if error else ()
    hint = " ".join(part for part in (_text(rule, "description"), _text(rule, "x-sun-hint")) if part)
    return Field(
        name=name,
        label=label,
        hint=" ".join(part for part in (hint, when) if part),
        kind=kind,
        required=required,
        value=_as_text(value),
        options=tuple(_options(rule, kind, value)),
        error=error_words(error, label, kind) if error else "",
        max_length=rule.get("maxLength"),
        autocomplete={"name": "name", "phone": "tel"}.get(rule.get("x-sun-mask", ""), ""),
        when=_when(rule),
        # One that is gone is not shown as if it were there.
        files=tuple(part for part in map(str, value) if part not in gone) if kind == "file" and value else (),
        accept=tuple(rule.get("x-sun-files", FILE_TYPES)) if kind == "file" else (),
        max_mb=int(rule.get("x-sun-max-mb", MAX_MB)) if kind == "file" else 0,
    )


def _kind(rule: Mapping[str, Any]) -> str:
    wanted, type_ = rule.get("x-sun-widget"), rule.get("type", "string")
    if wanted == "file":
        return "file"
    if type_ == "array":
        return "checkboxes"
    if type_ == "boolean":
        return "confirm" if rule.get("const") is True else "radio"
    if "enum" in rule:
        return "radio" if wanted == "radio" or (wanted != "select" and len(rule["enum"]) <= 5) else "select"
    if type_ in ("integer", "number"):
        return str(type_)
    if rule.get("format") == "date":
        return "date"
    return "textarea" if wanted == "textarea" or rule.get("maxLength", 0) > _LONG else "text"


def _options(rule: Mapping[str, Any], kind: str, value: Any) -> Iterable[Option]:
    if rule.get("type") == "boolean":
        labels = {"true": _("是"), "false": _("否")}
        chosen = {_as_text(value)}
    else:
        labels = _labels(rule)
        chosen = {str(item) for item in (value if isinstance(value, list) else [value])}
    return [Option(value=option, label=label, chosen=option in chosen) for option, label in labels.items()]


def _labels(rule: Mapping[str, Any]) -> dict[str, str]:
    """Choices of a field by value, with their words."""
    labels = dict(rule.get("x-sun-labels", {}))
    if lang() == "en":
        labels |= rule.get("x-sun-en", {}).get("labels", {})
    values = rule.get("items", {}).get("enum", ()) if rule.get("type") == "array" else rule.get("enum", ())
    return {str(value): str(labels.get(str(value), value)) for value in values}


def _text(rule: Mapping[str, Any], key: str) -> str:
    english = rule.get("x-sun-en", {}).get(key) if lang() == "en" else None
    return str(english or rule.get(key, ""))


def _typed(rule: Mapping[str, Any], text: str) -> Any:
    """The value of one control; None when nothing was entered."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return None
    if rule.get("type") == "boolean":
        return _TRUTH.get(text, text)
    if rule.get("type") == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if rule.get("type") == "number" and _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _when(rule: Mapping[str, Any]) -> str:
    """Values as a browser sends them: true and false as words."""
    when = rule.get("x-sun-when", {})
    sent = {other: [_as_text(value) for value in values] for other, values in when.items()}
    return json.dumps(sent, ensure_ascii=False) if sent else ""


def _conditions(schema: Mapping[str, Any]) -> dict[str, str]:
    """Fields asked (``x-sun-when``) or required (``if``/``then``) only after certain answers, with the words for it."""
    rules = schema.get("properties", {})
    asked_after = {name: rule["x-sun-when"] for name, rule in rules.items() if rule.get("x-sun-when")}
    found = {name: _("%(answers)s时填写。", answers=_answers(schema, when)) for name, when in asked_after.items()}
    for name, when in _required_after(schema):
        if when != asked_after.get(name):
            words = _("%(answers)s时必填。", answers=_answers(schema, when))
            found[name] = " ".join(part for part in (found.get(name, ""), words) if part)
    return found


def _required_after(schema: Mapping[str, Any]) -> list[tuple[str, dict[str, list[Any]]]]:
    """(field, answers by question after which it is required) of every ``if``/``then``."""
    return [
        (name, {other: [test["const"]] if "const" in test else list(test["enum"]) for other, test in tests.items()})
        for rule in schema.get("allOf", ())
        if (tests := rule["if"]["properties"])
        for name in rule["then"]["required"]
    ]


def _answers(schema: Mapping[str, Any], when: Mapping[str, list[Any]]) -> str:
    """“违法行为”选“经营超过保质期的食品”, and so on for every question."""
    return _("，并且").join(
        _(
            "“%(question)s”选“%(answers)s”",
            question=label_of(schema, other),
            answers=_("、").join(_answer(schema, other, value) for value in values),
        )
        for other, values in when.items()
    )


def _answer(schema: Mapping[str, Any], other: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(shown(schema, other, value))
