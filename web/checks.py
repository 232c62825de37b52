"""What verifying and re-running found, in words; what it means for the step that is looked at. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.answers import Difference, Verdict
from web import wording
from web.language import lang
from web.replay import address

#: Differences listed under a result.
LISTED = 20
#: Fields of a difference that break the chain itself (``engine.record.verify.check_chain``).
CHAIN = frozenset({"seq", "prev_hash", "hash", "body", "command_id", "at"})


@dataclass(frozen=True, kw_only=True)
class Said:
    """One difference in words."""

    case: str
    step: int | None
    what: str
    recorded: str
    found: str
    #: Where it is shown; '' for a case that is not there any more.
    address: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a check found."""

    #: verify or replay.
    check: str
    verdict: Verdict
    differences: list[Said]


def said(check: str, verdict: Verdict) -> Result:
    """A verdict with its first differences in words."""
    return Result(check=check, verdict=verdict, differences=[_in_words(one) for one in verdict.differences[:LISTED]])


def _in_words(found: Difference) -> Said:
    """``field`` is a code, for some followed by a name: ``work_item Review#1``."""
    code, _space, name = found.field.partition(" ")
    return Said(
        case=found.case,
        step=found.step,
        what=wording.word("difference", code, lang(), name=name),
        recorded=found.recorded,
        found=found.found,
        address="" if found.case.startswith("#") else address(found.case, found.step or 1),
    )


def standing(verdict: Verdict, step: int) -> str:
    """What the chain says of one step: whole, broken here, or after a break, where it proves nothing any more."""
    broken = next((one.step for one in verdict.differences if one.field in CHAIN and one.step is not None), None)
    if broken is None or step < broken:
        return "whole"
    return "broken" if step == broken else "after"
