"""A log in each kind of database: SQLite, and PostgreSQL where one answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from concierge.conversations import Cases, ConversationLog, upgrade
from concierge.storage.database import open_engine
from tests.postgres import Schema, postgres_schema


@pytest.fixture
def postgres() -> Iterator[Schema]:
    with postgres_schema("log") as schema:
        yield schema


@pytest.fixture
def postgres_url(postgres: Schema) -> str:
    return postgres.url()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'log.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
def engine(url: str, migrated: Path) -> Iterator[sa.engine.Engine]:
    address = sa.engine.make_url(url)
    if address.drivername == "sqlite" and not Path(address.database).exists():
        shutil.copy(migrated / "concierge.db", address.database)
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
