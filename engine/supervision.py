"""Cards over many cases: what waits for an answer or a decision, and how many there were (公开计数)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from engine import tables
from engine.answers import CardCount, CardRow, DefinitionRef
from engine.law.cards import BLUE
from engine.record.canonical import read_instant
from engine.store import Session

#: States of a card that wait for somebody.
OPEN = ("raised", "answered", "appealed")


def cards(
    session: Session,
    *,
    colour: str | None = None,
    state: str | None = None,
    posts: Iterable[str] | None = None,
    case_numbers: Iterable[str] | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[CardRow]:
    """Cards, newest first, of a colour, a state (``open``: any that waits), charged to one of the posts, of cases."""
    card, case, version = tables.card.c, tables.case.c, tables.definition.c
    query = (
        sa.select(
            tables.card, case.number, case.simulated, case.definition_id, version.key, version.version, version.digest,
            version.name,
        )
        .join_from(tables.card, tables.case, case.id == card.case_id)
        .join(tables.definition, version.id == case.definition_id)
        .order_by(card.raised_at.desc(), card.case_id, card.card)
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    if colour is not None:
        query = query.where(card.colour == colour)
    if state is not None:
        # A reminder waits for nobody.
        waits = sa.and_(card.state.in_(OPEN), card.colour != BLUE)
        query = query.where(waits if state == "open" else card.state == state)
    if posts is not None:
        query = query.where(sa.or_(sa.false(), *(_charges(post) for post in posts)))
    if case_numbers is not None:
        query = query.where(case.number.in_(list(case_numbers)))
    return [_row(row) for row in session.execute(query)]


def card_counts(session: Session, simulated: bool | None = False) -> list[CardCount]:
    """How many cards each flow has by colour, how many were answered, appealed and revoked."""
    card, case, version = tables.card.c, tables.case.c, tables.definition.c
    query = (
        sa.select(
            version.key,
            card.colour,
            sa.func.count().label("raised"),
            _sum(card.state == "answered").label("answered"),
            _sum(card.appealed).label("appealed"),
            _sum(card.state == "revoked").label("revoked"),
        )
        .join_from(tables.card, tables.case, case.id == card.case_id)
        .join(tables.definition, version.id == case.definition_id)
        .group_by(version.key, card.colour)
        .order_by(version.key, card.colour)
    )
    if simulated is not None:
        query = query.where(case.simulated.is_(simulated))
    return [
        CardCount(
            flow=row.key,
            colour=row.colour,
            raised=row.raised,
            answered=int(row.answered),
            appealed=int(row.appealed),
            revoked=int(row.revoked),
        )
        for row in session.execute(query)
    ]


def _charges(post: str) -> sa.ColumnElement[bool]:
    """Is the card charged to the post? Several posts stand in one text with 、 between them."""
    return (sa.literal("、") + tables.card.c.post + "、").contains(f"、{post}、", autoescape=True)


def _sum(condition: Any) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _row(row: Any) -> CardRow:
    return CardRow(
        case=row.number,
        definition=DefinitionRef(key=row.key, version=row.version, digest=row.digest, name=row.name),
        definition_id=row.definition_id,
        id=row.card,
        rule=row.rule,
        colour=row.colour,
        element=row.element or "",
        post=row.post,
        state=row.state,
        appealed=row.appealed,
        raised_at=read_instant(row.raised_at),
        changed_at=read_instant(row.changed_at),
        simulated=row.simulated,
    )
