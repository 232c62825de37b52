"""Rules of the decision tables of a package (DMN 1.3): no gap, no contradiction, no name or value that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from bpmn import dmn
from bpmn.dmn_check import Budget, Flaw, flaws
from bpmn.dmn_model import Decisions, Item, Table, Trouble
from bpmn.dmn_space import Unclear, read_cell
from bpmn.dmn_types import BASIC, basic
from bpmn.feel import FeelError, Judgement, compile_expression
from bpmn.flow_data import feel_type, fields_of
from bpmn.rules import Spot, Subject, rule

#: Words between the inputs of one combination.
_AND = " ∧ "


@rule("decision.unreadable", "error")
def unreadable(subject: Subject) -> Iterator[Spot]:
    """A decision that is no table or expression, requires what is not there, or requires itself (DMN 6.3)."""
    for path, trouble in _troubles(subject):
        params = {"code": trouble.code, **trouble.params, "name": trouble.params.get("name") or trouble.element}
        yield Spot(element=trouble.element, line=trouble.line, file=path, params=params)


@rule("decision.syntax", "error")
def syntax(subject: Subject) -> Iterator[Spot]:
    """Every cell and expression is FEEL."""
    for path, decisions, item in _items(subject):
        for text, is_cell, line in dmn.texts(item):
            try:
                dmn.compiled_names(decisions, item, text, is_cell)
            except FeelError as error:
                params = {**error.params, "text": text, "code": error.code, "position": error.position}
                yield _spot(path, item, line, row=_row(item, line), **params)


@rule("decision.unknown-name", "error")
def unknown_name(subject: Subject) -> Iterator[Spot]:
    """A decision reads only what it requires; any other name would always be null (DMN 6.3.7)."""
    for path, decisions, item in _items(subject):
        required = {decisions.by_id[ref].name for ref in item.requires if ref in decisions.by_id}
        told: set[str] = set()
        for text, is_cell, line in dmn.texts(item):
            try:
                names = dmn.compiled_names(decisions, item, text, is_cell)
            except FeelError:
                continue
            for name in sorted(names - required - set(item.parameters) - told):
                told.add(name)
                yield _spot(path, item, line, variable=name)


@rule("decision.type", "error")
def wrong_type(subject: Subject) -> Iterator[Spot]:
    """A cell compares with, or says, a value its column cannot have: it would never match, or never be right."""
    for path, decisions, item, table in _tables(subject):
        for number, row in enumerate(table.rules, 1):
            for column, cell in zip(table.inputs, row.inputs, strict=True):
                for value in _compared(cell):
                    if _is_not(decisions, column.type, value):
                        yield _spot(path, item, row.line, row=number, text=cell, type=column.type, column=column.text)
            for column, cell in zip(table.outputs, row.outputs, strict=True):
                if _says_wrongly(decisions, column.type, column.values, cell):
                    allowed = column.values or column.type
                    yield _spot(
                        path, item, row.line, row=number, text=cell, type=allowed, column=column.text or item.name
                    )


@rule("decision.unknown-part", "error")
def unknown_part(subject: Subject) -> Iterator[Spot]:
    """A decision asks for a part that its value never has: a misspelt entry is silently null (DMN 10.3.2.5)."""
    for path, item, line, judgement in _judged(subject):
        for missing in judgement.missing:
            there = ", ".join(missing.there) or "—"
            yield _spot(path, item, line, place=missing.written, part=missing.part, type=missing.type, there=there)


@rule("decision.mixed-types", "error")
def mixed_types(subject: Subject) -> Iterator[Spot]:
    """A sign or function of a decision gets values of types it does not go with (DMN 10.3.2.13, 10.3.2.15, 10.3.4)."""
    for path, item, line, judgement in _judged(subject):
        for clash in judgement.clashes:
            yield _spot(path, item, line, place=clash.place, types=", ".join(clash.types))


@rule("decision.field-type", "error")
def field_type(subject: Subject) -> Iterator[Spot]:
    """A column reads a field of a form as another type than the form gives: its rows would never match.

    Where several forms ask for the field, one of them that fits is enough.
    """
    fields = fields_of(subject)
    for path, decisions, item, table in _tables(subject):
        for column in table.inputs:
            wanted = basic(decisions, column.type)
            given = {feel_type(schema) for schema in fields.get(" ".join(column.text.split()), {}).values()}
            if wanted and given and "" not in given and wanted not in given:
                yield _spot(path, item, item.line, column=column.text, type=wanted, found=", ".join(sorted(given)))


@rule("decision.priority", "error")
def no_priority(subject: Subject) -> Iterator[Spot]:
    """Priority and output order rank by the output values, which are therefore written down (DMN 8.2.8)."""
    for path, _, item, table in _tables(subject):
        if table.policy in ("P", "O") and not any(column.values for column in table.outputs):
            yield _spot(path, item, item.line, policy=table.policy)


@rule("decision.overlap", "error")
def overlap(subject: Subject) -> Iterator[Spot]:
    """Two rules of a unique table match the same inputs, or of an "any" table with different answers (DMN 8.2.8)."""
    for path, item, table, flaw in _flaws(subject, "overlap"):
        one, other = flaw.rows
        yield _spot(path, item, table.rules[other - 1].line, row=one, other=other, where=_where(table, flaw))


@rule("decision.gap", "error", exercise="warning")
def gap(subject: Subject) -> Iterator[Spot]:
    """Inputs for which no rule says anything: the case would stand still there."""
    for path, item, table, flaw in _flaws(subject, "gap"):
        yield _spot(path, item, item.line, where=_where(table, flaw))


@rule("decision.unreachable", "error", exercise="warning")
def unreachable(subject: Subject) -> Iterator[Spot]:
    """A rule that can never decide: its cell excludes everything, or an earlier rule takes all its cases."""
    for path, item, table, flaw in _flaws(subject, "unreachable"):
        yield _spot(path, item, table.rules[flaw.rows[0] - 1].line, row=flaw.rows[0])


@rule("decision.not-judged", "info")
def not_judged(subject: Subject) -> Iterator[Spot]:
    """A column whose cells compare with more than constants, or too many combinations: gaps and overlaps not proved."""
    for path, item, _, flaw in [*_flaws(subject, "unclear"), *_flaws(subject, "not-proved")]:
        yield _spot(path, item, item.line, where=", ".join(flaw.where) or "…")


def _troubles(subject: Subject) -> Iterator[tuple[str, Trouble]]:
    for path, decisions in subject.decisions.items():
        yield from ((path, trouble) for trouble in decisions.troubles)


def _items(subject: Subject) -> Iterator[tuple[str, Decisions, Item]]:
    for path, decisions in subject.decisions.items():
        yield from ((path, decisions, item) for item in decisions.items if item.table or item.expression)


def _judged(subject: Subject) -> Iterator[tuple[str, Item, int | None, Judgement]]:
    for path, decisions, item in _items(subject):
        for text, is_cell, line in dmn.texts(item):
            try:
                yield path, item, line, dmn.judged(decisions, item, text, is_cell)
            except FeelError:
                continue  # the syntax is another rule's


def _tables(subject: Subject) -> Iterator[tuple[str, Decisions, Item, Table]]:
    for path, decisions, item in _items(subject):
        if item.table is not None:
            yield path, decisions, item, item.table


def _flaws(subject: Subject, kind: str) -> Iterator[tuple[str, Item, Table, Flaw]]:
    found = _flaws_of(tuple(subject.decisions.values()))
    for path, _decisions, item, table in _tables(subject):
        told = found[list(subject.decisions).index(path), item.id]
        yield from ((path, item, table, flaw) for flaw in told if flaw.kind == kind)


@lru_cache(maxsize=64)
def _flaws_of(files: tuple[Decisions, ...]) -> dict[tuple[int, str], tuple[Flaw, ...]]:
    """Of all tables of a package, by file and decision: searched once, each kind is a rule of its own."""
    budget = Budget()
    return {
        (place, item.id): tuple(flaws(decisions, item, item.table, budget))
        for place, decisions in enumerate(files)
        for item in decisions.items
        if item.table
    }


def _spot(path: str, item: Item, line: int | None, **params: object) -> Spot:
    return Spot(element=item.id, line=line, file=path, params={"name": item.name, **params})


def _where(table: Table, flaw: Flaw) -> str:
    """``Age (18..60) ∧ risk "High"``."""
    pairs = zip(table.inputs, flaw.where, strict=True)
    return _AND.join(f"{column.label or column.text} {piece}" for column, piece in pairs)


def _row(item: Item, line: int | None) -> int | str:
    """The number of the rule on this line, … where it is no rule."""
    rules = item.table.rules if item.table else ()
    return next((number for number, row in enumerate(rules, 1) if row.line == line), "…")


def _compared(cell: str) -> list[object]:
    try:
        intervals = read_cell(cell).intervals
    except (Unclear, FeelError):
        return []
    return [value for one in intervals for value in (one.low, one.high) if value is not None]


def _is_not(decisions: Decisions, type_: str, value: object) -> bool:
    known = basic(decisions, type_)
    return bool(known) and not BASIC[known](value)


def _says_wrongly(decisions: Decisions, type_: str, values: str, cell: str) -> bool:
    """Is an output cell a constant of another type, or none of the values written down?"""
    try:
        compiled = compile_expression(cell, decisions.names)
        if compiled.names:
            return False
        value = compiled.evaluate({})
        if value is None:
            return False
        named = compile_expression(f"[{values}]").evaluate({}) if values else [value]
        return _is_not(decisions, type_, value) or (isinstance(named, list) and value not in named)
    except FeelError:
        return False
