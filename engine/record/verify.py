"""Is the record whole? Re-hash every step, compare every column, and recompute what was derived from the steps.

``check_chain`` is pure: rows in, the first difference out. What a per-case chain cannot show (a case dropped or cut
short together with its row) is said in docs/record-format.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from engine import status, tables
from engine.answers import Difference, Verdict
from engine.cases import read_step
from engine.errors import Rejection
from engine.record import canonical, chain, private
from engine.store import Session

#: Steps whose body names its command id, which also stands in a column.
_COMMAND = "command"


def verify(session: Session, number: str | None = None) -> Verdict:
    """Check one case or all: chain, head, derived rows, private commitments. Raises Rejection ``case.unknown``."""
    table = tables.case
    query = sa.select(table).order_by(table.c.id)
    rows = session.execute(query if number is None else query.where(table.c.number == number)).all()
    if number is not None and not rows:
        raise Rejection("case.unknown", case=number)
    differences: list[Difference] = []
    count = 0
    for row in rows:
        steps = _stored_steps(session, row.id)
        count += len(steps)
        found = check_case(session, row, steps)
        differences += found
    if number is None:
        differences += _orphans(session)
    erased = tuple(erased_values(session, rows))
    return Verdict(cases=len(rows), steps=count, differences=tuple(differences), erased=erased)


def check_case(session: Session, row: Any, steps: list[Any]) -> list[Difference]:
    """The first difference of a case's chain, or else every derived row that is not what the steps say."""
    broken = check_chain(row.number, steps)
    if broken is not None:
        return [broken]
    return [
        *_check_head(row, steps),
        *_check_derived(session, row, steps),
        *_check_private(session, row, steps),
        *_check_documents(session, row, steps),
    ]


def check_chain(case: str, steps: Iterable[Any]) -> Difference | None:
    """The first step that is missing, altered or out of place. Rows need the columns of ``step``."""
    head, seq, last = chain.START, 0, ""
    for step in steps:
        seq += 1
        if step.seq != seq:
            return Difference(case=case, step=seq, field="seq", recorded=str(step.seq), found=str(seq))
        if bytes(step.prev_hash) != head:
            return _differs(case, seq, "prev_hash", bytes(step.prev_hash).hex(), head.hex())
        try:
            body = canonical.loads(step.body)
            text = canonical.dumps(body).decode()
            expected = chain.step_hash(case, step.seq, step.kind, step.element, step.at, step.body, head)
        except (TypeError, ValueError) as error:
            return _differs(case, seq, "body", str(step.body)[:80], str(error))
        if bytes(step.hash) != expected:
            return _differs(case, seq, "hash", bytes(step.hash).hex(), expected.hex())
        if text != step.body:
            return _differs(case, seq, "body", step.body[:80], text[:80])
        command_id = body.get("id") if step.kind == _COMMAND else None
        if step.command_id != command_id:
            return _differs(case, seq, "command_id", str(step.command_id), str(command_id))
        if step.at < last:
            return _differs(case, seq, "at", step.at, last)
        head, last = expected, step.at
    return None


def _check_head(row: Any, steps: list[Any]) -> list[Difference]:
    head = bytes(steps[-1].hash) if steps else chain.START
    last = steps[-1].seq if steps else 0
    found = []
    if row.version != last:
        found.append(_differs(row.number, last, "case.version", str(row.version), str(last)))
    if bytes(row.head) != head:
        found.append(_differs(row.number, last, "case.head", bytes(row.head).hex(), head.hex()))
    return found


def _check_derived(session: Session, row: Any, steps: list[Any]) -> list[Difference]:
    folded = status.fold(read_step(step) for step in steps)
    named = [canonical.loads(step.body) for step in steps if step.kind in ("case opened", "case migrated")]
    last: dict[str, Any] = named[-1] if named else {}
    version = session.execute(
        sa.select(tables.definition.c.digest).where(tables.definition.c.id == row.definition_id)
    ).scalar_one_or_none()
    recorded = (last.get("to") or last.get("definition") or {}).get("digest")
    stored = canonical.dumps(canonical.encode(folded.data)).decode()
    facts = [
        ("case.state", row.state, folded.state),
        ("case.data", row.data, stored),
        ("case.opened_at", row.opened_at, steps[0].at if steps else ""),
        ("case.definition", str(version), str(recorded)),
    ]
    found = [_differs(row.number, folded.step, field, a, b) for field, a, b in facts if a != b]
    return found + _check_items(session, row, folded) + _check_children(session, row, folded)


def _check_items(session: Session, row: Any, folded: status.Folded) -> list[Difference]:
    table = tables.work_item.c
    open_rows = session.execute(
        sa.select(table.item, table.person).where(table.case_id == row.id, table.ended_at.is_(None))
    )
    stored = {item.item: item.person for item in open_rows}
    expected = {address: item.person for address, item in folded.items.items()}
    return [
        _differs(row.number, folded.step, f"work_item {item}", _open(stored, item), _open(expected, item))
        for item in sorted(stored.keys() | expected.keys())
        if _open(stored, item) != _open(expected, item)
    ]


def _check_children(session: Session, row: Any, folded: status.Folded) -> list[Difference]:
    """Instances that are cases of their own are kept as they were begun, and told as often as they are over."""
    family, child = tables.family.c, tables.child.c
    told = sa.select(sa.func.count()).where(child.parent_id == row.id, child.item == family.item, child.told)
    kept = session.execute(
        sa.select(family.item, family.instances, told.scalar_subquery().label("told")).where(
            family.case_id == row.id, family.state == "open"
        )
    )
    stored = {one.item: f"{one.told} of {one.instances}" for one in kept}
    expected = {item: f"{one.ended} of {one.count}" for item, one in folded.children.items()}
    return [
        _differs(row.number, folded.step, f"children {item}", stored.get(item, "none"), expected.get(item, "none"))
        for item in sorted(stored.keys() | expected.keys())
        if stored.get(item) != expected.get(item)
    ]


def _open(items: dict[str, str | None], item: str) -> str:
    return f"open, {items[item] or 'free'}" if item in items else "not open"


def _check_private(session: Session, row: Any, steps: list[Any]) -> list[Difference]:
    table = tables.private_data
    kept = session.execute(sa.select(table).where(table.c.case_id == row.id)).all()
    by_place = {(value.seq, value.name): value for value in kept}
    found = []
    for step in steps:
        if step.kind != _COMMAND:
            continue
        for name, recorded in canonical.loads(step.body).get("private", {}).items():
            value = by_place.pop((step.seq, name), None)
            if value is None:
                found.append(_differs(row.number, step.seq, f"private {name}", recorded, "missing"))
            elif value.erased_at is None:
                now = private.commitment(bytes(value.salt), canonical.loads(value.value))
                if now != recorded:
                    found.append(_differs(row.number, step.seq, f"private {name}", recorded, now))
    found += [
        _differs(row.number, seq, f"private {name}", "no commitment", "a value") for seq, name in sorted(by_place)
    ]
    return found


def _check_documents(session: Session, row: Any, steps: list[Any]) -> list[Difference]:
    """The bytes of documents are those whose digests are recorded, unless they were erased on record."""
    table = tables.document
    kept = {one.seq: one for one in session.execute(sa.select(table).where(table.c.case_id == row.id))}
    erased = any(step.kind == _COMMAND and canonical.loads(step.body)["type"] == "erase" for step in steps)
    found = []
    for step in steps:
        if step.kind != "document issued":
            continue
        body, one = canonical.loads(step.body), kept.pop(step.seq, None)
        for form in ("html", "pdf"):
            data = getattr(one, form, None)
            now = canonical.bytes_digest(bytes(data)) if data is not None else "erased" if erased and one else "missing"
            if now not in (body[form], "erased"):
                found.append(_differs(row.number, step.seq, f"document {form}", body[form], now))
    found += [_differs(row.number, seq, "document", "not issued", "a document") for seq in sorted(kept)]
    return found


def erased_values(session: Session, rows: Sequence[Any]) -> list[tuple[str, str]]:
    """(case, name) of the private values that were erased on record, of cases in the order of their ids."""
    if not rows:
        return []
    numbers = {row.id: row.number for row in rows}
    found = session.execute(_ERASED, {"first": rows[0].id, "last": rows[-1].id})
    return [(numbers[case], name) for case, name in found if case in numbers]


#: Built once: putting a statement together costs more than running it.
_ERASED = (
    sa.select(tables.private_data.c.case_id, tables.private_data.c.name)
    .where(tables.private_data.c.case_id.between(sa.bindparam("first"), sa.bindparam("last")))
    .where(tables.private_data.c.erased_at.isnot(None))
    .order_by(tables.private_data.c.case_id, tables.private_data.c.name)
)


def _orphans(session: Session) -> list[Difference]:
    """Steps whose case row is gone."""
    case, step = tables.case.c, tables.step.c
    rows = session.execute(
        sa.select(step.case_id, sa.func.min(step.seq).label("first"))
        .where(step.case_id.notin_(sa.select(case.id)))
        .group_by(step.case_id)
    )
    return [Difference(case=f"#{row.case_id}", step=row.first, field="case", found="missing") for row in rows]


def _stored_steps(session: Session, case_id: int) -> list[Any]:
    table = tables.step
    return list(session.execute(sa.select(table).where(table.c.case_id == case_id).order_by(table.c.seq)).all())


def _differs(case: str, step: int, field: str, recorded: str, found: str) -> Difference:
    return Difference(case=case, step=step, field=field, recorded=recorded, found=found)
