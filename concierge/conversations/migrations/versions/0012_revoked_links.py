"""Links of the house that are revoked, one by one or an order's together."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revoked_links",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("made_before", sa.BigInteger, nullable=False),
        sa.Column("ends_at", UTCDateTime, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("revoked_links")
