from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from concierge.conversations import ConversationLog, Notifications, Reply, upgrade
from concierge.conversations.notifications import Watch
from concierge.storage.database import open_engine, run


@pytest.fixture
async def notifications(log):
    notifications = Notifications(log)
    yield notifications
    await notifications.close()


async def test_a_change_in_this_process_wakes_at_once(log, notifications):
    mine, other = log.open("website"), log.open("website")
    with notifications.watch(mine.id) as watch, notifications.watch() as everything:
        await watch.wait(0.2)
        await everything.wait(0)
        await asyncio.to_thread(log.append, other.id, "customer", "elsewhere")
        assert await everything.wait(2) == {other.id}
        began = time.perf_counter()
        await asyncio.to_thread(log.append, mine.id, "customer", "here")
        assert await watch.wait(2) == {mine.id}
        assert time.perf_counter() - began < 0.04


async def test_a_change_between_two_waits_is_not_lost(log, notifications):
    mine = log.open("website")
    with notifications.watch(mine.id) as watch:
        await asyncio.to_thread(log.append, mine.id, "customer", "here")
        await asyncio.sleep(0.05)
        assert await watch.wait(0.01) == {mine.id}


async def test_who_waits_for_an_answer_does_not_look_for_the_question(log, notifications):
    mine = log.open("website")
    with notifications.watch(mine.id) as watch:
        await watch.wait(0.5)
        watch.skip_next()
        await run(log.engine, None, log.receive, mine.id, "how are you")
        assert await watch.wait(0.1) == set()
        await asyncio.to_thread(log.append, mine.id, "assistant", "well")
        assert await watch.wait(2) == {mine.id}


async def test_time_running_out_is_no_change(log, notifications):
    mine = log.open("website")
    with notifications.watch(mine.id) as watch:
        await watch.wait(0.5)  # a wake-up from the beginning of the watch may still be on its way
        assert await watch.wait(0.1) == set()
    assert not await notifications.wait(mine.id, 0.1)


@pytest.mark.parametrize("later", range(4), ids=lambda steps: f"{steps} steps later")
async def test_a_wait_that_is_cancelled_as_something_changes_is_cancelled(later):
    watch = Watch()
    waiting = asyncio.create_task(watch.wait(5))
    await asyncio.sleep(0.01)
    watch.mark("somebody's")
    for _ in range(later):
        await asyncio.sleep(0)
    cancelled = waiting.cancel()  # false once it has ended
    await asyncio.wait({waiting})
    assert waiting.cancelled() is cancelled


async def test_a_change_in_another_process_wakes_soon(log, notifications, url):
    mine = log.open("website")
    code = (
        "import sys; from concierge.storage.database import open_engine; "
        "from concierge.conversations import ConversationLog; "
        "log = ConversationLog(open_engine(sys.argv[1])); sys.stdin.readline(); "
        "log.append(sys.argv[2], 'advisor', 'hi'); "
        "sys.stdin.readline(); log.typing(sys.argv[2], 'advisor')"
    )
    other = subprocess.Popen([sys.executable, "-c", code, url, mine.id], stdin=subprocess.PIPE)  # noqa: ASYNC220
    with notifications.watch(mine.id) as watch:
        await watch.wait(1)
        for _ in range(2):
            other.stdin.write(b"\n")
            other.stdin.flush()
            assert await watch.wait(20) == {mine.id}
            await watch.wait(0.2)
    assert other.wait(20) == 0


async def test_what_is_written_in_place_wakes_once_and_whoever_looks_for_work_not_at_all(log, notifications):
    """Nothing but this process changes the log here: the one wake is its own, not one of the database besides."""
    mine = log.open("website")
    with notifications.watch(mine.id) as watch, notifications.watch_work() as inbox:
        await watch.wait(0.5)
        await inbox.wait(0.5)
        for number in range(3):
            receipt = await run(log.engine, None, log.receive, mine.id, f"message {number}", lease_seconds=30)
            assert await watch.wait(2) == {mine.id}
            assert await watch.wait(0.3) == set()
            await run(log.engine, None, log.complete, receipt.message, [Reply("hello")], lease_seconds=30)
            assert await watch.wait(2) == {mine.id}
            assert await watch.wait(0.3) == set()
        assert await inbox.wait(0.1) == set()


async def test_what_waits_in_an_inbox_wakes_whoever_looks_for_work(log, cases, notifications, url):
    mine = log.open("website")
    case = cases.start(mine.id, "asked")
    with notifications.watch_work() as inbox:
        await inbox.wait(0.5)
        await asyncio.to_thread(cases.leave, case.id)  # the assistant has to say so
        assert await inbox.wait(2) == {mine.id}
        await inbox.wait(0.3)
        given_back = log.claim_next(mine.id, 30)
        await run(log.engine, None, log.finish, mine.id, given_back.seq, "new")
        assert await inbox.wait(2) == {mine.id}
        elsewhere = ConversationLog(open_engine(url))
        await asyncio.to_thread(elsewhere.append, mine.id, "customer", "left by another process", state="new")
        assert await inbox.wait(2) == {mine.id}
        elsewhere.engine.dispose()


async def test_another_process_is_heard_after_connections_were_lost(log, notifications, url, engine):
    """Who has told of a change is named by the message, not by a number of the server's, which is given again."""
    if engine.dialect.name == "sqlite":
        pytest.skip("there is none to lose")
    mine, before = log.open("website"), set()
    sa.event.listen(engine, "checkout", lambda driver, *_: before.add(driver.get_backend_pid()))
    with notifications.watch(mine.id) as watch:
        await watch.wait(1)
        with engine.begin() as connection:
            own = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            assert before - {own}, "the one that listens"
            for pid in before - {own}:
                connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        engine.dispose()
        assert await asyncio.to_thread(log.get, mine.id)
        await watch.wait(3)  # it listens again
        elsewhere = ConversationLog(open_engine(url))
        await asyncio.to_thread(elsewhere.append, mine.id, "advisor", "hello")
        assert await watch.wait(5) == {mine.id}
        elsewhere.engine.dispose()


_LISTENING = sa.text(
    "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN concierge%' AND application_name = :name"
)


def listening(engine, name):
    """The server's ids of the connections that listen."""
    with engine.begin() as connection:
        return set(connection.execute(_LISTENING, {"name": name}).scalars())


async def one_that_listens(engine, name, other_than=frozenset()):
    """The server lists a connection that was ended until it is gone."""
    began = time.monotonic()
    while not (found := await asyncio.to_thread(listening, engine, name) - other_than):
        assert time.monotonic() - began < 20, "nobody listens"
        await asyncio.sleep(0.02)
    (only,) = found
    return only


def cut(engine, pid):
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


@pytest.mark.postgres
async def test_a_lost_connection_leaves_its_number_to_the_next_request(postgres, monkeypatch):
    """The descriptor of the connection that listened is given to the next socket that is accepted."""
    name = postgres.name
    monkeypatch.setenv("PGAPPNAME", name)
    engine = open_engine(postgres.url())
    upgrade(engine)
    log = ConversationLog(engine)
    notifications = Notifications(log)

    async def answer(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello\n")
        try:
            return await asyncio.wait_for(reader.readline(), 2)
        except asyncio.TimeoutError:
            return b"hung"
        finally:
            writer.close()

    with notifications.watch(log.open("website").id):
        listens = await one_that_listens(postgres.server, name)
        for _ in range(5):
            await asyncio.to_thread(cut, postgres.server, listens)
            answers = await asyncio.gather(*(ask() for _ in range(10)))
            assert answers == [b"hello\n"] * 10
            burnt, began = time.process_time(), time.monotonic()
            listens = await one_that_listens(postgres.server, name, other_than={listens})
            await asyncio.sleep(0.5)
            assert time.process_time() - burnt < 0.5 * (time.monotonic() - began), "the loop spins"
    server.close()
    await notifications.close()
    engine.dispose()


async def test_who_waits_is_given_what_this_process_has_appended_once(log, notifications):
    mine = log.open("website")
    with notifications.watch(mine.id) as watch:
        await watch.wait(0.5)
        receipt = await run(log.engine, None, log.receive, mine.id, "how are you")
        assert await watch.wait(2) == {mine.id}
        assert watch.take_appended() == receipt.message
        assert watch.take_appended() is None
        await asyncio.to_thread(log.append, mine.id, "assistant", "well")
        assert await watch.wait(2) == {mine.id}
        assert watch.take_appended() is None  # of more than its own message it is not told
