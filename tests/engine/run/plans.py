"""How a database would find what statements ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from engine import prepared
from engine.store import Session, Store


def plans(store: Store, ask: Callable[[Session], object]) -> str:
    """The plans of what ``ask`` looks for or changes, as text; the database has counted its rows before."""
    seen: list[tuple[str, Any]] = []
    listener = lambda c, cur, sql, given, *rest: seen.append((sql, given))  # noqa: E731
    with store.begin() as session:
        session.execute(sa.text("ANALYZE"))
        sa.event.listen(session, "before_cursor_execute", listener)
        ask(session)
        prepared.send(session)  # what PostgreSQL would get with the commit is looked at too
        sa.event.remove(session, "before_cursor_execute", listener)
        explain = "EXPLAIN" if session.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        return "\n".join(
            str(row)
            for sql, given in seen
            if not sql.startswith("INSERT")
            for row in session.exec_driver_sql(f"{explain} {sql}", given).all()
        )
