"""Files people hand in with a form: kept by their digest, private, never in the record but for a commitment.

A form's value is ``<SHA-256> <name>``. What a file is, is told by its first bytes; its name must say the same. A file
that no case uses is dropped a day later than a draft which may name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bpmn.file_types import FILE_TYPES, MAX_MB
from engine import tables
from engine.errors import Rejection
from engine.forms import FormError
from engine.record import canonical
from engine.record.canonical import instant
from engine.store import Session

#: What a form holds of a file.
REFERENCE = re.compile(r"(?P<digest>[0-9a-f]{64}) (?P<name>[^/\\\x00-\x1f]{1,120})")
KEPT_FOR = timedelta(days=8)


@dataclass(frozen=True, kw_only=True)
class File:
    """A file as it was handed in; ``media`` is its media type."""

    media: str
    body: bytes


def is_file(rule: Mapping[str, Any]) -> bool:
    """Does a field ask for files?"""
    return rule.get("x-sun-widget") == "file"


def keep(session: Session, rule: Mapping[str, Any], name: str, body: bytes, at: datetime) -> str:
    """Keep a file for a field; answers the form's value.

    Raises Rejection ``file.name``, ``file.size`` (limit in MB), ``file.type`` (naming what may be handed in).
    """
    name = name.replace("\\", "/").rpartition("/")[2].strip()
    if not REFERENCE.fullmatch(f"{'0' * 64} {name}"):
        raise Rejection("file.name", name=name[:80])
    limit, allowed = int(rule.get("x-sun-max-mb", MAX_MB)), list(rule.get("x-sun-files", FILE_TYPES))
    if not 0 < len(body) <= limit * 2**20:
        raise Rejection("file.size", name=name, limit=limit)
    ending = name.rpartition(".")[2].lower().replace("jpeg", "jpg")
    if ending not in allowed or not FILE_TYPES[ending].is_one(body):
        raise Rejection("file.type", name=name, allowed="、".join(allowed))
    digest = canonical.bytes_digest(body)
    _tidy(session, at)
    known = session.execute(sa.select(tables.file.c.digest).where(tables.file.c.digest == digest)).scalar()
    if known is None:
        row = {"digest": digest, "media": FILE_TYPES[ending].media, "body": body, "added_at": instant(at)}
        session.execute(sa.insert(tables.file).values(**row))
    else:
        session.execute(sa.update(tables.file).where(tables.file.c.digest == digest).values(added_at=instant(at)))
    return f"{digest} {name}"


def keep_on(session: Session, values: Iterable[Any], at: datetime) -> None:
    """A draft names files again: they are kept as if they came now."""
    if digests := {digest for value in values for digest in digests_of(value) or ()}:
        table = tables.file
        session.execute(sa.update(table).where(table.c.digest.in_(digests)).values(added_at=instant(at)))


def unknown(session: Session, schema: Mapping[str, Any], data: Mapping[str, Any]) -> list[FormError]:
    """Fields whose files are not there, never sent or dropped since: code ``file``, naming those that are ``gone``."""
    asked = {name: rule for name, rule in schema.get("properties", {}).items() if is_file(rule) and name in data}
    found = {name: digests_of(data[name]) for name in asked}
    wanted = {digest for digests in found.values() for digest in digests or ()}
    rows = session.execute(sa.select(tables.file.c.digest).where(tables.file.c.digest.in_(wanted))) if wanted else ()
    there = {row.digest for row in rows}
    return [
        FormError(field=name, code="file", params={"gone": gone, "name": "、".join(map(name_of, gone))})
        for name, digests in found.items()
        if (gone := [str(part) for part in data[name]] if digests is None else _gone(data[name], there))
    ]


def _gone(references: Iterable[str], there: set[str]) -> list[str]:
    return [reference for reference in references if reference.partition(" ")[0] not in there]


def use(session: Session, case_id: int, values: Iterable[Any]) -> None:
    """These values of private fields are the case's now, and the files in them are kept as long."""
    digests = {digest for value in values for digest in digests_of(value) or ()}
    if not digests:
        return  # most steps hand in none, and need not ask
    table = tables.file_use
    known = session.execute(sa.select(table.c.digest).where(table.c.case_id == case_id, table.c.digest.in_(digests)))
    new = digests - {row.digest for row in known}
    if new:
        session.execute(sa.insert(table), [{"case_id": case_id, "digest": digest} for digest in sorted(new)])


def file(session: Session, number: str, digest: str) -> File:
    """A file of a case. Raises Rejection ``file.unknown``."""
    row = session.execute(
        sa.select(tables.file.c.media, tables.file.c.body)
        .join_from(tables.file, tables.file_use, tables.file_use.c.digest == tables.file.c.digest)
        .join(tables.case, tables.case.c.id == tables.file_use.c.case_id)
        .where(tables.case.c.number == number, tables.file.c.digest == digest)
    ).one_or_none()
    if row is None:
        raise Rejection("file.unknown", case=number)
    return File(media=row.media, body=bytes(row.body))


def forget(session: Session, case_id: int, values: Iterable[Any]) -> None:
    """The values were erased: the case's files in them go too, unless another case uses them."""
    digests = {digest for value in values for digest in digests_of(value) or ()}
    used = tables.file_use.c
    session.execute(sa.delete(tables.file_use).where(used.case_id == case_id, used.digest.in_(digests)))
    still = sa.select(used.digest)
    table = tables.file.c
    session.execute(sa.delete(tables.file).where(table.digest.in_(digests), table.digest.notin_(still)))


def digests_of(value: Any) -> list[str] | None:
    """Digests of the files a value names; None where it is no list of files."""
    matches = [REFERENCE.fullmatch(part) for part in value if isinstance(part, str)] if isinstance(value, list) else []
    if not isinstance(value, list) or len(matches) < len(value) or not all(matches):
        return None
    return [match["digest"] for match in matches if match]


def name_of(reference: str) -> str:
    """The name a file was handed in under."""
    match = REFERENCE.fullmatch(reference)
    return match["name"] if match else reference


def _tidy(session: Session, at: datetime) -> None:
    table, used = tables.file.c, sa.select(tables.file_use.c.digest)
    session.execute(sa.delete(tables.file).where(table.added_at < instant(at - KEPT_FOR), table.digest.notin_(used)))
