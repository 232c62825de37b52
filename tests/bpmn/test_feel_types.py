"""What an expression is judged to give is what it gives: random ones, under variables of known types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.feel import FeelError, compile_expression, judge_expression
from bpmn.feel_nested import context_of, entries_of, item_of, kind_of, list_of
from bpmn.feel_types import DAYS, type_of

#: Name → its type and values.
ROW = context_of({"a": "number", "t": "string"})
VARIABLES: dict[str, tuple[str, tuple[object, ...]]] = {
    "n": ("number", (Decimal(0), Decimal(3), Decimal("-1.5"), None)),
    "s": ("string", ("", "x", "2026-03-01", None)),
    "b": ("boolean", (True, False, None)),
    "d": ("date", (date(2026, 3, 1), date(2024, 2, 29), None)),
    "p": (DAYS, (timedelta(days=2), None)),
    "l": (list_of("number"), ([], [Decimal(1), Decimal(2)], None)),
    "c": (ROW, ({"a": Decimal(1), "t": "x"}, None)),
    "r": (list_of(ROW), ([], [{"a": Decimal(1), "t": "x"}, {"a": Decimal(2), "t": "y"}], None)),
}
TYPES = {name: type_ for name, (type_, _) in VARIABLES.items()}
SCOPES = st.fixed_dictionaries({name: st.sampled_from(values) for name, (_, values) in VARIABLES.items()})
#: The same without null, which equals itself.
GIVEN = st.fixed_dictionaries({name: st.sampled_from(values[:-1]) for name, (_, values) in VARIABLES.items()})
#: An expression, put together from smaller ones. The place of an item is a constant: one that is null picks no item and
#: gives an empty list.
_LEAVES = st.sampled_from([*VARIABLES, "1", '"x"', "true", "null", 'date("2026-01-31")', 'duration("P1D")', "[]"])
_WAYS = (
    *(f"({{}} {sign} {{}})" for sign in ("+", "-", "*", "/", "=", "!=", "<", ">=", "and", "or", "in")),
    *(f"{name}({{}})" for name in ("not", "count", "sum", "max", "reverse", "string", "date", "abs", "is defined")),
    *(f"{name}({{}}, {{}})" for name in ("append", "concatenate", "list contains", "get or else", "index of")),
    "[{}]", "[{}, {}]", "{{a: {}, t: {}}}", "({}).a", "({}).t", "({}).year", "({})[1]", "({})[-2]", "({})[item = {}]",
    "({})[a > 1]", "(if {} then {} else {})", "(for x in {} return {})", "(for x in {} return x)", "(-{})",
    "(some x in {} satisfies x = {})", "({} between {} and {})",
)  # fmt: skip


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(_WAYS).flatmap(
        lambda way: st.tuples(*[inner] * (way.replace("{{", "").count("{}"))).map(lambda parts: way.format(*parts))
    )


EXPRESSIONS = st.recursive(_LEAVES, _grown, max_leaves=6)


def fits(value: object, type_: str) -> bool:
    """Is the value null, or of the type, with all that lies in it?"""
    if value is None or not type_:
        return True
    if isinstance(value, list):
        return kind_of(type_) == "list" and all(fits(item, item_of(type_)) for item in value)
    if isinstance(value, dict):
        known: Mapping[str, str] | None = entries_of(type_)
        return kind_of(type_) == "context" and (known is None or all(fits(value[key], known[key]) for key in value))
    return type_of(value) == type_


@settings(max_examples=1_500, deadline=None)
@given(EXPRESSIONS, SCOPES)
def test_an_expression_gives_the_type_it_is_judged_to_give(text: str, scope: dict[str, object]) -> None:
    try:
        judged = judge_expression(text, TYPES)
        value = compile_expression(text).evaluate(scope)
    except FeelError:
        return
    assert fits(value, judged.gives), (judged.gives, value)


@settings(max_examples=1_500, deadline=None)
@given(
    st.sampled_from([way for way in _WAYS if way.startswith("({} ") and " or " not in way]),
    _LEAVES,
    _LEAVES,
    _LEAVES,
    GIVEN,
)
def test_what_clashes_never_holds_and_never_gives_a_value(
    way: str, one: str, two: str, three: str, scope: dict[str, object]
) -> None:
    """One sign alone: what is refused for its types would have been null, or false, whatever the values.

    Not ``or``, where only the operand that is no boolean never counts.
    """
    text = way.format(*(one, two, three)[: way.count("{}")])
    judged = judge_expression(text, TYPES)
    if judged.clashes:
        assert compile_expression(text).evaluate(scope) in (None, False, True if "!=" in text else None), text


@settings(max_examples=500, deadline=None)
@given(_LEAVES, st.sampled_from(["a", "t", "x", "year", "hour", "days"]), SCOPES)
def test_a_part_that_is_missing_is_never_there(value: str, part: str, scope: dict[str, object]) -> None:
    text = f"({value}).{part}"
    if judge_expression(text, TYPES).missing:
        found = compile_expression(text).evaluate(scope)
        assert found is None or set(found if isinstance(found, list) else ()) <= {None}, text
