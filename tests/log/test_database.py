from __future__ import annotations

import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from concierge.conversations.schema import conversations
from concierge.database import open_engine, write

sqlite_only = pytest.mark.skipif("CONCIERGE_TEST_POSTGRES" in os.environ, reason="about SQLite's lock")


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
