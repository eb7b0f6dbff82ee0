"""Trackers: heads, events, snapshots. Programs of before made the same tables, without saying so in a version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from concierge.trackers.tables import VERSION_TABLE

revision = "0001"
down_revision = None
oldest_program = "0001"


def upgrade() -> None:
    op.add_column(VERSION_TABLE, sa.Column("oldest_program", sa.String(32)))
    op.create_table(
        "trackers",
        sa.Column("sender_id", sa.String(255), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("save_id", sa.String(32), nullable=False),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_table(
        "tracker_events",
        sa.Column("sender_id", sa.String(255), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("timestamp", sa.Float, nullable=True),
        sa.Column("event", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "tracker_snapshots",
        sa.Column("sender_id", sa.String(255), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        if_not_exists=True,
    )


def downgrade() -> None:
    for table in ("tracker_snapshots", "tracker_events", "trackers"):
        op.drop_table(table)
    op.drop_column(VERSION_TABLE, "oldest_program")
