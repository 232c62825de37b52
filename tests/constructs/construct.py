"""One BPMN construct: a small model, and either the story of a case through it or the rule that refuses it.

A construct is a TOML file of this folder, named for what it shows. ``nodes``, ``arrows`` and ``inside`` are the model
as ``tests.engine.run.models`` writes it; ``story`` are steps ``["do", ITEM, {data}]``, ``["wait", DAYS]`` (a tick of
the clock), ``["message", NAME]``, ``["signal", NAME]`` and ``["cancel"]``; ``path`` are the elements entered, in order,
and ``state`` is how it ends. A refused one names ``rule`` and ``element`` instead.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import engine
from bpmn.package import FlowPackage, load
from engine.store import Session, Store
from tests.conftest import Clock
from tests.engine.run.models import xml

FOLDER = Path(__file__).parent
#: Order of the page.
GROUPS = ("Tasks", "Gateways and arrows", "Sub-processes and loops", "Events", "Drawn only", "Not run")


@dataclass(frozen=True)
class Construct:
    """A construct as its file says it."""

    file: str
    title: str
    group: str
    arrows: str
    nodes: dict[str, str]
    says: str = ""
    inside: dict[str, str] = field(default_factory=dict)
    #: Further files of the package, such as a decision table, by path.
    files: dict[str, str] = field(default_factory=dict)
    #: Flows published before, by key: their ``nodes`` and ``arrows``.
    published: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: More BPMN beside the process: messages, a second process.
    beside: str = ""
    start: dict[str, Any] = field(default_factory=dict)
    #: What opens the case instead of a command: ``["message", NAME]``, ``["signal", NAME]`` or ``["wait", DAYS]``.
    opened_by: list[Any] = field(default_factory=list)
    story: list[list[Any]] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    state: str = "closed"
    rule: str = ""
    element: str = ""

    @cached_property
    def package(self) -> FlowPackage:
        """The model as a package."""
        text = (
            xml(self.nodes, self.arrows, self.inside).decode().replace("</definitions>", f"{self.beside}</definitions>")
        )
        if not self.files:
            return load(text.encode())
        files = {"process.bpmn": text.encode()} | {name: body.encode() for name, body in self.files.items()}
        return load(FlowPackage(files, "").to_zip())


def constructs() -> list[Construct]:
    """Every construct, by group and file."""
    read = [Construct(path.stem, **tomllib.loads(path.read_text("utf8"))) for path in sorted(FOLDER.glob("*.toml"))]
    return sorted(read, key=lambda one: (GROUPS.index(one.group), one.file))


def tell(construct: Construct, store: Store, clock: Clock) -> str:
    """Publish the construct and run its story; answers the case."""
    key = construct.file.replace("_", "-")
    with store.begin() as session:
        for called, model in construct.published.items():
            engine.publish(session, load(xml(**model)), key=called, author="modeller", at=clock())
        engine.publish(session, construct.package, key=key, author="modeller", at=clock())
        if not construct.opened_by:
            case = engine.start_case(session, key, actor="clerk", data=construct.start, at=clock()).case
    if construct.opened_by:
        _outside(store, "", construct.opened_by, clock)
        with store.read() as session:
            (case,) = (row.case for row in engine.cases(session))
    for step in construct.story:
        if step[0] in ("wait", "message", "signal"):
            _outside(store, case, step, clock)
            continue
        with store.begin() as session:
            _do(session, case, step, clock.forward(minutes=1))
    return case


def _outside(store: Store, case: str, step: list[Any], clock: Clock) -> None:
    """Time passes, or a message or signal comes."""
    if step[0] == "wait":
        engine.tick(store, clock.forward(days=step[1]))
        return
    with store.begin() as session:
        if step[0] == "signal":
            engine.signal(session, f"s {case}", step[1], actor="clerk", at=clock())
        else:
            engine.deliver(session, f"m {case}", step[1], key=case, actor="clerk", at=clock())


def _do(session: Session, case: str, step: list[Any], at: datetime) -> None:
    if step[0] == "cancel":
        engine.cancel(session, case, actor="clerk", reason="example", at=at)
    else:
        engine.complete(session, case, step[1], actor="clerk", data=step[2] if len(step) > 2 else {}, at=at)
