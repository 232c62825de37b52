"""Re-enact a case from its recorded commands and compare step by step, byte for byte.

Commands are re-applied under their recorded clock and ids; private values are never needed (only their commitments take
part), so an erased value is reported as erased, not as a difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from engine import catalogue, tables
from engine.answers import DefinitionRef, Difference, Verdict
from engine.errors import Rejection
from engine.record import canonical
from engine.record.canonical import read_instant
from engine.record.verify import erased_values
from engine.run.perform import perform
from engine.run.port import Command, Draft, Rejected
from engine.run.write import opened_body
from engine.store import Session


def replay(session: Session, number: str | None = None) -> Verdict:
    """Re-run one case or all of them. Raises Rejection ``case.unknown``."""
    case, version = tables.case, tables.definition
    query = (
        sa.select(case, version.c.key, version.c.version.label("edition"), version.c.digest, version.c.name)
        .join_from(case, version, version.c.id == case.c.definition_id)
        .order_by(case.c.id)
    )
    rows = session.execute(query if number is None else query.where(case.c.number == number)).all()
    if number is not None and not rows:
        raise Rejection("case.unknown", case=number)
    differences, erased, count = [], [], 0
    for row in rows:
        steps = list(
            session.execute(sa.select(tables.step).where(tables.step.c.case_id == row.id).order_by(tables.step.c.seq))
        )
        count += len(steps)
        found = _replay_case(session, row, steps)
        if found is not None:
            differences.append(found)
        erased += erased_values(session, row)
    return Verdict(cases=len(rows), steps=count, differences=tuple(differences), erased=tuple(erased))


def groups(steps: list[Any]) -> Iterator[list[Any]]:
    """Steps in groups of one command and what it made."""
    group: list[Any] = []
    for step in steps:
        if step.kind == "command" and group:
            yield group
            group = []
        group.append(step)
    if group:
        yield group


def recorded_command(body: dict[str, Any]) -> Command:
    """The command a recorded body stands for."""
    return Command(
        type=body["type"],
        actor=body["actor"],
        item=body.get("item", ""),
        data=canonical.decode(body.get("data", {})),
        private=body.get("private", {}),
    )


def _replay_case(session: Session, row: Any, steps: list[Any]) -> Difference | None:
    """The first place where re-running differs from the record."""
    program = catalogue.program_of(session, row.definition_id)
    ref = DefinitionRef(key=row.key, version=row.edition, digest=row.digest, name=row.name)
    state: str | None = None
    data: dict[str, Any] = {}
    for group in groups(steps):
        first = group[0]
        if first.kind != "command":
            return _differs(row, first, "kind", first.kind, "command")
        try:
            command = recorded_command(canonical.loads(first.body))
        except (KeyError, ValueError) as error:
            return _differs(row, first, "command", first.body[:80], str(error))
        try:
            outcome = perform(program, state, data, command, at=read_instant(first.at))
        except Rejected as error:
            return _differs(row, first, "command", first.body[:80], str(error))
        opened = [Draft(kind="case opened", element=None, body=opened_body(ref))] if first.seq == 1 else []
        difference = _compare(row, group, [*opened, *outcome.drafts])
        if difference is not None:
            return difference
        state, data = outcome.state, outcome.data
    if state != row.tokens:
        return Difference(case=row.number, step=row.version, field="case.tokens", recorded="stored", found="recomputed")
    return None


def _compare(row: Any, group: list[Any], drafts: list[Draft]) -> Difference | None:
    for step, draft in zip(group[1:], drafts, strict=False):
        facts = [
            ("kind", step.kind, draft.kind),
            ("element", step.element or "", draft.element or ""),
            ("body", step.body, canonical.dumps(draft.body).decode()),
            ("at", step.at, group[0].at),
        ]
        for field, recorded, found in facts:
            if recorded != found:
                return _differs(row, step, field, recorded, found)
    if len(drafts) != len(group) - 1:
        place = group[min(len(drafts) + 1, len(group) - 1)]
        return _differs(row, place, "steps", str(len(group) - 1), str(len(drafts)))
    return None


def _differs(row: Any, step: Any, field: str, recorded: str, found: str) -> Difference:
    return Difference(case=row.number, step=step.seq, field=field, recorded=recorded[:200], found=found[:200])
