"""What people do about the cards of a case: answer, appeal, and the decision of somebody else on it.

A card is never deleted. What was said is kept beside the record; that it was said, by whom and when, is in it.
"""

from __future__ import annotations

from datetime import datetime

from engine.answers import Done, Person
from engine.errors import Rejection
from engine.law.cards import CHARGED, posts_of
from engine.law.clocks import State
from engine.office import people
from engine.record import canonical
from engine.run.open_case import OpenCase, answer, read_case
from engine.run.port import Command
from engine.run.post import write_command
from engine.run.reason import reason as why
from engine.run.stops import counted
from engine.store import Session


def treat_card(
    session: Session,
    number: str,
    card: str,
    move: str,
    *,
    actor: str,
    reason: str,
    at: datetime,
    simulated: bool = False,
) -> Done:
    """Answer or appeal a card (the post it is charged to), uphold or revoke it (a supervisor it does not concern).

    ``move`` is one of ``engine.law.cards.MOVES``. In whatever state the case is. Raises Rejection ``card.unknown``,
    ``card.not_charged``, ``role.missing``, ``card.same_person``, ``card.state``, ``reason.missing`` …
    """
    case = read_case(session, number)
    assert case is not None  # only a command id makes it None
    person, posts = people.known(session, actor), _posts(case, card)
    if move in CHARGED:
        _is_charged(person, posts)
    else:
        _is_another(person, posts)
    said = why(reason)
    command = Command(type=move, actor=actor, item=card, private=said.committed)
    return answer(session, write_command(session, case, command, at, simulated=simulated, salts=said.salts))


def _posts(case: OpenCase, card: str) -> set[str]:
    """The posts a card is charged to. Raises Rejection ``card.unknown``."""
    standing = State.from_json(canonical.loads(counted(case))).cards.get(card)
    if standing is None:
        raise Rejection("card.unknown", card=card)
    return posts_of(standing["post"])


def _is_charged(person: Person, posts: set[str]) -> None:
    if posts and not person.posts & posts:
        raise Rejection("card.not_charged", name=person.name, post="、".join(sorted(posts)))


def _is_another(person: Person, posts: set[str]) -> None:
    """Nobody decides on a card of a post of their own (6.3: 撤销由另一人)."""
    people.require(person, "supervisor")
    if person.posts & posts:
        raise Rejection("card.same_person", name=person.name)
