"""Deciding by a DMN file: the decision asked for and all it requires, each with what was read and which rules matched.

Hit policies as DMN 1.3, 8.2.8. Nothing is guessed: a table that gives no answer, or two, is an error with its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bpmn.dmn_model import SINGLE, Column, Decisions, Item, Table
from bpmn.dmn_reader import read
from bpmn.dmn_types import answer_type, conforms
from bpmn.feel import (
    Expression,
    FeelError,
    Judgement,
    Run,
    compile_expression,
    compile_unary_tests,
    judge_expression,
    judge_unary_tests,
)
from bpmn.feel_values import compare, equal

__all__ = ["Decided", "Decisions", "Undecided", "asked_for", "decide", "read", "results"]

#: Steps of one decision with all it requires; a table of twenty thousand cells needs about a hundred thousand.
MAX_STEPS = 200_000


@dataclass(frozen=True)
class Decided:
    """One decision: what it read, the numbers of the rules that matched (a table's), and what it says."""

    decision: str
    name: str
    inputs: dict[str, object]
    rules: tuple[int, ...]
    output: object


class Undecided(Exception):
    """A decision gives no answer, or two: ``code`` (``decision.*``), its name, and what its sentence needs."""

    def __init__(self, code: str, decision: str, **params: object) -> None:
        super().__init__(f"{code} {decision} {params}")
        self.code = code
        self.params = {"decision": decision, **params}


def decide(decisions: Decisions, ref: str, scope: Mapping[str, object]) -> list[Decided]:
    """Decide ``ref`` (id or name) from the values in ``scope``; what it requires comes first, itself last.

    Raises Undecided: ``decision.no_rule``, ``decision.several_rules`` (unique), ``decision.different`` (any),
    ``decision.no_priority``, ``decision.bad_input``, ``decision.failed``; KeyError where there is no such decision.
    """
    wanted = decisions.decision(ref)
    if wanted is None:
        raise KeyError(ref)
    known: dict[str, object] = {}
    made: list[Decided] = []
    for item in _in_order(decisions, wanted):
        if item.kind == "input":
            known[item.name] = _checked(decisions, item, scope.get(item.name))
        elif item.kind == "knowledge":
            known[item.name] = _compiled(decisions, item, item.expression).as_function(item.parameters)
        else:
            decided = _one(decisions, item, known)
            made.append(decided)
            known[item.name] = decided.output
    return made


def asked_for(decisions: Decisions, item: Item) -> frozenset[str]:
    """The names a decision, with all it requires, reads from outside."""
    return frozenset(one.name for one in _in_order(decisions, item) if one.kind == "input")


def results(result: str, item: Item) -> tuple[str, ...]:
    """The names a decision's answer gets: ``result``, else its own; several outputs are values of their own."""
    if not result and item.table and len(item.table.outputs) > 1 and item.table.policy in SINGLE:
        return tuple(column.text for column in item.table.outputs)
    return (result or item.name,)


def _in_order(decisions: Decisions, wanted: Item) -> Iterator[Item]:
    """What is required before what requires it, each once. The reader refused circles."""
    order: list[Item] = []
    work = [(wanted, iter(wanted.requires))]
    seen = {wanted.id}
    while work:
        following = next((ref for ref in work[-1][1] if ref not in seen and ref in decisions.by_id), None)
        if following is None:
            order.append(work.pop()[0])
        else:
            seen.add(following)
            work.append((decisions.by_id[following], iter(decisions.by_id[following].requires)))
    return iter(order)


def _checked(decisions: Decisions, item: Item, value: object) -> object:
    if value is not None and not conforms(decisions, item.type, value):
        raise Undecided("decision.bad_input", item.name, input=item.name, type=item.type)
    return value


def _one(decisions: Decisions, item: Item, known: Mapping[str, object]) -> Decided:
    run = Run(known, MAX_STEPS)
    functions = {name for name, _ in _functions(decisions, item)}
    values = {name: known[name] for name in sorted(_reads(decisions, item) - functions) if name in known}
    try:
        if item.table is None:
            return Decided(item.id, item.name, values, (), _compiled(decisions, item, item.expression).within(run))
        rules, output = _by_table(decisions, item, item.table, run)
        return Decided(item.id, item.name, values, rules, output)
    except FeelError as error:
        raise Undecided("decision.failed", item.name, reason=error.code) from error


def _by_table(decisions: Decisions, item: Item, table: Table, run: Run) -> tuple[tuple[int, ...], object]:
    given = [_input(decisions, item, column, run) for column in table.inputs]
    matched = [
        number
        for number, row in enumerate(table.rules, 1)
        if all(_passes(decisions, item, cell, value, run) for cell, value in zip(row.inputs, given, strict=True))
    ]
    if not matched:
        return (), _without(decisions, item, table, run)
    if table.policy == "F":
        matched = matched[:1]
    if table.policy == "U" and len(matched) > 1:
        raise Undecided("decision.several_rules", item.name, rows=", ".join(map(str, matched)))
    outputs = [_output(decisions, item, table, number, run) for number in matched]
    return _combined(item, table, run, matched, outputs)


def _input(decisions: Decisions, item: Item, column: Column, run: Run) -> object:
    value = _compiled(decisions, item, column.text).within(run)
    bad = value is not None and not conforms(decisions, column.type, value)
    if bad or (column.values and value is not None and not _passes(decisions, item, column.values, value, run)):
        raise Undecided("decision.bad_input", item.name, input=column.text, type=column.values or column.type)
    return value


def _passes(decisions: Decisions, item: Item, cell: str, value: object, run: Run) -> bool:
    tests = compile_unary_tests(cell, decisions.names, _functions(decisions, item))
    return tests.within(run, value) is True


def _output(decisions: Decisions, item: Item, table: Table, number: int, run: Run) -> object:
    cells = table.rules[number - 1].outputs
    values = [_compiled(decisions, item, cell).within(run) for cell in cells]
    return _named(table, values)


def _named(table: Table, values: list[object]) -> object:
    if len(table.outputs) == 1:
        return values[0]
    return {column.text: value for column, value in zip(table.outputs, values, strict=True)}


def _without(decisions: Decisions, item: Item, table: Table, run: Run) -> object:
    """What a table says when no rule matches: its defaults, an empty list where lists are given, else nothing."""
    if all(column.default for column in table.outputs):
        return _named(table, [_compiled(decisions, item, column.default).within(run) for column in table.outputs])
    if table.policy in ("R", "O", "C"):
        return []
    if table.policy == "C#":
        return Decimal(0)
    raise Undecided("decision.no_rule", item.name)


def _combined(
    item: Item, table: Table, run: Run, matched: list[int], outputs: list[object]
) -> tuple[tuple[int, ...], object]:
    if table.policy == "A" and any(equal(run, outputs[0], other) is not True for other in outputs[1:]):
        raise Undecided("decision.different", item.name, rows=", ".join(map(str, matched)))
    if table.policy in ("P", "O"):
        ranked = sorted(zip(matched, outputs, strict=True), key=lambda pair: _rank(item, table, run, pair[1]))
        matched, outputs = [number for number, _ in ranked], [output for _, output in ranked]
    if table.policy in SINGLE:
        return (tuple(matched) if table.policy == "A" else tuple(matched[:1])), outputs[0]
    return tuple(matched), _collected(table.policy, run, outputs)


def _rank(item: Item, table: Table, run: Run, output: object) -> tuple[int, ...]:
    """The place of an output among the output values, which are written in order of priority (DMN 8.2.8)."""
    ranks = []
    for column in table.outputs:
        value = output.get(column.text) if isinstance(output, dict) and len(table.outputs) > 1 else output
        if not column.values:
            continue
        order = compile_expression(f"[{column.values}]").within(run)
        assert isinstance(order, list)
        places = [place for place, one in enumerate(order) if equal(run, one, value) is True]
        if not places:
            raise Undecided("decision.no_priority", item.name, value=str(value))
        ranks.append(places[0])
    return tuple(ranks)


def _collected(policy: str, run: Run, outputs: list[object]) -> object:
    if policy == "C#":
        return Decimal(len(outputs))
    if policy in ("C<", "C>"):
        best = outputs[0]
        for output in outputs[1:]:
            if compare("<" if policy == "C<" else ">", output, best) is True:
                best = output
        return best
    if policy == "C+":
        return compile_expression("sum(given)").evaluate({"given": outputs})
    return outputs


def _functions(decisions: Decisions, item: Item) -> frozenset[tuple[str, int]]:
    return _functions_of(decisions, item.id)


@lru_cache(maxsize=512)
def _functions_of(decisions: Decisions, item_id: str) -> frozenset[tuple[str, int]]:
    required = (decisions.by_id[ref] for ref in decisions.by_id[item_id].requires if ref in decisions.by_id)
    return frozenset((one.name, len(one.parameters)) for one in required if one.kind == "knowledge")


def _compiled(decisions: Decisions, item: Item, text: str) -> Expression:
    return compile_expression(text, decisions.names, _functions(decisions, item))


def texts(item: Item) -> Iterator[tuple[str, bool, int | None]]:
    """Every (text, is it a cell of unary tests?, line) of a decision or of knowledge."""
    if item.table is None:
        yield item.expression, False, item.line
        return
    for column in item.table.inputs:
        yield column.text, False, item.line
        if column.values:
            yield column.values, True, item.line
    for column in item.table.outputs:
        if column.default:
            yield column.default, False, item.line
    for row in item.table.rules:
        for cell in row.inputs:
            yield cell, True, row.line
        for cell in row.outputs:
            yield cell, False, row.line


def compiled_names(decisions: Decisions, item: Item, text: str, is_cell: bool) -> frozenset[str]:
    """The names one text reads. Raises FeelError where it cannot be compiled."""
    functions = _functions(decisions, item)
    if is_cell:
        return compile_unary_tests(text, decisions.names, functions).names
    return compile_expression(text, decisions.names, functions).names


def judged(decisions: Decisions, item: Item, text: str, is_cell: bool) -> Judgement:
    """What is known of one text under the types of what its decision requires. Raises FeelError."""
    required = (decisions.by_id[ref] for ref in item.requires if ref in decisions.by_id)
    types = {one.name: answer_type(decisions, one) for one in required if one.kind != "knowledge"}
    judge = judge_unary_tests if is_cell else judge_expression
    return judge(text, types, decisions.names, _functions(decisions, item))


@lru_cache(maxsize=512)
def _reads_of(decisions: Decisions, item_id: str) -> frozenset[str]:
    item = decisions.by_id[item_id]
    return frozenset().union(*(compiled_names(decisions, item, text, cell) for text, cell, _ in texts(item)))


def _reads(decisions: Decisions, item: Item) -> frozenset[str]:
    try:
        return _reads_of(decisions, item.id)
    except FeelError:
        return frozenset()  # evaluating it says what is wrong
