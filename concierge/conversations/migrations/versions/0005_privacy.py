"""What was erased or handed out, without personal data; which conversations are gone for good; what runs once a day."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_proofs",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("conversations", sa.Integer, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("todo", sa.JSON, nullable=False),
        sa.Column("begun_at", UTCDateTime, nullable=False, index=True),
        sa.Column("done_at", UTCDateTime),
    )
    op.create_table(
        "erased_conversations",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("proof_id", sa.String(40), nullable=False),
        sa.Column("erased_at", UTCDateTime, nullable=False, index=True),
    )
    op.create_table(
        "daily_tasks",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("next_at", UTCDateTime, nullable=False),
    )


def downgrade() -> None:
    for table in ("daily_tasks", "erased_conversations", "privacy_proofs"):
        op.drop_table(table)
