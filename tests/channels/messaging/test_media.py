"""What customers send besides words is fetched once it is in the log, kept, and gone with them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from concierge.channels.messaging import media
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.media import Media
from concierge.channels.messaging.model import Attachment, Incoming
from concierge.channels.messaging.receiving import Receiving
from concierge.channels.messaging.registry import kinds
from concierge.channels.messaging.sending import Sender
from concierge.channels.reception import Reception
from concierge.channels.sentences import sentence
from concierge.desk import sent
from concierge.desk.services import Services
from concierge.files import FileStore, NotKept
from concierge.files.content import ENDINGS
from concierge.privacy.stores import Selection, all_stores
from concierge.settings import Settings
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.fakes import ALL
from tests.channels.messaging.provider import Fake, Providers, delivery_of, picture

NOW = datetime.now(timezone.utc)


class Room:
    def __init__(self, alone: Alone, settings: Settings, api: Api) -> None:
        self.log, self.settings, self.adapters = alone.log, settings, alone.adapters
        self.files = FileStore(settings.files)
        self.reception = Reception(settings)
        self.media = Media(alone.log, self.files, alone.adapters, api, asyncio.to_thread)
        sender = Sender(alone.outbox, alone.adapters, api, asyncio.to_thread)
        self.receiving = Receiving(self.reception, alone.outbox, alone.adapters, sender, self.media)

    def files_of(self, channel: str, address: str = "7") -> list[Any]:
        conversation = self.log.find(channel, address)
        rows = [each for each in self.log.messages(conversation.id) if "attachment" in each.payload]
        return [self.log.file_of(conversation.id, row.seq) for row in rows]


@pytest.fixture
async def room(alone: Alone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    monkeypatch.setattr(media, "ROUND_SECONDS", 0.05)
    monkeypatch.setattr("concierge.conversations.sent_files.FIRST_PAUSE", 0.05)
    url = str(alone.engine.url).replace("sqlite+concierge", "sqlite")
    async with Api() as api:
        made = Room(alone, Settings(_env_file=None, var=tmp_path, database_url=url), api)
        yield made
        await made.reception.close()


def incoming(channel: str, attachment: Attachment, key: str = "1") -> Incoming:
    return Incoming(channel, key, "7", NOW, attachment=attachment)


async def ended(room: Room, channel: str, address: str = "7") -> Any:
    """The first, once nothing of theirs waits."""
    working = asyncio.get_running_loop().create_task(room.media.work())
    try:
        for _ in range(200):
            found = await asyncio.to_thread(room.files_of, channel, address)
            if all(each.state != "waiting" for each in found):
                return found[0]
            await asyncio.sleep(0.05)
        raise AssertionError(found)
    finally:
        working.cancel()


@pytest.mark.parametrize(
    "channel", sorted(each.name for each in kinds() if each.fetches and each.name != "twilio_whatsapp")
)
async def test_a_photo_is_fetched_from_the_provider_and_kept_without_its_metadata(
    room: Room, providers: Providers, channel: str
) -> None:
    fake: Fake = providers.fakes[channel]
    fake.media["photo-1"] = picture()
    fake.media_trouble.extend([500, 429])
    await room.receiving.take([incoming(channel, Attachment("photo", fake.source("photo-1"), "image/jpeg"))] * 2)
    found = await ended(room, channel)
    assert (found.state, found.kind, found.media_type) == ("kept", "photo", "image/jpeg")
    kept = room.files.read(found.conversation_id, found.name)
    assert len(kept) == found.size
    assert b"at home" not in kept
    assert room.files.names(found.conversation_id) == [found.name]

    selection = Selection((found.conversation_id,))
    stores = [each for each in all_stores(room.settings) if each.name in ("conversation log", "files")]
    told = [each.export(selection) for each in stores]
    assert told[1]["files"][0]["name"] == found.name
    assert told[0]["conversations"]
    assert [each.erase(selection) for each in stores][1] == {"files": 1}
    assert room.files.names(found.conversation_id) == []
    assert room.log.file_of(found.conversation_id, found.seq) is None
    for each in stores:
        each.close()


@pytest.mark.parametrize("channel", [kind.name for kind in ALL if kind.sends])
async def test_what_customers_send_is_fetched_and_shown_as_what_it_is(
    room: Room, providers: Providers, channel: str
) -> None:
    """Photos, recordings, videos and papers, as the provider delivers them and has them."""
    fake: Any = providers.fakes[channel]
    for number, kind in enumerate(sorted(fake.sends), 70):
        delivery = delivery_of(fake.enclosure("7", number, kind))
        await room.receiving.take(room.adapters[channel].parse(delivery))
    address = fake.address_of("7")
    await ended(room, channel, address)
    services = Services(room.settings)
    one = room.log.find(channel, address).id
    case = services.cases.start(one, "customer_asked").id
    said = [each for each in services.log.messages(one) if each.role == "customer"]
    assert [each.text.partition("]")[0] for each in said] == [f"[{kind}" for kind in sorted(fake.sends)]
    for shown, kind in zip(services.log.with_files(said), sorted(fake.sends), strict=True):
        media_type, content = fake.sample(kind)
        told = shown.payload["file"]  # to the desk's page
        assert (told["kind"], told["media_type"], told["state"]) == (kind, media_type, "kept")
        saved, told_type, called = sent._read(services, case, shown.seq, False)
        assert (told_type, told["size"]) == (media_type, len(saved))
        assert called.endswith(f"-{shown.seq}.{ENDINGS[media_type]}")
        assert kind == "photo" or len(saved) == len(content), "else it could not be played"
        assert not any(each in saved for each in (b"at home", b"+48.8566"))
    services.engine.dispose()


async def test_what_is_no_file_that_is_kept_says_why(room: Room, providers: Providers) -> None:
    fake: Fake = providers.fakes["telegram"]
    fake.media["page-1"] = b"<html>"
    await room.receiving.take([incoming("telegram", Attachment("file", "page-1"))])
    refused = await ended(room, "telegram")
    assert refused.reason == "unknown_kind"
    said = [each.text for each in room.log.messages(refused.conversation_id) if each.role == "assistant"]
    assert said[-1] == sentence("file_unknown_kind")
    for channel, source in {"whatsapp": "gone-1", "wechat": "gone-1", "slack": "gone-1", "messenger": "odd"}.items():
        await room.receiving.take([incoming(channel, Attachment("file", source))])
        assert (await ended(room, channel)).state == "refused", channel


async def test_a_file_that_is_too_large_or_not_safe_is_told_kindly_and_once(
    room: Room, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concierge.channels.messaging.adapters.telegram.LARGEST", 10)
    providers.fakes["telegram"].media["photo-1"] = picture()
    sent = incoming("telegram", Attachment("photo", "photo-1", "image/jpeg"))
    await room.receiving.take([sent, sent])
    large = await ended(room, "telegram")
    assert large.reason == "too_large"

    def infected(*args: Any) -> Any:
        raise NotKept("infected")

    monkeypatch.setattr(room.files, "keep", infected)
    await room.receiving.take([incoming("email", Attachment("photo", "m#0", "image/jpeg", picture()))] * 2)
    for channel, code in (("telegram", "file_too_large"), ("email", "file_not_safe")):
        one = room.log.find(channel, "7").id
        said = [each.text for each in room.log.messages(one) if each.role == "assistant"]
        assert said.count(sentence(code)) == 1, channel


async def test_twilios_token_goes_to_nobody_else(room: Room, providers: Providers) -> None:
    fake: Fake = providers.fakes["sms"]
    fake.calls.clear()
    await room.receiving.take([incoming("sms", Attachment("file", fake.source("x").replace("127.0.0.1", "localhost")))])
    assert (await ended(room, "sms")).reason == "not_twilios"
    assert fake.calls == []


async def test_what_comes_with_its_mail_is_kept_at_once_and_once(room: Room) -> None:
    sent = incoming("email", Attachment("photo", "m#0", "image/jpeg", picture()))
    for _ in range(2):
        await room.receiving.take([sent])
    (found,) = room.files_of("email")
    assert found.state == "kept"
    assert room.files.names(found.conversation_id) == [found.name]


async def test_nothing_is_left_of_a_file_whose_conversation_goes_meanwhile(room: Room) -> None:
    one = room.log.open("telegram", "7").id
    file_id = room.log.expect_file(one, 1, "telegram", "photo", "x")
    stores = all_stores(room.settings)
    stores[0].erase(Selection((one,)))
    await room.media.keep(file_id, one, picture())
    assert room.files.names(one) == []
    for each in stores:
        each.close()
