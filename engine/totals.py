"""Which cases a list is about, and how many they are."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine import tables
from engine.answers import Totals
from engine.store import Session


def narrow(
    query: sa.Select[Any], *, state: str | None, key: str | None, simulated: bool | None, stuck: bool | None
) -> sa.Select[Any]:
    """Only the cases wanted; None of a filter means all. ``query`` selects from cases joined with definitions."""
    case, version = tables.case.c, tables.definition.c
    wanted = [
        None if state is None else case.state == state,
        None if key is None else version.key == key,
        None if simulated is None else case.simulated.is_(simulated),
        None if stuck is None else _is_stuck() if stuck else ~_is_stuck(),
    ]
    return query.where(*(condition for condition in wanted if condition is not None))


def totals(
    session: Session,
    *,
    state: str | None = None,
    key: str | None = None,
    simulated: bool | None = None,
    stuck: bool | None = None,
) -> Totals:
    """How many cases and steps there are, by state, and how many cases are stuck; one statement."""
    case, version = tables.case, tables.definition
    query = (
        sa.select(
            case.c.state,
            sa.func.count().label("cases"),
            sa.func.sum(case.c.version).label("steps"),
            sa.func.sum(sa.case((_is_stuck(), 1), else_=0)).label("stuck"),
        )
        .join_from(case, version, version.c.id == case.c.definition_id)
        .group_by(case.c.state)
    )
    rows = session.execute(narrow(query, state=state, key=key, simulated=simulated, stuck=stuck)).all()
    return Totals(
        cases=sum(row.cases for row in rows),
        steps=sum(int(row.steps) for row in rows),
        states={row.state: row.cases for row in rows},
        stuck=sum(int(row.stuck) for row in rows),
    )


def _is_stuck() -> sa.Exists:
    """Has the case an incident that is not resolved?"""
    incident = tables.incident.c
    return sa.exists().where(incident.case_id == tables.case.c.id, incident.resolved_at.is_(None))
