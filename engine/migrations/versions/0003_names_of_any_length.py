"""Addresses, posts and names of fields come from models: however long they are there, so long they are here."""

import sqlalchemy as sa
from alembic import op

revision = "0003_names_of_any_length"
down_revision = "0002_messages"

_NAMES = {
    "private_data": {"name": 128},
    "work_item": {"item": 255, "element": 255, "post": 64},
    "timer": {"timer": 255},
    "incident": {"item": 255, "element": 255},
    "subscription": {"item": 255},
    "delivery": {"item": 255},
}


def upgrade() -> None:
    """PostgreSQL refused what was longer; SQLite never looked."""
    for table, columns in _NAMES.items():
        with op.batch_alter_table(table) as batch:
            for column, length in columns.items():
                batch.alter_column(column, existing_type=sa.String(length), type_=sa.Text(), existing_nullable=False)
