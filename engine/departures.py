"""Decisions that depart from a benchmark (偏离裁量基准), for those who supervise: why, and what it passed through.

Nothing here tells who a case is about. What people wrote (reasons, minutes, dissent) stays in the file of the case; the
list says which kind of departure it is, and whether there was dissent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from bpmn.model import Definitions
from bpmn.power import Discretion
from engine import catalogue, status, tables
from engine.answers import DefinitionRef, Departure, Passed, Step
from engine.cases import private_values
from engine.cases import steps as recorded
from engine.law.discretion import NAME, departing
from engine.law.limits import ZONE, local
from engine.record.canonical import instant, read_instant
from engine.store import Session

#: How people say that there were no dissenting views.
_NONE = frozenset({"", "无", "没有", "无不同意见", "没有不同意见", "无异议", "none", "no"})


def departures(
    session: Session,
    *,
    key: str | None = None,
    year: int | None = None,
    simulated: bool | None = False,
    limit: int = 100,
    offset: int = 0,
) -> list[Departure]:
    """Departing decisions, newest first, of a flow and of a year (as the law counts it)."""
    query = _departing(
        tables.discretion, tables.case.c.number, tables.case.c.simulated, tables.case.c.definition_id,
        tables.definition.c.key, tables.definition.c.version, tables.definition.c.digest.label("edition"),
        tables.definition.c.name, simulated=simulated,
    )  # fmt: skip
    table = tables.discretion.c
    if key is not None:
        query = query.where(tables.definition.c.key == key)
    if year is not None:
        first, last = (instant(datetime(one, 1, 1, tzinfo=ZONE)) for one in (year, year + 1))
        query = query.where(table.decided_at >= first, table.decided_at < last)
    query = query.order_by(table.decided_at.desc(), table.case_id).limit(limit).offset(offset)
    return [_departure(session, row) for row in session.execute(query)]


def departed_in(session: Session, simulated: bool | None = False) -> tuple[list[str], list[int]]:
    """The flows and the years there are departures of: keys sorted, the last year first."""
    rows = session.execute(
        _departing(tables.definition.c.key, tables.discretion.c.decided_at, simulated=simulated).distinct()
    ).all()
    years = {local(read_instant(row.decided_at)).year for row in rows}
    return sorted({row.key for row in rows}), sorted(years, reverse=True)


def _departing(*columns: Any, simulated: bool | None) -> sa.Select[Any]:
    query = (
        sa.select(*columns)
        .join_from(tables.discretion, tables.case, tables.case.c.id == tables.discretion.c.case_id)
        .join(tables.definition, tables.definition.c.id == tables.case.c.definition_id)
        .where(tables.discretion.c.departs)
    )
    return query if simulated is None else query.where(tables.case.c.simulated.is_(simulated))


def _departure(session: Session, row: Any) -> Departure:
    steps = recorded(session, row.number)
    # What was found and passed through when it was decided: a later return to the proposal begins that anew.
    until = max(step.seq for step in steps if _applied(step, "decision"))
    data = status.fold(steps[:until]).data
    found: Mapping[str, Any] = data[NAME]
    proposed = max((step.seq for step in steps[:until] if _applied(step, "proposal")), default=0)
    definitions = catalogue.package_of(session, row.definition_id).definitions
    passed = steps[proposed:until]
    amount = Decimal(row.amount)
    discussion = _passed(passed, definitions, "discussion") if found.get("discussed") else None
    said = {**data, **private_values(session, row.number)} if discussion is not None else {}
    return Departure(
        case=row.number,
        definition=DefinitionRef(key=row.key, version=row.version, digest=row.edition, name=row.name),
        definition_id=row.definition_id,
        benchmark=row.benchmark,
        benchmark_digest=row.digest,
        tier=row.tier,
        low=Decimal(found["low"]),
        high=Decimal(found["high"]),
        closed=bool(found["closed"]),
        amount=amount,
        why=departing(found, amount),
        reasoned=bool(found.get("reasoned")),
        review=_passed(passed, definitions, "review") if found.get("reviewed") else None,
        discussion=discussion,
        dissent=_dissent(_clause(definitions, discussion.element), said) if discussion is not None else None,
        decision=Passed(step=until, element=row.element, at=read_instant(row.decided_at)),
        simulated=row.simulated,
    )


def _applied(step: Step, part: str) -> bool:
    return step.kind == "discretion applied" and step.body["part"] == part


def _passed(steps: Sequence[Step], definitions: Definitions, part: str) -> Passed | None:
    """The last time a step of that part of the procedure was done."""
    for step in reversed(steps):
        clause = _clause(definitions, str(step.element)) if step.kind == "element left" else None
        if clause is not None and clause.part == part:
            return Passed(step=step.seq, element=str(step.element), at=step.at)
    return None


def _clause(definitions: Definitions, element: str) -> Discretion | None:
    """What a step has to do with the benchmark, by its address."""
    node = definitions.nodes.get(element.rpartition("/")[2])
    return node.step.discretion if node is not None and node.step is not None else None


def _dissent(clause: Discretion | None, said: Mapping[str, Any]) -> bool | None:
    """Were there dissenting views? None where nothing is kept of it."""
    view = said.get(clause.dissent) if clause is not None else None
    return None if view is None else str(view).strip(" 。.").casefold() not in _NONE
