"""The functions a FEEL expression may call (DMN 1.3, 10.3.4), and nothing else: no clock, no patterns, no I/O.

A function gets FEEL values and gives one; wrong arguments give null. Each pays for the work it does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from functools import partial

from bpmn import feel_values as values
from bpmn.feel_run import CONTEXT, MAX_ITEMS, FeelError, Run
from bpmn.feel_values import Months

Body = Callable[..., object]

#: Decimal places a rounding may ask for.
MAX_SCALE = 30


@dataclass(frozen=True)
class Function:
    """One function: what it does and how many arguments it takes (``most`` None: any number)."""

    body: Body
    least: int
    most: int | None

    def __call__(self, run: Run, arguments: Sequence[object]) -> object:
        run.spend(1 + len(arguments))
        try:
            return self.body(run, *arguments)
        except (ArithmeticError, ValueError, TypeError):
            return None


# -- text --------------------------------------------------------------------------------------------------------


def _on_texts(body: Callable[..., object]) -> Body:
    """A function of strings only: null as soon as an argument is none."""

    def call(run: Run, *arguments: object) -> object:
        if not all(isinstance(argument, str) for argument in arguments):
            return None
        run.spend(sum(len(argument) for argument in arguments if isinstance(argument, str)) // 16)
        result = body(*arguments)
        return run.text(result) if isinstance(result, str) else result

    return call


def _substring(run: Run, text: object, start: object, length: object = None) -> object:
    """Characters from ``start``, counted from 1; from the end where negative."""
    if not isinstance(text, str) or not isinstance(start, Decimal) or start == 0:
        return None
    first = _index(start, len(text))
    if first is None:
        return ""
    if length is None:
        return text[first:]
    return text[first : first + _whole(length)] if _whole(length) > 0 else None


def _string_join(run: Run, items: object, separator: object = "") -> object:
    texts = [item for item in _list(items) if item is not None]
    if not isinstance(separator, str) or not all(isinstance(text, str) for text in texts):
        return None
    run.spend(len(texts))
    return run.text(separator.join(str(text) for text in texts))


def _string(run: Run, value: object) -> object:
    run.spend(1)
    if value is None or isinstance(value, str):
        return value
    return run.text(_written(run, value))


def _written(run: Run, value: object) -> str:
    run.spend(1)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return run.text("[" + ", ".join(_written(run, item) for item in value) + "]")
    if isinstance(value, dict):
        return run.text("{" + ", ".join(f"{key}: {_written(run, item)}" for key, item in value.items()) + "}")
    if isinstance(value, Decimal):
        return values.number_text(value)
    if isinstance(value, timedelta):
        return values.duration_text(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, Months) else "null"


# -- lists -------------------------------------------------------------------------------------------------------


def _list(value: object) -> list[object]:
    """A list as it is; null as the empty one; anything else as a list of itself (DMN 1.3, 10.3.2.9.4)."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _items(run: Run, arguments: Sequence[object]) -> list[object]:
    """``sum(a, b)`` is ``sum([a, b])``."""
    items = _list(arguments[0]) if len(arguments) == 1 else list(arguments)
    run.spend(len(items))
    return items


def _sized(run: Run, items: list[object]) -> list[object]:
    if len(items) > MAX_ITEMS:
        raise FeelError("feel.size", limit=MAX_ITEMS)
    run.spend(len(items))
    return items


def _count(run: Run, items: object) -> object:
    return Decimal(len(_list(items)))


def _sum(run: Run, *arguments: object) -> object:
    total: object = Decimal(0)
    items = _items(run, arguments)
    for item in items:
        total = CONTEXT.add(total, item) if isinstance(total, Decimal) and isinstance(item, Decimal) else None
    return total if items else None


def _mean(run: Run, *arguments: object) -> object:
    total = _sum(run, *arguments)
    return CONTEXT.divide(total, Decimal(len(_items(run, arguments)))) if isinstance(total, Decimal) else None


def _median(run: Run, *arguments: object) -> object:
    numbers = [item for item in _items(run, arguments) if isinstance(item, Decimal)]
    if not numbers or len(numbers) < len(_items(run, arguments)):
        return None
    numbers.sort()
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return CONTEXT.divide(CONTEXT.add(numbers[middle - 1], numbers[middle]), Decimal(2))


def _extreme(sign: str, run: Run, *arguments: object) -> object:
    best: object = None
    for place, item in enumerate(_items(run, arguments)):
        better = values.compare(sign, item, best if place else item)
        if better is None:
            return None
        best = item if better or not place else best
    return best


def _list_contains(run: Run, items: object, wanted: object) -> object:
    return None if items is None else any(values.equal(run, item, wanted) is True for item in _list(items))


def _index_of(run: Run, items: object, wanted: object) -> object:
    found = enumerate(_list(items), start=1)
    return [Decimal(place) for place, item in found if values.equal(run, item, wanted) is True]


def _append(run: Run, items: object, *more: object) -> object:
    return _sized(run, [*_list(items), *more])


def _concatenate(run: Run, *lists: object) -> object:
    return _sized(run, [item for items in lists for item in _list(items)])


def _reverse(run: Run, items: object) -> object:
    return _sized(run, _list(items)[::-1])


def _sublist(run: Run, items: object, start: object, length: object = None) -> object:
    whole = _list(items)
    first = _index(start, len(whole)) if isinstance(start, Decimal) else None
    if first is None or start == 0:
        return None
    return _sized(run, whole[first:] if length is None else whole[first : first + max(_whole(length), 0)])


def _distinct(run: Run, *lists: object) -> object:
    kept: list[object] = []
    for items in lists:
        for item in _list(items):
            if not any(values.equal(run, item, other) is True for other in kept):
                kept.append(item)
    return kept


def _flatten(run: Run, items: object) -> object:
    flat: list[object] = []
    for item in _list(items):
        run.spend(1)
        inner = _flatten(run, item) if isinstance(item, list) else [item]
        flat += inner if isinstance(inner, list) else []
    return _sized(run, flat)


def _all(run: Run, *arguments: object) -> object:
    result: bool | None = True
    for item in _items(run, arguments):
        result = values.both(result, item)
    return result


def _any(run: Run, *arguments: object) -> object:
    result: bool | None = False
    for item in _items(run, arguments):
        result = values.either(result, item)
    return result


# -- numbers -----------------------------------------------------------------------------------------------------


def _number(run: Run, value: object) -> object:
    """A number written as FEEL writes it."""
    if isinstance(value, Decimal):
        return value
    plain = isinstance(value, str) and len(value) <= 40 and value.strip().lstrip("-").replace(".", "", 1)
    if not plain or not (plain.isascii() and plain.isdigit()):
        return None
    return CONTEXT.create_decimal(str(value).strip())


def _rounded(rounding: str, run: Run, number: object, scale: object = Decimal(0)) -> object:
    if not isinstance(number, Decimal) or not isinstance(scale, Decimal) or abs(scale) > MAX_SCALE:
        return None
    places = _whole(scale)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -places:
        return number
    return number.quantize(Decimal(1).scaleb(-places), rounding=rounding, context=CONTEXT)


def _absolute(run: Run, value: object) -> object:
    if isinstance(value, Months):
        return Months(abs(value.count))
    if isinstance(value, timedelta):
        return abs(value)
    return CONTEXT.abs(value) if isinstance(value, Decimal) else None


def _modulo(run: Run, number: object, divisor: object) -> object:
    """``number - divisor * floor(number / divisor)``: it has the sign of the divisor."""
    if not isinstance(number, Decimal) or not isinstance(divisor, Decimal):
        return None
    rest = CONTEXT.remainder(number, divisor)
    return CONTEXT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


def _square_root(run: Run, number: object) -> object:
    return CONTEXT.sqrt(number) if isinstance(number, Decimal) else None


# -- dates and durations -----------------------------------------------------------------------------------------


def _date(run: Run, *arguments: object) -> object:
    first = arguments[0]
    if len(arguments) == 3:
        return date(*(_whole(argument) for argument in arguments))
    if isinstance(first, datetime):
        return first.date()
    if isinstance(first, date) and len(arguments) == 1:
        return first
    return values.to_date(first) if isinstance(first, str) and len(arguments) == 1 else None


def _time(run: Run, *arguments: object) -> object:
    first = arguments[0]
    if len(arguments) == 3:
        hour, minute, second = (_whole(argument) for argument in arguments)
        return time(hour, minute, second)
    if isinstance(first, datetime):
        return first.timetz()
    return values.to_time(first) if isinstance(first, str) and len(arguments) == 1 else None


def _date_and_time(run: Run, first: object, second: object = None) -> object:
    if isinstance(first, date) and isinstance(second, time):
        return datetime.combine(first, second)
    return values.to_datetime(first) if isinstance(first, str) and second is None else None


def _duration(run: Run, text: object) -> object:
    return values.to_duration(text) if isinstance(text, str) else None


def _months_between(run: Run, start: object, end: object) -> object:
    """Whole months from ``start`` to ``end``."""
    if not isinstance(start, date) or not isinstance(end, date):
        return None
    count = (end.year - start.year) * 12 + end.month - start.month
    if count > 0 and values.shifted(start, count) > end:
        count -= 1
    if count < 0 and values.shifted(start, count) < end:
        count += 1
    return Months(count)


# -- the rest ----------------------------------------------------------------------------------------------------


def _negated(run: Run, value: object) -> object:
    return values.negated(value)


def _is_defined(run: Run, value: object) -> object:
    """Is there a value at all? An unknown name is null, so this is ``value != null`` in words."""
    return value is not None


def _get_value(run: Run, context: object, key: object) -> object:
    return context.get(key) if isinstance(context, dict) and isinstance(key, str) else None


def _get_or_else(run: Run, value: object, otherwise: object) -> object:
    return otherwise if value is None else value


def _whole(number: object) -> int:
    """A number as an int. Raises ValueError for what is none, has a fraction or is absurdly large."""
    if not isinstance(number, Decimal) or number.adjusted() > 9 or number != number.to_integral_value():
        raise ValueError
    return int(number)


def _index(position: Decimal, length: int) -> int | None:
    """FEEL counts from 1 and, negative, from the end: as an index of Python, None beyond both ends."""
    place = _whole(position)
    place = place - 1 if place > 0 else length + place
    return place if 0 <= place < length else None


def _before(text: str, mark: str) -> str:
    return text.partition(mark)[0] if mark and mark in text else ""


def _after(text: str, mark: str) -> str:
    return text.partition(mark)[2] if mark else text


FUNCTIONS: dict[str, Function] = {
    "abs": Function(_absolute, 1, 1),
    "all": Function(_all, 1, None),
    "any": Function(_any, 1, None),
    "append": Function(_append, 1, None),
    "ceiling": Function(partial(_rounded, ROUND_CEILING), 1, 2),
    "concatenate": Function(_concatenate, 1, None),
    "contains": Function(_on_texts(lambda text, part: part in text), 2, 2),
    "count": Function(_count, 1, 1),
    "date": Function(_date, 1, 3),
    "date and time": Function(_date_and_time, 1, 2),
    "decimal": Function(partial(_rounded, ROUND_HALF_EVEN), 2, 2),
    "distinct values": Function(_distinct, 1, 1),
    "duration": Function(_duration, 1, 1),
    "ends with": Function(_on_texts(lambda text, part: text.endswith(part)), 2, 2),
    "flatten": Function(_flatten, 1, 1),
    "floor": Function(partial(_rounded, ROUND_FLOOR), 1, 2),
    "get or else": Function(_get_or_else, 2, 2),
    "get value": Function(_get_value, 2, 2),
    "index of": Function(_index_of, 2, 2),
    "is defined": Function(_is_defined, 1, 1),
    "list contains": Function(_list_contains, 2, 2),
    "lower case": Function(_on_texts(str.lower), 1, 1),
    "max": Function(partial(_extreme, ">"), 1, None),
    "mean": Function(_mean, 1, None),
    "median": Function(_median, 1, None),
    "min": Function(partial(_extreme, "<"), 1, None),
    "modulo": Function(_modulo, 2, 2),
    "not": Function(_negated, 1, 1),
    "number": Function(_number, 1, 1),
    "reverse": Function(_reverse, 1, 1),
    "round down": Function(partial(_rounded, ROUND_DOWN), 1, 2),
    "round half down": Function(partial(_rounded, ROUND_HALF_DOWN), 1, 2),
    "round half up": Function(partial(_rounded, ROUND_HALF_UP), 1, 2),
    "round up": Function(partial(_rounded, ROUND_UP), 1, 2),
    "sqrt": Function(_square_root, 1, 1),
    "starts with": Function(_on_texts(lambda text, part: text.startswith(part)), 2, 2),
    "string": Function(_string, 1, 1),
    "string join": Function(_string_join, 1, 2),
    "string length": Function(_on_texts(lambda text: Decimal(len(text))), 1, 1),
    "sublist": Function(_sublist, 2, 3),
    "substring": Function(_substring, 2, 3),
    "substring after": Function(_on_texts(_after), 2, 2),
    "substring before": Function(_on_texts(_before), 2, 2),
    "sum": Function(_sum, 1, None),
    "time": Function(_time, 1, 3),
    "trim": Function(_on_texts(str.strip), 1, 1),
    "union": Function(lambda run, *lists: _distinct(run, *lists), 1, None),
    "upper case": Function(_on_texts(str.upper), 1, 1),
    "years and months duration": Function(_months_between, 2, 2),
}

#: Functions of literals whose mistakes are found when the text is compiled.
OF_LITERALS = frozenset(("date", "time", "date and time", "duration"))
#: Functions of the standard left out on purpose: a case's time is recorded, never asked for.
CLOCK = frozenset(("today", "now"))
