from __future__ import annotations

import os
import uuid

import pytest

from concierge.conversations import Cases, ConversationLog, upgrade
from concierge.database import open_engine


@pytest.fixture
def url(tmp_path):
    """SQLite, or a schema of its own in the PostgreSQL that CONCIERGE_TEST_POSTGRES names."""
    postgres = os.environ.get("CONCIERGE_TEST_POSTGRES")
    if not postgres:
        yield f"sqlite:///{tmp_path / 'log.db'}"
        return
    schema, admin = f"log_{uuid.uuid4().hex[:12]}", open_engine(postgres)
    with admin.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    yield f"{postgres}?options=-csearch_path%3D{schema}"
    with admin.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    admin.dispose()


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
