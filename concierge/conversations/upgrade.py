"""Brings a database up to date with this version of the code."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import Engine

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "conversations_version"  # orders and trackers may live in the same database, with theirs
_LOCK = (0x436F6E63,)


def upgrade(engine: Engine) -> None:
    """Makes or migrates the tables: see :func:`~concierge.storage.schema_version.bring_up_to_date`.

    Raises ``SchemaTooNew`` where a newer program has made a schema that this one cannot use.
    """
    from concierge.storage.schema_version import bring_up_to_date

    bring_up_to_date(engine, MIGRATIONS, VERSION_TABLE, _LOCK)
