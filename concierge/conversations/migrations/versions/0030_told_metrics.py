"""What assistants count, which have no address to be asked at."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told_metrics",
        sa.Column("process", sa.String(200), primary_key=True),
        sa.Column("until", UTCDateTime, nullable=False),
        sa.Column("metrics", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("told_metrics")
