"""Alembic migrations: named, linear. Journal tables only ever grow."""
