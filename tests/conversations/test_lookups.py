"""The limit on tries at naming an order: counted before they are checked, on both databases."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from concierge.conversations import ConversationLog, schema, upgrade
from concierge.conversations.base import now
from concierge.conversations.lookups import TryLimits
from concierge.storage.database import open_engine, write
from tests.postgres import postgres_schema

LIMITS = TryLimits(of_conversation=5, of_network=20, network_seconds=3600)


@pytest.fixture(params=["sqlite", "postgres"])
def log(request: pytest.FixtureRequest, tmp_path) -> Iterator[ConversationLog]:
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'log.db'}")
        upgrade(engine)
        yield ConversationLog(engine)
        engine.dispose()
        return
    with postgres_schema("lookups") as schema:
        engine = open_engine(schema.url())
        upgrade(engine)
        yield ConversationLog(engine)
        engine.dispose()


def at_once(count: int, one: Callable[[int], object]) -> list[object]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_of_sixty_wrong_tries_at_once_twenty_are_checked(log):
    conversations = [log.open("website").id for _ in range(60)]

    def attempt(number: int) -> bool:
        tried = log.begin_lookup(conversations[number], "network", LIMITS)
        if tried is None:
            return False
        time.sleep(0.02)  # as an order system takes its time
        log.end_lookup(tried, False)
        return True

    assert at_once(60, attempt).count(True) == 20
    assert log.failed_lookups(timedelta(hours=1), network="network") == 20


def test_of_sixty_right_tries_at_once_none_is_refused(log):
    conversations = [log.open("website").id for _ in range(60)]

    def attempt(number: int) -> bool:
        tried = log.begin_lookup(conversations[number], "network", LIMITS)
        if tried is None:
            return False
        time.sleep(0.02)
        log.end_lookup(tried, True)
        return True

    assert all(at_once(60, attempt))
    assert log.failed_lookups(timedelta(hours=1), network="network") == 0


def test_five_in_one_conversation_whatever_its_network(log):
    one = log.open("website").id

    def attempt(number: int) -> bool:
        tried = log.begin_lookup(one, f"network {number}", LIMITS)
        if tried is not None:
            log.end_lookup(tried, False)
        return tried is not None

    assert at_once(12, attempt).count(True) == 5


def test_what_could_not_be_checked_does_not_count(log):
    one = log.open("website").id
    for _ in range(12):
        log.end_lookup(log.begin_lookup(one, "network", LIMITS), None)
    assert log.begin_lookup(one, "network", LIMITS)


def test_a_try_that_was_cut_short_counts_as_wrong(log):
    one = log.open("website").id
    for _ in range(5):
        log.begin_lookup(one, "", LIMITS)
    began = time.monotonic()
    with write(log.engine) as connection:
        connection.execute(schema.lookups.update().values(created_at=now() - timedelta(minutes=1)))
    assert log.begin_lookup(one, "", LIMITS) is None
    assert time.monotonic() - began < 1, "and nobody waits for it"


def test_without_a_network_only_the_conversation_counts(log):
    for _ in range(30):
        log.end_lookup(log.begin_lookup(log.open("website").id, "", LIMITS), False)
    assert log.begin_lookup(log.open("website").id, "", LIMITS)
