"""The statements that make the journal append-only, for both databases. Used by the first migration."""

from __future__ import annotations

_SQLITE = [
    "CREATE TRIGGER step_no_update BEFORE UPDATE ON step BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "CREATE TRIGGER step_no_delete BEFORE DELETE ON step BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    # INSERT OR REPLACE deletes first; with recursive_triggers off that delete fires no trigger, so the insert is caught too.
    """CREATE TRIGGER step_no_overwrite BEFORE INSERT ON step
       WHEN EXISTS (SELECT 1 FROM step WHERE case_id = NEW.case_id AND seq = NEW.seq)
         OR EXISTS (SELECT 1 FROM step WHERE command_id IS NOT NULL AND command_id = NEW.command_id)
       BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed: the step is already recorded'); END""",
    "CREATE TRIGGER definition_no_update BEFORE UPDATE ON definition BEGIN SELECT RAISE(ABORT, 'a published version is immutable'); END",
    "CREATE TRIGGER definition_no_delete BEFORE DELETE ON definition BEGIN SELECT RAISE(ABORT, 'a published version is immutable'); END",
]

_POSTGRESQL = [
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    "CREATE TRIGGER step_no_change BEFORE UPDATE OR DELETE ON step FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER step_no_truncate BEFORE TRUNCATE ON step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER definition_no_change BEFORE UPDATE OR DELETE ON definition FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER definition_no_truncate BEFORE TRUNCATE ON definition FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
]


def statements(dialect: str) -> list[str]:
    """The trigger statements of a database."""
    return _POSTGRESQL if dialect == "postgresql" else _SQLITE
