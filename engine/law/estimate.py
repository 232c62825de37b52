"""Until when a step is due, as an estimate: promised (else statutory) days from the moment it was offered, no stops.

The statutory clocks with their stops and extensions are not counted here, so the result is always labelled an estimate
and never shown as law.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bpmn.power import Limit
from engine.answers import Due
from engine.law.calendar import Counted, seed
from engine.law.limits import reckon


def estimate(limits: Iterable[Limit], start: date, *, statutory: bool = False) -> Due | None:
    """Due date of the first maximum limit counted from ``start``; None without one.

    ``statutory`` counts the statutory value even where a shorter promise stands beside it.
    """
    for limit in limits:
        if limit.kind != "max":
            continue
        promised = limit.promised is not None and not (statutory and limit.statutory is not None)
        value = limit.promised if promised else limit.statutory
        counted = _count(limit.unit, value, start)
        if counted is not None:
            kind = "promised" if promised else "statutory"
            return Due(on=counted.on, provisional=counted.provisional, value=kind)
    return None


def _count(unit: str, value: int | None, start: date) -> Counted | None:
    if unit in ("on_spot", "hour"):
        return reckon(start, 0, "on_spot", calendar=seed())
    return None if value is None else reckon(start, value, unit, calendar=seed())
