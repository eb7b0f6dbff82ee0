"""The log through a real PgBouncer that gives out connections by the transaction, as docs/operating.md sets it up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from concierge.conversations import ConversationLog, LogAccess, upgrade
from concierge.conversations.inbox import Reply
from concierge.conversations.notifications import Watch
from concierge.storage.database import open_engine, read, unhurried, write
from tests import pooler
from tests.postgres import Schema, postgres_schema

pytestmark = [pytest.mark.postgres, pooler.needed]
SERVER_CONNECTIONS = 3


@pytest.fixture(scope="module")
def schema() -> Iterator[Schema]:
    with postgres_schema("pooler") as made:
        yield made


@pytest.fixture(scope="module")
def pooled(schema: Schema) -> Iterator[str]:
    with pooler.pooler(schema, SERVER_CONNECTIONS) as address:
        yield address


def converse(log: ConversationLog, number: int) -> list[str]:
    one = log.open("website").id
    for turn in range(5):
        log.receive(one, f"question {number}.{turn}", client_key=f"page.{turn}")
        message = log.claim_next(one, 30)
        log.complete(message, [Reply(f"answer {number}.{turn}")], lease_seconds=30)
    return [row.text for row in log.messages(one)]


def test_many_threads_share_few_connections_and_nothing_is_mixed_up(pooled: str) -> None:
    engine = open_engine(pooled)
    upgrade(engine)  # migrations and their lock, too
    log = ConversationLog(engine)
    with ThreadPoolExecutor(12) as pool:
        said = list(pool.map(lambda number: converse(log, number), range(36)))
    expected = [
        [f"{what} {number}.{turn}" for turn in range(5) for what in ("question", "answer")] for number in range(36)
    ]
    assert said == expected
    with read(engine, one_state=True) as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM messages")).scalar_one() == 360
    with write(engine) as connection, unhurried(connection, 1):
        assert connection.execute(sa.text("SHOW statement_timeout")).scalar_one() == "1s"
    engine.dispose()


async def its_turn(watch: Watch) -> None:
    """Until it listens, which a watch is told of; on a busy machine to connect takes seconds."""
    deadline = time.monotonic() + 60
    while not await watch.wait(1):
        assert time.monotonic() < deadline, "nobody listens"


async def test_who_listens_past_the_pooler_is_told(pooled: str, schema: Schema) -> None:
    upgrade(open_engine(pooled))
    here, there = LogAccess(pooled, schema.url()), LogAccess(pooled, schema.url())
    try:
        one = there.log.open("website").id
        with here.notifications.watch(one) as watch, here.notifications.watch_work() as work:
            await its_turn(watch)
            await work.wait(0.1)
            for turn in range(20):
                await asyncio.to_thread(there.log.append, one, "customer", f"{turn}", state="new")
                assert await watch.wait(5) == {one}
                assert await work.wait(5) == {one}
    finally:
        await here.close()
        await there.close()
