"""Alembic's entry. The connection, its transaction and its lock are the caller's."""

from concierge.orders.tables import VERSION_TABLE, metadata
from concierge.storage.schema_version import run_migrations

run_migrations(metadata, VERSION_TABLE)
