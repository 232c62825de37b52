"""What goes into the process and what comes out of it: plain values, so that deciding stays pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True, kw_only=True)
class Command:
    """What came from outside: the first row of its group in the journal."""

    #: start, complete, timer, retry, cancel …; claim, release, suspend, resume, erase and what is the law's own never
    #: reach the process.
    type: str
    #: Name of a person, ``applicant`` or ``system``.
    actor: str
    #: Address ``scope/element#occurrence`` of the work item, timer or incident; '' for the case as a whole.
    item: str = ""
    #: Public values by name.
    data: Mapping[str, Any] = field(default_factory=dict)
    #: Commitments of private values by name.
    private: Mapping[str, str] = field(default_factory=dict)


class Draft(NamedTuple):
    """One step before the journal numbers and chains it."""

    kind: str
    #: ``scope/id`` of a node, id of an arrow, or None.
    element: str | None
    body: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a command did."""

    #: The tokens after it, as canonical JSON: all the process remembers.
    state: str
    #: Case data after it.
    data: dict[str, Any]
    drafts: tuple[Draft, ...]
    closed: bool
    #: The clocks of the law after it, as canonical JSON; None in a case of the first edition, which has none.
    clocks: str | None = None


class Rejected(Exception):
    """The command does not fit the process as it stands; nothing happened."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params
