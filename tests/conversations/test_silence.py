"""PostgreSQL that says nothing: every wait for it ends, and the next one is with a new connection."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from concierge.conversations import ConversationLog, upgrade
from concierge.storage import outage, postgres
from concierge.storage.database import open_engine, unhurried, write
from tests.e2e.faults.relay import Relay, through

pytestmark = pytest.mark.postgres


@pytest.fixture
def relay(postgres_url):
    address = sa.engine.make_url(postgres_url)
    made = Relay(address.host, address.port or 5432)
    yield made
    made.close()


@pytest.fixture
def engine(relay, postgres_url):
    engine = open_engine(through(relay, postgres_url), busy_seconds=1, statement_seconds=2)
    upgrade(engine)
    yield engine
    engine.dispose()


def seconds_of(work):
    began = time.monotonic()
    try:
        work()
    except sa.exc.SQLAlchemyError as problem:
        return time.monotonic() - began, problem
    return time.monotonic() - began, None


def test_idle_connections_that_have_fallen_silent_are_replaced(relay, engine):
    log = ConversationLog(engine)
    one = log.open("website").id
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: log.get(one), range(40)))
        relay.fall_silent(new_ones_too=False)
        taken = list(pool.map(lambda _: seconds_of(lambda: log.get(one)), range(200)))
    assert [problem for _, problem in taken if problem] == []
    assert max(seconds for seconds, _ in taken) < postgres.PING_SECONDS + 2
    assert len([seconds for seconds, _ in taken if seconds > 1]) <= 8, "the others did not have to find it out"


def test_a_statement_whose_answer_never_comes_ends_and_the_next_one_is_answered(relay, engine):
    log = ConversationLog(engine)
    one = log.open("website").id

    def append():
        with write(engine) as connection:
            relay.fall_silent(new_ones_too=False)
            log.append_in(connection, one, "customer", "hello")

    seconds, problem = seconds_of(append)
    assert 3.5 < seconds < 6  # two for the server, and two more
    assert outage.passes(problem)
    assert problem.connection_invalidated
    assert log.append(one, "customer", "hello").seq == 1


def test_while_nothing_answers_every_request_fails_within_its_time_however_many_there_are(relay, engine):
    log = ConversationLog(engine)
    one = log.open("website").id
    relay.fall_silent(new_ones_too=True)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: seconds_of(lambda: log.get(one)), range(100)))
    assert all(outage.passes(problem) for _, problem in taken)
    assert time.monotonic() - began < postgres.PING_SECONDS + postgres.CONNECT_SECONDS + 3
    relay.speak()
    time.sleep(postgres.REST_SECONDS)
    assert log.get(one).id == one


def test_a_server_that_takes_no_connections_is_given_up(postgres_url):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:  # its queue is full: the kernel drops the rest
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        url = sa.engine.make_url(postgres_url).set(host="127.0.0.1", port=full.getsockname()[1])
        engine = open_engine(url)
        seconds, problem = seconds_of(lambda: engine.connect().close())
        assert postgres.CONNECT_SECONDS - 0.5 < seconds < postgres.CONNECT_SECONDS + 2
        assert outage.passes(problem)
        seconds, problem = seconds_of(lambda: engine.connect().close())
        assert seconds < 0.5, "whoever comes next need not wait"
        engine.dispose()
        for each in waiting:
            each.close()


def test_the_address_may_name_several_hosts_and_its_own_limits(relay, postgres_url):
    """The first host answers nothing: the next one is asked."""
    relay.fall_silent(new_ones_too=True)
    address = sa.engine.make_url(postgres_url)
    hosts = {"host": f"127.0.0.1,{address.host}", "port": f"{relay.port},{address.port or 5432}"}
    path = f"postgresql://{address.username}@/{address.database}?options={address.query['options']}"
    url = sa.engine.make_url(path).update_query_dict({**hosts, "connect_timeout": "2"})
    engine = open_engine(url)
    seconds, problem = seconds_of(lambda: engine.connect().close())
    assert (problem, seconds < 5) == (None, True)
    engine.dispose()


def test_what_may_take_long_is_left_to_take_it_and_only_that(engine):
    sleep = sa.text("SELECT pg_sleep(2.5)")
    with engine.begin() as connection, unhurried(connection):
        connection.execute(sleep)
    with pytest.raises(sa.exc.OperationalError, match="statement timeout"), engine.begin() as connection:
        connection.execute(sleep)
    ended = pytest.raises(sa.exc.OperationalError, match="statement timeout")
    with ended, engine.begin() as connection, unhurried(connection, 1):
        connection.execute(sleep)


def test_somebody_elses_lock_is_waited_for_as_long_as_was_said(engine, relay):
    log = ConversationLog(engine)
    one = log.open("website").id
    locked, leave = threading.Event(), threading.Event()

    def hold():
        with engine.begin() as connection:
            log.lock(connection, one)
            locked.set()
            leave.wait(10)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        locked.wait(5)
        seconds, problem = seconds_of(lambda: log.append(one, "customer", "hello"))
        leave.set()
        held.result()
    assert 0.8 < seconds < 2
    assert "lock timeout" in str(problem)
    assert log.append(one, "customer", "hello").seq == 1


def test_a_read_only_database_passes_and_its_connections_are_not_kept(engine, postgres_url):
    """``ALTER DATABASE … SET default_transaction_read_only`` and a server that has become a standby hold for a session:
    one that was opened then stays read-only when the others no longer are."""
    log = ConversationLog(engine)
    one = log.open("website").id
    with engine.connect() as connection:
        connection.execute(sa.text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
        connection.commit()
    _, problem = seconds_of(lambda: log.append(one, "customer", "hello"))
    assert isinstance(problem, sa.exc.OperationalError)
    assert problem.connection_invalidated
    assert log.append(one, "customer", "hello").seq == 1
