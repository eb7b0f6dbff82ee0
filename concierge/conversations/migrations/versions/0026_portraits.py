"""Advisors' portraits, and how far they have read."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "read_by_advisors",
        sa.Column(
            "conversation_id", sa.String(40), sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("seq", sa.Integer, nullable=False),
    )
    op.create_table(
        "portraits",
        sa.Column("advisor_id", sa.String(40), sa.ForeignKey("advisors.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, index=True),
        sa.Column("picture", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("portraits")
    op.drop_table("read_by_advisors")
