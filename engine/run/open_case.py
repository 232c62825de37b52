"""A case read for one command, with what is open on it, and the answer every command gives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from bpmn.model import Definitions, Node
from bpmn.package import FlowPackage
from engine import calendars, catalogue, tables
from engine.answers import DefinitionRef, Done, Incident, Person
from engine.errors import Rejection
from engine.law.clocks import Law
from engine.office import people
from engine.prepared import Prepared, read_one
from engine.record import canonical
from engine.run import projection, spiff
from engine.run.lawful import SEED, Edition
from engine.store import Session


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """A case read for one command: its row, its version's texts, and the work items open now."""

    id: int
    number: str
    state: str
    version: int
    head: bytes
    tokens: str | None
    data: dict[str, Any]
    simulated: bool
    changed_at: str
    definition_id: int
    definition: DefinitionRef
    package: FlowPackage
    items: dict[str, projection.ItemRow]
    #: Who the command says acts, where it was asked for: saves a statement of its own.
    actor: Person | None = None
    conversation: str
    code_hmac: str = ""
    opened_at: str = ""
    closed_at: str | None = None
    #: The clocks of the law; None in a case of the first edition.
    clocks: str | None = None
    #: The calendar in force.
    calendar: Edition = SEED

    @property
    def definitions(self) -> Definitions:
        return self.package.definitions

    def node(self, item: str) -> Node | None:
        """The model's node of a work item address."""
        return self.definitions.nodes.get(projection.element_id(item))


def read_case(
    session: Session, number: str, command_id: str | None = None, actor: str | None = None
) -> OpenCase | None:
    """The case with its open items and who acts, in one statement; None when ``command_id`` is recorded already.

    Raises Rejection ``case.unknown``.
    """
    statement = _case_statement(session.dialect)
    row = read_one(session, statement, {"wanted": number, "given": command_id, "actor": actor})
    if row is None:
        raise Rejection("case.unknown", case=number)
    if command_id is not None and row["seen"]:
        return None
    return _open_case(session, row)


@lru_cache(maxsize=8)
def _case_statement(dialect: sa.Dialect) -> Prepared:
    case, person = tables.case, tables.person
    seen = sa.select(sa.func.count()).where(tables.step.c.command_id == sa.bindparam("given")).scalar_subquery()
    columns = [
        seen.label("seen"),
        calendars.NEWEST.label("calendar"),
        calendars.REGION.label("region"),
        _items(dialect.name).label("items"),
    ]
    statement = (
        sa.select(case, *columns, *people.COLUMNS)
        .outerjoin_from(case, person, person.c.name == sa.bindparam("actor", type_=sa.String))
        .where(case.c.number == sa.bindparam("wanted"))
    )
    return Prepared(statement, dialect)


def _items(dialect: str) -> sa.ScalarSelect[Any]:
    """The open items as one text of JSON: as rows, fifty of them would each repeat the case."""
    item, of = tables.work_item.c, sa.func
    row = (of.json_build_array if dialect == "postgresql" else of.json_array)(*projection.ITEM_COLUMNS)
    rows = (of.json_agg if dialect == "postgresql" else of.json_group_array)(row)
    open_here = sa.and_(item.case_id == tables.case.c.id, item.ended_at.is_(None))
    return sa.select(sa.cast(rows, sa.Text)).where(open_here).correlate(tables.case).scalar_subquery()


def answer(session: Session, case: OpenCase, repeated: bool = False) -> Done:
    """What is open now, as the verbs answer it. Incidents are looked up only where the tokens say there are any."""
    return Done(
        case=case.number,
        state=case.state,
        step=case.version,
        hash=case.head.hex(),
        make_items=lambda: tuple(
            projection.work_item(row, case.number, case.definitions) for row in case.items.values()
        ),
        incidents=_incidents(session, case),
        definition=case.definition,
        repeated=repeated,
    )


def _open_case(session: Session, row: dict[str, Any]) -> OpenCase:
    definition_id = row["definition_id"]
    return OpenCase(
        id=row["id"],
        number=row["number"],
        state=row["state"],
        version=row["version"],
        head=row["head"],
        tokens=row["tokens"],
        data=canonical.decode(canonical.loads(row["data"])),
        simulated=row["simulated"],
        opened_at=row["opened_at"],
        changed_at=row["changed_at"],
        closed_at=row["closed_at"],
        conversation=row["conversation"],
        code_hmac=row["code_hmac"],
        clocks=row["clocks"],
        calendar=calendars.current(session, row["calendar"], row["region"] or ""),
        definition_id=definition_id,
        definition=catalogue.ref_of(session, definition_id),
        package=catalogue.package_of(session, definition_id),
        actor=people.read_person(row),
        items={item[0]: projection.ItemRow._make(item) for item in json.loads(row["items"] or "[]")},
    )


def law_of(session: Session, case: OpenCase) -> Law:
    """What the version of a case holds of the law."""
    return spiff.load(catalogue.program_of(session, case.definition_id)).law


def current_case(session: Session, number: str, state: str = "open") -> OpenCase:
    case = read_case(session, number)
    assert case is not None  # only a command id makes it None
    must_be(case, state)
    return case


def must_be(case: OpenCase, state: str) -> None:
    if case.state != state:
        raise Rejection(
            "case.not_open" if state == "open" else "case.not_suspended", case=case.number, state=case.state
        )


def open_item(session: Session, case: OpenCase, item: str) -> projection.ItemRow:
    if item in case.items:
        return case.items[item]
    same = [row for row in case.items.values() if item in (row.element, projection.element_id(row.item))]
    if len(same) == 1:
        return same[0]
    if same:
        raise Rejection("item.ambiguous", item=item, addresses=", ".join(row.item for row in same))
    _say_who_did_it(session, case, item)
    raise Rejection("item.unknown", item=item, case=case.number, open=", ".join(case.items))


def _say_who_did_it(session: Session, case: OpenCase, item: str) -> None:
    table = tables.work_item.c
    row = session.execute(
        sa.select(table.item, table.person, table.ended_at, table.state)
        .where(table.case_id == case.id, sa.or_(table.item == item, table.element == item), table.ended_at.isnot(None))
        .order_by(table.ended_at.desc())
        .limit(1)
    ).one_or_none()
    if row is not None:
        raise Rejection(f"item.{row.state}", item=row.item, by=row.person or "", at=row.ended_at)


def open_incident(session: Session, case: OpenCase, item: str) -> str:
    for incident in _incidents(session, case):
        if item in (incident.item, incident.element, projection.element_id(incident.item)):
            return incident.item
    raise Rejection("incident.unknown", item=item, case=case.number)


def _incidents(session: Session, case: OpenCase) -> tuple[Incident, ...]:
    if not spiff.open_incidents(case.tokens):
        return ()
    table = tables.incident
    rows = session.execute(
        sa.select(table).where(table.c.case_id == case.id, table.c.resolved_at.is_(None)).order_by(table.c.raised_at)
    )
    return tuple(projection.incident(row, case.number, case.definitions) for row in rows)
