"""The statements that make tables append-only, for both databases: the journal and the published calendars."""

from __future__ import annotations

_RECORD = "SELECT RAISE(ABORT, 'the journal is append-only')"
_VERSION = "SELECT RAISE(ABORT, 'a published version is immutable')"

_SQLITE = [
    f"CREATE TRIGGER step_no_update BEFORE UPDATE ON step BEGIN {_RECORD}; END",
    f"CREATE TRIGGER step_no_delete BEFORE DELETE ON step BEGIN {_RECORD}; END",
    # INSERT OR REPLACE deletes first, and with recursive_triggers off that delete fires no trigger.
    """CREATE TRIGGER step_no_overwrite BEFORE INSERT ON step
       WHEN EXISTS (SELECT 1 FROM step WHERE case_id = NEW.case_id AND seq = NEW.seq)
         OR EXISTS (SELECT 1 FROM step WHERE NEW.command_id IS NOT NULL AND command_id = NEW.command_id)
       BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: the step is already recorded'); END""",
    f"CREATE TRIGGER definition_no_update BEFORE UPDATE ON definition BEGIN {_VERSION}; END",
    f"CREATE TRIGGER definition_no_delete BEFORE DELETE ON definition BEGIN {_VERSION}; END",
]

_REFUSE = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
_REFUSE_ALL = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"

_POSTGRESQL = [
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    f"CREATE TRIGGER step_no_change BEFORE UPDATE OR DELETE ON step {_REFUSE}",
    f"CREATE TRIGGER step_no_truncate BEFORE TRUNCATE ON step {_REFUSE_ALL}",
    f"CREATE TRIGGER definition_no_change BEFORE UPDATE OR DELETE ON definition {_REFUSE}",
    f"CREATE TRIGGER definition_no_truncate BEFORE TRUNCATE ON definition {_REFUSE_ALL}",
]


def statements(dialect: str) -> list[str]:
    """The trigger statements of a database."""
    return _POSTGRESQL if dialect == "postgresql" else _SQLITE


def calendar_statements(dialect: str) -> list[str]:
    """Trigger statements for the published calendars: dates were counted with them."""
    return _kept(dialect, "calendar", "a published calendar is kept")


def law_statements(dialect: str) -> list[str]:
    """Trigger statements for the register of law: a change of law is followed by another, never taken back."""
    return _kept(dialect, "law_change", "the register of law is kept")


def _kept(dialect: str, table: str, why: str) -> list[str]:
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} {_REFUSE}",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} {_REFUSE_ALL}",
        ]
    kept = f"SELECT RAISE(ABORT, '{why}')"
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN {kept}; END"
        for verb in ("UPDATE", "DELETE")
    ]
