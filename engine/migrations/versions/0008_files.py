"""Files handed in with forms, and which case uses which."""

import sqlalchemy as sa
from alembic import op

revision = "0008_files"
down_revision = "0007_law_changes"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "file",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media", sa.String(length=128), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_file")),
    )
    op.create_table(
        "file_use",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_file_use_case_id_case_")),
        sa.ForeignKeyConstraint(["digest"], ["file.digest"], name=op.f("fk_file_use_digest_file")),
        sa.PrimaryKeyConstraint("case_id", "digest", name=op.f("pk_file_use")),
    )
