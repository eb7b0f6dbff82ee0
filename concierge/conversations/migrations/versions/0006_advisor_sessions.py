"""Advisors' sessions at the desk, so that signing out holds in every process and after a restart."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "advisor_sessions",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column(
            "advisor_id",
            sa.String(40),
            sa.ForeignKey("advisors.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("expires_at", UTCDateTime, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("advisor_sessions")
