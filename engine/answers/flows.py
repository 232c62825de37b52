"""Answers about published flows and the people who make and run them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class DefinitionRef:
    """Which published version: what a case, a page and a receipt name."""

    key: str
    version: int
    digest: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class DefinitionInfo(DefinitionRef):
    """One published version as the catalogue lists it."""

    id: int
    is_power: bool
    #: Type letters, implementing body and theme of a power; empty for an exercise.
    type: str = ""
    body: str = ""
    theme: str = ""
    author: str = ""
    reviewer: str | None = None
    published_at: datetime
    #: Cases of this version that are open; simulated ones count on a demo database only.
    open_cases: int = 0


@dataclass(frozen=True, kw_only=True)
class Published:
    """Answer of ``publish``: the same digest again is the same version (``again`` is then true)."""

    key: str
    version: int
    digest: str
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A package waiting for a second person."""

    id: int
    key: str
    name: str
    digest: str
    author: str
    submitted_at: datetime
    #: waiting, published, refused
    state: str
    reviewer: str | None = None
    decided_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an account; roles and posts decide what they may do."""

    name: str
    display: str
    roles: frozenset[str]
    posts: frozenset[str]
