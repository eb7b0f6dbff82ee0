"""First come, first served, within a conversation; conversations never wait for each other."""

from __future__ import annotations

import asyncio
import time

import pytest
from rasa.core.lock_store import LockStore
from rasa.utils.endpoints import EndpointConfig

from concierge.rasa_runtime.lock_store import FairLockStore


async def test_one_at_a_time_in_the_order_of_arrival_without_polling() -> None:
    store = FairLockStore()
    order: list[int] = []
    inside = 0

    async def turn(number: int) -> None:
        nonlocal inside
        async with store.lock("claire"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.002)
            order.append(number)
            inside -= 1

    started = time.monotonic()
    await asyncio.gather(*(turn(number) for number in range(20)))
    assert order == list(range(20))
    assert time.monotonic() - started < 0.5, "Rasa's own would have taken nineteen seconds"
    assert len(store) == 0


async def test_conversations_do_not_wait_for_each_other() -> None:
    store = FairLockStore()
    async with store.lock("claire"):
        await asyncio.wait_for(asyncio.gather(*(_take(store, f"other {number}") for number in range(100))), 1)
    assert len(store) == 0


async def test_a_turn_that_fails_or_is_given_up_frees_the_conversation() -> None:
    store = FairLockStore()

    async def failing() -> None:
        async with store.lock("claire"):
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await failing()
    async with store.lock("claire"):
        waiting = asyncio.ensure_future(_take(store, "claire"))
        await asyncio.sleep(0)
        assert len(store) == 1
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await asyncio.wait_for(_take(store, "claire"), 1)
    assert len(store) == 0


async def test_rasas_times_do_not_end_a_turn() -> None:
    store = FairLockStore()
    async with store.lock("claire", lock_lifetime=0.001, wait_time_in_seconds=0.001):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(_take(store, "claire"), 0.05)


def test_rasa_finds_it_by_its_path() -> None:
    endpoint = EndpointConfig.from_dict({"type": "concierge.rasa_runtime.lock_store.FairLockStore"})
    assert isinstance(LockStore.create(endpoint), FairLockStore)


async def _take(store: FairLockStore, conversation: str) -> None:
    async with store.lock(conversation):
        await asyncio.sleep(0)
