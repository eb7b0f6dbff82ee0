"""Events by the turn, packed, instead of one by one as text; what there is stays until it is packed by and by.

Programs of before do not see the blocks: an assistant of theirs would begin conversations anew.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
oldest_program = "0002"


def upgrade() -> None:
    op.create_table(
        "tracker_blocks",
        sa.Column("sender_id", sa.String(255), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("events", sa.LargeBinary, nullable=False),
    )
    op.add_column("tracker_snapshots", sa.Column("packed", sa.LargeBinary))


def downgrade() -> None:
    op.drop_column("tracker_snapshots", "packed")
    op.drop_table("tracker_blocks")
