"""What was decided under a benchmark: the published distribution, and how cases like one were decided (同案同罚).

Nothing here names a case. Numbers below ``SMALL`` are not told, because a small number could point at a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from statistics import median
from typing import Any

import sqlalchemy as sa

from bpmn.benchmark import Benchmark
from bpmn.dmn import Decisions
from engine import catalogue, tables
from engine.answers import Alike, DefinitionInfo, TierCount
from engine.catalogue import SMALL
from engine.errors import Rejection
from engine.law.discretion import NAME, UNLIKE
from engine.store import Session

#: Cases like one that are looked at, the latest first.
MOST = 200


def published_benchmarks(session: Session) -> list[tuple[DefinitionInfo, Benchmark, Decisions]]:
    """Every edition of every benchmark with the latest version of the flow that holds it, the newest first."""
    found: dict[str, tuple[DefinitionInfo, Benchmark, Decisions]] = {}
    for info in catalogue.definitions(session):
        for version in catalogue.versions(session, info.key):
            package = catalogue.package_of(session, version.id).alone
            for name, one in package.benchmarks.items():
                found.setdefault(one.digest, (version, one, package.decisions[f"{name}.dmn"]))
    return list(found.values())


def benchmark(session: Session, digest: str) -> tuple[DefinitionInfo, Benchmark, Decisions]:
    """A published benchmark by its digest or the beginning of it. Raises Rejection ``benchmark.unknown``."""
    for found in published_benchmarks(session):
        if len(digest) >= 8 and found[1].digest.startswith(digest):
            return found
    raise Rejection("benchmark.unknown", digest=digest)


def distribution(session: Session, digest: str, simulated: bool | None = False) -> list[TierCount]:
    """Decided amounts of a benchmark by range and tier: how many, how many departed, and where in the tier they lie."""
    table, case = tables.discretion.c, tables.case.c
    query = (
        sa.select(table.segment, table.tier, table.band, table.departs, sa.func.count().label("many"))
        .join_from(tables.discretion, tables.case, case.id == table.case_id)
        .where(table.digest == digest)
        .group_by(table.segment, table.tier, table.band, table.departs)
    )
    if simulated is not None:
        query = query.where(case.simulated.is_(simulated))
    totals: Counter[tuple[str, str]] = Counter()
    departed: Counter[tuple[str, str]] = Counter()
    bands: dict[tuple[str, str], Counter[int]] = {}
    for row in session.execute(query):
        place = (row.segment, row.tier)
        totals[place] += row.many
        departed[place] += row.many if row.departs else 0
        bands.setdefault(place, Counter())[row.band] += row.many
    return [
        TierCount(
            segment=segment,
            tier=tier,
            decided=_told(many),
            departed=_told(departed[segment, tier]),
            bands=tuple(_told(bands[segment, tier][band]) for band in range(-1, 6)),
        )
        for (segment, tier), many in sorted(totals.items())
    ]


def alike(session: Session, found: Mapping[str, Any], *, without: str = "") -> Alike:
    """How cases were decided that the benchmark treats like this one; ``without``: number of the case itself."""
    places = _places(session, str(found["alike"]), without)
    base = Decimal(found["base"] or 1)
    if len(places) < SMALL:
        return Alike(cases=None, low=None, middle=None, high=None)
    # The tenth, the middle and the ninetieth of a hundred: no single case can be read from the ends.
    cut = len(places) // 10
    low, middle, high = (place * base for place in (places[cut], median(places), places[-1 - cut]))
    return Alike(cases=len(places), low=low, middle=middle, high=high)


def unlike(session: Session, data: Mapping[str, Any], number: str, place: Decimal) -> dict[str, Any] | None:
    """What card D1 says where an amount is too far from those of like cases; None where it is not."""
    found = data.get(NAME)
    places = _places(session, str(found["alike"]), number) if isinstance(found, dict) else []
    middle = median(places) if places else Decimal(0)
    if not middle or abs(place - middle) <= UNLIKE * middle:
        return None
    return {"cases": len(places), "middle": middle, "place": place}


def _places(session: Session, wanted: str, without: str) -> list[Decimal]:
    """Where the amounts of like cases lie, sorted."""
    rows = session.execute(_ALIKE, {"wanted": wanted, "without": without, "most": MOST})
    return sorted(Decimal(row.place) for row in rows)


_ALIKE = (
    sa.select(tables.discretion.c.place)
    .join_from(tables.discretion, tables.case, tables.case.c.id == tables.discretion.c.case_id)
    .where(tables.discretion.c.alike == sa.bindparam("wanted"), tables.case.c.number != sa.bindparam("without"))
    .order_by(tables.discretion.c.decided_at.desc())
    .limit(sa.bindparam("most"))
)


def _told(many: int) -> int | None:
    """0, or a number that points at nobody; None for one that might."""
    return many if many == 0 or many >= SMALL else None
