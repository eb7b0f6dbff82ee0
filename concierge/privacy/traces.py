"""A deleted row's bytes stay in SQLite's file until their room is used again, unless they are overwritten.

PostgreSQL has no such switch: its autovacuum gives the room back, and what was there goes as it is used again.
"""

from __future__ import annotations

import contextlib
import logging

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

logger = logging.getLogger(__name__)


def overwrite(connection: Connection) -> None:
    """What is deleted on this connection from here on is overwritten with zeros."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def settle(engine: Engine) -> None:
    """Has SQLite's write-ahead log, which still has the old pages, written back and emptied, unless somebody reads."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        with contextlib.suppress(sa.exc.OperationalError), engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
