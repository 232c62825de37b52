"""Instances of an activity that are cases of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0010_children"
down_revision = "0009_form_drafts"


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "family",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("instances", sa.Integer(), nullable=False),
        sa.Column("in_turn", sa.Boolean(), nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_family_case_id_case_")),
        sa.PrimaryKeyConstraint("case_id", "item", name=op.f("pk_family")),
    )
    running = sa.text("state <> 'over'")
    op.create_index("ix_family_open", "family", ["case_id"], sqlite_where=running, postgresql_where=running)
    op.create_table(
        "child",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_child_case_id_case_")),
        sa.ForeignKeyConstraint(["parent_id"], ["case_.id"], name=op.f("fk_child_parent_id_case_")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_child")),
    )
    op.create_index(op.f("ix_child_parent_id"), "child", ["parent_id", "item", "number"], unique=True)
