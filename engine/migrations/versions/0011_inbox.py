"""Messages keep their conversation, why they were not taken, and who set them aside."""

import sqlalchemy as sa
from alembic import op

revision = "0011_inbox"
down_revision = "0010_children"


def upgrade() -> None:
    """Add the columns."""
    for name, type_ in (("conversation", sa.String(length=32)), ("reason", sa.Text())):
        op.add_column("message", sa.Column(name, type_, nullable=False, server_default=""))
    for name, type_ in (("aside_at", sa.String(length=24)), ("aside_by", sa.String(length=64)), ("aside", sa.Text())):
        op.add_column("message", sa.Column(name, type_))
