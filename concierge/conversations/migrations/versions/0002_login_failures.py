"""Failed logins at the desk, so that the limit on guesses holds across its replicas."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "login_failures",
        sa.Column("attempt", sa.String(40), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True, index=True),
        sa.Column("created_at", UTCDateTime, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("login_failures")
