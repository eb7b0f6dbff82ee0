"""Brings a database up to date with this version of the code."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.database import migrating, unhurried, write

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number, as long as every replica takes the same one.
_ADVISORY_LOCK = 0x436F6E63


def upgrade(engine: Engine) -> None:
    """Makes or migrates the tables; at once when there is nothing to do.

    Safe when several processes start together: the first one migrates, the others wait for it.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with migrating, write(engine) as connection, unhurried(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
