"""What a list of cases names, advisors' drafts, and leads, who were called seniors."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_advisors = sa.table("advisors", sa.column("role", sa.String))


def upgrade() -> None:
    op.add_column("cases", sa.Column("brief", sa.JSON, nullable=False, server_default="{}"))
    op.create_table(
        "drafts",
        sa.Column("case_id", sa.String(40), sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("advisor_id", sa.String(40), sa.ForeignKey("advisors.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(12), primary_key=True),
        sa.Column(
            "conversation_id",
            sa.String(40),
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("updated_at", UTCDateTime, nullable=False),
    )
    op.execute(_advisors.update().where(_advisors.c.role == "senior").values(role="lead"))


def downgrade() -> None:
    op.execute(_advisors.update().where(_advisors.c.role != "advisor").values(role="senior"))
    op.drop_table("drafts")
    with op.batch_alter_table("cases") as table:
        table.drop_column("brief")
