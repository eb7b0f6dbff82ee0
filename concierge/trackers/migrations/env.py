"""Alembic's entry. The connection, its transaction and its lock are the caller's."""

from concierge.storage.schema_version import run_migrations
from concierge.trackers.tables import VERSION_TABLE, metadata

run_migrations(metadata, VERSION_TABLE)
