"""Alembic's entry. The connection, its transaction and its lock are the caller's."""

from concierge.conversations.schema import metadata
from concierge.conversations.upgrade import VERSION_TABLE
from concierge.storage.schema_version import run_migrations

run_migrations(metadata, VERSION_TABLE)
