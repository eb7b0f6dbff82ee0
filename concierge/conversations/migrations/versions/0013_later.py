"""Until when an advisor has put a case aside."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("snoozed_at", UTCDateTime))
    op.add_column("cases", sa.Column("snoozed_until", UTCDateTime))


def downgrade() -> None:
    with op.batch_alter_table("cases") as table:
        table.drop_column("snoozed_until")
        table.drop_column("snoozed_at")
