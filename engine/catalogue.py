"""What is published: versions, packages, pictures, and where the open cases of a power stand."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from bpmn.chart import Picture
from bpmn.package import FlowPackage, load
from bpmn.power import SHARED
from engine import tables
from engine.answers import DefinitionInfo, DefinitionRef
from engine.errors import Rejection
from engine.record.canonical import read_instant
from engine.store import Session

#: Fewer open cases than this at a node are not published: a small number could point at a person.
SMALL = 5

#: Ending of the form of a picture that shows the public what is internal as one box (``bpmn.public_view``).
PUBLIC = "-public"

_columns = [column for column in tables.definition.c if column.name not in ("package", "program")]


def powers(session: Session) -> list[DefinitionInfo]:
    """The latest version of every power, by key; not what powers share and call."""
    return [info for info in definitions(session) if info.is_power and info.type != SHARED]


def definitions(session: Session) -> list[DefinitionInfo]:
    """The latest version of everything published, powers and exercises, by key."""
    table = tables.definition.c
    latest = sa.select(table.key, sa.func.max(table.version).label("version")).group_by(table.key).subquery()
    query = _query().where(table.key == latest.c.key, table.version == latest.c.version).order_by(table.key)
    return [_info(row) for row in session.execute(query)]


def versions(session: Session, key: str) -> list[DefinitionInfo]:
    """All versions of a key, newest first. Raises Rejection ``definition.unknown``."""
    table = tables.definition.c
    rows = session.execute(_query().where(table.key == key).order_by(table.version.desc())).all()
    if not rows:
        raise Rejection("definition.unknown", key=key)
    return [_info(row) for row in rows]


def definition(session: Session, key: str, version: int | None = None) -> DefinitionInfo:
    """One version, the latest without ``version``. Raises Rejection ``definition.unknown``."""
    for info in versions(session, key):
        if version in (None, info.version):
            return info
    raise Rejection("definition.unknown", key=f"{key} v{version}")


def info_of(session: Session, definition_id: int) -> DefinitionInfo:
    """One version by its row."""
    return _info(session.execute(_query().where(tables.definition.c.id == definition_id)).one())


def ref_of(session: Session, definition_id: int) -> DefinitionRef:
    """Which version a row is (kept in memory: it never changes)."""
    kept = _refs.setdefault(session.engine, {})
    if definition_id not in kept:
        table = tables.definition.c
        query = sa.select(table.key, table.version, table.digest, table.name).where(table.id == definition_id)
        kept[definition_id] = DefinitionRef(**session.execute(query).one()._mapping)
    return kept[definition_id]


def latest(session: Session, key: str) -> int:
    """Number of the latest version of a key, in one small statement. Raises Rejection ``definition.unknown``."""
    found = session.execute(_LATEST, {"wanted": key}).scalar_one()
    if found is None:
        raise Rejection("definition.unknown", key=key)
    return int(found)


_LATEST = sa.select(sa.func.max(tables.definition.c.version)).where(tables.definition.c.key == sa.bindparam("wanted"))


def package_of(session: Session, definition_id: int) -> FlowPackage:
    """A version as it was published, with the versions it calls (kept in memory: they never change)."""
    package = _load(bytes(_column(session, definition_id, "package")))  # type: ignore[arg-type]
    process, pinned = _runs(program_of(session, definition_id))
    if not pinned and package.definitions.main is not None and package.definitions.main.id == process:
        return package
    kept = _joined.setdefault(session.engine, {})
    if definition_id not in kept:
        called = {key: package_of(session, _id(session, key, version)) for key, version in pinned}
        kept[definition_id] = replace(package, called=called, chosen=process)
    return kept[definition_id]


def called_by(session: Session, definition_id: int) -> list[DefinitionInfo]:
    """The versions a version calls, as they were pinned when it was published."""
    _, pinned = _runs(program_of(session, definition_id))
    return [definition(session, key, version) for key, version in pinned]


def callers(session: Session, key: str) -> list[DefinitionInfo]:
    """The powers whose latest version calls a flow, by key."""
    return [info for info in powers(session) if key in dict(_runs(program_of(session, info.id))[1])]


def program_of(session: Session, definition_id: int) -> str:
    """The compiled form of a version."""
    return str(_column(session, definition_id, "program"))


def picture(
    session: Session, definition_id: int, form: str, lang: str = "zh", *, public: bool = False
) -> Picture | None:
    """The picture drawn at publishing, in Chinese when there is none in ``lang``; None when it was refused.

    ``public``: with internal steps collapsed, where the version has any.
    """
    table = tables.picture.c
    forms = (form + PUBLIC, form) if public else (form,)
    rows = session.execute(
        sa.select(table.form, table.lang, table.body).where(table.definition_id == definition_id, table.form.in_(forms))
    )
    bodies = {(row.form, row.lang): row.body for row in rows}
    known = next((one for one in forms if any(kept == one for kept, _ in bodies)), form)
    body = bodies.get((known, lang)) or bodies.get((known, "zh"))
    return _picture(body) if body else None


def live_counts(session: Session, key: str, *, simulated: bool) -> dict[str, int]:
    """Open cases standing at each node (BPMN id) of a key's versions; fewer than five are left out."""
    item, case, table = tables.work_item.c, tables.case.c, tables.definition.c
    query = (
        sa.select(item.element)
        .join_from(tables.work_item, tables.case, case.id == item.case_id)
        .join(tables.definition, table.id == case.definition_id)
        .where(table.key == key, case.state == "open", item.ended_at.is_(None))
    )
    if not simulated:
        query = query.where(case.simulated.is_(False))
    calling = {
        node.id
        for info in versions(session, key)
        for node in package_of(session, info.id).alone.definitions.nodes.values()
        if node.type == "callActivity"
    }
    counts = Counter(_drawn_at(row.element, calling) for row in session.execute(query))
    return {element: count for element, count in counts.items() if count >= SMALL}


def _drawn_at(element: str, calling: set[str]) -> str:
    """The node of the chart a work item stands at: what is called is not drawn, its call activity is."""
    path = element.split("/")
    return next((id_ for id_ in path if id_ in calling), path[-1])


def at_work(session: Session) -> list[int]:
    """Versions that can have cases waiting, now or later: the latest of each key, and those with open cases."""
    table, case = tables.definition.c, tables.case.c
    latest = sa.select(sa.func.max(table.id)).group_by(table.key)
    open_ = sa.select(case.definition_id).where(case.state.in_(("open", "suspended")))
    query = sa.select(table.id).where(table.id.in_(latest) | table.id.in_(open_)).order_by(table.id)
    return list(session.execute(query).scalars())


def _query() -> sa.Select[tuple[object, ...]]:
    case = tables.case.c
    demo = sa.exists().where(tables.meta.c.name == "demo")
    open_cases = (
        sa.select(sa.func.count())
        .where(case.definition_id == tables.definition.c.id, case.state == "open")
        .where(case.simulated.is_(False) | demo)
        .scalar_subquery()
        .label("open_cases")
    )
    return sa.select(*_columns, open_cases)


def _info(row: sa.Row[tuple[object, ...]]) -> DefinitionInfo:
    return DefinitionInfo(
        id=row.id,
        key=row.key,
        version=row.version,
        digest=row.digest,
        name=row.name,
        is_power=row.is_power,
        type=row.type,
        body=row.body,
        theme=row.theme,
        author=row.author,
        reviewer=row.reviewer,
        published_at=read_instant(row.published_at),
        open_cases=row.open_cases,
    )


def _column(session: Session, definition_id: int, name: str) -> bytes | str:
    kept = _kept.setdefault(session.engine, {})
    if (definition_id, name) not in kept:
        table = tables.definition.c
        value = session.execute(sa.select(table[name]).where(table.id == definition_id)).scalar_one_or_none()
        if value is None:
            raise Rejection("definition.unknown", key=str(definition_id))
        kept[definition_id, name] = value
    return kept[definition_id, name]


#: Columns of published versions read so far, by database: they never change.
_kept: WeakKeyDictionary[sa.Engine, dict[tuple[int, str], bytes | str]] = WeakKeyDictionary()


#: Which version a row is, by database.
_refs: WeakKeyDictionary[sa.Engine, dict[int, DefinitionRef]] = WeakKeyDictionary()


#: Versions with what they call, or of another process than the main one, by database.
_joined: WeakKeyDictionary[sa.Engine, dict[int, FlowPackage]] = WeakKeyDictionary()


@lru_cache(maxsize=256)
def _runs(program: str) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Which process of its file a program runs, and key and version of the flows it calls."""
    values = json.loads(program)
    called = values.get("called", {}).items()
    return values["process"], tuple((key, pinned["version"]) for key, pinned in called)


def _id(session: Session, key: str, version: int) -> int:
    table = tables.definition.c
    query = sa.select(table.id).where(table.key == key, table.version == version)
    return int(session.execute(query).scalar_one())


@lru_cache(maxsize=128)
def _load(package: bytes) -> FlowPackage:
    return load(package)


@lru_cache(maxsize=256)
def _picture(body: str) -> Picture:
    return Picture.from_json(body)
