"""A log in each kind of database: SQLite, and PostgreSQL where one answers."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from concierge.conversations import Cases, ConversationLog, upgrade
from concierge.storage.database import open_engine

POSTGRES = os.environ.get("CONCIERGE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.engine.Engine]:
    engine = sa.create_engine(POSTGRES, future=True, connect_args={"connect_timeout": 2})
    try:
        engine.connect().close()
    except sa.exc.OperationalError:
        pytest.skip(f"no PostgreSQL answers at {POSTGRES}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_url(postgres_server: sa.engine.Engine) -> Iterator[str]:
    """A schema of its own on a real server, dropped afterwards."""
    schema = f"log_{uuid.uuid4().hex[:12]}"
    with postgres_server.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
    path = {"options": f"-csearch_path={schema}"}
    yield sa.engine.make_url(POSTGRES).update_query_dict(path).render_as_string(hide_password=False)
    with postgres_server.begin() as connection:
        connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'log.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
def engine(url):
    engine = open_engine(url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def log(engine):
    return ConversationLog(engine)


@pytest.fixture
def cases(log):
    return Cases(log)
