"""In which conversation something was asked for, so that it is found when that conversation is erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("order_records", sa.Column("conversation_id", sa.String(40)))
    op.create_index("order_records_by_conversation", "order_records", ["conversation_id"])


def downgrade() -> None:
    op.drop_index("order_records_by_conversation", "order_records")
    op.drop_column("order_records", "conversation_id")
