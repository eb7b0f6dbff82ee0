"""What comes in while providers deliver twice, out of order, in batches and again, and our database fails: all of it is
in the log, once, and in the order in which its customer wrote. ``bench.channels_in`` has a thousand messages come."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.door import Door
from concierge.channels.messaging.media import Media
from concierge.channels.messaging.model import Incoming
from concierge.channels.messaging.receiving import Receiving
from concierge.channels.messaging.sending import Sender
from concierge.channels.reception import Reception
from concierge.files import FileStore
from concierge.settings import Settings
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.fakes import ALL
from tests.channels.messaging.provider import Fake
from tests.channels.messaging.test_door import OTHERS, signed

MANY = int(os.environ.get("CONCIERGE_TEST_INCOMING", "16"))  # on each channel
ONLY = os.environ.get("CONCIERGE_TEST_INCOMING_ONLY", "")
NAMES = [kind.name for kind in ALL if not ONLY or kind.name == ONLY]
AT_ONCE = 4  # messages that a customer writes in one breath
BATCHES = {"whatsapp": "entry", "messenger": "entry", "instagram": "entry", "line": "events"}  # where they are listed
_TAKEN, _REFUSED, _MOST_TRIES = 200, 503, 50
_FAILS = 0.08  # of what is written, and as often before and after it


@dataclass
class Line:
    """A provider's way to us: a door, behind which the database fails now and then."""

    door: Door
    log: Any
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)  # by channel and what it was

    async def deliver(self, fake: Fake, delivery: dict[str, Any]) -> bool:
        """Whether the provider was told that it is taken."""
        headers, content = {name.lower(): value for name, value in delivery["headers"].items()}, delivery["content"]
        body = content if isinstance(content, bytes) else content.encode()
        query = urlencode(delivery.get("params", {}))
        request: Any = SimpleNamespace(method="POST", query_string=query, headers=headers, body=body)
        self.counts[f"{fake.name}.deliveries"] += 1
        try:
            status = (await self.door.answer(request, fake.webhook)).status
        except sa.exc.OperationalError:  # answered with 503
            status = _REFUSED
        assert status in (_TAKEN, _REFUSED), status
        self.counts[f"{fake.name}.refused"] += status == _REFUSED
        return status == _TAKEN

    def fails(self, _: Any, __: Any, statement: str, parameters: Any, *more: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE")) and self.chance.random() < _FAILS:
            raise sa.exc.OperationalError(statement, parameters, Exception("the disk is full"))


class Shaky(Receiving):
    """Fails also before anything is written, and after all of it is: then it is in the log, and refused."""

    chance: random.Random

    async def _store(self, incoming: Incoming) -> None:
        for store in (super()._store, None):
            if self.chance.random() < _FAILS:
                raise sa.exc.OperationalError("COMMIT", {}, Exception("the server is gone"))
            if store is not None:
                await store(incoming)


@pytest.fixture
async def line(alone: Alone, tmp_path: Path) -> AsyncIterator[Line]:
    url = str(alone.engine.url).replace("sqlite+concierge", "sqlite")
    reception = Reception(Settings(_env_file=None, var=tmp_path, database_url=url, messages_per_minute=100_000))
    async with Api() as api:
        sender = Sender(alone.outbox, {}, api, asyncio.to_thread)
        media = Media(alone.log, FileStore(tmp_path / "files"), {}, api, asyncio.to_thread)
        door = Door(alone.adapters)
        door._receiving = receiving = Shaky(reception, alone.outbox, alone.adapters, sender, media)
        for shown in ("seen", "acknowledge"):
            setattr(sender, shown, lambda *about, **more: None)
        made = Line(door, alone.log, random.Random(7))
        receiving.chance = made.chance
        sa.event.listen(sa.engine.Engine, "before_cursor_execute", made.fails)
        yield made
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", made.fails)
    await reception.close()


def merged(fake: Fake, deliveries: list[dict[str, Any]]) -> dict[str, Any]:
    bodies = [json.loads(each["content"]) for each in deliveries]
    listed = BATCHES[fake.name]
    return signed(fake, json.dumps({**bodies[0], listed: [one for body in bodies for one in body[listed]]}).encode())


async def breath(line: Line, fake: Fake, deliveries: list[dict[str, Any]]) -> None:
    """Side by side, in any order, some in one delivery, some twice; what is refused comes again, side by side, too."""
    chance, left = line.chance, list(deliveries)
    for _ in range(_MOST_TRIES):
        chance.shuffle(left)
        if fake.name in BATCHES and len(left) > 1 and chance.random() < 0.5:
            many = chance.randrange(2, len(left) + 1)
            left = [merged(fake, left[:many]), *left[many:]]
            line.counts[f"{fake.name}.batched"] += 1
        doubles = [each for each in left if chance.random() < 0.2]
        line.counts[f"{fake.name}.doubled"] += len(doubles)
        sent = [*left, *doubles]
        taken = await asyncio.gather(*(line.deliver(fake, each) for each in sent))
        left = [each for each in left if not any(ok for one, ok in zip(sent, taken, strict=True) if one is each)]
        if not left:
            return
    raise AssertionError("it is refused again and again")


async def one_customer(line: Line, fake: Fake, customer: str, numbers: list[int]) -> list[str]:
    texts = [f"{customer} writes {number}" for number in numbers]
    began = time.time() - 3600
    deliveries = [
        fake.text(customer, text, number, began + second)
        for second, (text, number) in enumerate(zip(texts, numbers, strict=True))
    ]
    if fake.name in OTHERS:
        for first in range(0, len(deliveries), AT_ONCE):
            await breath(line, fake, deliveries[first : first + AT_ONCE])
    else:  # no time is told: the next is delivered once the one before it has been taken
        for each in deliveries:
            await breath(line, fake, [each])
    late = [each for each in deliveries if line.chance.random() < 0.2]  # hours later, once more
    line.counts[f"{fake.name}.doubled"] += len(late)
    for each in late:
        await breath(line, fake, [each])
    return texts


async def one_channel(line: Line, fake: Fake) -> None:
    count = max(1, MANY // (AT_ONCE * 2))
    customers = [f"{'+' if fake.family == 'twilio' else ''}{33_700_000_000 + each}" for each in range(count)]
    numbers = [[500_000 + place * 1000 + each for each in range(MANY // count)] for place in range(count)]
    both = zip(customers, numbers, strict=True)
    wrote = await asyncio.gather(*(one_customer(line, fake, *each) for each in both))
    for customer, texts in zip(customers, wrote, strict=True):
        conversation = line.log.find(fake.name, fake.address_of(customer))
        rows = [row.text for row in line.log.messages(conversation.id) if row.role == "customer"]
        assert rows == texts, fake.name


async def test_what_comes_with_faults_is_there_once_and_in_order(
    line: Line, alone: Alone, record_property: Callable[[str, object], None]
) -> None:
    await asyncio.gather(*(one_channel(line, alone.fakes[name]) for name in NAMES))
    for told, count in line.counts.items():
        record_property(told, count)
    assert sum(count for told, count in line.counts.items() if told.endswith("refused")) > 0, "nothing went wrong"
