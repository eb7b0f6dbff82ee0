"""Orders, and what customers asked for about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("number", sa.String(32), primary_key=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("orders_by_email", "orders", ["email", "placed_at"])
    op.create_table(
        "order_records",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("order_number", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.UniqueConstraint("order_number", "kind", "key", name="order_records_once"),
    )


def downgrade() -> None:
    op.drop_table("order_records")
    op.drop_table("orders")
