from __future__ import annotations

import pytest

from concierge.conversations import Cases, ConversationLog, upgrade
from concierge.database import open_engine


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'log.db'}"


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
