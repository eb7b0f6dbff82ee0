"""Brings a database up to date with this version of the code."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from concierge.storage import outage
from concierge.storage.database import migrating, open_engine, unhurried, write

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number, as long as every replica takes the same one.
_ADVISORY_LOCK = 0x436F6E63


def upgrade(engine: Engine) -> None:
    """Makes or migrates the tables; at once when there is nothing to do.

    Safe when several processes start together: the first one migrates, the others wait for it. Raises ``SchemaTooNew``
    where a newer program has made a schema that this one cannot use.
    """
    from alembic.config import Config

    from concierge.storage.schema_version import bring_up_to_date

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with migrating, write(engine) as connection, unhurried(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        bring_up_to_date(connection, config, "conversations_version")


def check(url: str) -> None:
    """``upgrade`` before a server starts, so that whoever started it reads why it cannot.

    Raises ``SchemaTooNew``. A database that does not answer is left to the server, which may wait for it.
    """
    engine = open_engine(url)
    try:
        upgrade(engine)
    except sa.exc.SQLAlchemyError as problem:
        if not outage.passes(problem):
            raise
    finally:
        engine.dispose()
