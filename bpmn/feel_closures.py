"""What compiled FEEL does when it runs: the closures the parser puts together, and their loops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from bpmn import feel_values as values
from bpmn.feel_run import CONTEXT, FeelOnly, Frame, Run
from bpmn.feel_values import Months, Range

Closure = Callable[[Frame], object]
#: A unary test: is this value what the test asks for?
Test = Callable[[Frame, object], "bool | None"]


class Knowledge(FeelOnly):
    """A function of the model (a DMN business knowledge model): what it takes, and what it makes of it."""

    __slots__ = ("_body", "_parameters")

    def __init__(self, parameters: tuple[str, ...], body: Closure) -> None:
        self._parameters = parameters
        self._body = body

    def __call__(self, run: Run, arguments: list[object]) -> object:
        """Its value; it costs steps of the run that calls it."""
        run.spend(1)
        return self._body(Frame(run).bind(dict(zip(self._parameters, arguments, strict=True))))


def conjunction(operands: list[Closure]) -> Closure:
    def run(frame: Frame) -> object:
        result: bool | None = True
        for operand in operands:
            result = values.both(result, operand(frame))
            if result is False:
                return False
        return result

    return run


def disjunction(operands: list[Closure]) -> Closure:
    def run(frame: Frame) -> object:
        result: bool | None = False
        for operand in operands:
            result = values.either(result, operand(frame))
            if result is True:
                return True
        return result

    return run


def relation(sign: str) -> Callable[[Frame, object, object], bool | None]:
    if sign == "=":
        return lambda frame, a, b: values.equal(frame.run, a, b)
    if sign == "!=":
        return lambda frame, a, b: values.negated(values.equal(frame.run, a, b))
    return lambda frame, a, b: values.compare(sign, a, b)


def boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def opposite(test: Test) -> Test:
    return lambda frame, value: values.negated(test(frame, value))


def first_of(tests: list[Test]) -> Test:
    def run(frame: Frame, value: object) -> bool | None:
        result: bool | None = False
        for test in tests:
            result = values.either(result, test(frame, value))
            if result is True:
                return True
        return result

    return run


def minus(value: object) -> object:
    if isinstance(value, Decimal):
        return CONTEXT.minus(value)
    if isinstance(value, Months):
        return Months(-value.count)
    return -value if isinstance(value, timedelta) else None


def built(frame: Frame, entries: dict[str, Closure]) -> dict[str, object]:
    """A context; an entry may read those before it."""
    built: dict[str, object] = {}
    inner = frame.bind(built)
    for key, closure in entries.items():
        built[key] = closure(inner)
    return built


def rounds(frame: Frame, loops: list[tuple[str, Closure]], cost: int) -> Iterator[Frame]:
    """A frame for every combination; each is paid for before it is evaluated."""
    (name, domain), rest = loops[0], loops[1:]
    for item in _domain_items(frame, domain(frame)):
        frame.run.spend(cost)
        inner = frame.bind({name: item})
        if rest:
            yield from rounds(inner, rest, cost)
        else:
            yield inner


def _domain_items(frame: Frame, domain: object) -> Iterator[object]:
    if isinstance(domain, Range):
        low, high = domain.low, domain.high
        if not isinstance(low, Decimal) or not isinstance(high, Decimal):
            return
        number, step = low, Decimal(1) if low <= high else Decimal(-1)
        while (number <= high) if step > 0 else (number >= high):
            yield number
            number = CONTEXT.add(number, step)
    elif isinstance(domain, list):
        yield from domain
    elif domain is not None:
        yield domain


def filtered(frame: Frame, value: object, body: Closure, cost: int) -> object:
    """``list[1]`` is the first item, ``list[item > 1]`` the items for which it holds."""
    if value is None:
        return None
    items = value if isinstance(value, list) else [value]
    frame.run.spend(cost)
    place = body(frame.bind({"item": None}))
    if isinstance(place, Decimal):
        return _at(items, place)
    kept: list[object] = []
    for item in items:
        frame.run.spend(cost)
        bound = {**item, "item": item} if isinstance(item, dict) else {"item": item}
        if body(frame.bind(bound)) is True:
            kept.append(item)
    return kept


def _at(items: list[object], place: Decimal) -> object:
    if place != place.to_integral_value() or not 1 <= abs(place) <= len(items):
        return None
    index = int(place)
    return items[index - 1] if index > 0 else items[index]


def path(key: str) -> Callable[[Frame, object], object]:
    """``value.key``: an entry of a context, of every context of a list, or a part of a date or duration."""

    def run(frame: Frame, value: object) -> object:
        if isinstance(value, dict):
            return value.get(key)
        if isinstance(value, list):
            frame.run.spend(len(value))
            return [item.get(key) if isinstance(item, dict) else None for item in value]
        return _temporal_part(value, key)

    return run


def _temporal_part(value: object, key: str) -> object:
    """DMN 1.3 table 60, without zones."""
    number: int | None = None
    if isinstance(value, date):
        number = {"year": value.year, "month": value.month, "day": value.day, "weekday": value.isoweekday()}.get(key)
    if isinstance(value, (datetime, time)) and number is None:
        number = {"hour": value.hour, "minute": value.minute, "second": value.second}.get(key)
    if isinstance(value, timedelta):
        seconds = abs(value) // timedelta(seconds=1)
        parts = {"days": seconds // 86_400, "hours": seconds // 3_600 % 24, "minutes": seconds // 60 % 60}
        number = {**parts, "seconds": seconds % 60}.get(key)
    if isinstance(value, Months):
        number = {"years": abs(value.count) // 12, "months": abs(value.count) % 12}.get(key)
    return None if number is None else Decimal(number)
