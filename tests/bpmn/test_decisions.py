"""Decision tables: the checker finds what trying every input finds; the answers, and why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.dmn import Undecided, decide
from bpmn.dmn_check import Budget, flaws
from bpmn.dmn_model import Column, Decisions, Item, Row, Table
from bpmn.feel import compile_unary_tests
from tests.bpmn.test_linter import tiers

NUMBERS = [Decimal(n) / 2 for n in range(-1, 10)]
KINDS = ["a", "b", "c"]


def decisions(policy: str, rules: list[tuple[str, ...]], outputs: list[str], values: str = "") -> Decisions:
    """One table over a number ``n`` from 0 to 4 and a kind, one of three."""
    table = Table(
        policy=policy,
        inputs=(
            Column(text="n", type="number", values="[0..4]"),
            Column(text="kind", type="string", values='"a", "b", "c"'),
        )[: len(rules[0])],
        outputs=(Column(text="", values=values),),
        rules=tuple(Row(inputs=cells, outputs=(out,)) for cells, out in zip(rules, outputs, strict=True)),
    )
    inputs = tuple(Item(id=name, kind="input", name=name) for name in ("n", "kind"))
    return Decisions(items=(*inputs, Item(id="d", kind="decision", name="d", requires=("n", "kind"), table=table)))


bounds = st.integers(0, 4).map(str)
numbers = st.one_of(
    st.just("-"),
    st.tuples(st.sampled_from(["<", "<=", ">", ">="]), bounds).map("".join),
    st.tuples(st.sampled_from("[("), bounds, bounds, st.sampled_from("])")).map(
        lambda p: f"{p[0]}{p[1]}..{p[2]}{p[3]}"
    ),
    st.lists(bounds, min_size=1, max_size=2).map(",".join),
    bounds.map(lambda bound: f"not({bound})"),
)
kinds = st.one_of(
    st.just("-"),
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=2).map(lambda names: ",".join(f'"{n}"' for n in names)),
    st.sampled_from(KINDS).map(lambda name: f'not("{name}")'),
)
tables = st.lists(st.tuples(numbers, kinds), min_size=1, max_size=5)


def inputs() -> Iterator[tuple[Decimal, str]]:
    return ((n, kind) for n, kind in product(NUMBERS, KINDS) if 0 <= n <= 4)


def matching(rules: list[tuple[str, str]], n: Decimal, kind: str) -> list[int]:
    return [
        number
        for number, (first, second) in enumerate(rules, 1)
        if compile_unary_tests(first).accepts(n, {}) and compile_unary_tests(second).accepts(kind, {})
    ]


@given(tables)
def test_the_checker_finds_what_trying_every_input_finds(rules: list[tuple[str, str]]) -> None:
    model = decisions("U", rules, ["1"] * len(rules))
    (item,) = (item for item in model.items if item.table)
    assert item.table is not None
    found = list(flaws(model, item, item.table, Budget()))
    tried = [matching(rules, n, kind) for n, kind in inputs()]
    pairs = {(a, b) for rows in tried for a in rows for b in rows if a < b}
    assert {flaw.rows for flaw in found if flaw.kind == "overlap"} == pairs
    assert any(flaw.kind == "gap" for flaw in found) == any(not rows for rows in tried)
    never = {number for number in range(1, len(rules) + 1) if not any(number in rows for rows in tried)}
    assert {flaw.rows[0] for flaw in found if flaw.kind == "unreachable"} == never


def wide(rules: int, columns: int) -> Decisions:
    """A "first" table of numbers, its first column one value a rule, the others ranges by chance."""
    chance = Random(7)
    rows = []
    for number in range(rules):
        low = [chance.randrange(400) for _ in range(columns - 1)]
        ranges = (f"[{one}..{one + chance.randrange(1, 200)})" for one in low)
        rows.append(Row(inputs=(f"[{number}..{number + 1})", *ranges), outputs=("1",)))
    names = tuple(f"x{column}" for column in range(columns))
    heads = tuple(Column(text=name, type="number", values=f"[0..{max(rules, 600)}]") for name in names)
    table = Table(policy="F", inputs=heads, outputs=(Column(text=""),), rules=tuple(rows))
    inputs = tuple(Item(id=name, kind="input", name=name) for name in names)
    return Decisions(items=(*inputs, Item(id="d", kind="decision", name="d", requires=names, table=table)))


def test_a_large_table_is_judged_within_the_budget() -> None:
    model = wide(600, 6)
    table = model.items[-1].table
    assert table is not None
    assert {flaw.kind for flaw in flaws(model, model.items[-1], table, Budget())} == {"gap"}


def test_the_tables_of_a_package_share_a_budget() -> None:
    model, budget = wide(60, 4), Budget(250_000)
    table = model.items[-1].table
    assert table is not None
    told = [{flaw.kind for flaw in flaws(model, model.items[-1], table, budget)} for _ in range(4)]
    assert told[0] == {"gap"} and told[-1] == {"not-proved"}


@given(tables)
def test_a_row_behind_others_that_take_all_its_cases_is_found(rules: list[tuple[str, str]]) -> None:
    model = decisions("F", rules, ["1"] * len(rules))
    (item,) = (item for item in model.items if item.table)
    assert item.table is not None
    first = {rows[0] for n, kind in inputs() if (rows := matching(rules, n, kind))}
    unreachable = {flaw.rows[0] for flaw in flaws(model, item, item.table, Budget()) if flaw.kind == "unreachable"}
    assert unreachable == set(range(1, len(rules) + 1)) - first


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("F", (1, 30)), ("P", (2, 10)), ("R", ([1, 2, 3], [30, 10, 20])), ("O", ([2, 3, 1], [10, 20, 30])),
        ("C", ([1, 2, 3], [30, 10, 20])), ("C+", ([1, 2, 3], 60)), ("C<", ([1, 2, 3], 10)), ("C>", ([1, 2, 3], 30)),
        ("C#", ([1, 2, 3], 3)),
    ],
)  # fmt: skip
def test_every_hit_policy(policy: str, expected: tuple[object, object]) -> None:
    model = decisions(policy, [("-",), (">= 0",), ("< 5",)], ["30", "10", "20"], values="10, 20, 30")
    (made,) = decide(model, "d", {"n": 1})
    rules = expected[0] if isinstance(expected[0], list) else [expected[0]]
    assert (list(made.rules), made.output) == (rules, expected[1])


@pytest.mark.parametrize(
    ("policy", "cells", "outputs", "given_", "code"),
    [
        ("U", [("> 3",)], ["1"], 1, "decision.no_rule"),
        ("U", [("> 0",), ("> 0",)], ["1", "1"], 1, "decision.several_rules"),
        ("A", [("> 0",), ("> 0",)], ["1", "2"], 1, "decision.different"),
        ("U", [("> 0",)], ["1"], "one", "decision.bad_input"),
        ("U", [("> 0",)], ["1"], 9, "decision.bad_input"),
        ("U", [("> 0",)], ['substring("x", n) + repeat'], 1, None),
        ("U", [("> 0",)], ["for a in 1..4000, b in 1..4000 return a"], 1, "decision.failed"),
    ],
)  # fmt: skip
def test_why_there_is_no_answer(
    policy: str, cells: list[tuple[str, ...]], outputs: list[str], given_: object, code: str | None
) -> None:
    model = decisions(policy, cells, outputs)
    if code is None:
        assert decide(model, "d", {"n": given_})[0].output is None
        return
    with pytest.raises(Undecided) as caught:
        decide(model, "d", {"n": given_})
    assert caught.value.code == code and caught.value.params["decision"] == "d"


def test_what_a_decision_requires_is_decided_first_and_all_is_traced() -> None:
    (model,) = tiers().decisions.values()
    tier, amount = decide(model, "amount", {"kind": "common", "days": 45})
    assert (tier.name, tier.inputs, tier.rules, tier.output) == ("tier", {"kind": "common", "days": 45}, (3,), "middle")
    assert (amount.inputs, amount.rules, amount.output) == ({"tier": "middle"}, (), 5000)


def test_a_file_survives_being_kept_as_json() -> None:
    (model,) = tiers().decisions.values()
    again = Decisions.from_json(model.as_json())
    assert again.as_json() == model.as_json()
    assert decide(again, "amount", {"kind": "grave", "days": 1})[-1].output == 20000
