"""One assistant with every channel, between fakes of their providers; and a sender alone, for what goes wrong."""

from __future__ import annotations

import asyncio
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from concierge.channels.messaging import sending
from concierge.channels.messaging.adapter import Adapter
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.enclosing import Enclosing
from concierge.channels.messaging.registry import configured
from concierge.conversations import ConversationLog, Notifications, upgrade
from concierge.conversations.outbox import Outbox
from concierge.conversations.outbox_states import STATES, UNKNOWN
from concierge.storage.database import open_engine
from tests.channels.conftest import Site
from tests.channels.messaging.fakes import ALL
from tests.channels.messaging.provider import Fake, Providers, Sent
from tests.postgres import postgres_schema

NUMBERS = count(1)
HTTP = httpx.Client(timeout=30)  # one for all: to make one takes longer than a delivery


@pytest.fixture(scope="session")
def providers() -> Iterator[Providers]:
    providers = Providers(*(kind() for kind in ALL))
    yield providers
    providers.close()


@pytest.fixture(scope="session")
def served(new_site: Callable[..., Site], providers: Providers) -> Site:
    """Shared by the tests that stop nothing."""
    site = new_site(**providers.environment())
    site.start_actions()
    site.start_assistant()
    return site


@pytest.fixture(params=[kind.name for kind in ALL])
def fake(request: pytest.FixtureRequest, providers: Providers) -> Iterator[Fake]:
    """Each provider in turn; at the end of a test it must have had nothing to complain of."""
    found = providers.fakes[request.param]
    yield found
    found.trouble.clear()
    complaints, found.complaints = found.complaints, []
    assert complaints == []


Shown = tuple[str, list[str]]  # a text, and what there is to choose


def plain(sent: Sent) -> Shown:
    """Text and titles, however the channel shows them."""
    text, _, numbered = sent.text.partition("\n\n1. ")
    titles = re.findall(r"^\d+\. (.*)$", f"1. {numbered}", re.MULTILINE) if numbered else [t for t, _ in sent.choices]
    return text, titles


class Customer:
    """Somebody who writes on a channel."""

    def __init__(self, site: Site, fake: Fake) -> None:
        self.site, self.fake = site, fake
        self.address = str(33_600_000_000 + uuid.uuid4().int % 10_000_000)
        if fake.name in ("sms", "twilio_whatsapp"):
            self.address = f"+{self.address}"
        self.number = next(NUMBERS) * 1000

    def deliver(self, delivery: dict[str, Any]) -> httpx.Response:
        address = f"{self.site.urls[0]}/webhooks/messaging/{self.fake.webhook}"
        return HTTP.post(address, **delivery)

    def next(self) -> int:
        self.number += 1
        return self.number

    def write(self, text: str) -> None:
        answer = self.deliver(self.fake.text(self.address, text, self.next()))
        assert answer.status_code == 200, answer.text

    @property
    def has(self) -> list[Shown]:
        return [plain(sent) for sent in self.fake.taken.get(self.address, [])]

    @property
    def conversation(self) -> Any:
        return self.site.log.find(self.fake.name, self.fake.address_of(self.address))


@pytest.fixture
def customer(served: Site, fake: Fake) -> Customer:
    return Customer(served, fake)


class Alone:
    """A sender and its outbox on a database of their own, without an assistant: what is said is said by the test."""

    def __init__(self, url: str, providers: Providers) -> None:
        environment = providers.environment()
        self.fakes = providers.fakes
        self.unknown: sending.UnknownOutcome = "hold"
        self.enclosing: Enclosing | None = None
        self.engine = open_engine(url)
        upgrade(self.engine)
        self.log = ConversationLog(self.engine)
        for fake in providers.fakes.values():
            fake.taken.clear()
        self.outbox = Outbox(self.log)
        self.adapters = configured(lambda names: {name: environment[name] for name in names if name in environment})
        for adapter in self.adapters.values():
            adapter.limits = replace(adapter.limits, rate=1000.0)  # type: ignore[misc]
            self.tells_within(adapter, 0.3)

    @staticmethod
    def tells_within(adapter: Adapter, seconds: float) -> None:
        """Where the provider tells at all."""
        if adapter.tells_within:
            adapter.tells_within = timedelta(seconds=seconds)  # type: ignore[misc]

    def hear(self, channel: str, address: str, at: datetime | None = None, **details: Any) -> str:
        conversation = self.log.open(channel, address)
        fake = self.fakes.get(channel)
        noted = {**(fake.noted(self.adapters[channel], address) if fake else {}), **details}
        self.outbox.hear(conversation.id, channel, at or datetime.now(timezone.utc), noted)
        return conversation.id

    def states(self, conversation_id: str) -> list[str]:
        every = [each for state in (*STATES, UNKNOWN) for each in self.letters(state)]
        return [
            each.state for each in sorted(every, key=lambda each: each.seq) if each.conversation_id == conversation_id
        ]

    def letters(self, state: str) -> list[Any]:
        return self.outbox.letters(state, 10_000)

    @asynccontextmanager
    async def sender(self) -> Any:
        """At work until the block ends; ``await drained()`` until nothing waits."""
        notifications = Notifications(self.log)
        async with Api() as api:
            sender = sending.Sender(
                self.outbox, self.adapters, api, asyncio.to_thread, self.enclosing, unknown=self.unknown
            )
            task = asyncio.get_running_loop().create_task(sender.work(notifications))
            try:
                yield sender
            finally:
                task.cancel()
                await sender.stop()
                await notifications.close()

    async def drained(self, seconds: float = 30) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while await asyncio.to_thread(self.letters, "waiting"):
            assert loop.time() < deadline, "something still waits"
            await asyncio.sleep(0.02)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of a tenth of a second instead of seconds."""
    for name, seconds in (
        ("FIRST_PAUSE", 0.05),
        ("LONGEST_PAUSE", 0.2),
        ("UNCLEAR_SECONDS", 0.3),
        ("SOON_SECONDS", 0.02),
    ):
        monkeypatch.setattr(sending, name, seconds)


@pytest.fixture
def alone(tmp_path: Path, migrated: Path, providers: Providers, quick: None) -> Iterator[Alone]:
    shutil.copy(migrated / "concierge.db", tmp_path / "log.db")
    alone = Alone(f"sqlite:///{tmp_path / 'log.db'}", providers)
    yield alone
    alone.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path, providers: Providers, quick: None) -> Iterator[Alone]:
    """As ``alone``, on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("alone")
        return
    with postgres_schema("outbox") as schema:
        alone = Alone(schema.url(), providers)
        yield alone
        alone.engine.dispose()
