"""The floor below one durable user task: the rows it wrote, written again in one transaction, nothing decided.

Through SQLAlchemy Core, as anybody would write them; the product itself goes below that (``engine.prepared``).
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine import tables
from engine.store import Session, Store

#: Built once, as in the product.
_CASE = sa.select(tables.case).where(tables.case.c.number == sa.bindparam("wanted"))
_STEPS = sa.insert(tables.step)
_FIXED = ("id", "number", "definition_id", "code_hmac", "opened_at")
_UPDATE = (
    sa.update(tables.case)
    .where(tables.case.c.id == sa.bindparam("this"))
    .values({column.name: sa.bindparam(column.name) for column in tables.case.c if column.name not in _FIXED})
)


def case_row(session: Session, case: str) -> dict[str, Any]:
    """The row of a case."""
    return dict(session.execute(_CASE, {"wanted": case}).one()._mapping)


def written(store: Store, case: str, after: int) -> dict[str, Any]:
    """The rows that hold what happened in a case after step ``after``: case, steps, work items and timers told of."""
    with store.read() as session:
        row = case_row(session, case)
        step = tables.step.c
        steps = session.execute(
            sa.select(tables.step).where(step.case_id == row["id"], step.seq > after).order_by(step.seq)
        )
        steps = [dict(one._mapping) for one in steps]
        told = {json.loads(one["body"]).get(name) for one in steps for name in ("item", "timer")}
        return {
            "case": row,
            "steps": steps,
            "items": _rows(session, tables.work_item, row["id"], tables.work_item.c.item, told),
            "timers": _rows(session, tables.timer, row["id"], tables.timer.c.timer, told),
        }


def copy(floor: Store, rows: dict[str, Any]) -> None:
    """A case as it was opened, so that what follows can be written to it."""
    with floor.begin() as session:
        session.execute(sa.insert(tables.case).values(**rows["case"]))
        _write(session, rows)


def write_again(floor: Store, rows: dict[str, Any]) -> None:
    """Read the case, write the rows of one user task, commit."""
    with floor.begin() as session:
        case_row(session, rows["case"]["number"])
        values = {name: value for name, value in rows["case"].items() if name not in _FIXED}
        session.execute(_UPDATE, values | {"this": rows["case"]["id"]})
        _write(session, rows)


def _write(session: Session, rows: dict[str, Any]) -> None:
    session.execute(_STEPS, rows["steps"])
    _upsert(session, tables.work_item, rows["items"])
    _upsert(session, tables.timer, rows["timers"])


def _upsert(session: Session, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        # One row alone is sent at once; several are a round trip more on PostgreSQL.
        session.execute(_upserting(session.dialect.name, table), rows if len(rows) > 1 else rows[0])


@cache
def _upserting(dialect: str, table: sa.Table) -> sa.Insert:
    keys = [column.name for column in table.primary_key]
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    changes = {column.name: insert.excluded[column.name] for column in table.c if column.name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=changes)


def _rows(session: Session, table: sa.Table, case: int, column: sa.Column[str], told: set[Any]) -> list[dict[str, Any]]:
    rows = session.execute(sa.select(table).where(table.c.case_id == case, column.in_(list(told - {None}))))
    return [dict(row._mapping) for row in rows]
