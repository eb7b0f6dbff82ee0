"""Which programs may use this schema, beside its version: see ``concierge.storage.schema_version``."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
oldest_program = "0007"  # programs of before refuse every schema that they do not know


def upgrade() -> None:
    op.add_column("conversations_version", sa.Column("oldest_program", sa.String(32)))


def downgrade() -> None:
    op.drop_column("conversations_version", "oldest_program")
