"""``benchmarks/<name>.toml`` → Benchmark. What is misspelt is an error that names its key, never nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from bpmn.benchmark import KINDS, Benchmark, Circumstance, Factor, Segment, Tier
from bpmn.errors import Refused
from bpmn.power import Basis

#: What each part may hold.
_KEYS = {
    "": "benchmark violation range factor circumstance tier",
    "benchmark": "title department region document status version from to note basis",
    "violation": "act violated penalty kinds",
    "range": "id title low high unit base",
    "factor": "field title unit evidence",
    "circumstance": "id title kind basis",
    "tier": "id title kind when extra warning range",
    "basis": "instrument article",
}


def read(name: str, toml: bytes, digest: str) -> Benchmark:
    """A benchmark, named by ``digest``. Raises Refused ``package.toml``, ``benchmark.unreadable`` (the wrong key)."""
    path = path_of(name)
    try:
        values = tomllib.loads(toml.decode("utf-8"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Refused("package.toml", path=path, reason=str(error)) from error
    try:
        return _benchmark(name, digest, values)
    except _Wrong as wrong:
        raise Refused("benchmark.unreadable", element=name, path=path, key=str(wrong)) from wrong


def path_of(name: str) -> str:
    """Where a benchmark lies in a package."""
    return f"benchmarks/{name}.toml"


class _Wrong(Exception):
    """The key that is missing or holds something else."""


def _benchmark(name: str, named: str, values: Mapping[str, Any]) -> Benchmark:
    _known(values, "")
    own = _known(_table(values, "benchmark"), "benchmark")
    violation = _known(_table(values, "violation"), "violation")
    texts = ("department", "region", "document", "status", "version", "note")
    return Benchmark(
        name=name,
        digest=named,
        title=_text(own, "title", "benchmark"),
        act=_text(violation, "act", "violation"),
        **{text: _text(own, text, "benchmark", "") for text in texts},
        effective_from=_text(own, "from", "benchmark", ""),
        effective_to=_text(own, "to", "benchmark", ""),
        bases=tuple(_basis(one, "benchmark.basis") for one in _tables(own, "basis")),
        violated=_basis(violation["violated"], "violation.violated") if "violated" in violation else None,
        penalty=_basis(violation["penalty"], "violation.penalty") if "penalty" in violation else None,
        kinds=tuple(map(str, violation.get("kinds", ()))),
        segments=tuple(_segment(one) for one in _tables(values, "range")),
        factors=tuple(_factor(one) for one in _tables(values, "factor")),
        circumstances=tuple(_circumstance(one) for one in _tables(values, "circumstance")),
        tiers=tuple(_tier(one) for one in _tables(values, "tier")),
    )


def _known(values: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """Raises _Wrong where a part holds a key that nothing reads."""
    if unknown := sorted(values.keys() - set(_KEYS[where].split())):
        raise _Wrong(f"{where}.{unknown[0]}".lstrip("."))
    return values


def _segment(values: Mapping[str, Any]) -> Segment:
    where = "range"
    _known(values, where)
    return Segment(
        id=_text(values, "id", where),
        title=_text(values, "title", where, ""),
        low=_number(values.get("low"), f"{where}.low"),
        high=_number(values.get("high"), f"{where}.high"),
        unit=_text(values, "unit", where, ""),
        base=_text(values, "base", where, ""),
    )


def _factor(values: Mapping[str, Any]) -> Factor:
    _known(values, "factor")
    texts = {name: _text(values, name, "factor", "") for name in ("title", "unit", "evidence")}
    return Factor(field=_text(values, "field", "factor"), **texts)


def _circumstance(values: Mapping[str, Any]) -> Circumstance:
    where = "circumstance"
    _known(values, where)
    basis = _basis(values["basis"], f"{where}.basis") if "basis" in values else None
    kind = _kind(values, where)
    return Circumstance(id=_text(values, "id", where), title=_text(values, "title", where), kind=kind, basis=basis)


def _tier(values: Mapping[str, Any]) -> Tier:
    where = "tier"
    _known(values, where)
    ranges = values.get("range", {})
    if not isinstance(ranges, dict):
        raise _Wrong("tier.range")
    return Tier(
        id=_text(values, "id", where),
        title=_text(values, "title", where),
        kind=_kind(values, where),
        when=_text(values, "when", where, ""),
        extra=_text(values, "extra", where, ""),
        warning=values.get("warning") is True,
        ranges=_pairs(ranges),
    )


def _pairs(ranges: Mapping[str, Any]) -> dict[str, tuple[Decimal, Decimal]]:
    found = {}
    for segment, pair in ranges.items():
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise _Wrong(f"tier.range.{segment}")
        found[segment] = (_number(pair[0], f"tier.range.{segment}"), _number(pair[1], f"tier.range.{segment}"))
    return found


def _kind(values: Mapping[str, Any], where: str) -> str:
    kind = _text(values, "kind", where)
    if kind not in KINDS:
        raise _Wrong(f"{where}.kind = {kind}")
    return kind


def _basis(values: Any, where: str) -> Basis:
    if not isinstance(values, dict):
        raise _Wrong(where)
    _known(values, "basis")
    return Basis(instrument=_text(values, "instrument", where), article=_text(values, "article", where, ""))


def _table(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = values.get(key)
    if not isinstance(table, dict):
        raise _Wrong(key)
    return table


def _tables(values: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    tables = values.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise _Wrong(key)
    return tables


def _text(values: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = values.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise _Wrong(f"{where}.{key}")
    return value.strip()


def _number(value: Any, where: str) -> Decimal:
    try:
        if isinstance(value, bool):
            raise _Wrong(where)
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise _Wrong(where) from error
    if not number.is_finite() or number < 0:
        raise _Wrong(where)
    return number
