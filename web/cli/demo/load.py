"""Making the demo: everything by the engine's verbs, in one transaction, so that it is there whole or not at all."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import engine
from bpmn.calls import callees_first
from bpmn.citations import in_force
from bpmn.package import FlowPackage
from bpmn.package import load as load_package
from engine.answers import DefinitionInfo, Done, Person
from engine.errors import Rejection
from engine.store import Session
from web.cli.demo.cast import Cast
from web.cli.demo.story import ZONE, Move, Story, tell_from

HERE = Path(__file__).parent
FLOWS = HERE.parents[2] / "flows"
AUTHOR, REVIEWER = "lin", "zhao"
#: The shipped flows were published before the first case.
PUBLISHED_BEFORE = timedelta(days=130)


@dataclass(frozen=True, kw_only=True)
class Code:
    """A case the visitor may track."""

    case: str
    code: str
    flow: str
    #: Where it stands, in Chinese.
    at: str


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What the demo holds now."""

    flows: tuple[DefinitionInfo, ...]
    people: tuple[Person, ...]
    cases: int
    codes: tuple[Code, ...] = ()
    #: True: the people and cases were there already.
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One case of the plan: which story, from when until where."""

    flow: str
    story: dict[str, Any]
    opened: datetime
    until: str = ""
    #: How often ``until`` is done before the story stops there.
    skip: int = 0
    then: str = ""
    reason: str = ""
    code: bool = False


def load(session: Session, now: datetime) -> Loaded:
    """Publish what is new in ``flows/``; the first time also add the people and make the cases, up to ``now``."""
    again = engine.is_demo(session)
    if not again:
        for person in _toml(HERE / "people.toml")["person"]:
            engine.add_person(session, **person)
    packages = publish(session, now if again else _morning(now - PUBLISHED_BEFORE))
    codes = () if again else tuple(_cases(session, packages, now))
    engine.mark_demo(session)
    return Loaded(
        flows=tuple(engine.definitions(session)),
        people=tuple(engine.people(session)),
        cases=len(engine.cases(session, limit=100_000)),
        codes=codes,
        again=again,
    )


def publish(session: Session, at: datetime) -> dict[str, FlowPackage]:
    """Publish every folder of ``flows/``, answered with what it calls; what has not changed stays the version it is."""
    packages = {folder.name: load_package(folder) for folder in sorted(FLOWS.iterdir()) if folder.is_dir()}
    for key in callees_first(packages):
        package = packages[key]
        # What rests on a law of this year is published when that law is in force.
        since = in_force(package)
        when = max(at, datetime.fromisoformat(f"{since}T09:00:00+08:00")) if since else at
        engine.publish(session, package, key=key, author=AUTHOR, reviewer=REVIEWER, at=when)
    return {key: engine.package_of(session, engine.definition(session, key).id) for key in packages}


def _cases(session: Session, packages: dict[str, FlowPackage], now: datetime) -> Iterator[Code]:
    """Play every planned case, oldest first, so that numbers follow the calendar."""
    plan = _toml(HERE / "plan.toml")
    random = Random(plan["seed"])
    cast = Cast(engine.people(session), _toml(HERE / "names.toml"), random)
    for planned in sorted(_planned(plan["group"], packages, now, random), key=lambda one: one.opened):
        package = packages[planned.flow]
        story = tell_from(cast.play(planned.story, package), planned.opened)
        done = _play(session, planned, package, story, cast, now)
        if planned.code and done.receipt is not None:
            view = engine.todo(session, done.case)
            at = "、".join(item.name for item in view.work_items)
            yield Code(case=done.case, code=done.receipt.code, flow=planned.flow, at=at)


def _planned(
    groups: Iterable[dict[str, Any]], packages: dict[str, FlowPackage], now: datetime, random: Random
) -> Iterator[Planned]:
    own = {path.stem: _toml(path) for path in sorted((HERE / "stories").glob("*.toml"))}
    for group in groups:
        flow, name = group["flow"], group["story"]
        story = own.get(name) or packages[flow].scenarios[name]
        rest = {name: group[name] for name in ("until", "skip", "then", "reason") if name in group}
        for place, days in enumerate(group["opened"]):
            opened = now - timedelta(days=days, minutes=random.randrange(0, 180))
            code = group.get("code", False) and place == 0
            changes = group.get("change") or [{}]
            told = _changed(story, changes[place % len(changes)])
            yield Planned(flow=flow, story=told, opened=opened, code=code, **rest)


def _changed(story: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The story with some data of some elements changed: element → its changed data."""
    steps = [
        step | {"data": {**step.get("data", {}), **change[step["do"]]}} if step.get("do") in change else step
        for step in story.get("step", [])
    ]
    return story | {"step": steps}


def _play(session: Session, planned: Planned, package: FlowPackage, story: Story, cast: Cast, now: datetime) -> Done:
    """Start one case and do its moves until today, or until the element where the plan lets it wait."""
    opened = engine.start_case(
        session, planned.flow, actor=cast.starter(story), data=story.data, at=story.at, simulated=True
    )
    at, skip = story.at, planned.skip
    for move in story.moves:
        if move.at >= now or (move.element == planned.until and not skip):
            break
        skip -= move.element == planned.until
        engine.catch_up(session, opened.case, move.at, simulated=True)
        at = move.at
        if not _is_open(session, opened.case, move.element) or not _done(session, opened.case, move, package, cast):
            break
    _afterwards(session, opened.case, planned, cast, min(at + timedelta(hours=3), now))
    engine.catch_up(session, opened.case, now, simulated=True)
    return opened


def _is_open(session: Session, case: str, element: str) -> bool:
    """A holiday may have made somebody miss a time limit of the story; then it ends there, as a real case would."""
    return any(element == item.element.rpartition("/")[2] for item in engine.todo(session, case).work_items)


def _done(session: Session, case: str, move: Move, package: FlowPackage, cast: Cast) -> bool:
    """Do a move; False where a holiday made a minimum period of the story longer, so that it is too early."""
    try:
        _do(session, case, move, package, cast)
    except Rejection as rejection:
        if rejection.code != "limit.too_early":
            raise
        return False
    return True


def _do(session: Session, case: str, move: Move, package: FlowPackage, cast: Cast) -> None:
    node = package.definitions.nodes[move.element]
    actor, second = cast.officers(move.post, node.step.people if node.step else 1)
    data = dict(move.data) | ({"with": second} if second else {})
    engine.complete(session, case, move.element, actor=actor, data=data, at=move.at, simulated=True)


def _afterwards(session: Session, case: str, planned: Planned, cast: Cast, at: datetime) -> None:
    """What the office does with a case that waits: somebody takes it on, or it is suspended or withdrawn."""
    done = engine.todo(session, case)
    officers = [item for item in done.work_items if not item.applicant]
    if not officers or done.state != "open":
        return
    actor, _ = cast.officers(officers[0].post, 1)
    if planned.then == "suspend":
        engine.suspend(session, case, actor=actor, reason=planned.reason, at=at, simulated=True)
    elif planned.then == "cancel":
        engine.cancel(session, case, actor=actor, reason=planned.reason, at=at, simulated=True)
    elif cast.sometimes():
        engine.claim(session, case, officers[0].item, actor=actor, at=at, simulated=True)


def _morning(day: datetime) -> datetime:
    return day.astimezone(ZONE).replace(hour=9, minute=0, second=0, microsecond=0)


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
