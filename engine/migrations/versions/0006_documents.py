"""Documents issued in cases: their bytes, beside the record that holds their digests."""

import sqlalchemy as sa
from alembic import op

revision = "0006_documents"
down_revision = "0005_discretion"


def upgrade() -> None:
    """Add the table; cases from before have no documents of their own."""
    op.create_table(
        "document",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("html", sa.LargeBinary(), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id", "seq"], ["step.case_id", "step.seq"], name="fk_document_case_id_step"),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_document")),
        sa.UniqueConstraint("series", "year", "n", name=op.f("uq_document_series")),
    )
