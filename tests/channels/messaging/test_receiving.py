"""What becomes of deliveries that are not simply a message: too many, a first touch, an advisor, an erasure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.lineup import Lineup
from concierge.channels.messaging.media import Media
from concierge.channels.messaging.model import Attachment, Incoming
from concierge.channels.messaging.receiving import Receiving
from concierge.channels.messaging.sending import Sender
from concierge.channels.reception import Reception
from concierge.channels.sentences import sentence
from concierge.conversations import Advisors, Cases
from concierge.files import FileStore
from concierge.settings import Settings
from concierge.storage.database import write
from tests.channels.messaging.conftest import Alone

NOW = datetime.now(timezone.utc)


def incoming(number: int, text: str = "hello", **more: Any) -> Incoming:
    return Incoming("telegram", str(number), "7", more.pop("at", NOW + timedelta(seconds=number)), text, **more)


@pytest.fixture
async def receiving(alone: Alone, tmp_path: Any) -> AsyncIterator[Receiving]:
    """Ten messages a minute."""
    url = str(alone.engine.url).replace("sqlite+concierge", "sqlite")
    reception = Reception(Settings(_env_file=None, var=tmp_path, database_url=url, messages_per_minute=10))
    async with Api() as api:
        sender = Sender(alone.outbox, alone.adapters, api, asyncio.to_thread)
        media = Media(alone.log, FileStore(tmp_path / "files"), alone.adapters, api, asyncio.to_thread)
        yield Receiving(reception, alone.outbox, alone.adapters, sender, media)
        await sender.stop()
    await reception.close()


def said(alone: Alone, role: str) -> list[str]:
    found = alone.log.find("telegram", "7")
    return [row.text for row in alone.log.messages(found.id) if row.role == role] if found else []


async def test_too_many_messages_are_told_so_once(alone: Alone, receiving: Receiving) -> None:
    await receiving.take([incoming(number, str(number)) for number in range(15)])
    assert said(alone, "customer") == [str(number) for number in range(10)]
    assert said(alone, "assistant") == [sentence("machine_speaks"), sentence("too_many_messages")]


async def test_who_only_opens_is_greeted_by_a_machine_that_says_so(alone: Alone, receiving: Receiving) -> None:
    for _ in range(2):
        await receiving.take([incoming(1, "", opens=True)])
    assert (said(alone, "customer"), said(alone, "assistant")) == ([], [sentence("machine_speaks")])
    await receiving.take([incoming(2, "bonjour, où est ma commande ?", language="fr")])
    assert said(alone, "assistant") == [sentence("machine_speaks")]
    one, cases = alone.log.find("telegram", "7").id, Cases(alone.log)
    cases.claim(cases.start(one, "customer_asked").id, Advisors(alone.engine).create("c", "C", "a long password").id)
    await receiving.take([incoming(3, "", opens=True)])
    assert said(alone, "assistant") == [sentence("machine_speaks")], "a person is there"


async def test_a_photo_to_an_advisor_is_answered_kindly_all_the_same(alone: Alone, receiving: Receiving) -> None:
    await receiving.take([incoming(1)])
    one, cases = alone.log.find("telegram", "7").id, Cases(alone.log)
    cases.claim(cases.start(one, "customer_asked").id, Advisors(alone.engine).create("c", "C", "a long password").id)
    photos = [incoming(number, "", attachment=Attachment("photo", f"p{number}")) for number in (2, 3)]
    for _ in range(2):
        await receiving.take(photos)
    assert said(alone, "customer") == ["hello", "[photo]", "[photo]"]
    assert said(alone, "assistant") == [sentence("machine_speaks"), sentence("attachment_noted")]
    kept = [row.payload["attachment"]["id"] for row in alone.log.messages(one) if "attachment" in row.payload]
    assert kept == ["p2", "p3"]


async def test_the_first_words_choose_the_language(alone: Alone, receiving: Receiving) -> None:
    await receiving.take([incoming(1, "Bonjour, je voudrais savoir où se trouve ma commande", language="en")])
    assert said(alone, "assistant") == [sentence("machine_speaks", "fr")]


async def test_a_conversation_that_is_erased_meanwhile_begins_anew(
    alone: Alone, receiving: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    await receiving.take([incoming(1, "before")])
    hear = alone.outbox.hear

    def erased_before(*args: Any) -> None:
        monkeypatch.undo()
        with write(alone.engine) as connection:
            connection.execute(sa.text("DELETE FROM conversations"))
        hear(*args)

    monkeypatch.setattr(alone.outbox, "hear", erased_before)
    await receiving.take([incoming(2, "after")])
    assert said(alone, "customer") == ["after"]


async def test_what_cannot_be_stored_is_refused_with_all_that_follows_it() -> None:
    """So that the provider brings it again in its order; what had been stored is known by its id then."""
    stored: list[str] = []
    down = {"2"}

    async def store(each: Incoming) -> None:
        if each.text in down:
            raise sa.exc.OperationalError("INSERT", None, Exception("database is locked"))
        stored.append(each.text)

    lineup = Lineup(store)
    puts = [lineup.put(incoming(number, str(number))) for number in (3, 1, 2, 4)]
    results = await asyncio.gather(*puts, return_exceptions=True)
    assert [isinstance(each, Exception) for each in results] == [True, False, True, True]
    assert stored == ["1"]
    down.clear()
    await asyncio.gather(*(lineup.put(incoming(number, str(number))) for number in (4, 3, 2)))
    assert stored == ["1", "2", "3", "4"]
