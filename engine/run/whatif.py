"""What if: the recorded facts of a case decided again under another edition. Nothing is recorded.

Asked where the law changed between act and decision (从旧兼从轻, 行政处罚法 art. 37), and while an edition is drafted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from bpmn.dmn import Undecided
from engine import benchmarks, catalogue, tables
from engine.answers import DefinitionInfo, Otherwise, WhatIf
from engine.errors import Rejection
from engine.law.discretion import NAME, Unresolved, resolve, verdict
from engine.record import canonical
from engine.record.canonical import read_instant
from engine.run.lawful import OWN
from engine.run.perform import perform
from engine.run.port import Draft, Rejected
from engine.run.replay import CASES, STEPS, calendar_for, edition_of, groups, recorded_command
from engine.status import CLOCKS_SINCE
from engine.store import Session

#: What a benchmark found that two editions are compared by.
_COMPARED = tuple("tier segment low high lawful_low lawful_high proposed circumstances conflict waivable".split())


def under_benchmark(session: Session, number: str, digest: str) -> WhatIf:
    """What another edition of the benchmark says of the recorded facts, and of the amount that was decided.

    Raises Rejection ``case.unknown``, ``benchmark.unknown``, ``whatif.no_benchmark``, ``whatif.undecided``.
    """
    row = _case(session, number)
    info, benchmark, decisions = benchmarks.benchmark(session, digest)
    data = canonical.decode(canonical.loads(row.data))
    before = data.get(NAME)
    if not isinstance(before, dict):
        raise Rejection("whatif.no_benchmark", case=number)
    try:
        _, after = resolve(benchmark, decisions, {**data, **before["facts"]})
    except (Unresolved, Undecided) as error:
        raise Rejection("whatif.undecided", digest=digest, reason=error.code) from error
    differences = [_otherwise(name, before.get(name), after.get(name)) for name in _COMPARED]
    for name in ("amount", "decided"):
        if before.get(name) is not None:
            judged = (verdict(one, before[name]) for one in (before, after))
            said = [{"lawful": one.lawful, "within": one.within, "departs": one.departs} for one in judged]
            differences.append(_otherwise(name, *said))
    return WhatIf(case=number, edition=info, benchmark=benchmark.digest, differences=tuple(_real(differences)))


def under_definition(session: Session, number: str, digest: str) -> WhatIf:
    """Where the recorded commands would have led in another published version, as far as they fit there.

    Raises Rejection ``case.unknown``, ``definition.unknown``.
    """
    row = _case(session, number)
    info = _version(session, digest)
    steps = session.execute(STEPS, {"wanted": row.id}).all()
    differences = list(_told_again(session, info, list(steps)))
    return WhatIf(case=number, edition=info, differences=tuple(_real(differences)))


def _told_again(session: Session, info: DefinitionInfo, steps: list[Any]) -> Iterator[Otherwise]:
    program = catalogue.program_of(session, info.id)
    state: str | None = None
    data: dict[str, Any] = {}
    clocks = "{}" if edition_of(steps) >= CLOCKS_SINCE else None
    for group in groups(steps):
        first = group[0]
        command = recorded_command(canonical.loads(first.body))
        if command.type == "migrate":
            continue  # it is in the other version already
        recorded = [Draft(kind=s.kind, element=s.element, body=canonical.loads(s.body)) for s in group]
        try:
            outcome = perform(
                program,
                state,
                data,
                command,
                at=read_instant(first.at),
                clocks=clocks,
                calendar=calendar_for(session, group),
                seq=first.seq + (first.seq == 1),
            )
        except Rejected as rejected:
            if command.type in OWN:
                continue  # a clock of the other edition ends at another time, or is not there
            known = {"recorded": command.type, "found": rejected.code}
            yield Otherwise(step=first.seq, what="stopped", element=command.item, **known)
            return
        yield from _apart(first.seq, recorded, outcome.drafts)
        state, data, clocks = outcome.state, outcome.data, outcome.clocks


def _apart(step: int, recorded: Iterable[Draft], found: Iterable[Draft]) -> Iterator[Otherwise]:
    """What one command did then and would do there: path, decisions, dates, amounts held against a benchmark."""
    before, after = list(recorded), list(found)
    left = [[draft.element for draft in drafts if draft.kind == "element left"] for drafts in (before, after)]
    yield Otherwise(step=step, what="path", element="", recorded=left[0], found=left[1])
    for what, named in _NAMED.items():
        one, other = named(before), named(after)
        for name in sorted(one.keys() | other.keys()):
            yield Otherwise(step=step, what=what, element=name, recorded=one.get(name), found=other.get(name))


def _decisions(drafts: list[Draft]) -> dict[str, Any]:
    return {str(draft.body["name"]): draft.body["output"] for draft in drafts if draft.kind == "decision made"}


def _dates(drafts: list[Draft]) -> dict[str, Any]:
    told = [draft.body for draft in drafts if draft.kind.startswith("limit ") and "limit" in draft.body]
    return {
        body["limit"]: {value: body[value] for value in ("promised", "statutory") if value in body} for body in told
    }


def _amounts(drafts: list[Draft]) -> dict[str, Any]:
    told = [draft.body for draft in drafts if draft.kind == "discretion applied"]
    return {body["part"]: {name: body[name] for name in ("tier", "low", "high", "departs")} for body in told}


_NAMED = {"decision": _decisions, "date": _dates, "discretion": _amounts}


def _otherwise(what: str, recorded: Any, found: Any) -> Otherwise:
    return Otherwise(step=0, what=what, element="", recorded=recorded, found=found)


def _real(differences: Iterable[Otherwise]) -> Iterator[Otherwise]:
    return (one for one in differences if canonical.encode(one.recorded) != canonical.encode(one.found))


def _case(session: Session, number: str) -> Any:
    row = session.execute(CASES.where(tables.case.c.number == number)).one_or_none()
    if row is None:
        raise Rejection("case.unknown", case=number)
    return row


def _version(session: Session, digest: str) -> DefinitionInfo:
    """A published version by its digest or the beginning of it."""
    table = tables.definition.c
    rows = session.execute(sa.select(table.id).where(table.digest.startswith(digest, autoescape=True))).scalars().all()
    if len(digest) < 8 or not rows:
        raise Rejection("definition.unknown", key=digest)
    return catalogue.info_of(session, rows[-1])
