"""Runs the migrations on the connection that ``concierge.conversations.upgrade`` hands over."""

from alembic import context

from concierge.conversations.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # Orders may live in the same database with migrations of their own.
    version_table="conversations_version",
    # SQLite's DDL is transactional when the driver is kept from committing, as concierge.storage.database does.
    transactional_ddl=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
