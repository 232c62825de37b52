"""FEEL, the expression language of DMN and of our conditions: a small typed subset, compiled to closures.

The one door to the rooms ``feel_*``. Never Python: no attribute of any object can be named, only values of the scope
and a closed list of functions. Length, nesting, steps and sizes are bounded, so no text can hang or fill the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from bpmn.feel_closures import Closure, Knowledge, Test
from bpmn.feel_parser import Parser
from bpmn.feel_parts import Comparison, Part
from bpmn.feel_run import FeelError, Frame, Run
from bpmn.feel_types import Clash, Missing
from bpmn.feel_values import Months

__all__ = [
    "Clash",
    "Comparison",
    "Expression",
    "FeelError",
    "Judgement",
    "Knowledge",
    "Missing",
    "Months",
    "Run",
    "Script",
    "UnaryTests",
    "compile_expression",
    "compile_script",
    "compile_unary_tests",
    "judge_expression",
    "judge_script",
    "judge_unary_tests",
]

MAX_SCRIPT = 10_000
MAX_ASSIGNMENTS = 100


@dataclass(frozen=True)
class Expression:
    """A compiled expression. ``names``: the variables it may read; ``comparisons``: those compared with constants."""

    text: str
    names: frozenset[str]
    comparisons: tuple[Comparison, ...]
    _closure: Closure = field(repr=False, compare=False)

    def within(self, run: Run) -> object:
        """The value in a run of several expressions, which share its steps. Raises FeelError as ``evaluate`` does."""
        return run.value(self._closure(Frame(run)))

    def as_function(self, parameters: tuple[str, ...]) -> Knowledge:
        """The expression as a function of these names, to be put into a scope."""
        return Knowledge(parameters, self._closure)

    def evaluate(self, scope: Mapping[str, object]) -> object:
        """The value under ``scope``: None, bool, str, Decimal, date, time, datetime, timedelta, Months, list or dict.

        What is undefined (an unknown name, a sum of text and number) is None. Raises FeelError ``feel.budget`` or
        ``feel.size`` when it would take too much.
        """
        return self.within(Run(scope))


@dataclass(frozen=True)
class UnaryTests:
    """A compiled cell of a decision table."""

    text: str
    names: frozenset[str]
    _test: Test = field(repr=False, compare=False)

    def accepts(self, value: object, scope: Mapping[str, object]) -> bool | None:
        """Does ``value`` pass? None where that is undefined. Raises FeelError as ``Expression.evaluate`` does."""
        return self.within(Run(scope), value)

    def within(self, run: Run, value: object) -> bool | None:
        """The same in a run of several expressions, which share its steps."""
        return self._test(Frame(run), run.value(value))


@dataclass(frozen=True)
class Script:
    """Compiled assignments. ``reads``: the variables it needs from outside; ``writes``: those it sets, in order."""

    text: str
    reads: frozenset[str]
    writes: tuple[str, ...]
    _lines: tuple[tuple[str, Closure], ...] = field(repr=False, compare=False)

    def run(self, scope: Mapping[str, object]) -> dict[str, object]:
        """The values set, in order; a later line sees what an earlier one set. Raises FeelError as evaluate does."""
        run = Run(scope)
        results: dict[str, object] = {}
        for name, closure in self._lines:
            value = run.value(closure(Frame(run)))
            run.assign(name, value)
            results[name] = value
        return results


#: Functions a model brings along, as (name, number of arguments).
Functions = frozenset[tuple[str, int]]
NONE: frozenset[Any] = frozenset()


@lru_cache(maxsize=2_048)
def compile_expression(text: str, names: frozenset[str] = NONE, functions: Functions = NONE) -> Expression:
    """Compile one expression. Raises FeelError (``feel.*``) with the position of the mistake.

    ``names``: those that are not one plain word, which can only be told apart by knowing them (DMN 1.3, 10.3.1.4).
    """
    parser = Parser(text, names=names, functions=dict(functions))
    part = parser.expression()
    _at_end(parser)
    return Expression(text, frozenset(parser.names), tuple(parser.comparisons), part.run)


@lru_cache(maxsize=2_048)
def compile_unary_tests(text: str, names: frozenset[str] = NONE, functions: Functions = NONE) -> UnaryTests:
    """Compile a cell: ``>= 18``, ``"A","B"``, ``[1..5)``, ``not("C")``, ``-``. Raises FeelError."""
    if not text.strip():
        text = "-"
    parser = Parser(text, names=names, functions=dict(functions))
    test = parser.unary_tests()
    _at_end(parser)
    return UnaryTests(text, frozenset(parser.names), test)


@lru_cache(maxsize=512)
def compile_script(text: str) -> Script:
    """Compile lines of ``name := expression``, parted by line breaks or semicolons. Raises FeelError."""
    parser = Parser(text, MAX_SCRIPT)
    lines: list[tuple[str, Closure]] = []
    reads: set[str] = set()
    for name, part in _assignments(parser):
        reads |= parser.names - {written for written, _ in lines}
        lines.append((name, part.run))
    writes = tuple(dict.fromkeys(name for name, _ in lines))
    return Script(text, frozenset(reads), writes, tuple(lines))


@dataclass(frozen=True)
class Judgement:
    """What is known of a text under the types of its variables.

    ``gives``: the type of an expression, ``sets``: that of each name a script sets; '' is one that is not known.
    ``reads``: the variables it surely reads, past entries a filter may name. ``clashes``, ``missing``: what can only
    be null.
    """

    gives: str
    sets: Mapping[str, str]
    reads: frozenset[str]
    clashes: tuple[Clash, ...]
    missing: tuple[Missing, ...]


def judge_expression(
    text: str, types: Mapping[str, str], names: frozenset[str] = NONE, functions: Functions = NONE
) -> Judgement:
    """An expression under the types of its variables, by FEEL's own names of them. Raises FeelError."""
    read = compile_expression(text, names, functions).names
    return _judge(Parser.expression, text, _of(types, read), names, functions)


def judge_unary_tests(
    text: str, types: Mapping[str, str], names: frozenset[str] = NONE, functions: Functions = NONE
) -> Judgement:
    """A cell under the types of its variables. Raises FeelError."""
    compiled = compile_unary_tests(text, names, functions)
    return _judge(Parser.unary_tests, compiled.text, _of(types, compiled.names), names, functions)


def judge_script(text: str, types: Mapping[str, str]) -> Judgement:
    """A script under the types of its variables. Raises FeelError."""
    return _judge_script(text, _of(types, compile_script(text).reads))


def _of(types: Mapping[str, str], names: frozenset[str]) -> frozenset[tuple[str, str]]:
    """The types of these names, to be remembered by: several rules judge the same text."""
    return frozenset((name, types[name]) for name in names if name in types)


@lru_cache(maxsize=4_096)
def _judge(
    read: Callable[[Parser], Part | Test],
    text: str,
    types: frozenset[tuple[str, str]],
    names: frozenset[str],
    functions: Functions,
) -> Judgement:
    parser = Parser(text, names=names, functions=dict(functions), types=dict(types))
    found = read(parser)
    _at_end(parser)
    return _judged(parser, found.type if isinstance(found, Part) else "boolean", {}, parser.surely)


@lru_cache(maxsize=2_048)
def _judge_script(text: str, types: frozenset[tuple[str, str]]) -> Judgement:
    parser = Parser(text, MAX_SCRIPT, types=dict(types))
    given: dict[str, str] = {}
    reads: set[str] = set()
    for name, part in _assignments(parser):
        reads |= parser.surely - given.keys()
        parser.types[name] = given[name] = part.type
    return _judged(parser, "", given, reads)


def _judged(parser: Parser, gives: str, sets: Mapping[str, str], reads: set[str]) -> Judgement:
    return Judgement(gives, sets, frozenset(reads), tuple(parser.clashes), tuple(parser.missing))


def _assignments(parser: Parser) -> Iterator[tuple[str, Part]]:
    count = 0
    while parser.token.kind != "end":
        if parser.takes(";"):
            continue
        if count == MAX_ASSIGNMENTS or (count and not _parted(parser)):
            raise parser.wrong("feel.expected", expected=";")
        name = _target(parser)
        parser.names.clear()
        parser.surely.clear()
        yield name, parser.expression()
        count += 1
    if not count:
        raise FeelError("feel.empty")


def _parted(parser: Parser) -> bool:
    return parser.token.first_in_line or parser.follows(";")


def _target(parser: Parser) -> str:
    token = parser.next()
    if token.kind != "name" or not parser.takes(":="):
        raise FeelError("feel.assignment", token.position, found=str(token.value))
    return str(token.value)


def _at_end(parser: Parser) -> None:
    if parser.token.kind != "end":
        raise parser.wrong("feel.unexpected")
