"""The register of law, and the index from law to step: what cites an article, and what of that still stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

import sqlalchemy as sa

from bpmn.articles import order, places
from bpmn.citations import Citation, citations
from bpmn.package import FlowPackage
from engine import catalogue, tables
from engine.answers import Cited, DefinitionInfo
from engine.errors import Rejection
from engine.law import limits
from engine.law.instruments import KINDS, SEED, Change, amended, expired
from engine.office import people
from engine.record.canonical import instant
from engine.store import Session


def changes(session: Session) -> list[Change]:
    """Every change of law on the register, the earliest first."""
    table = tables.law_change.c
    rows = session.execute(sa.select(tables.law_change).order_by(table.on_date, table.id))
    own = [
        Change(instrument=r.instrument, article=r.article, kind=r.kind, on=r.on_date, document=r.document) for r in rows
    ]
    return sorted([*SEED, *own], key=lambda change: change.on)


def change_law(
    session: Session,
    instrument: str,
    *,
    kind: str,
    on: date,
    document: str,
    actor: str,
    at: datetime,
    article: str = "",
) -> Change:
    """Put on the register that an instrument, or one place in it, was ``amended`` or ``repealed``. An admin does.

    Raises Rejection ``law.unknown`` for an instrument nothing cites, ``law.bad_article``, ``law.no_document``,
    ``law.known``, ``role.missing``.
    """
    people.require(people.known(session, actor), "admin")
    instrument, article, document = instrument.strip(), article.strip(), document.strip()
    if not document or kind not in KINDS:
        raise Rejection("law.no_document", instrument=instrument)
    if article and len(places(article)) != 1:
        raise Rejection("law.bad_article", article=article)
    if instrument not in {one.citation.basis.instrument for one in index(session, limits.local(at))}:
        raise Rejection("law.unknown", instrument=instrument)
    change = Change(instrument=instrument, article=article, kind=kind, on=on, document=document)
    if change in changes(session):
        raise Rejection("law.known", instrument=instrument, on=on.isoformat())
    row = {"instrument": instrument, "article": article, "kind": kind, "on_date": on, "document": document}
    session.execute(sa.insert(tables.law_change).values(**row, added_by=actor, added_at=instant(at)))
    return change


def index(session: Session, on: date) -> list[Cited]:
    """Citations of what powers and what they share rest on, latest versions, and whether they stand on a day.

    By instrument and article.
    """
    known = changes(session)
    found = [
        cited
        for info in catalogue.definitions(session)
        if info.is_power
        for cited in _judged(info, _cited_by(catalogue.package_of(session, info.id).alone), known, on)
    ]
    return sorted(found, key=lambda one: (one.citation.basis.instrument, order(one.citation.basis.article)))


def standing(session: Session, info: DefinitionInfo, on: date) -> list[Cited]:
    """Citations of one version whose text is no longer in force on a day, or was amended after it was published."""
    cited = _cited_by(catalogue.package_of(session, info.id).alone)
    return [one for one in _judged(info, cited, changes(session), on) if one.expired or one.amended]


def must_stand(session: Session, package: FlowPackage, key: str, at: datetime) -> None:
    """Raises Rejection ``publish.basis_expired`` for a power that rests on law no longer in force, ``basis_early`` on
    law that is not in force yet."""
    if not package.is_power:
        return
    on, known = limits.local(at), changes(session)
    early = [one for one in _cited_by(package.alone) if one.basis.effective_from > on.isoformat()]
    if early:
        first = early[0]
        named, since = first.element or first.benchmark or key, first.basis.effective_from
        raise Rejection("publish.basis_early", key=key, element=named, basis=str(first.basis), since=since)
    gone = [(one, since) for one in _cited_by(package.alone) if (since := expired(one.basis, known, on))]
    if gone:
        first, since = gone[0]
        named = first.element or first.benchmark or key
        raise Rejection(
            "publish.basis_expired", key=key, element=named, basis=str(first.basis), since=since, count=len(gone)
        )


def _judged(info: DefinitionInfo, cited: Sequence[Citation], known: list[Change], on: date) -> list[Cited]:
    since = limits.local(info.published_at)
    return [
        Cited(
            definition=info,
            citation=one,
            expired=expired(one.basis, known, on),
            amended=amended(one.basis, known, since, on),
        )
        for one in cited
    ]


@lru_cache(maxsize=128)
def _cited_by(package: FlowPackage) -> tuple[Citation, ...]:
    return tuple(citations(package))
