"""Types of DMN values: does a value belong to a type (DMN 7.3.2, 10.3.2)?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from bpmn.dmn_model import Decisions, Item, Type
from bpmn.feel import FeelError, Months, compile_unary_tests
from bpmn.feel_nested import CONTEXT, LIST, context_of, kind_of, list_of

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
#: Names of older files.
_SHORT = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    **dict.fromkeys(("integer", "double", "long"), "number"),
}
BASIC |= {short: BASIC[name] for short, name in _SHORT.items()}
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
    """FEEL's own type behind a name, '' where there is none, or one with parts."""
    type_ = feel_type_of(decisions, name)
    return "" if kind_of(type_) in (LIST, CONTEXT) else type_


def feel_type_of(decisions: Decisions, name: str, depth: int = 0) -> str:
    """FEEL's own type behind a name, with what lies in it (``feel_nested``); '' where it is not known."""
    if name in BASIC:
        return "" if name == "Any" else _SHORT.get(name, name)
    type_ = decisions.type_by_name.get(name)
    return "" if type_ is None or depth > MAX_DEPTH else _built(decisions, type_, depth)


def answer_type(decisions: Decisions, item: Item) -> str:
    """The type of what an input or decision gives: by the columns of its table, else as it says itself."""
    if item.table is None:
        return feel_type_of(decisions, item.type)
    columns = {column.text: feel_type_of(decisions, column.type) for column in item.table.outputs}
    one = next(iter(columns.values())) if len(columns) == 1 else context_of(columns)
    if item.table.policy in ("R", "O", "C"):
        return list_of(one)
    return "number" if item.table.policy in ("C+", "C#") else one


def _built(decisions: Decisions, type_: Type, depth: int) -> str:
    if type_.components:
        entries = {part.name: _built(decisions, part, depth + 1) for part in type_.components}
        one = context_of(entries)
    else:
        one = feel_type_of(decisions, type_.base, depth + 1)
    return list_of(one) if type_.collection else one
