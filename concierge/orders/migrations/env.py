"""Alembic's entry. The connection, its transaction and its lock are the caller's: see ``concierge.orders.tables``."""

from __future__ import annotations

from alembic import context

from concierge.orders.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
)
with context.begin_transaction():
    context.run_migrations()
