"""Which programs may use this schema, beside its version: see ``concierge.storage.schema_version``."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from concierge.orders.tables import VERSION_TABLE

revision = "0003"
down_revision = "0002"
oldest_program = "0003"  # programs of before refuse every schema that they do not know


def upgrade() -> None:
    op.add_column(VERSION_TABLE, sa.Column("oldest_program", sa.String(32)))


def downgrade() -> None:
    op.drop_column(VERSION_TABLE, "oldest_program")
