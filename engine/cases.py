"""Reading cases: as they stand, as of any step, in lists, on a desk, by query code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bpmn.model import Definitions, Node
from engine import catalogue, status, tables
from engine.answers import CaseRow, CaseView, DefinitionRef, Done, Due, Incident, Step, Timing, WorkItem
from engine.errors import Rejection
from engine.law import timeline
from engine.law.estimate import estimate
from engine.office import people
from engine.record import canonical, receipt
from engine.record.canonical import read_instant
from engine.run import guard, projection
from engine.run.open_case import answer, read_case
from engine.store import Session
from engine.totals import narrow


def todo(session: Session, number: str) -> Done:
    """What is open now. Raises Rejection ``case.unknown``."""
    case = read_case(session, number)
    assert case is not None  # only a command id makes it None
    return answer(session, case)


def head(session: Session, number: str) -> str:
    """Hash (hex) of the last step of a case: as long as it stays, so does everything the record says of the case.

    One small statement, for those who ask again and again. Raises Rejection ``case.unknown``.
    """
    found = session.execute(_HEAD, {"wanted": number}).scalar_one_or_none()
    if found is None:
        raise Rejection("case.unknown", case=number)
    return bytes(found).hex()


#: Built once: putting a statement together costs more than running it.
_HEAD = sa.select(tables.case.c.head).where(tables.case.c.number == sa.bindparam("wanted"))


def steps(session: Session, number: str) -> list[Step]:
    """The journal of a case, from its first step. Raises Rejection ``case.unknown``."""
    return _steps(session, _case(session, number).id)


def show(session: Session, number: str, step: int | None = None, at: datetime | None = None) -> CaseView:
    """The case as of ``step`` (now without one). With ``at``, elements past their estimated dates are warn or overdue.

    Raises Rejection ``case.unknown`` or ``step.unknown``.
    """
    row = _case(session, number)
    all_steps = _steps(session, row.id)
    if step is not None and not 1 <= step <= len(all_steps):
        raise Rejection("step.unknown", step=step, steps=len(all_steps), case=number)
    shown = all_steps if step is None else all_steps[:step]
    folded = status.fold(shown)
    definition_id, ref = _version_at(session, row, all_steps, shown)
    package = catalogue.package_of(session, definition_id)
    definitions = package.definitions
    timings, cards = timeline.fold(shown, definitions)
    return CaseView(
        case=number,
        definition=ref,
        definition_id=definition_id,
        state=folded.state,
        step=shown[-1].seq if shown else 0,
        steps=len(all_steps),
        elements=status.surround(
            folded,
            definitions,
            at,
            projection.ZONE,
            settled=_is_settled(all_steps, len(shown)),
            timings=timings,
        ),
        arrows=folded.arrows,
        data=folded.data,
        private=_kept(session, row.id, folded.private),
        work_items=_items(folded, number, definitions, timings),
        incidents=_incidents(folded, number, definitions),
        children=tuple(folded.children.values()),
        opened_at=read_instant(row.opened_at),
        closed_at=folded.closed_at,
        simulated=row.simulated,
        head=shown[-1].hash if shown else "",
        due=_whole_due(timings) if folded.counted else case_due(definitions, shown),
        timings=timings,
        cards=cards,
        calls=frozenset(key for key in folded.elements if _calls(definitions, key) in package.called),
        linked=_linked(session, row),
        at=at if at is not None or step is None else shown[-1].at,
    )


def cases(
    session: Session,
    *,
    state: str | None = None,
    key: str | None = None,
    simulated: bool | None = None,
    stuck: bool | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[CaseRow]:
    """Cases, newest first, by state, key, clock and whether an incident is open; ``totals`` counts them."""
    query = _case_query().order_by(tables.case.c.id.desc()).limit(limit).offset(offset)
    rows = session.execute(narrow(query, state=state, key=key, simulated=simulated, stuck=stuck)).all()
    open_ = _open_elements(session, [row.id for row in rows])
    caught = _stuck(session, [row.id for row in rows])
    return [_case_row(row, catalogue.package_of(session, row.definition_id).definitions, open_, caught) for row in rows]


def desk(session: Session, user: str, at: datetime) -> list[WorkItem]:
    """Work items of a person: those of their posts, free or claimed by them, soonest due first.

    The applicants' own steps are left out: they wait for somebody outside. Raises Rejection ``user.unknown``.
    """
    posts = people.known(session, user).posts
    case, item, version = tables.case, tables.work_item, tables.definition
    query = (
        sa.select(
            *projection.ITEM_COLUMNS,
            case.c.number,
            version.c.key,
            version.c.version,
            version.c.digest,
            version.c.name,
            case.c.definition_id,
        )
        .join_from(item, case, case.c.id == item.c.case_id)
        .join(version, version.c.id == case.c.definition_id)
        .where(
            item.c.ended_at.is_(None),
            case.c.state == "open",
            item.c.applicant.is_(False),
            sa.or_(item.c.post.in_(sorted(posts)), sa.and_(item.c.post == "", version.c.is_power.is_(False))),
            sa.or_(item.c.person.is_(None), item.c.person == user),
        )
        .order_by(item.c.due_on.is_(None), item.c.due_on, item.c.offered_at)
        .limit(500)
    )
    return [_desk_item(session, row) for row in session.execute(query)]


def incidents(session: Session, user: str, *, resolved: bool = False) -> list[Incident]:
    """Where open cases are stuck, in the flows somebody has a post in and in exercises; longest stuck first.

    ``resolved``: instead what was stuck, the last resolved first. Raises Rejection ``user.unknown``.
    """
    posts = people.known(session, user).posts
    case, table, version = tables.case, tables.incident, tables.definition
    query = (
        sa.select(*table.c, case.c.number, case.c.definition_id, version.c.key)
        .join_from(table, case, case.c.id == table.c.case_id)
        .join(version, version.c.id == case.c.definition_id)
        .limit(500)
    )
    if resolved:
        query = query.where(table.c.resolved_at.isnot(None)).order_by(table.c.resolved_at.desc())
    else:
        query = query.where(table.c.resolved_at.is_(None), case.c.state == "open").order_by(table.c.raised_at)
    found = []
    for row in session.execute(query):
        definitions = catalogue.package_of(session, row.definition_id).definitions
        acting = guard.posts_of(definitions)
        if not acting or posts & acting:
            incident = projection.incident(row, row.number, definitions)
            ended = read_instant(row.resolved_at) if row.resolved_at else None
            found.append(replace(incident, flow=row.key, definition_id=row.definition_id, resolved_at=ended))
    return found


def track(session: Session, number: str, code: str) -> bool:
    """Is ``code`` the query code of the case? The same work and answer for an unknown number as for a wrong code."""
    stored = session.execute(
        sa.select(tables.case.c.code_hmac).where(tables.case.c.number == number)
    ).scalar_one_or_none()
    key = bytes(session.get_execution_options()["code_key"])
    return receipt.same(stored or "", receipt.stored_code(key, code)) and stored is not None


def private_values(session: Session, number: str) -> dict[str, Any]:
    """Private fields as last sent, for staff who may see them; erased ones are left out."""
    case_id = _case(session, number).id
    table = tables.private_data.c
    rows = session.execute(
        sa.select(table.name, table.value).where(table.case_id == case_id).order_by(table.seq, table.name)
    )
    values = {row.name: row.value for row in rows}
    return {name: canonical.decode(canonical.loads(value)) for name, value in values.items() if value is not None}


def reasons(session: Session, number: str) -> dict[int, str]:
    """What people said with a command, by the number of its step; erased reasons are left out."""
    case_id = _case(session, number).id
    table = tables.private_data.c
    rows = session.execute(
        sa.select(table.seq, table.value).where(
            table.case_id == case_id, table.name == "reason", table.value.isnot(None)
        )
    )
    return {row.seq: str(canonical.decode(canonical.loads(row.value))) for row in rows}


def _calls(definitions: Definitions, key: str) -> str:
    """What an element calls; '' for those that call nothing."""
    node = definitions.nodes.get(projection.element_id(key))
    return node.called or "" if node is not None else ""


def _whole_due(timings: Sequence[Timing]) -> Due | None:
    """Until when the whole case, by its clock that runs."""
    running = (timing for timing in timings if not timing.element and timing.ended_at is None)
    return next((due for due in map(timeline.due_of, running) if due is not None), None)


def case_due(definitions: Definitions, steps: Sequence[Step]) -> Due | None:
    """Estimated date by which the whole case should end; None before its clock runs.

    A limit anchored at acceptance or filing starts when the case first enters a step of a later phase (行政许可法
    art. 42: from acceptance); any other at the opening.
    """
    process = definitions.main
    limits = process.power.limits if process is not None and process.power is not None else ()
    first = next((limit for limit in limits if limit.kind == "max"), None)
    start = _clock_start(definitions, first.anchor, steps) if first is not None else None
    return None if start is None else estimate(limits, projection.local_date(start))


#: Phases of the list of duties that lie before what a limit is anchored at.
_BEFORE = {"accepted": {"", "受理", "其他"}, "filed": {"", "立案", "其他"}}


def _clock_start(definitions: Definitions, anchor: str, steps: Sequence[Step]) -> datetime | None:
    if anchor not in _BEFORE:
        return steps[0].at if steps else None
    for step in steps:
        if step.kind == "element entered":
            node = definitions.nodes.get(projection.element_id(str(step.element)))
            if node is not None and node.step is not None and node.step.phase not in _BEFORE[anchor]:
                return step.at
    return None


def read_step(row: Any) -> Step:
    """A row of ``step`` as a value."""
    return Step(
        seq=row.seq,
        kind=row.kind,
        element=row.element,
        at=read_instant(row.at),
        body=canonical.loads(row.body),
        prev_hash=bytes(row.prev_hash).hex(),
        hash=bytes(row.hash).hex(),
    )


def _is_settled(all_steps: list[Step], shown: int) -> bool:
    """Do the first ``shown`` steps end where a command ends?"""
    return shown == len(all_steps) or all_steps[shown].kind == "command"


def _steps(session: Session, case_id: int) -> list[Step]:
    table = tables.step
    rows = session.execute(sa.select(table).where(table.c.case_id == case_id).order_by(table.c.seq))
    return [read_step(row) for row in rows]


def _case_query() -> sa.Select[Any]:
    case, version = tables.case, tables.definition
    return sa.select(
        case.c.id,
        case.c.number,
        case.c.state,
        case.c.version.label("steps"),
        case.c.opened_at,
        case.c.closed_at,
        case.c.simulated,
        case.c.definition_id,
        case.c.conversation,
        version.c.key,
        version.c.version.label("edition"),
        version.c.digest,
        version.c.name,
    ).join_from(case, version, version.c.id == case.c.definition_id)


def _case(session: Session, number: str) -> Any:
    row = session.execute(_case_query().where(tables.case.c.number == number)).one_or_none()
    if row is None:
        raise Rejection("case.unknown", case=number)
    return row


def _linked(session: Session, row: Any) -> tuple[str, ...]:
    case = tables.case.c
    query = sa.select(case.number).where(case.conversation == row.conversation, case.id != row.id).order_by(case.id)
    return tuple(session.execute(query.limit(100)).scalars())


def _version_at(
    session: Session, row: Any, all_steps: Sequence[Step], shown: Sequence[Step]
) -> tuple[int, DefinitionRef]:
    """The version a case was under when ``shown`` was all there was: a step belongs on the chart of its time."""
    if all(step.kind != "case migrated" for step in all_steps):
        return row.definition_id, DefinitionRef(key=row.key, version=row.edition, digest=row.digest, name=row.name)
    named = [step.body for step in shown if step.kind in ("case opened", "case migrated")]
    last = named[-1] if named else all_steps[1].body
    info = catalogue.definition(session, row.key, int((last.get("to") or last["definition"])["version"]))
    return info.id, DefinitionRef(key=info.key, version=info.version, digest=info.digest, name=info.name)


def _kept(session: Session, case_id: int, commitments: dict[str, str]) -> dict[str, bool]:
    """Which private values are still there."""
    if not commitments:
        return {}
    table = tables.private_data.c
    rows = session.execute(
        sa.select(table.name, table.value).where(table.case_id == case_id).order_by(table.seq, table.name)
    )
    last = {row.name: row.value is not None for row in rows}
    return {name: last.get(name, False) for name in commitments}


def _items(
    folded: status.Folded, number: str, definitions: Definitions, timings: Sequence[Timing]
) -> tuple[WorkItem, ...]:
    running = {timing.element: timing for timing in timings if timing.element and timing.ended_at is None}
    rows = []
    for address, open_ in folded.items.items():
        node = definitions.nodes.get(projection.element_id(address))
        at = canonical.instant(open_.offered_at)
        row = projection.offered(address, open_.element, definitions, open_.choices, at)
        if open_.person:
            row = row._replace(state="claimed", person=open_.person)
        rows.append(row.due_by(_item_due(folded, running.get(open_.element), node, open_.offered_at)))
    return tuple(projection.work_item(row, number, definitions) for row in rows)


def _item_due(folded: status.Folded, timing: Timing | None, node: Node | None, offered_at: datetime) -> Due | None:
    """Until when an item, by the clock of its element; in a case of the first edition an estimate."""
    if not folded.counted:
        return projection.due(node, offered_at)
    return timeline.due_of(timing) if timing is not None else None


def _incidents(folded: status.Folded, number: str, definitions: Definitions) -> tuple[Incident, ...]:
    found = []
    for address, step in folded.incidents.items():
        node = definitions.nodes.get(projection.element_id(address))
        found.append(
            Incident(
                case=number,
                item=address,
                element=str(step.element),
                name=(node.name if node else "") or str(step.element),
                code=step.body["code"],
                params=step.body.get("params", {}),
                since=step.at,
            )
        )
    return tuple(found)


def _open_elements(session: Session, case_ids: Sequence[int]) -> dict[int, list[tuple[str, date | None]]]:
    table = tables.work_item.c
    rows = session.execute(
        sa.select(table.case_id, table.element, table.due_on)
        .where(table.case_id.in_(case_ids), table.ended_at.is_(None))
        .order_by(table.case_id, table.offered_at)
    )
    found: dict[int, list[tuple[str, date | None]]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append((row.element, row.due_on))
    return found


def _stuck(session: Session, case_ids: Sequence[int]) -> dict[int, int]:
    table = tables.incident.c
    rows = session.execute(
        sa.select(table.case_id, sa.func.count().label("count"))
        .where(table.case_id.in_(case_ids), table.resolved_at.is_(None))
        .group_by(table.case_id)
    )
    return {row.case_id: row.count for row in rows}  # type: ignore[misc]


def _case_row(
    row: Any, definitions: Definitions, open_: dict[int, list[tuple[str, date | None]]], stuck: dict[int, int]
) -> CaseRow:
    names = []
    for element, _ in open_.get(row.id, []):
        node = definitions.nodes.get(projection.element_id(element))
        names.append((node.name if node else "") or element)
    return CaseRow(
        case=row.number,
        definition=DefinitionRef(key=row.key, version=row.edition, digest=row.digest, name=row.name),
        state=row.state,
        steps=row.steps,
        opened_at=read_instant(row.opened_at),
        closed_at=read_instant(row.closed_at) if row.closed_at else None,
        simulated=row.simulated,
        at=tuple(names),
        incidents=stuck.get(row.id, 0),
    )


def _desk_item(session: Session, row: Any) -> WorkItem:
    definitions = catalogue.package_of(session, row.definition_id).definitions
    item = projection.work_item(projection.ItemRow._make(row[: len(projection.ITEM_COLUMNS)]), row.number, definitions)
    return replace(item, definition=DefinitionRef(key=row.key, version=row.version, digest=row.digest, name=row.name))
