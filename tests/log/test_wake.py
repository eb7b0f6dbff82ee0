from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest

from concierge.conversations import Wake


@pytest.fixture
async def wake(log):
    wake = Wake(log)
    yield wake
    await wake.close()


async def test_a_change_in_this_process_wakes_at_once(log, wake):
    mine, other = log.open("website"), log.open("website")
    with wake.watch(mine.id) as watch, wake.watch() as everything:
        await watch.wait(0.2)
        await everything.wait(0)
        await asyncio.to_thread(log.append, other.id, "customer", "elsewhere")
        assert await everything.wait(2) == {other.id}
        began = time.perf_counter()
        await asyncio.to_thread(log.append, mine.id, "customer", "here")
        assert await watch.wait(2) == {mine.id}
        assert time.perf_counter() - began < 0.04


async def test_a_change_between_two_waits_is_not_lost(log, wake):
    mine = log.open("website")
    with wake.watch(mine.id) as watch:
        await asyncio.to_thread(log.append, mine.id, "customer", "here")
        await asyncio.sleep(0.05)
        assert await watch.wait(0.01) == {mine.id}


async def test_time_running_out_is_no_change(log, wake):
    mine = log.open("website")
    with wake.watch(mine.id) as watch:
        await watch.wait(0.5)  # a wake-up from the beginning of the watch may still be on its way
        assert await watch.wait(0.1) == set()
    assert not await wake.wait(mine.id, 0.1)


async def test_a_change_in_another_process_wakes_soon(log, wake, url):
    mine = log.open("website")
    code = (
        "import sys; from concierge.database import open_engine; from concierge.conversations import ConversationLog; "
        "log = ConversationLog(open_engine(sys.argv[1])); sys.stdin.readline(); "
        "log.append(sys.argv[2], 'advisor', 'hi'); "
        "sys.stdin.readline(); log.typing(sys.argv[2], 'advisor')"
    )
    other = subprocess.Popen([sys.executable, "-c", code, url, mine.id], stdin=subprocess.PIPE)  # noqa: ASYNC220
    with wake.watch(mine.id) as watch:
        await watch.wait(1)
        for _ in range(2):
            other.stdin.write(b"\n")
            other.stdin.flush()
            assert await watch.wait(20) == {mine.id}
            await watch.wait(0.2)
    assert other.wait(20) == 0
