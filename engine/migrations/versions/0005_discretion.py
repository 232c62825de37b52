"""Amounts decided under a benchmark, for what is published of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005_discretion"
down_revision = "0004_law"


def upgrade() -> None:
    """Add the table; no case decided under a benchmark before it was there."""
    op.create_table(
        "discretion",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("benchmark", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("alike", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("departs", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_discretion_case_id_case_")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_discretion")),
    )
    op.create_index("ix_discretion_alike", "discretion", ["alike", "decided_at"])
    op.create_index("ix_discretion_digest", "discretion", ["digest", "segment", "tier"])
