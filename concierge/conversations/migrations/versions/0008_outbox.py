"""What goes out to customers on messaging channels: where to, what waits, and what the provider said of each part."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")


def _conversation() -> sa.Column:
    key = sa.ForeignKey("conversations.id", ondelete="CASCADE")
    return sa.Column("conversation_id", sa.String(40), key, primary_key=True)


def upgrade() -> None:
    op.create_table(
        "outlets",
        _conversation(),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("heard_at", UTCDateTime, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("claim", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", UTCDateTime),
        sa.Column("lease_until", UTCDateTime),
    )
    op.create_table(
        "outbox",
        _conversation(),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("error", sa.String(100), nullable=False),
        sa.Column("created_at", UTCDateTime, nullable=False),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["conversation_id", "seq"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_table(
        "outbox_parts",
        _conversation(),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("provider_id", sa.String(200), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("created_at", UTCDateTime, nullable=False),
    )
    op.create_index("ix_outbox_parts_provider_id", "outbox_parts", ["provider_id"])


def downgrade() -> None:
    for table in ("outbox_parts", "outbox", "outlets"):
        op.drop_table(table)
