"""The register of law: what was amended or repealed, by what, and since when."""

import sqlalchemy as sa
from alembic import op

from engine.migrations.append_only import law_statements

revision = "0007_law_changes"
down_revision = "0006_documents"


def upgrade() -> None:
    """Add the register; what is known for sure is part of the product and needs no rows."""
    op.create_table(
        "law_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_law_change")),
    )
    for statement in law_statements(op.get_bind().dialect.name):
        op.execute(statement)
