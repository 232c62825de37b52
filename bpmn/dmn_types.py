"""Types of DMN values: does a value belong to a type (DMN 7.3.2, 10.3.2)?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from bpmn.dmn_model import Decisions, Type
from bpmn.feel import FeelError, Months, compile_unary_tests

#: FEEL's own types by name; older files write them in camel case.
BASIC: dict[str, Callable[[object], bool]] = {
    "number": lambda value: isinstance(value, int | Decimal) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "date": lambda value: isinstance(value, date) and not isinstance(value, datetime),
    "time": lambda value: isinstance(value, time),
    "date and time": lambda value: isinstance(value, datetime),
    "days and time duration": lambda value: isinstance(value, timedelta),
    "years and months duration": lambda value: isinstance(value, Months),
    "Any": lambda value: True,
    "": lambda value: True,
}
BASIC |= {
    "dateTime": BASIC["date and time"],
    "dayTimeDuration": BASIC["days and time duration"],
    "yearMonthDuration": BASIC["years and months duration"],
    "integer": BASIC["number"],
    "double": BASIC["number"],
    "long": BASIC["number"],
}
MAX_DEPTH = 20


def conforms(decisions: Decisions, name: str, value: object, depth: int = 0) -> bool:
    """Does ``value`` belong to the type of this name? What a file does not define is not judged. null always does."""
    if value is None:
        return True
    if name in BASIC:
        return BASIC[name](value)
    type_ = decisions.type_by_name.get(name)
    return type_ is None or depth > MAX_DEPTH or _conforms(decisions, type_, value, depth)


def _conforms(decisions: Decisions, type_: Type, value: object, depth: int) -> bool:
    if type_.collection:
        return isinstance(value, list) and all(_is_one(decisions, type_, item, depth) for item in value)
    return _is_one(decisions, type_, value, depth)


def _is_one(decisions: Decisions, type_: Type, value: object, depth: int) -> bool:
    if type_.components:
        return isinstance(value, dict) and all(
            _conforms(decisions, component, value.get(component.name), depth + 1)
            for component in type_.components
            if value.get(component.name) is not None
        )
    if not conforms(decisions, type_.base, value, depth + 1):
        return False
    try:
        return not type_.values or compile_unary_tests(type_.values).accepts(value, {}) is True
    except FeelError:
        return True  # told by the linter


def allowed(decisions: Decisions, name: str) -> str:
    """The unary tests a type of this name allows, '' for any."""
    for _ in range(MAX_DEPTH):
        type_ = decisions.type_by_name.get(name)
        if type_ is None or type_.values:
            return type_.values if type_ else ""
        name = type_.base
    return ""


def basic(decisions: Decisions, name: str) -> str:
    """FEEL's own type behind a name, '' where there is none."""
    for _ in range(MAX_DEPTH):
        if name in BASIC:
            return name
        type_ = decisions.type_by_name.get(name)
        if type_ is None or type_.components or type_.collection:
            return ""
        name = type_.base
    return ""
