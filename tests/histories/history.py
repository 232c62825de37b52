"""A recorded case as a file: the rows of its version, the case and its steps, as some version of ours wrote them."""

from __future__ import annotations

import base64
import gzip
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import engine
from engine import tables
from engine.store import Session

FOLDER = Path(__file__).parent / "recorded"
#: What makes up a case, in an order in which it can be put back.
ROWS = ("definition", "case_", "step", "private_data", "work_item", "timer", "incident", "card")


def save(session: Session, number: str, path: Path) -> None:
    """Write a case as a file."""
    case = session.execute(sa.select(tables.case).where(tables.case.c.number == number)).one()
    rows: dict[str, list[dict[str, Any]]] = {}
    for name in ROWS:
        table = tables.metadata.tables[name]
        query = sa.select(table)
        if name == "definition":
            query = query.where(_version_and_called(session, case.definition_id)).order_by(table.c.id)
        else:
            query = query.where((table.c.id if name == "case_" else table.c.case_id) == case.id)
        if name == "step":
            query = query.order_by(table.c.seq)
        rows[name] = [{key: _plain(value) for key, value in row._mapping.items()} for row in session.execute(query)]
    named = set(re.findall(r'"calendar":"([0-9a-f]{64})"', " ".join(step["body"] for step in rows["step"])))
    used = sa.select(tables.calendar).where(tables.calendar.c.digest.in_(named))
    rows["calendar"] = [dict(row._mapping) for row in session.execute(used)]
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True, indent=0).encode()
    path.write_bytes(gzip.compress(text, mtime=0))


def _version_and_called(session: Session, id_: int) -> sa.ColumnElement[bool]:
    """The version of a case and those it calls."""
    table = tables.definition.c
    program = session.execute(sa.select(table.program).where(table.id == id_)).scalar_one()
    called = [(key, one["version"]) for key, one in json.loads(program).get("called", {}).items()]
    return sa.or_(table.id == id_, sa.tuple_(table.key, table.version).in_(called))


def put_back(session: Session, path: Path) -> str:
    """Put a recorded case into an empty database; answers its number.

    Columns that came later are filled as their migration fills them.
    """
    rows = json.loads(gzip.decompress(path.read_bytes()))
    known = set(session.execute(sa.select(tables.calendar.c.digest)).scalars()) if rows.get("calendar") else set()
    for row in rows.get("calendar", ()):
        if row["digest"] not in known:
            session.execute(sa.insert(tables.calendar).values({**row, "id": None}))
    for name in ROWS:
        table = tables.metadata.tables[name]
        for row in rows.get(name, ()):
            values = {key: _value(table.c[key], value) for key, value in row.items()}
            if name == "case_":
                values.setdefault("conversation", values["number"])
            session.execute(sa.insert(table).values(values))
    return str(rows["case_"][0]["number"])


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _value(column: sa.Column[Any], value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["bytes"]) if "bytes" in value else date.fromisoformat(value["date"])
    return value


def differences(session: Session, number: str) -> list[str]:
    """What verifying and replaying a case finds, as text.

    But for the bytes of documents: a history keeps their digests only, or each would weigh a megabyte.
    """
    found = [*engine.verify(session, number).differences, *engine.replay(session, number).differences]
    return [str(difference) for difference in found if not difference.field.startswith("document ")]
