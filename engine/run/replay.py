"""Re-enact a case from its recorded commands and compare step by step, byte for byte.

Commands are re-applied under their recorded clock and ids; private values are never needed (only their commitments take
part), so an erased value is reported as erased, not as a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from bpmn.calls import inlined
from bpmn.model import Process
from bpmn.trail import WITH_BODY, follow
from engine import calendars, catalogue, tables
from engine.answers import DefinitionRef, Difference, Verdict
from engine.errors import Rejection
from engine.record import canonical
from engine.record.canonical import read_instant
from engine.record.verify import erased_values
from engine.run.lawful import SEED, Edition
from engine.run.perform import perform
from engine.run.port import Command, Draft
from engine.run.write import opened_body
from engine.status import CLOCKS_SINCE
from engine.store import Session


def replay(session: Session, number: str | None = None) -> Verdict:
    """Re-run one case or all of them. Raises Rejection ``case.unknown``."""
    differences, erased, cases, count = [], [], 0, 0
    for batch in _batches(session, number):
        cases += len(batch)
        count += sum(len(steps) for _, steps in batch)
        found = (_replay_case(session, row, steps) or _second_opinion(session, row, steps) for row, steps in batch)
        differences += [one for one in found if one is not None]
        erased += erased_values(session, [row for row, _ in batch])
    if number is not None and not cases:
        raise Rejection("case.unknown", case=number)
    return Verdict(cases=cases, steps=count, differences=tuple(differences), erased=tuple(erased))


def _batches(session: Session, number: str | None) -> Iterator[list[tuple[Any, list[Any]]]]:
    """Cases with their steps: a handful is in memory, however many there are, and asking for each would cost more than
    re-running a short one."""
    query = CASES if number is None else CASES.where(tables.case.c.number == number)
    for batch in session.execute(query, execution_options={"yield_per": _BATCH}).partitions():
        steps: dict[int, list[Any]] = {row.id: [] for row in batch}
        for step in session.execute(_STEPS_BETWEEN, {"first": batch[0].id, "last": batch[-1].id}):
            steps[step[-1]].append(_Step._make(step))
        yield [(row, steps[row.id]) for row in batch]


_BATCH = 20
#: Built once: putting statements together costs more than running them.
CASES = (
    sa.select(
        tables.case,
        tables.definition.c.key,
        tables.definition.c.version.label("edition"),
        tables.definition.c.digest,
        tables.definition.c.name,
    )
    .join_from(tables.case, tables.definition, tables.definition.c.id == tables.case.c.definition_id)
    .order_by(tables.case.c.id)
)
STEPS = sa.select(tables.step).where(tables.step.c.case_id == sa.bindparam("wanted")).order_by(tables.step.c.seq)


class _Step(NamedTuple):
    """What a step says, as it is compared, and where it stands. The chain is ``verify``'s."""

    kind: str
    element: str | None
    body: str
    at: str
    seq: int
    case_id: int


#: How many of its columns are compared.
_COMPARED = 4
_STEPS_BETWEEN = (
    sa.select(*(tables.step.c[name] for name in _Step._fields))
    .where(tables.step.c.case_id.between(sa.bindparam("first"), sa.bindparam("last")))
    .order_by(tables.step.c.case_id, tables.step.c.seq)
)


def groups(steps: Sequence[Any]) -> Iterator[list[Any]]:
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


def _replay_case(session: Session, row: Any, steps: Sequence[Any]) -> Difference | None:
    """The first place where re-running differs from the record."""
    try:
        definition_id, ref = opened_under(session, row, steps)
    except (Rejection, KeyError, ValueError, TypeError) as error:
        return _differs(row, steps[0], "command", steps[0].body[:80], str(error)) if steps else None
    program = catalogue.program_of(session, definition_id)
    state: str | None = None
    data: dict[str, Any] = {}
    edition = edition_of(steps)
    clocks = "{}" if edition >= CLOCKS_SINCE else None
    for group in groups(steps):
        first = group[0]
        if first.kind != "command":
            return _differs(row, first, "kind", first.kind, "command")
        try:
            command = recorded_command(canonical.loads(first.body))
            target = _target(session, row.key, command)
            outcome = perform(
                program,
                state,
                data,
                command,
                at=read_instant(first.at),
                target=target,
                clocks=clocks,
                calendar=calendar_for(session, group),
                seq=first.seq + (first.seq == 1),
            )
        except Exception as error:  # whatever a record makes us do wrong is told as what it is: this step, not a crash
            return _differs(row, first, "command", first.body[:80], f"{type(error).__name__} {error}")
        drafts = list(outcome.drafts)
        if first.seq == 1:
            conversation = row.conversation if row.conversation != row.number else ""
            own = opened_body(ref, program, conversation, edition)
            drafts.insert(0, Draft(kind="case opened", element=None, body=own))
        difference = _compare(row, group, drafts)
        if difference is not None:
            return difference
        state, data, program, clocks = outcome.state, outcome.data, target or program, outcome.clocks
    if state != row.tokens:
        return Difference(case=row.number, step=row.version, field="case.tokens", recorded="stored", found="recomputed")
    if clocks != row.clocks:
        return Difference(case=row.number, step=row.version, field="case.clocks", recorded="stored", found="recomputed")
    return None


def opened_under(session: Session, row: Any, steps: Sequence[Any]) -> tuple[int, DefinitionRef]:
    """The version a case was opened under, which need not be the one it has now."""
    if "case migrated" not in [step.kind for step in steps]:
        return row.definition_id, DefinitionRef(key=row.key, version=row.edition, digest=row.digest)
    opened = next(step for step in steps if step.kind == "case opened")
    info = catalogue.definition(session, row.key, int(canonical.loads(opened.body)["definition"]["version"]))
    return info.id, info


def edition_of(steps: Sequence[Any]) -> int:
    """The edition of the rules a case lives under."""
    opened = next((step for step in steps if step.kind == "case opened"), None)
    return int(canonical.loads(opened.body).get("edition", 1)) if opened is not None else 1


def calendar_for(session: Session, group: Sequence[Any]) -> Edition:
    """The calendar a command was decided with: the one its steps name, if they counted anything."""
    for step in group:
        if '"calendar":"' in step.body and (digest := canonical.loads(step.body).get("calendar")):
            return calendars.by_digest(session, digest)
    return SEED


def _target(session: Session, key: str, command: Command) -> str | None:
    """The program of the version a recorded migration goes to."""
    if command.type != "migrate":
        return None
    return catalogue.program_of(session, catalogue.definition(session, key, int(command.data["version"])).id)


def _second_opinion(session: Session, row: Any, steps: Sequence[Any]) -> Difference | None:
    """The first step that no token could have made in the model as it is drawn (``bpmn.trail``)."""

    def process(version: int | None) -> Process:
        """A version of the flow as drawn, with what it calls; None is the one the case was opened under."""
        id_, _ = opened_under(session, row, steps)
        if version is not None:
            id_ = catalogue.definition(session, row.key, version).id
        definitions = catalogue.package_of(session, id_).definitions
        assert definitions.main is not None
        return inlined(definitions.main, definitions)

    told = ((step.kind, step.element, canonical.loads(step.body) if step.kind in WITH_BODY else {}) for step in steps)
    wrong = follow(process(None), told, lambda to: process(int(to["version"])))
    if wrong is None:
        return None
    step = steps[wrong.index]
    return _differs(row, step, "tokens", f"{step.kind} {step.element or ''}".strip(), wrong.reason)


def _compare(row: Any, group: list[Any], drafts: list[Draft]) -> Difference | None:
    at = group[0].at
    for step, draft in zip(group[1:], drafts, strict=False):
        found = (draft.kind, draft.element, canonical.dumps(draft.body).decode(), at)
        recorded = step[:_COMPARED]
        if recorded != found:
            place = next(place for place in range(_COMPARED) if recorded[place] != found[place])
            return _differs(row, step, _Step._fields[place], recorded[place] or "", found[place] or "")
    if len(drafts) != len(group) - 1:
        place = min(len(drafts) + 1, len(group) - 1)
        return _differs(row, group[place], "steps", str(len(group) - 1), str(len(drafts)))
    return None


def _differs(row: Any, step: Any, field: str, recorded: str, found: str) -> Difference:
    return Difference(case=row.number, step=step.seq, field=field, recorded=recorded[:200], found=found[:200])
