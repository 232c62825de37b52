"""Messages, who waits for them, signals on their way, what opens cases by itself, and which cases belong together."""

import sqlalchemy as sa
from alembic import op

revision = "0002_messages"
down_revision = "0001_journal"


def upgrade() -> None:
    """Create the tables; every case there is begins a conversation of its own."""
    op.add_column("case_", sa.Column("conversation", sa.String(length=32), nullable=False, server_default=""))
    op.execute("UPDATE case_ SET conversation = number")
    with op.batch_alter_table("case_") as batch:
        batch.alter_column("conversation", existing_type=sa.String(length=32), server_default=None)
        batch.create_index(op.f("ix_case__conversation"), ["conversation"])
    op.create_table(
        "message",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.String(length=24), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_message_case_id_case_")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    waiting = sa.text("case_id IS NULL")
    op.create_index("ix_message_waiting", "message", ["name", "key"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "subscription",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_subscription_case_id_case_")),
        sa.PrimaryKeyConstraint("case_id", "item", name=op.f("pk_subscription")),
    )
    op.create_index("ix_subscription_name", "subscription", ["kind", "name", "key"])
    op.create_table(
        "delivery",
        sa.Column("signal", sa.String(length=128), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=255), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_delivery_case_id_case_")),
        sa.PrimaryKeyConstraint("signal", "case_id", "item", name=op.f("pk_delivery")),
    )
    undone = sa.text("NOT done")
    op.create_index("ix_delivery_open", "delivery", ["at"], sqlite_where=undone, postgresql_where=undone)
    op.create_table(
        "start_trigger",
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", sa.String(length=24), nullable=True),
        sa.Column("fired", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definition.id"], name=op.f("fk_start_trigger_definition_id_definition")
        ),
        sa.PrimaryKeyConstraint("definition_id", name=op.f("pk_start_trigger")),
    )
    op.create_index("ix_start_trigger_name", "start_trigger", ["kind", "name"])
    waiting = sa.text("state = 'waiting'")
    op.drop_index("ix_timer_due", "timer")
    op.create_index(
        "ix_timer_waiting", "timer", ["due_at", "case_id", "timer"], sqlite_where=waiting, postgresql_where=waiting
    )
