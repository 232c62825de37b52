"""A case before its first command: its number and its version."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bpmn.package import FlowPackage
from engine import calendars, tables
from engine.answers import DefinitionInfo, DefinitionRef
from engine.record import chain
from engine.record.canonical import instant
from engine.run.open_case import OpenCase
from engine.store import Session, one_at_a_time


def new_case(
    session: Session,
    info: DefinitionInfo,
    package: FlowPackage,
    at: datetime,
    simulated: bool,
    conversation: str = "",
) -> OpenCase:
    """A case of a version with the next number; ``conversation`` is that of the case whose message opens it."""
    one_at_a_time(session, "case number")
    id_ = 1 + session.execute(sa.select(sa.func.coalesce(sa.func.max(tables.case.c.id), 0))).scalar_one()
    process = package.definitions.main
    letters = process.power.type if process and process.power else "EX"
    number = f"{letters}-{at.year}-{id_:06d}"
    return OpenCase(
        id=id_,
        number=number,
        conversation=conversation or number,
        state="new",
        version=0,
        head=chain.START,
        tokens=None,
        data={},
        simulated=simulated,
        changed_at=instant(at),
        opened_at=instant(at),
        definition_id=info.id,
        definition=DefinitionRef(key=info.key, version=info.version, digest=info.digest, name=info.name),
        package=package,
        items={},
        clocks="{}",
        calendar=calendars.current(session),
    )
