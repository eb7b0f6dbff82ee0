"""What is in stock, by product, colour and size, so that an exchange is for what there is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "order_stock",
        sa.Column("product", sa.String(200), primary_key=True),
        sa.Column("colour", sa.String(80), primary_key=True),
        sa.Column("size", sa.String(40), primary_key=True),
        sa.Column("currency", sa.String(3), primary_key=True),
        sa.Column("price", sa.String(20)),
        sa.Column("available", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("order_stock")
