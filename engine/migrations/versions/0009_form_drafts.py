"""Forms that are not sent yet."""

import sqlalchemy as sa
from alembic import op

revision = "0009_form_drafts"
down_revision = "0008_files"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "form_draft",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_form_draft")),
    )
