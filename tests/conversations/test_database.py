from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from concierge.conversations import ConversationLog, ConversationNotFound
from concierge.conversations.schema import conversations
from concierge.storage.database import WRITES_IN_PLACE, open_engine, read, run, version, write

sqlite_only = pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # about its lock


@sqlite_only
def test_a_writer_takes_the_lock_at_once_and_a_reader_does_not(engine, url):
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=0)
    with engine.begin() as reader:
        reader.execute(sa.select(conversations.c.id)).all()
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    with write(engine), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    with engine.begin():  # the writer's way to begin has not stayed with the thread
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    other.close()


@sqlite_only
def test_a_lock_that_is_kept_too_long_is_an_error_after_the_time_that_was_set(url, engine):
    hurried = open_engine(url, busy_seconds=0.2)
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(sa.exc.OperationalError, match="locked"), write(hurried):
        pass
    assert 0.1 < time.monotonic() - began < 3
    other.execute("ROLLBACK")
    with write(hurried) as connection:
        assert connection.execute(sa.select(conversations.c.id)).all() == []
    other.close()
    hurried.dispose()


def test_an_error_undoes_all_of_a_transaction_and_frees_the_lock(log, engine):
    one = log.open("website").id
    with pytest.raises(ZeroDivisionError), write(engine) as connection:
        assert log.append_in(connection, one, "customer", "hello").seq / 0
    assert log.get(one).last_seq == 0
    log.append(one, "customer", "hello")


def test_writers_of_one_process_take_turns_without_sleeping(log):
    one = log.open("website").id
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: log.append(one, "customer", "x"), range(400)))
    assert time.monotonic() - began < 20
    assert log.get(one).last_seq == 400


def test_times_are_aware_and_come_back_in_utc(log, engine):
    one = log.open("website").id
    rome = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=1)))
    with write(engine) as connection:
        connection.execute(conversations.update().values(created_at=rome))
    assert log.get(one).created_at == rome
    assert log.get(one).created_at.utcoffset() == timedelta(0)
    with pytest.raises(sa.exc.StatementError, match="time zone"), write(engine) as connection:
        connection.execute(conversations.update().values(created_at=datetime(2026, 1, 1)))


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as made:
        yield made


async def test_a_write_that_need_not_wait_takes_no_thread(log, engine, pool):
    one = log.open("website").id
    seen = []

    def append(text):
        seen.append(threading.current_thread() is threading.main_thread())
        return log.append(one, "customer", text)

    for number in range(3):
        stored = await run(engine, pool, append, f"message {number}")
        assert stored.seq == number + 1
    assert seen == [engine.dialect.name == "sqlite"] * 3


@sqlite_only
async def test_a_write_that_must_wait_does_so_in_a_thread_and_is_done_once(log, engine, url, pool):
    one = log.open("website").id
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.ensure_future(run(engine, pool, log.append, one, "customer", "hello"))
    await asyncio.sleep(0.2)
    assert not writing.done(), "and the event loop is free meanwhile"
    other.execute("ROLLBACK")
    assert (await writing).seq == 1
    assert [message.text for message in log.messages(one)] == ["hello"]
    other.close()


@sqlite_only
async def test_the_loops_of_two_threads_may_write_to_one_database(log, engine, url, pool):
    """The channels' log and that of the embedded actions: each its own engine, or one for both."""
    one, each = log.open("website").id, 2 * WRITES_IN_PLACE
    own = open_engine(url)

    async def fill(engine):
        for _ in range(each):
            await run(engine, pool, ConversationLog(engine).append, one, "customer", "x")

    others = [asyncio.to_thread(asyncio.run, fill(used)) for used in (own, engine)]
    await asyncio.gather(fill(engine), *others)
    assert [message.seq for message in log.messages(one)] == list(range(1, 3 * each + 1))
    own.dispose()


@sqlite_only
async def test_an_error_in_place_is_the_callers_and_leaves_nothing(log, engine, pool):
    one = log.open("website").id

    def fail():
        with write(engine) as connection:
            log.append_in(connection, one, "customer", "hello")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run(engine, pool, fail)
    assert log.get(one).last_seq == 0
    assert (await run(engine, pool, log.append, one, "customer", "again")).seq == 1


async def test_reading_need_not_wait_for_a_writer(log, engine, pool):
    one = log.open("website").id
    seen = []

    def look():
        seen.append(threading.current_thread() is threading.main_thread())
        return log.changes(one, 0).conversation

    with write(engine) as connection:
        log.append_in(connection, one, "customer", "hello")
        assert (await run(engine, pool, look)).last_seq == 0
    assert (await run(engine, pool, look)).last_seq == 1
    assert seen == [engine.dialect.name == "sqlite"] * 2


@sqlite_only
async def test_a_reader_that_cannot_read_at_once_tries_in_a_thread(log, engine, pool):
    one = log.open("website").id
    seen = []

    def look():
        with read(engine) as connection:
            seen.append(threading.current_thread() is threading.main_thread())
            if seen[-1]:  # as SQLite says while another process recovers the file
                raise sa.exc.OperationalError("SELECT", None, sqlite3.OperationalError("database is locked"))
            return connection.execute(sa.select(conversations.c.id)).scalar_one()

    assert await run(engine, pool, look) == one
    assert seen == [True, False]


@sqlite_only
async def test_the_connection_in_place_is_used_on_after_waits_and_errors(log, engine, url, pool):
    one = log.open("website").id
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)

    def break_it():
        with write(engine) as connection:
            log.append_in(connection, one, "customer", "never")
            connection.exec_driver_sql("SELECT nothing FROM nowhere")

    for number in range(3):
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.ensure_future(run(engine, pool, log.append, one, "customer", "hello"))
        await asyncio.sleep(0.05)
        other.execute("ROLLBACK")
        assert (await waiting).seq == 2 * number + 1
        with pytest.raises(sa.exc.OperationalError, match="nowhere"):
            await run(engine, pool, break_it)
        with pytest.raises(ConversationNotFound):
            await run(engine, pool, log.append, "nobody", "customer", "hello")
        assert (await run(engine, pool, log.append, one, "customer", "again")).seq == 2 * number + 2
    other.close()


@sqlite_only
async def test_the_version_tells_of_everybody_elses_commits(log, engine, url, pool):
    one = log.open("website").id
    log_beside = ConversationLog(open_engine(url))  # the trackers have an engine of their own
    before = version(engine)
    for each in (log, log_beside, log):
        await run(each.engine, pool, each.append, one, "customer", "hello")
        await run(each.engine, pool, each.changes, one, 0)
    assert version(engine) == version(log_beside.engine) == before
    await asyncio.to_thread(log.append, one, "customer", "hello")
    changed = version(engine)
    assert changed != before
    await run(engine, pool, log.append, one, "customer", "hello")
    assert version(engine) == changed
    other = sqlite3.connect(url.removeprefix("sqlite:///"))
    other.execute("UPDATE conversations SET language = 'fr'")
    other.commit()
    await run(engine, pool, log.append, one, "customer", "hello")  # and it is not lost behind one in place
    assert version(engine) != changed
    other.close()
    log_beside.engine.dispose()


@sqlite_only
async def test_the_write_ahead_log_does_not_grow_for_ever(log, engine, url, pool):
    one = log.open("website").id
    sizes = []
    for _ in range(4):
        for _ in range(WRITES_IN_PLACE):
            await run(engine, pool, log.append, one, "customer", "x" * 4000)
        sizes.append(_wal_size(url))
    assert sizes[-1] < 1.5 * sizes[0]


def _wal_size(url):
    return os.path.getsize(url.removeprefix("sqlite:///") + "-wal")


def test_a_new_file_may_be_opened_by_many_at_the_same_moment(tmp_path):
    """One file in ten refuses somebody who does not wait: forty files leave a mistake little room."""

    def open_together(url: str, barrier: threading.Barrier) -> None:
        barrier.wait()
        with open_engine(url).connect():
            pass

    with ThreadPoolExecutor(8) as programs:
        for number in range(40):
            url, barrier = f"sqlite:///{tmp_path}/{number}.db", threading.Barrier(8)
            for opened in [programs.submit(open_together, url, barrier) for _ in range(8)]:
                opened.result(60)
