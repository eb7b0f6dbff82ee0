"""The case of a conversation that is handed over: its queue, its priority, when its first answer is due."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from concierge.conversations import Cases, ConversationLog, upgrade
from concierge.handoff import package
from concierge.handoff.opening import open_case
from concierge.settings import get_settings
from concierge.storage.database import open_engine


@pytest.fixture
def log(tmp_path: Path):
    engine = open_engine(f"sqlite:///{tmp_path / 'log.db'}")
    upgrade(engine)
    yield ConversationLog(engine)
    engine.dispose()


def handed_over(log: ConversationLog, reason: str = "complaint", language: str = "en"):
    conversation = log.open("website", language=language, region="EU").id
    log.append(conversation, "customer", "This is not as it should be")
    document = package.build(
        log,
        conversation,
        reason=reason,
        priority="normal",
        slots={},
        latest_intent=reason,
        order=None,
        decisions=[],
    )
    return open_case(Cases(log), document, None)


def test_it_waits_in_its_queue_and_everybody_is_told_the_same(log: ConversationLog) -> None:
    case = handed_over(log)
    assert (case.queue, case.priority) == ("complaints", "high")
    assert case.due_at - case.created_at < timedelta(minutes=15) + timedelta(seconds=1)
    assert (case.package["queue"], case.package["priority"]) == ("complaints", "high")
    assert (case.package["metadata"]["queue"], case.package["metadata"]["priority"]) == ("complaints", "high")
    assert handed_over(log, "customer_asked", "it").queue == "italian"


def test_a_file_that_cannot_be_read_keeps_nobody_from_waiting(
    log: ConversationLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("queues: nothing")
    monkeypatch.setattr(get_settings(), "queues", broken)
    case = handed_over(log)
    assert (case.queue, case.status, case.due_at) == ("", "queued", None)
    assert "file of queues cannot be read" in caplog.text
