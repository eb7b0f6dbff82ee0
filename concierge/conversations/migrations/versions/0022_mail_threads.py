"""Customers of the website who are written to once an advisor has answered, and who may write back."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_threads",
        sa.Column(
            "conversation_id", sa.String(40), sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("thread", sa.String(24), nullable=False, index=True),
        sa.Column("shown_seq", sa.Integer, nullable=False),
        sa.Column("mailed_seq", sa.Integer, nullable=False),
        sa.Column("heard_seq", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", UTCDateTime, nullable=False),
        sa.Column("created_at", UTCDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("mail_threads")
