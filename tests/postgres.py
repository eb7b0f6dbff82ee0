"""A real PostgreSQL, where one answers: a schema of its own for whoever asks, dropped afterwards."""

from __future__ import annotations

import contextlib
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
        return sa.engine.make_url(SERVER).update_query_dict(parts).render_as_string(hide_password=False)


@contextlib.contextmanager
def postgres_schema(prefix: str) -> Iterator[Schema]:
    """Empty. Skips the test where no server answers."""
    server = sa.create_engine(SERVER, future=True, connect_args={"connect_timeout": 3})
    schema = Schema(f"{prefix}_{uuid.uuid4().hex[:12]}", server)
    try:
        with server.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA {schema.name}"))
    except sa.exc.OperationalError:
        server.dispose()
        pytest.skip(f"no PostgreSQL answers at {SERVER}")
    try:
        yield schema
    finally:
        with server.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {schema.name} CASCADE"))
        server.dispose()
