"""Erasing private values: value and salt go, the commitment stays in the chain; the erasure is itself a step.

The bytes of the case's documents go with them; their digests stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from engine import files, tables
from engine.errors import Rejection
from engine.office import people
from engine.record import canonical
from engine.record.canonical import instant
from engine.run.office import record
from engine.store import Session


def erase(session: Session, number: str, names: Iterable[str], *, actor: str, ground: str, at: datetime) -> int:
    """Erase private values of a case by field name; answers how many. ``ground`` is the legal ground.

    Raises Rejection ``private.unknown`` when there is none of that name, ``role.missing`` unless an admin asks.
    """
    people.require(people.known(session, actor), "admin")
    if not ground.strip():
        raise Rejection("reason.missing")
    case_id = session.execute(sa.select(tables.case.c.id).where(tables.case.c.number == number)).scalar_one_or_none()
    if case_id is None:
        raise Rejection("case.unknown", case=number)
    table = tables.private_data
    wanted = sorted(set(names))
    gone = session.execute(
        sa.select(table.c.value).where(table.c.case_id == case_id, table.c.name.in_(wanted), table.c.value.isnot(None))
    ).scalars()
    files.forget(session, case_id, [canonical.decode(canonical.loads(value)) for value in gone])
    done = session.execute(
        sa.update(table)
        .where(table.c.case_id == case_id, table.c.name.in_(wanted), table.c.erased_at.is_(None))
        .values(salt=None, value=None, erased_at=instant(at))
    ).rowcount
    if not done:
        raise Rejection("private.unknown", names=", ".join(wanted), case=number)
    # Documents hold what was entered; their digests stay in the record.
    kept = tables.document
    session.execute(sa.update(kept).where(kept.c.case_id == case_id).values(html=None, pdf=None))
    record(session, number, "erase", actor=actor, at=at, extra={"names": wanted, "ground": ground.strip()})
    return int(done)
