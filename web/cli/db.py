"""``flask db``: the tables."""

from __future__ import annotations

from web.cli.verb import Verbs, lang, tell
from web.cli.words import word
from web.session import store

db = Verbs("db", help="The database.")


@db.command("upgrade")
def upgrade() -> None:
    """Bring the database to this version; nothing happens when it is there already."""
    store().upgrade()
    tell({"upgraded": True}, [word("upgraded", lang())])
