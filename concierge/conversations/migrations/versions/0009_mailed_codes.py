"""Codes that are sent by e-mail, and tries that are counted for an order, too."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lookups", sa.Column("order_key", sa.String(64), nullable=False, server_default=""))
    op.create_index("ix_lookups_order_key", "lookups", ["order_key"])
    op.create_table(
        "mailed_codes",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column(
            "conversation_id",
            sa.String(40),
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("order_number", sa.String(40), nullable=False),
        sa.Column("order_key", sa.String(64), nullable=False, index=True),
        sa.Column("address_key", sa.String(64), nullable=False, index=True),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("guesses", sa.Integer, nullable=False),
        sa.Column("next_at", UTCDateTime, nullable=False, index=True),
        sa.Column("ends_at", UTCDateTime, nullable=False),
        sa.Column("created_at", UTCDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("mailed_codes")
    op.drop_index("ix_lookups_order_key", table_name="lookups")
    with op.batch_alter_table("lookups") as table:
        table.drop_column("order_key")
