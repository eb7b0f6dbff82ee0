"""Second factors, where sessions began, and a record of what was done to accounts."""

import sqlalchemy as sa
from alembic import op

from concierge.storage.database import UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("advisors", sa.Column("second_factor", sa.String(64), nullable=False, server_default=""))
    op.add_column("advisors", sa.Column("last_code", sa.Integer, nullable=False, server_default="0"))
    op.add_column("advisor_sessions", sa.Column("begun_at", UTCDateTime))
    op.add_column("advisor_sessions", sa.Column("browser", sa.String(200), nullable=False, server_default=""))
    op.create_table(
        "desk_audit",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("at", UTCDateTime, nullable=False, index=True),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("whom", sa.String(200), nullable=False),
        sa.Column("details", sa.String(400), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("desk_audit")
    for table, columns in (("advisor_sessions", ("browser", "begun_at")), ("advisors", ("last_code", "second_factor"))):
        with op.batch_alter_table(table) as changed:
            for column in columns:
                changed.drop_column(column)
