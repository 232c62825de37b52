"""Checking what a form sends against its JSON Schema (2020-12): codes and fields, no words.

The registry is empty: only references within the schema resolve, nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from decimal import Decimal
from typing import Any

import jsonschema
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry

from engine.identity import is_identity_number, is_unified_code

#: Keys of ``data`` that speak to the engine, not to the form.
RESERVED = frozenset({"take", "with"})
#: More characters than any form needs; a longer text is refused before any pattern looks at it.
MAX_TEXT = 20_000
#: Digits of the largest whole number a form may hold.
MAX_DIGITS = 30


@dataclass(frozen=True, kw_only=True)
class FormError:
    """One field that cannot be accepted, and why: required, enum, pattern, minLength, format, type, unknown …"""

    field: str
    code: str
    params: dict[str, Any] = _field(default_factory=dict)


def errors(schema: Mapping[str, Any], data: Mapping[str, Any]) -> list[FormError]:
    """Everything wrong with ``data``, one error a field, in the order of the form's fields."""
    properties = schema.get("properties", {})
    found = {name: FormError(field=name, code="unknown") for name in data if name not in properties}
    found |= {
        name: FormError(field=name, code="maxLength", params={"limit": MAX_TEXT})
        for name, value in data.items()
        if isinstance(value, str) and len(value) > MAX_TEXT
    }
    if found:
        return list(found.values())
    validator = Draft202012Validator(dict(schema), registry=Registry(), format_checker=_FORMATS)
    for error in validator.iter_errors(_plain(dict(data))):
        for name, code, params in _explain(error):
            found.setdefault(name, FormError(field=name, code=code, params=params))
    for name in data:
        if not asked(schema, name, data):
            found.setdefault(name, FormError(field=name, code="when"))
    order = {name: place for place, name in enumerate(properties)}
    return sorted(found.values(), key=lambda error: order.get(error.field, len(order)))


def asked(schema: Mapping[str, Any], name: str, data: Mapping[str, Any]) -> bool:
    """Is the field meant, after these answers to the others (``x-sun-when``)?"""
    when = schema.get("properties", {}).get(name, {}).get("x-sun-when", {})
    return all(data.get(other) in values for other, values in when.items())


#: A date, and numbers whose check digit must be right; other formats are not known (the linter says so).
_FORMATS = FormatChecker(())
_FORMATS.checkers["date"] = Draft202012Validator.FORMAT_CHECKER.checkers["date"]
_FORMATS.checks("cn-identity")(lambda value: not isinstance(value, str) or is_identity_number(value))
_FORMATS.checks("cn-unified-code")(lambda value: not isinstance(value, str) or is_unified_code(value))


def is_public(schema: Mapping[str, Any] | None, name: str) -> bool:
    """May the value stand in the record in clear? Without a form everything may; in a form only what says so."""
    if schema is None:
        return True
    return schema.get("properties", {}).get(name, {}).get("x-sun-public") is True


def _explain(error: jsonschema.ValidationError) -> list[tuple[str, str, dict[str, Any]]]:
    code: str = str(error.validator)
    limit: Any = error.validator_value
    if code == "required":
        given = error.instance if isinstance(error.instance, dict) else {}
        return [(name, "required", {}) for name in list(limit or []) if name not in given]
    where = str(error.absolute_path[0]) if error.absolute_path else ""
    if code == "format" and limit != "date":
        code = f"format.{limit}"
    params = {"limit": limit} if isinstance(limit, str | int | list) else {}
    return [(where, code, params)]


def _plain(value: Any) -> Any:
    """Numbers as the validator knows them."""
    if isinstance(value, Decimal):
        # A number of more digits than any amount is judged as a float: as int it could fill the memory.
        whole = abs(value.adjusted()) < MAX_DIGITS and value == value.to_integral_value()
        return int(value) if whole else float(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
