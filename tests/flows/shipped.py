"""The flows that are shipped, each with the flows it calls, as publishing joins them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache

import engine
from bpmn.calls import callees_first, outside
from bpmn.citations import in_force
from bpmn.package import FlowPackage, load
from engine.store import Session
from tests.conftest import ROOT

FOLDERS = sorted(path for path in (ROOT / "flows").iterdir() if path.is_dir())
PACKAGES = {folder.name: load(folder) for folder in FOLDERS}
#: What is called before what calls it.
ORDER = callees_first(PACKAGES)


@cache
def whole(key: str) -> FlowPackage:
    """A package joined with what it calls."""
    called = {one: whole(one) for one in outside(PACKAGES[key].definitions)}
    return replace(PACKAGES[key], called=called)


def is_shared(package: FlowPackage) -> bool:
    """Is it called by powers only?"""
    main = package.definitions.main
    return main is not None and main.power is not None and main.power.shared


def posts(package: FlowPackage) -> list[str]:
    """Every post of its steps, of what it calls too."""
    return sorted({n.step.post for n in package.definitions.nodes.values() if n.step and n.step.post})


def publish_called(session: Session, key: str, *, author: str, reviewer: str, at: datetime) -> None:
    """Publish what a shipped flow calls, and what that calls."""
    for one in outside(PACKAGES[key].definitions):
        publish(session, one, author=author, reviewer=reviewer, at=at)


def publish(session: Session, key: str, *, author: str, reviewer: str, at: datetime) -> None:
    """Publish a shipped flow after what it calls."""
    publish_called(session, key, author=author, reviewer=reviewer, at=at)
    package = PACKAGES[key]
    engine.publish(session, package, key=key, author=author, reviewer=reviewer, at=max(at, lawful_from(package)))


def lawful_from(package: FlowPackage) -> datetime:
    """When all that a package cites is in force: it cannot be published before."""
    return datetime.fromisoformat(f"{in_force(package) or '2000-01-01'}T09:00:00+08:00")
