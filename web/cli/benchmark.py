"""``flask benchmark``: discretion benchmarks as they were published."""

from __future__ import annotations

import engine
from web.cli.database import reading
from web.cli.verb import Verbs, lang, tell
from web.cli.words import word

benchmark = Verbs("benchmark", help="Discretion benchmarks as they were published.")


@benchmark.command("list")
def list_() -> None:
    """List every edition of every benchmark."""
    with reading() as session:
        found = engine.published_benchmarks(session)
    rows = [
        {
            "digest": one.digest,
            "name": one.name,
            "title": one.title,
            "version": one.version,
            "document": one.document,
            "effective_from": one.effective_from,
            "flow": info.key,
            "flow_version": info.version,
        }
        for info, one, _ in found
    ]
    tell({"benchmarks": rows}, (word("benchmark", lang(), **row) for row in rows))
