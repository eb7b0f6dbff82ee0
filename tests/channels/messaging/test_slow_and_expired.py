"""Answers that take too long, and tokens that end while we send: what was to be said comes once, and in order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import pytest

from concierge.channels.messaging import calling
from concierge.channels.messaging.adapters import email
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import NotNow
from concierge.channels.messaging.registry import configured, kinds
from concierge.conversations.outbox_states import UNKNOWN
from concierge.conversations.schema import outlets
from concierge.mail.server import MailServer
from concierge.storage.clock import from_now
from tests.channels.conftest import until
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.fakes import ALL
from tests.channels.messaging.provider import SLOW_SECONDS, Providers
from tests.channels.messaging.test_sending import address, customer, say, tell_of_all

BLIND = {kind.name for kind in kinds() if not kind.once}  # what may have arrived there is held
RENEWED = {"wechat"}  # whose token we ask for ourselves
NAMES = [kind.name for kind in ALL]
WITH_TOKENS = [name for name in NAMES if name != "email"]


def said(alone: Alone, name: str) -> list[str]:
    return alone.fakes[name].said(customer(alone.fakes[name], 1))


def each(names: Iterable[str], *texts: str) -> dict[str, list[str]]:
    return {name: list(texts) for name in names}


@pytest.mark.parametrize("trouble", ["slow", "hung"])
async def test_a_time_out_on_every_channel(alone: Alone, monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    """All of the request is there, and the answer comes after we have stopped to wait, or not at all."""
    seconds = SLOW_SECONDS / 2
    monkeypatch.setattr(calling, "SECONDS", seconds)
    monkeypatch.setattr(email, "MailServer", partial(MailServer, seconds=seconds))
    one = {name: alone.hear(name, address(alone.fakes[name], 1)) for name in NAMES}
    telling = [asyncio.get_running_loop().create_task(tell_of_all(alone, alone.fakes[name])) for name in NAMES]
    for name, conversation in one.items():
        alone.tells_within(alone.adapters[name], 2 * seconds)
        alone.fakes[name].trouble.append(trouble)
        say(alone, conversation, "first", "second")
    async with alone.sender():
        await alone.drained()
    for task in telling:
        task.cancel()
    arrived = {name: said(alone, name) for name in NAMES}
    held = {name: ["second"] if trouble == "hung" else ["first", "second"] for name in BLIND}
    assert arrived == {**each(NAMES, "first", "second"), **held}
    states = {name: alone.states(one[name]) for name in NAMES}
    assert states == {**each(NAMES, "sent", "sent"), **each(BLIND, "failed", "sent")}
    assert {letter.channel for letter in alone.letters(UNKNOWN)} == BLIND
    assert [name for name in NAMES if alone.fakes[name].complaints] == []


@pytest.fixture
def expiring(providers: Providers) -> Iterator[list[Any]]:
    """Those that have given us something to call with; at the end it is good again."""
    fakes: list[Any] = [providers.fakes[name] for name in WITH_TOKENS]
    before = [dict(vars(fake)) for fake in fakes]
    yield fakes
    for fake, known in zip(fakes, before, strict=True):
        for name in ("token", "secret", "access"):
            vars(fake).pop(name, None)
            if name in known:
                setattr(fake, name, known[name])


async def test_tokens_that_end_while_we_send(
    alone: Alone, providers: Providers, expiring: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    one = {fake.name: alone.hear(fake.name, address(fake, 1)) for fake in expiring}
    asked_for = [name for name in one if name not in RENEWED]
    async with alone.sender():
        for conversation in one.values():
            await asyncio.to_thread(say, alone, conversation, "one")
        await alone.drained()
        for fake in expiring:
            fake.expires()
        for conversation in one.values():
            await asyncio.to_thread(say, alone, conversation, "two", "three")

        def refused() -> set[str]:
            return {letter.channel for letter in alone.letters("waiting") if letter.error.startswith("token_refused")}

        await asyncio.to_thread(until, lambda: refused() == set(asked_for))
        await asyncio.to_thread(until, lambda: all(len(said(alone, name)) == 3 for name in RENEWED))
    assert {name: said(alone, name) for name in asked_for} == each(asked_for, "one")
    for name in asked_for:
        assert f"{alone.adapters[name].title} refuses us (token_refused" in caplog.text
    assert not any(letter.state == "failed" for letter in alone.letters("failed"))

    # An operator enters the new ones, and the front starts again; a minute has passed.
    alone.adapters = configured(
        lambda names: {name: value for name, value in providers.environment().items() if name in names}
    )
    with alone.engine.begin() as connection:
        connection.execute(outlets.update().values(next_at=from_now(0.0)))
    async with alone.sender():
        await alone.drained()
    assert {name: said(alone, name) for name in one} == each(one, "one", "two", "three")
    assert {name: alone.states(one[name]) for name in one} == each(one, *["sent"] * 3)


async def test_the_check_tells_of_a_token_that_has_ended(alone: Alone, expiring: list[Any]) -> None:
    for fake in expiring:
        fake.expires()
    told = set()
    async with Api() as api:
        for fake in expiring:
            try:
                await alone.adapters[fake.name].check(api)
            except NotNow as problem:
                told.add(fake.name if problem.ours else "")
    # Apple's gateway can be asked nothing; WeChat's token is renewed.
    assert told == {fake.name for fake in expiring} - {"apple", *RENEWED}
