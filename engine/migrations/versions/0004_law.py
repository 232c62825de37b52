"""Clocks of the law with their due dates, cards, and the calendars they are counted by."""

import sqlalchemy as sa
from alembic import op

from engine.calendars import first_row
from engine.migrations.append_only import calendar_statements

revision = "0004_law"
down_revision = "0003_names_of_any_length"


def upgrade() -> None:
    """Add the columns and tables; cases there are keep running without clocks."""
    op.add_column("case_", sa.Column("clocks", sa.Text(), nullable=True))
    op.add_column("timer", sa.Column("kind", sa.String(length=8), nullable=False, server_default="timer"))
    op.add_column("work_item", sa.Column("due_limit", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "card",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=8), nullable=False),
        sa.Column("colour", sa.String(length=8), nullable=False),
        sa.Column("element", sa.Text(), nullable=True),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("appealed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("raised_at", sa.String(length=24), nullable=False),
        sa.Column("changed_at", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_card_case_id_case_")),
        sa.PrimaryKeyConstraint("case_id", "card", name=op.f("pk_card")),
    )
    op.create_index("ix_card_colour", "card", ["colour", "state"])
    op.create_table(
        "calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_digest")),
    )
    op.bulk_insert(sa.table("calendar", *(sa.column(name) for name in first_row())), [first_row()])
    for statement in calendar_statements(op.get_bind().dialect.name):
        op.execute(statement)
