"""A real PostgreSQL, where one answers: a schema of its own for whoever asks, dropped afterwards."""

from __future__ import annotations

import contextlib
import functools
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

SERVER = os.environ.get("CONCIERGE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


@dataclass
class Schema:
    name: str
    server: sa.engine.Engine

    def url(self, **more: str) -> str:
        """Its address. ``more`` goes into the query: what libpq takes there."""
        parts = {"options": f"-csearch_path={self.name}", **more}
        return self.server.url.update_query_dict(parts).render_as_string(hide_password=False)


@contextlib.contextmanager
def postgres_schema(prefix: str) -> Iterator[Schema]:
    """Empty. Skips the test where no server answers."""
    try:
        server = sa.create_engine(_database(), future=True, connect_args={"connect_timeout": 3})
    except sa.exc.OperationalError:
        pytest.skip(f"no PostgreSQL answers at {SERVER}")
    schema = Schema(f"{prefix}_{uuid.uuid4().hex[:12]}", server)
    try:
        with server.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA {schema.name}"))
        yield schema
    finally:
        with server.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA IF EXISTS {schema.name} CASCADE"))
        server.dispose()


@functools.lru_cache(maxsize=1)
def _database() -> sa.engine.URL:
    """One of this process alone: who listens, and who waits for a lock, does so for a whole database, and other tests
    are at work at the same time."""
    made = sa.engine.make_url(SERVER).set(database=f"concierge_test_{uuid.uuid4().hex[:12]}")
    _administer(f"CREATE DATABASE {made.database} TEMPLATE template0")
    return made


def drop_database() -> None:
    """For the end of the process."""
    if _database.cache_info().currsize:
        _administer(f"DROP DATABASE IF EXISTS {_database().database} WITH (FORCE)")
        _database.cache_clear()


def _administer(statement: str) -> None:
    server = sa.create_engine(SERVER, future=True, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    with contextlib.closing(server.connect()) as connection:
        connection.execute(sa.text(statement))
    server.dispose()
