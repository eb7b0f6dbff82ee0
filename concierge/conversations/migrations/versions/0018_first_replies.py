"""When a case's first answer is due, when it was given, and when leads were told that it was late."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# A reply after the end is another case's.
_REPLIED = """
UPDATE cases SET replied_at = (
    SELECT min(messages.created_at) FROM messages
    WHERE messages.conversation_id = cases.conversation_id AND messages.role = 'advisor'
    AND messages.created_at >= cases.created_at
    AND (cases.closed_at IS NULL OR messages.created_at <= cases.closed_at)
)
"""


def upgrade() -> None:
    for name in ("due_at", "replied_at", "escalated_at"):
        op.add_column("cases", sa.Column(name, UTCDateTime))
    op.execute(_REPLIED)


def downgrade() -> None:
    with op.batch_alter_table("cases") as table:
        for name in ("due_at", "replied_at", "escalated_at"):
            table.drop_column(name)
