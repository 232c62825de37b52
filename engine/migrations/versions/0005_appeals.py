"""Whether a card was ever appealed: appeals are counted in public, whatever came of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005_appeals"
down_revision = "0004_law"


def upgrade() -> None:
    """Add the column; an appeal that stands is seen from the state."""
    op.add_column("card", sa.Column("appealed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE card SET appealed = TRUE WHERE state IN ('appealed', 'upheld')")
