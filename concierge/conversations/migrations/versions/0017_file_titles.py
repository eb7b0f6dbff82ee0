"""What senders call their files, and which photos have a small picture."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sent_files", sa.Column("title", sa.String(200), nullable=False, server_default=""))
    op.add_column("sent_files", sa.Column("small", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("sent_files", "small")
    op.drop_column("sent_files", "title")
