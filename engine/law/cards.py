"""Cards: what electronic supervision (电子监察) raises by itself, from recorded steps and clocks. The rules are data.

Blue reminds, yellow warns, red is for what the statute forbids. One card a rule, case, node and clock: its id says
which. None is raised while its clock stands still, none is ever deleted: it is answered, appealed by the post it is
charged to, or revoked by somebody else with a reason, and each of that is a step. The default set follows rules that
cities used; it is configuration, not law.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BLUE, YELLOW, RED = "blue", "yellow", "red"


@dataclass(frozen=True)
class Rule:
    """One rule: its id, colour, and what raises it."""

    id: str
    colour: str
    #: A value of a clock that came due, a kind of step, or a mark of the model (``once``, ``refusal``).
    on: str


RULES = (
    Rule("T1", BLUE, "notice"),
    Rule("T2", YELLOW, "promised"),
    Rule("T3", RED, "statutory"),
    Rule("T3D", RED, "deemed effect"),
    Rule("P1", YELLOW, "once"),
    Rule("P5", YELLOW, "refusal"),
    Rule("D1", YELLOW, "unlike"),
    Rule("X1", RED, "unanswered"),
)
#: Days (working) within which a yellow card must be answered before it becomes red.
ANSWER_WITHIN = 5


def rule_on(what: str) -> Rule:
    """The rule that ``what`` raises."""
    return next(rule for rule in RULES if rule.on == what)


def card_id(rule: Rule, subject: str) -> str:
    """One card a rule and subject."""
    return f"{rule.id} {subject}"


def raised(rule: Rule, subject: str, *, post: str, evidence: tuple[int, ...], clock: str = "") -> dict[str, Any]:
    """Body of ``card raised``: ``subject`` is the clock or the visit it is about."""
    body: dict[str, Any] = {"card": card_id(rule, subject), "rule": rule.id, "colour": rule.colour, "post": post}
    if clock:
        body["limit"] = clock
    return body | {"evidence": list(evidence)}


def standing(body: Mapping[str, Any], at: str, element: str, step: int) -> dict[str, Any]:
    """What the state of a case keeps of a card that was raised by ``step``."""
    kept = {"colour": body["colour"], "post": body["post"], "at": at, "element": element}
    return kept | {"state": "raised", "step": step}


def awaits_answer(id_: str, standing_cards: Mapping[str, Mapping[str, Any]]) -> bool:
    """Does time run for an answer: a yellow card that has none, and did not become a red one for it?"""
    card = standing_cards[id_]
    open_ = card["colour"] == YELLOW and card["state"] == "raised"
    return open_ and card_id(rule_on("unanswered"), id_) not in standing_cards


def posts_of(charged: str) -> set[str]:
    """The posts a card is charged to; several stand in one text with 、 between them."""
    return set(charged.split("、")) - {""}


#: What may be done with a card: command → states it may be in, and the state it is in afterwards.
MOVES = {
    "answer": (("raised",), "answered"),
    "appeal": (("raised", "answered"), "appealed"),
    "uphold": (("appealed",), "upheld"),
    "revoke": (("raised", "answered", "appealed"), "revoked"),
}
#: Of these, what those it is charged to do; the others are somebody else's.
CHARGED = ("answer", "appeal")
