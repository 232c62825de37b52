"""A discretion benchmark (裁量基准) as values: what a body published about how it fixes an amount within the statute.

Two files of one name in a package: ``benchmarks/<name>.toml`` says what the benchmark is, what the statute allows and
which tiers there are; ``<name>.dmn`` holds its decisions, by their names: ``circumstances`` (a list of ids, hit policy
C), ``segment`` (which range of the statute applies; absent where there is one), ``tier`` (an id, hit policy U) and
``proposed`` (an amount; without it the middle of the range). Facts 4.2 of the domain; 国办发〔2022〕27号.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from bpmn.power import Basis

#: Kinds of tiers and circumstances from the mildest to the gravest: 不予, 可以不予, 减轻, 从轻, 一般, 从重, 情节严重.
KINDS = ("none", "may_none", "mitigated", "light", "normal", "heavy", "grave")
#: Those in favour of the party, and those against it: both at once is a conflict.
MILD, SEVERE = frozenset(KINDS[:4]), frozenset(KINDS[5:])
#: Tiers the statute's range is parted into, without gap and overlap.
LADDER = frozenset(("light", "normal", "heavy", "grave"))


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One range of the statute: ``low`` to ``high`` in ``unit``; ``base``: the public field a multiple is of."""

    id: str
    title: str
    low: Decimal
    high: Decimal
    unit: str
    base: str = ""


@dataclass(frozen=True, kw_only=True)
class Factor:
    """A fact that counts: a public field of a form, and the field that says by which evidence it stands."""

    field: str
    title: str
    unit: str = ""
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class Circumstance:
    """A circumstance the law names; ``kind`` says to which tier it leads."""

    id: str
    title: str
    kind: str
    basis: Basis | None = None


@dataclass(frozen=True, kw_only=True)
class Tier:
    """One tier; ``ranges``: segment → from and to in its unit, half open but where it ends with the statute."""

    id: str
    title: str
    kind: str
    when: str = ""
    extra: str = ""
    #: May a warning be given instead of money (警告或者罚款)? Then nothing to pay is within the tier too.
    warning: bool = False
    ranges: Mapping[str, tuple[Decimal, Decimal]]


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """The whole; ``digest`` is its name for ever: of both files."""

    name: str
    digest: str
    title: str
    act: str
    department: str = ""
    region: str = ""
    document: str = ""
    status: str = ""
    version: str = ""
    effective_from: str = ""
    effective_to: str = ""
    #: '' where the numbers are in force; else what they are (示例).
    note: str = ""
    bases: tuple[Basis, ...] = ()
    violated: Basis | None = None
    penalty: Basis | None = None
    kinds: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    factors: tuple[Factor, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    tiers: tuple[Tier, ...] = ()

    def tier(self, id_: str) -> Tier | None:
        """A tier by its id."""
        return next((tier for tier in self.tiers if tier.id == id_), None)

    def tier_of(self, kind: str) -> Tier | None:
        """The tier a kind of circumstance leads to."""
        return next((tier for tier in self.tiers if tier.kind == kind), None)

    def segment(self, id_: str) -> Segment | None:
        """A range of the statute by its id."""
        return next((segment for segment in self.segments if segment.id == id_), None)

    def circumstance(self, id_: str) -> Circumstance | None:
        """A circumstance by its id."""
        return next((one for one in self.circumstances if one.id == id_), None)

    def as_json(self) -> dict[str, Any]:
        """All of it as values that go through JSON; numbers are texts, so that none is rounded."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Benchmark:
        """The inverse of ``as_json``."""
        own = dict(values)
        for name in ("violated", "penalty"):
            own[name] = _basis(own[name]) if own[name] else None
        return cls(
            **own
            | {
                "bases": tuple(_basis(one) for one in own["bases"]),
                "kinds": tuple(own["kinds"]),
                "segments": tuple(
                    Segment(**one | {"low": Decimal(one["low"]), "high": Decimal(one["high"])})
                    for one in own["segments"]
                ),
                "factors": tuple(Factor(**one) for one in own["factors"]),
                "circumstances": tuple(
                    Circumstance(**one | {"basis": _basis(one["basis"]) if one["basis"] else None})
                    for one in own["circumstances"]
                ),
                "tiers": tuple(Tier(**one | {"ranges": _pairs(one["ranges"])}) for one in own["tiers"]),
            }
        )


def _basis(values: Mapping[str, Any]) -> Basis:
    return Basis(**{**values, "types": tuple(values.get("types", ()))})


def _pairs(ranges: Mapping[str, list[str]]) -> dict[str, tuple[Decimal, Decimal]]:
    return {segment: (Decimal(low), Decimal(high)) for segment, (low, high) in ranges.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
