"""What advisors serve, how many cases each may have, and who is here."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("languages", "queues"):
        op.add_column("advisors", sa.Column(name, sa.JSON, nullable=False, server_default="[]"))
    op.add_column("advisors", sa.Column("capacity", sa.Integer))
    op.add_column("advisors", sa.Column("presence", sa.String(8), nullable=False, server_default="here"))
    op.add_column("advisors", sa.Column("seen_at", UTCDateTime))


def downgrade() -> None:
    with op.batch_alter_table("advisors") as table:
        for name in ("languages", "queues", "capacity", "presence", "seen_at"):
            table.drop_column(name)
