"""What Telegram delivers beside plain messages, and what its check tells an operator."""

from __future__ import annotations

from typing import Any

import pytest

from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import NotNow, Standing
from tests.channels.messaging.adapters.parsing import delivered, parsed
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.fakes import FakeTelegram
from tests.channels.messaging.provider import Providers

fake = FakeTelegram()


def update(**event: Any) -> list[Any]:
    return parsed("telegram", fake.update(5, **event))


def test_start_opens_and_says_nothing() -> None:
    for text in ("/start", "/start from-the-website"):
        (incoming,) = update(message=fake.message("1", 1, text=text))
        assert incoming.opens
    (incoming,) = update(message=fake.message("1", 1, text="/starting"))
    assert not incoming.opens


def test_an_edit_is_heard_anew() -> None:
    (incoming,) = update(edited_message=fake.message("1", 1, text="size 38", edit_date=1_700_000_000))
    assert (incoming.text, incoming.key, incoming.edits, incoming.at.year) == ("size 38", "1.5", "1", 2023)
    (first,) = update(message=fake.message("1", 1, text="size 36"))
    assert first.key == incoming.edits


def test_places_stickers_and_contacts_say_what_they_are() -> None:
    venue = {"location": {"latitude": 48.85, "longitude": 2.35}, "title": "Montaigne", "address": "Paris"}
    (incoming,) = update(message=fake.message("1", 1, venue=venue, location=venue["location"]))
    assert (incoming.attachment.about, incoming.attachment.place) == ("Montaigne, Paris", (48.85, 2.35))
    (incoming,) = update(message=fake.message("1", 1, sticker={"file_id": "s", "emoji": "❤"}))
    assert (incoming.attachment.about, incoming.attachment.place) == ("❤", None)


def test_groups_bots_and_what_nobody_said_are_passed_over() -> None:
    group = {**fake.message("1", 1, text="hello"), "chat": {"id": -1, "type": "group"}}
    robot = {**fake.message("1", 1, text="hello"), "from": {"id": 2, "is_bot": True}}
    assert update(message=group) == update(message=robot) == update(my_chat_member={"chat": {"id": 1}}) == []


def test_who_blocks_the_bot_and_takes_it_back() -> None:
    chat = {"id": 1, "type": "private"}
    for state, stopped in (("kicked", "blocked_by_customer"), ("member", "")):
        told = {"chat": chat, "new_chat_member": {"status": state, "user": {"id": 123, "is_bot": True}}}
        assert update(my_chat_member=told) == [Standing("telegram", "1", stopped)]
    group = {"chat": {"id": -1, "type": "group"}, "new_chat_member": {"status": "kicked"}}
    assert update(my_chat_member=group) == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"voice": {"file_id": "v", "mime_type": "audio/ogg"}}, "voice message"),
        ({"document": {"file_id": "d", "file_name": "a.pdf"}}, "file"),
        ({"sticker": {"file_id": "s"}}, "sticker"),
        ({"location": {"latitude": 1, "longitude": 2}}, "location"),
        ({"paid_media": {}}, "attachment"),
    ],
)
def test_what_is_no_text_is_called_what_it_is(content: dict[str, Any], kind: str) -> None:
    (incoming,) = update(message=fake.message("1", 1, **content))
    assert incoming.attachment.kind == kind


def test_a_photo_is_its_largest_size_and_its_caption_is_text() -> None:
    sizes = [{"file_id": "small"}, {"file_id": "large"}]
    (incoming,) = update(message=fake.message("1", 1, photo=sizes, caption="is it broken?"))
    assert (incoming.attachment.id, incoming.text) == ("large", "is it broken?")


def test_a_delivery_without_the_secret_is_nobodys() -> None:
    adapter, delivery = delivered("telegram", fake.update(1))
    assert adapter.verified(delivery)
    adapter.values = {**adapter.values, "CONCIERGE_TELEGRAM_SECRET": ""}
    assert not adapter.verified(delivery), "an empty secret lets nobody in"


async def test_check(alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    telegram: Any = alone.adapters["telegram"]
    async with Api() as api:
        assert await telegram.check(api) == []
        hook = {"url": "https://house.example/elsewhere", "last_error_message": "Wrong response: 403 Forbidden"}
        monkeypatch.setattr(providers.fakes["telegram"], "answer", lambda call: (200, {"ok": True, "result": hook}))
        told = await telegram.check(api)
        assert "does not end with /webhooks/messaging/telegram" in told[0]
        assert "403 Forbidden" in told[1]
        monkeypatch.setattr(providers.fakes["telegram"], "answer", lambda call: (200, {"ok": True, "result": {}}))
        assert "setWebhook" in (await telegram.check(api))[0]
        monkeypatch.undo()
        unknown = type(telegram)({**telegram.values, "CONCIERGE_TELEGRAM_TOKEN": "wrong"})
        with pytest.raises(NotNow, match="token_refused"):
            await unknown.check(api)
