"""The law's part of a command: what its clocks do when the process has moved, and the commands that are the law's own.

Pure, like all of ``perform``: the calendar is handed in, and its digest recorded wherever a date was counted with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.law import cards, limits
from engine.law.calendar import Calendar, seed
from engine.law.clocks import Law, State
from engine.law.course import Course
from engine.record import canonical
from engine.record.canonical import instant, read_instant
from engine.run.port import Command, Draft, Rejected


@dataclass(frozen=True)
class Edition:
    """A calendar, and the digest by which the record knows it."""

    digest: str
    calendar: Calendar


def edition(calendar: Calendar) -> Edition:
    """A calendar with its digest: SHA-256 of its canonical form."""
    return Edition(canonical.digest(calendar.as_json()), calendar)


#: The years the product was delivered with.
SEED = edition(seed())


def follow(
    law: Law,
    clocks: str,
    command: Command,
    drafts: Sequence[Draft],
    data: Mapping[str, Any],
    *,
    at: datetime,
    calendar: Edition,
    seq: int,
) -> tuple[str, tuple[Draft, ...]]:
    """The clocks after a command of the process whose ``drafts`` follow step ``seq``, and the steps they add."""
    if not law.nodes and not law.limits:
        return clocks, ()
    course = _course(law, clocks, at, calendar, seq)
    if command.type == "start":
        course.opened()
    course.follow(drafts, data)
    course.seq += len(drafts)
    course.tell_changes()
    return _ended(course)


def perform(
    law: Law, clocks: str, command: Command, *, at: datetime, calendar: Edition, seq: int
) -> tuple[str, tuple[Draft, ...]]:
    """A command of the law itself. Raises Rejected ``limit.unknown``, ``stop.not_listed``, ``stop.not_stopped``."""
    course = _course(law, clocks, at, calendar, seq)
    _COMMANDS[command.type](course, command)
    return _ended(course)


def _limit(course: Course, command: Command) -> None:
    """Something of a clock has come due."""
    if not course.expire(command.item):
        raise Rejected("limit.unknown", limit=command.item)


def _pause(course: Course, command: Command) -> None:
    """The clocks stand still for a ground the model lists, with its document."""
    ground = str(command.data.get("ground", ""))
    if not course.pause(ground, str(command.data.get("document", ""))):
        listed = {listed for clock in course.clocks.values() for listed in clock.limit.get("stops", ())}
        raise Rejected("stop.not_listed", ground=ground, listed=", ".join(sorted(listed)))
    course.tell_changes()


def _unpause(course: Course, command: Command) -> None:
    """The ground is over."""
    ground = str(command.data.get("ground", ""))
    if not course.go_on(ground):
        raise Rejected("stop.not_stopped", ground=ground)
    course.tell_changes()


def _recount(course: Course, _command: Command) -> None:
    """The calendar was published anew."""
    course.recount()


def _card(course: Course, command: Command) -> None:
    """A person does something about a card."""
    card = course.cards.get(command.item)
    if card is None:
        raise Rejected("card.unknown", card=command.item)
    if not course.move_card(command.item, command.type):
        raise Rejected("card.state", card=command.item, state=card["state"])


def _unanswered(course: Course, command: Command) -> None:
    """The time to answer a card is over."""
    if not course.unanswered(command.item):
        raise Rejected("card.state", card=command.item, state="")


def _unlike(course: Course, command: Command) -> None:
    """The amount decided lies far from those of like cases: the post that decided says why."""
    course.unlike(command.item)


_COMMANDS: Mapping[str, Callable[[Course, Command], None]] = {
    "limit": _limit,
    "pause": _pause,
    "unpause": _unpause,
    "recount": _recount,
    "unanswered": _unanswered,
    "unlike": _unlike,
    **dict.fromkeys(cards.MOVES, _card),
}
#: Commands of the law itself: they reach the clocks, never the process.
OWN = frozenset(_COMMANDS)


def _course(law: Law, clocks: str, at: datetime, calendar: Edition, seq: int) -> Course:
    state = State.from_json(canonical.loads(clocks))
    return Course(law, state, at, calendar.calendar, calendar.digest, seq)


def _ended(course: Course) -> tuple[str, tuple[Draft, ...]]:
    drafts = tuple(Draft(kind=kind, element=element, body=body) for kind, element, body in course.told)
    return canonical.dumps(course.after().as_json()).decode(), drafts


# -- timer events whose instant is the law's count --------------------------------------------------------------------


def event_due(
    clocks: str, limit: Mapping[str, Any], at: datetime, calendar: Calendar, reached: Collection[str] = ()
) -> str | None:
    """When a timer event with this limit happens, if set ``at``: when the period is over. None without its anchor.

    ``reached``: milestones that are reached now.
    """
    anchor, marks = limit["anchor"], canonical.loads(clocks).get("marks", {})
    now = anchor == "entered" or anchor in reached
    since = at if now else read_instant(marks[anchor]) if anchor in marks else None
    length = limit.get("statutory", limit.get("promised"))
    if since is None or length is None:
        return None
    if limit["unit"] == "hour":
        return instant(since + timedelta(hours=length))
    found = limits.reckon(limits.local(since), length, limit["unit"], calendar=calendar, roll=not limit.get("fixed"))
    return instant(limits.over(found.on))


def too_early(law: Law, clocks: str | None, element: str, at: datetime) -> date | None:
    """The last day of a minimum period that is not over yet at a node; None where it may be done."""
    if clocks is None or not law.nodes.get(element, {}).get("limits"):
        return None
    state = State.from_json(canonical.loads(clocks))
    for clock in state.clocks.values():
        if clock.element == element and clock.limit.get("kind") == "min":
            last: date | None = max((on for on in (clock.promised, clock.statutory) if on), default=None)
            if last is not None and at < limits.over(last):
                return last
    return None
