"""Publishing: bytes → checked → compiled once → drawn once → one immutable row. Nothing reads ``flows/`` after it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import product

import sqlalchemy as sa

from bpmn import calls, chart, partners, public_view
from bpmn.errors import Refused
from bpmn.linter import lint
from bpmn.package import FlowPackage, load
from engine import catalogue, instruments, tables
from engine.answers import Published, Submission
from engine.errors import Rejection
from engine.office import people
from engine.record.canonical import instant, read_instant
from engine.run import spiff
from engine.store import Session

KEY = re.compile(r"[a-z0-9-]{1,64}")
#: Forms and languages drawn at publishing; the web shows both forms and lets CSS choose.
FORMS = ("wide", "phone")
LANGS = ("zh", "en")


def publish(
    session: Session, package: FlowPackage, *, key: str, author: str, reviewer: str | None = None, at: datetime
) -> Published:
    """Publish a version; the same package again is the same version.

    A power needs a reviewer other than the author (four eyes). Raises Rejection: ``publish.key``, ``publish.findings``
    (with the linter's errors), ``publish.reviewer_missing``, ``publish.same_person``, ``user.unknown``,
    ``role.missing``; Refused when the picture program is missing.
    """
    if not KEY.fullmatch(key):
        raise Rejection("publish.key", key=key)
    package = package.alone  # what it calls is settled anew
    _authorise(session, package, author, reviewer)
    same = _same(session, key, package.digest)
    if same is not None:
        return same
    published = _publish(session, package, key, author, reviewer, at)
    for partner in partners.partners(package.definitions):
        # What the other pools of the file do is a flow of its own; the two write to each other.
        theirs = partners.key_of(key, partner)
        _publish(session, replace(package, chosen=partner.id), theirs, author, reviewer, at)
    return published


def _publish(
    session: Session, package: FlowPackage, key: str, author: str, reviewer: str | None, at: datetime
) -> Published:
    """One process of a package as the next version of its flow."""
    package, pinned = _with_called(session, key, package)
    findings = [finding for finding in lint(package) if finding.severity == "error"]
    if findings:
        raise Rejection("publish.findings", key=key, count=len(findings), findings=findings)
    instruments.must_stand(session, package, key, at)
    version = (
        1
        + session.execute(
            sa.select(sa.func.coalesce(sa.func.max(tables.definition.c.version), 0)).where(
                tables.definition.c.key == key
            )
        ).scalar_one()
    )
    process = package.definitions.main
    power = process.power if process else None
    pictures = _pictures(package)
    definition_id = session.execute(
        sa.insert(tables.definition)
        .values(
            key=key,
            version=version,
            digest=package.digest,
            name=(process.name if process else "") or key,
            is_power=package.is_power,
            type=power.type if power else "",
            body=power.body if power else "",
            theme=power.theme if power else "",
            package=package.to_zip(),
            program=spiff.compile(package, pinned),
            author=author,
            reviewer=reviewer,
            published_at=instant(at),
        )
        .returning(tables.definition.c.id)
    ).scalar_one()
    _set_trigger(session, definition_id, package, at)
    if pictures:
        session.execute(
            sa.insert(tables.picture),
            [
                {"definition_id": definition_id, "form": form, "lang": lang, "body": body}
                for (form, lang), body in pictures.items()
            ],
        )
    return Published(key=key, version=version, digest=package.digest)


def _set_trigger(session: Session, definition_id: int, package: FlowPackage, at: datetime) -> None:
    """What opens cases of this version by itself: the message, signal or timer of its start event (BPMN 10.5.2)."""
    process = partners.wired(package.definitions).main
    starts = [n for n in process.nodes if n.type == "startEvent" and n.parent is None] if process else []
    event = starts[0].events[0] if len(starts) == 1 and starts[0].trigger in ("message", "signal", "timer") else None
    if event is None:
        return
    timer, due, before = (event.timer or "timeDuration", event.text), None, 0
    if event.kind == "timer":
        before = spiff.opened_before(*timer, at)
        due = spiff.opening(*timer, at, before + 1)
    values = {"kind": event.kind, "name": event.name or event.ref, "due_at": due, "fired": before}
    session.execute(sa.insert(tables.trigger).values(definition_id=definition_id, **values))


def _with_called(
    session: Session, key: str, package: FlowPackage
) -> tuple[FlowPackage, dict[str, dict[str, int | str]]]:
    """The package with the flows it calls, and which version of each: the latest now, and from now on that one.

    Raises Rejection: ``publish.call_unknown``, ``publish.call_itself``, ``publish.call_ids``; for a power
    ``publish.call_unreviewed``, or two eyes would do by calling.
    """
    try:
        keys = calls.outside(package.definitions)
    except Refused:
        return package, {}  # the linter says why it cannot be read
    if key in keys:
        raise Rejection("publish.call_itself", key=key)
    infos = {}
    for wanted in keys:
        try:
            infos[wanted] = catalogue.definition(session, wanted)
        except Rejection as unknown:
            raise Rejection("publish.call_unknown", key=key, called=wanted) from unknown
    unreviewed = [wanted for wanted, info in infos.items() if info.reviewer is None]
    if unreviewed and package.is_power:
        raise Rejection("publish.call_unreviewed", key=key, called=", ".join(unreviewed))
    flows = {wanted: catalogue.package_of(session, info.id) for wanted, info in infos.items()}
    seen = _ids(package)
    for wanted, flow in flows.items():
        if same := seen & _ids(flow):
            raise Rejection("publish.call_ids", key=key, called=wanted, ids=", ".join(sorted(same)[:5]))
        seen |= _ids(flow)
    pinned: dict[str, dict[str, int | str]] = {
        wanted: {"version": info.version, "digest": info.digest} for wanted, info in infos.items()
    }
    return (replace(package, called=flows) if flows else package), pinned


def _ids(package: FlowPackage) -> set[str]:
    """What names, posts and arrows are looked up by."""
    definitions = package.definitions
    return {*definitions.nodes, *definitions.flows, *definitions.lanes}


def submit(session: Session, package: FlowPackage, *, key: str, author: str, at: datetime) -> int:
    """Hand a package in for review; answers the submission's id. Raises Rejection like ``publish``."""
    if not KEY.fullmatch(key):
        raise Rejection("publish.key", key=key)
    people.require(people.known(session, author), "modeller", "publisher", "admin")
    package = package.alone
    findings = [finding for finding in lint(package) if finding.severity == "error"]
    if findings:
        raise Rejection("publish.findings", key=key, count=len(findings), findings=findings)
    instruments.must_stand(session, package, key, at)
    process = package.definitions.main
    added: int = session.execute(
        sa.insert(tables.submission)
        .values(
            key=key,
            name=(process.name if process else "") or key,
            digest=package.digest,
            package=package.to_zip(),
            author=author,
            submitted_at=instant(at),
            state="waiting",
        )
        .returning(tables.submission.c.id)
    ).scalar_one()
    return added


def submissions(session: Session) -> list[Submission]:
    """Everything ever handed in, newest first."""
    rows = session.execute(sa.select(tables.submission).order_by(tables.submission.c.id.desc()))
    return [_submission(row) for row in rows]


def submission_package(session: Session, id: int) -> FlowPackage:
    """The package of a submission. Raises Rejection ``submission.unknown``."""
    return load(_waiting(session, id, any_state=True).package)


def approve(session: Session, id: int, *, reviewer: str, at: datetime) -> Published:
    """A second person approves and publishes. Raises Rejection like ``publish``, and ``submission.*``."""
    row = _waiting(session, id)
    people.require(people.known(session, reviewer), "reviewer", "publisher")
    published = publish(session, load(row.package), key=row.key, author=row.author, reviewer=reviewer, at=at)
    _decide(session, id, "published", reviewer, "", at)
    return published


def refuse(session: Session, id: int, *, reviewer: str, reason: str, at: datetime) -> None:
    """A second person sends it back with a reason. Raises Rejection."""
    row = _waiting(session, id)
    people.require(people.known(session, reviewer), "reviewer", "publisher")
    if reviewer == row.author:
        raise Rejection("publish.same_person", name=reviewer)
    if not reason.strip():
        raise Rejection("reason.missing")
    _decide(session, id, "refused", reviewer, reason.strip(), at)


def _authorise(session: Session, package: FlowPackage, author: str, reviewer: str | None) -> None:
    writer = people.known(session, author)
    if not package.is_power and reviewer is None:
        return
    people.require(writer, "modeller", "publisher", "admin")
    if reviewer is None:
        raise Rejection("publish.reviewer_missing")
    if reviewer == author:
        raise Rejection("publish.same_person", name=author)
    people.require(people.known(session, reviewer), "reviewer", "publisher")


def _same(session: Session, key: str, digest: str) -> Published | None:
    table = tables.definition.c
    row = session.execute(sa.select(table.version).where(table.key == key, table.digest == digest)).one_or_none()
    return None if row is None else Published(key=key, version=row.version, digest=digest, again=True)


def _pictures(package: FlowPackage) -> dict[tuple[str, str], str]:
    """Pictures by form and language; where steps are internal, those for the public beside them (``wide-public``)."""
    langs = LANGS if package.labels("en") else LANGS[:1]
    views = [""] if public_view.is_whole(package.alone.definitions) else ["", catalogue.PUBLIC]
    drawn = {}
    for lang in langs:
        words = tuple(sorted(chart.labels_of(package, lang).items()))
        for form, view in product(FORMS, views):
            body = _drawn(package.process_bytes, words, form, lang, bool(view))
            if body is not None:
                drawn[form + view, lang] = body
    return drawn


@lru_cache(maxsize=64)
def _drawn(
    process: bytes, labels: tuple[tuple[str, str], ...], form: str, lang: str, public: bool = False
) -> str | None:
    """A picture as stored; None when the model is too large to draw (the text twin stands in)."""
    try:
        return chart.picture(process, form=form, lang=lang, labels=dict(labels), public=public).to_json()
    except Refused as refused:
        if refused.code in ("draw.too_large", "draw.timeout"):
            return None
        raise


def _waiting(session: Session, id: int, any_state: bool = False) -> sa.Row[tuple[object, ...]]:
    row = session.execute(sa.select(tables.submission).where(tables.submission.c.id == id)).one_or_none()
    if row is None:
        raise Rejection("submission.unknown", id=id)
    if row.state != "waiting" and not any_state:
        raise Rejection("submission.decided", id=id, by=row.reviewer)
    return row


def _decide(session: Session, id: int, state: str, reviewer: str, reason: str, at: datetime) -> None:
    table = tables.submission
    session.execute(
        sa.update(table)
        .where(table.c.id == id)
        .values(state=state, reviewer=reviewer, reason=reason, decided_at=instant(at))
    )


def _submission(row: sa.Row[tuple[object, ...]]) -> Submission:
    return Submission(
        id=row.id,
        key=row.key,
        name=row.name,
        digest=row.digest,
        author=row.author,
        submitted_at=read_instant(row.submitted_at),
        state=row.state,
        reviewer=row.reviewer,
        decided_at=read_instant(row.decided_at) if row.decided_at else None,
        reason=row.reason,
    )
