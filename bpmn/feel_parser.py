"""FEEL tokens → closures, by recursive descent (grammar of DMN 1.3, 10.3.1.2).

Every closure gets a ``Frame`` and gives a FEEL value. Nothing of Python can be reached: names are looked up in the
scope, paths in contexts, functions in one closed table. Chains of operators become flat loops, so neither compiling
nor evaluating can recurse deeper than MAX_DEPTH levels of nesting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from bpmn import feel_closures as closures
from bpmn import feel_types as types
from bpmn import feel_values as values
from bpmn.feel_closures import Closure, Test
from bpmn.feel_functions import CLOCK, FUNCTIONS, OF_LITERALS
from bpmn.feel_lexer import Token
from bpmn.feel_nested import LIST, RANGE, context_of, item_of, joined, kind_of, list_of
from bpmn.feel_parts import UNKNOWN, Judged, Part, Tested
from bpmn.feel_run import CONTEXT, MAX_ITEMS, FeelError, Frame, Run
from bpmn.feel_values import Range

MAX_LENGTH = 2_000
MAX_DEPTH = 30

_COMPARISONS = ("<", "<=", ">", ">=", "=", "!=")


class Parser(Judged):
    """One text being read."""

    def __init__(
        self,
        text: str,
        limit: int = MAX_LENGTH,
        names: frozenset[str] = frozenset(),
        functions: Mapping[str, int] | None = None,
        types: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(text, limit, names, types)
        #: Functions of the model (business knowledge) by name: how many arguments they take.
        self._functions = functions or {}
        self._depth = 0
        self._nodes = 0
        self._filtering = True
        self._asked = False

    def _deeper(self, read: Callable[[], Part], *, filtering: bool = True) -> Part:
        """Read one level further in. An error ends the whole text, so nothing need be restored after one."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FeelError("feel.too_deep", self.token.position, limit=MAX_DEPTH)
        before, self._filtering = self._filtering, filtering
        part = read()
        self._filtering = before
        self._depth -= 1
        return part

    # -- expressions, loosest binding first ---------------------------------------------------------------------

    def expression(self) -> Part:
        """A whole expression."""
        return self._deeper(self._expression)

    def _expression(self) -> Part:
        if self.takes("if"):
            return self._if()
        if self.takes("for"):
            return self._for()
        if self.sees("some", "every"):
            return self._quantified(str(self.next().value))
        return self._logical("or", self._conjunction)

    def _conjunction(self) -> Part:
        return self._logical("and", self._comparison)

    def _if(self) -> Part:
        since = self._at
        asked = self.expression()
        self._must_be("boolean", "if", asked, since)
        self.wants("then")
        then = self.expression()
        self.wants("else")
        otherwise = self.expression()
        condition, yes, no = asked.run, then.run, otherwise.run
        kind = joined((then.type, otherwise.type))
        return self._part(lambda frame: yes(frame) if condition(frame) is True else no(frame), type=kind)

    def _logical(self, word: str, operand: Callable[[], Part]) -> Part:
        since = self._at
        first = operand()
        if not self.sees(word):
            return first
        self._must_be("boolean", word, first, since)
        operands = [first.run]
        while self.takes(word):
            since = self._at
            part = operand()
            self._must_be("boolean", word, part, since)
            operands.append(part.run)
        run = closures.disjunction(operands) if word == "or" else closures.conjunction(operands)
        return self._part(run, type="boolean")

    def _comparison(self) -> Part:
        since = self._at
        left = self._additive()
        if self.takes("between"):
            return self._between(left, since)
        if self.takes("in"):
            middle = self._at
            tested = self._membership()
            self._compared(left, *tested.constants)
            for bound in tested.bounds:
                self._ordered("in", left, Part(left.run, type=bound), since, middle)
            self._one_of(left, tested.lists, since, middle)
            value, test = left.run, tested.run
            return self._part(lambda frame: test(frame, value(frame)), type="boolean")
        if not self.sees(*_COMPARISONS):
            return left
        sign, middle, right = str(self.next().value), self._at, self._additive()
        if self.sees(*_COMPARISONS):
            # 1 < x < 3 would compare a boolean with 3 and give null.
            raise self.wrong("feel.chained_comparison")
        self._ordered(sign, left, right, since, middle)
        if sign in ("=", "!="):
            self._compared(left, right.constant)
            self._compared(right, left.constant)
        a, b, relation = left.run, right.run, closures.relation(sign)
        return self._part(lambda frame: relation(frame, a(frame), b(frame)), type="boolean")

    def _between(self, left: Part, since: int) -> Part:
        middle = self._at
        least = self._additive()
        self._ordered("between", left, least, since, middle)
        self.wants("and")
        middle = self._at
        most = self._additive()
        self._ordered("between", left, most, since, middle)
        value, low, high = left.run, least.run, most.run

        def run(frame: Frame) -> object:
            given = value(frame)
            return Range(low(frame), high(frame)).has(given)

        return self._part(run, type="boolean")

    def _additive(self) -> Part:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Part:
        return self._chain(("*", "/"), self._exponent)

    def _exponent(self) -> Part:
        return self._chain(("**",), self._unary)

    def _chain(self, signs: tuple[str, ...], operand: Callable[[], Part]) -> Part:
        since = self._at
        first = so_far = operand()
        if not self.sees(*signs):
            return first
        rest: list[tuple[str, Closure]] = []
        while self.sees(*signs):
            sign, middle, part = str(self.next().value), self._at, operand()
            kind = types.computed(sign, so_far.type, part.type)
            if kind is None:
                self._clash(sign, so_far, part, since, middle)
            so_far = Part(part.run, type=kind or "")
            rest.append((sign, part.run))
        start = first.run

        def run(frame: Frame) -> object:
            result = start(frame)
            for sign, closure in rest:
                result = values.arithmetic(frame.run, sign, result, closure(frame))
            return result

        self._nodes += len(rest)
        return self._part(run, type=so_far.type)

    def _unary(self) -> Part:
        if not self.takes("-"):
            return self._postfix()
        since = self._at
        part = self._deeper(self._unary)
        operand = part.run
        if part.type not in types.NEGATED:
            self._must_be("number", "-", part, since)
        if isinstance(part.constant, Decimal):
            return self._constant(CONTEXT.minus(part.constant))
        return self._part(lambda frame: closures.minus(operand(frame)), type=part.type)

    def _postfix(self) -> Part:
        since = self._at
        part = self._primary()
        kind = part.type
        steps: list[Callable[[Frame, object], object]] = []
        while True:
            if self.takes("."):
                key = self._key()
                steps.append(closures.path(key))
                kind = self._part_of(kind, key, since)
            elif self.sees("[") and self._filtering:
                step, kind = self._filter(kind)
                steps.append(step)
            else:
                break
        if not steps:
            return part
        start = part.run

        def run(frame: Frame) -> object:
            result = start(frame)
            for step in steps:
                result = step(frame, result)
            return result

        self._nodes += 4 * len(steps)
        return self._part(run, type=kind)

    def _key(self) -> str:
        if self.token.kind not in ("name", "keyword"):
            raise self.wrong("feel.expected", expected="name")
        return str(self.next().value)

    def _filter(self, items: str) -> tuple[Callable[[Frame, object], object], str]:
        self.wants("[")
        before, since = self._nodes, self._at
        with self._binding(self._within(items)):
            asked = self.expression()
        kept = self._kept(items, asked, since)
        self.wants("]")
        body, cost = asked.run, self._nodes - before + 1
        return lambda frame, value: closures.filtered(frame, value, body, cost), kept

    # -- what an expression is made of --------------------------------------------------------------------------

    def _primary(self) -> Part:
        token = self.next()
        if token.kind in ("number", "string"):
            return self._constant(token.value)
        if token.kind == "name":
            return self._call(str(token.value), token) if self.sees("(") else self._variable(str(token.value))
        start = _PRIMARIES.get(str(token.value)) if token.kind in ("op", "keyword") else None
        if start is None:
            self._at -= token.kind != "end"
            raise self.wrong("feel.unexpected")
        return start(self)

    def _variable(self, name: str) -> Part:
        kind, free = self._looked_up(name)
        return self._part(lambda frame: frame.get(name), name=name if free else "", type=kind)

    def _true(self) -> Part:
        return self._constant(True)

    def _false(self) -> Part:
        return self._constant(False)

    def _null(self) -> Part:
        return self._constant(None)

    def _not(self) -> Part:
        return self._call("not", self._tokens[self._at - 1])

    def _input(self) -> Part:
        self._asked = True
        return self._part(lambda frame: frame.get("?"))

    def _temporal(self) -> Part:
        token = self.next()
        value = values.to_temporal(token.value) if token.kind == "string" and isinstance(token.value, str) else None
        if value is None:
            raise FeelError("feel.bad_literal", token.position, found=str(token.value))
        return self._constant(value)

    def _call(self, name: str, token: Token) -> Part:
        function = FUNCTIONS.get(name)
        if function is None and name in self._functions:
            return self._call_of_model(name, token)
        if function is None:
            code = "feel.no_clock" if name in CLOCK else "feel.unknown_function"
            raise FeelError(code, token.position, function=name)
        self.wants("(")
        since = self._at
        parts = self._several(")")
        if len(parts) < function.least or (function.most is not None and len(parts) > function.most):
            raise FeelError("feel.arguments", token.position, function=name, given=len(parts), least=function.least)
        arguments = [part.run for part in parts]
        if name in OF_LITERALS and all(part.is_constant for part in parts):
            return self._literal(name, parts, token)
        gives = self._given(name, parts, since)
        return self._part(lambda frame: function(frame.run, [argument(frame) for argument in arguments]), type=gives)

    def _call_of_model(self, name: str, token: Token) -> Part:
        """A function that the model brings along; its value is in the scope under its name."""
        self.wants("(")
        parts = self._several(")")
        if len(parts) != self._functions[name]:
            least = self._functions[name]
            raise FeelError("feel.arguments", token.position, function=name, given=len(parts), least=least)
        self.names.add(name)
        arguments = [part.run for part in parts]

        def run(frame: Frame) -> object:
            function = frame.get(name)
            if not isinstance(function, closures.Knowledge):
                return None
            return function(frame.run, [argument(frame) for argument in arguments])

        return self._part(run)

    def _literal(self, name: str, parts: Sequence[Part], token: Token) -> Part:
        """``date("2026-02-30")`` is a mistake of the text, not a null at run time."""
        value = FUNCTIONS[name](Run({}), [part.constant for part in parts])
        if value is None:
            raise FeelError("feel.bad_literal", token.position, found=str(parts[0].constant))
        return self._constant(value)

    def _several(self, end: str) -> list[Part]:
        parts: list[Part] = []
        if self.takes(end):
            return parts
        while True:
            parts.append(self.expression())
            if self.takes(end):
                return parts
            self.wants(",")

    def _parenthesis(self) -> Part:
        inner = self.expression()
        if self.takes(".."):
            return self._range(inner, closed=False)
        self.wants(")")
        return inner

    def _open_range(self) -> Part:
        low = self._additive()
        self.wants("..")
        return self._range(low, closed=False)

    def _bracket(self) -> Part:
        if self.takes("]"):
            return self._list([])
        first = self.expression()
        if self.takes(".."):
            return self._range(first, closed=True)
        if self.takes("]"):
            return self._list([first])
        self.wants(",")
        return self._list([first, *self._several("]")])

    def _list(self, parts: list[Part]) -> Part:
        closures = [part.run for part in parts]
        constant = [part.constant for part in parts] if all(part.is_constant for part in parts) else UNKNOWN
        kind = list_of(joined(part.type for part in parts)) if parts else LIST
        return self._part(lambda frame: [closure(frame) for closure in closures], constant=constant, type=kind)

    def _range(self, low: Part, *, closed: bool) -> Part:
        # In ]1..5[ the last bracket ends the range, it filters nothing.
        high = self._deeper(self._additive, filtering=False)
        if not self.sees("]", ")", "["):
            raise self.wrong("feel.expected", expected="]")
        last = self.next().value == "]"
        a, b = low.run, high.run
        bound = low.type or high.type
        return self._part(lambda frame: Range(a(frame), b(frame), closed, last), type=f"{RANGE}{bound}")

    def _context(self) -> Part:
        entries: dict[str, Closure] = {}
        known: dict[str, str] = {}
        with self._binding(known):
            while not self.takes("}"):
                if entries:
                    self.wants(",")
                token = self.token
                key = str(self.next().value) if token.kind == "string" else self._key()
                if key in entries:
                    raise FeelError("feel.duplicate_key", token.position, key=key)
                self.wants(":")
                part = self.expression()
                entries[key], known[key] = part.run, part.type
        return self._part(lambda frame: closures.built(frame, entries), type=context_of(known))

    # -- loops --------------------------------------------------------------------------------------------------

    def _for(self) -> Part:
        loops, part, cost = self._loop("return")
        body = part.run

        def run(frame: Frame) -> object:
            results: list[object] = []
            for inner in closures.rounds(frame, loops, cost):
                if len(results) == MAX_ITEMS:
                    raise FeelError("feel.size", limit=MAX_ITEMS)
                results.append(body(inner))
            return results

        return self._part(run, type=list_of(part.type))

    def _quantified(self, word: str) -> Part:
        loops, part, cost = self._loop("satisfies")
        body, decisive = part.run, word == "some"

        def run(frame: Frame) -> object:
            result: bool | None = not decisive
            for inner in closures.rounds(frame, loops, cost):
                holds = body(inner)
                if holds is decisive:
                    return decisive
                if not isinstance(holds, bool):
                    result = None
            return result

        return self._part(run, type="boolean")

    def _loop(self, word: str) -> tuple[list[tuple[str, Closure]], Part, int]:
        """``x in …, y in …`` and the body after ``word``; how many nodes one round evaluates."""
        loops: list[tuple[str, Closure]] = []
        known: dict[str, str] = {}
        before = self._nodes
        with self._binding(known):
            while not loops or self.takes(","):
                if self.token.kind != "name":
                    raise self.wrong("feel.expected", expected="name")
                name = str(self.next().value)
                self.wants("in")
                domain = self._domain()
                loops.append((name, domain.run))
                known[name] = item_of(domain.type)
            self.wants(word)
            since = self._at
            body = self.expression()
            if word == "satisfies":
                self._must_be("boolean", word, body, since)
        return loops, body, self._nodes - before + 1

    def _domain(self) -> Part:
        first = self.expression()
        if not self.takes(".."):
            return first
        last = self.expression()
        low, high = first.run, last.run
        return Part(lambda frame: Range(low(frame), high(frame)), type=f"{RANGE}number")

    # -- unary tests --------------------------------------------------------------------------------------------

    def unary_tests(self) -> Test:
        """What a cell of a decision table holds: tests of one input value, ``-`` for any."""
        if self.takes("not"):
            self.wants("(")
            return closures.opposite(self._tests(")").run)
        return self._tests("").run

    def _membership(self) -> Tested:
        """What follows ``in``: one test, or several in parentheses."""
        if self.takes("not"):
            self.wants("(")
            inner = self._tests(")")
            return Tested(closures.opposite(inner.run), inner.constants, inner.bounds, inner.lists)
        if not self.takes("("):
            return self._test(self._additive)
        first = self._test(self.expression, opened=True)
        return first if first.closed else self._tests(")", [first])

    def _tests(self, end: str, tests: list[Tested] | None = None) -> Tested:
        tests = tests or [self._test(self.expression)]
        while self.takes(","):
            tests.append(self._test(self.expression))
        if end:
            self.wants(end)
        if len(tests) == 1:
            return tests[0]
        runs = [test.run for test in tests]
        constants = tuple(constant for test in tests for constant in test.constants)
        bounds = tuple(bound for test in tests for bound in test.bounds)
        lists = tuple(part for test in tests for part in test.lists)
        return Tested(
            closures.first_of(runs), constants if all(test.constants for test in tests) else (), bounds, lists
        )

    def _test(self, operand: Callable[[], Part], *, opened: bool = False) -> Tested:
        if self.sees("-") and self._tokens[self._at + 1].value in (",", ")", ""):
            self.next()
            return Tested(lambda frame, value: True)
        if self.sees(*_COMPARISONS):
            relation, limit = closures.relation(str(self.next().value)), self._additive()
            bound = limit.run
            return Tested(lambda frame, value: relation(frame, value, bound(frame)), bounds=(limit.type,))
        asked, self._asked = self._asked, False
        part = operand()
        closed = opened and self.takes("..")
        if closed:
            part = self._range(part, closed=False)
        asked, self._asked = self._asked, asked
        closure = part.run
        if asked:
            return Tested(lambda frame, value: closures.boolean(closure(frame.bind({"?": value}))))
        constants = tuple(part.constant) if isinstance(part.constant, list) else (part.constant,)
        return Tested(
            lambda frame, value: values.matches(frame.run, value, closure(frame)),
            constants if part.is_constant else (),
            (part.type.removeprefix(RANGE),) if part.type.startswith(RANGE) else (),
            (part,) if kind_of(part.type) == LIST else (),
            closed,
        )

    # -- making parts -------------------------------------------------------------------------------------------

    def _part(self, run: Closure, name: str = "", constant: object = UNKNOWN, type: str = "") -> Part:
        self._nodes += 1
        return Part(run, name, constant, type)

    def _constant(self, value: object) -> Part:
        return self._part(lambda frame: value, constant=value, type=types.type_of(value))


_PRIMARIES: dict[str, Callable[[Parser], Part]] = {
    "(": Parser._parenthesis,
    "[": Parser._bracket,
    "]": Parser._open_range,
    "{": Parser._context,
    "@": Parser._temporal,
    "?": Parser._input,
    "true": Parser._true,
    "false": Parser._false,
    "null": Parser._null,
    "not": Parser._not,
}
