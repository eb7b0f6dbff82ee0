"""The systems that cases are handed on to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from concierge.conversations import Case, Cases, ConversationLog, upgrade
from concierge.handoff.package import build
from concierge.storage.database import open_engine
from tests.handoff.fakes import ChatwootServer, DirectLine, Hook, ZendeskServer


@pytest.fixture
def hook() -> Iterator[Hook]:
    running = Hook()
    yield running
    running.server.close()


@pytest.fixture
def hub() -> Iterator[DirectLine]:
    running = DirectLine()
    yield running
    running.server.close()


@pytest.fixture
def chatwoot() -> Iterator[ChatwootServer]:
    running = ChatwootServer()
    yield running
    running.server.close()


@pytest.fixture
def zendesk() -> Iterator[ZendeskServer]:
    running = ZendeskServer()
    yield running
    running.server.close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ConversationLog]:
    engine = open_engine(f"sqlite:///{tmp_path / 'log.db'}")
    upgrade(engine)
    yield ConversationLog(engine)
    engine.dispose()


def complaint(log: ConversationLog, conversation_id: str, *, queue: str, verified: bool = False) -> Case:
    """A case with the package of a customer who complains, and has proved who they are or not."""
    package = build(
        log,
        conversation_id,
        reason="complaint",
        priority="high",
        queue=queue,
        slots={},
        latest_intent="complaint",
        order=None,
        decisions=[],
    )
    package["customer"]["verified"] = verified
    return Cases(log).start(conversation_id, "complaint", priority="high", queue=queue, package=package)
