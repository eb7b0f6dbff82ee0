"""Messenger's and Instagram's deliveries: echoes, watermarks, postbacks, deletions, and which secret signs."""

from __future__ import annotations

from typing import Any

import pytest

from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import Withdrawal
from tests.channels.messaging.adapters.parsing import delivered, parsed
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.fakes import FakeInstagram, FakeMessenger
from tests.channels.messaging.provider import Providers, Sent

messenger, instagram = FakeMessenger(), FakeInstagram()


def event(**content: Any) -> list[Any]:
    return parsed("messenger", messenger.batch(messenger.event("77", **content)))


def test_an_echo_is_no_message() -> None:
    (receipt,) = parsed("messenger", messenger.echo("77", Sent("hello", id="m_1", reference="c.1.0")))
    assert (receipt.state, receipt.provider_id, receipt.reference) == ("sent", "m_1", "c.1.0")


def test_watermarks_tell_of_all_before_them() -> None:
    for name, state in (("read", "read"), ("delivery", "delivered")):
        (receipt,) = event(**{name: {"watermark": 1_700_000_000_000}})
        assert (receipt.state, receipt.address, receipt.until.year) == (state, "77", 2023)


def test_postbacks_and_quick_replies_bring_what_we_put_there() -> None:
    (incoming,) = event(postback={"mid": "m_2", "title": "The first", "payload": "c.3.0"})
    assert (incoming.text, incoming.choice, incoming.opens) == ("The first", "c.3.0", False)
    (incoming,) = event(postback={"mid": "m_2", "title": "Get Started", "payload": "GET_STARTED"})
    assert incoming.opens


def test_standby_is_somebody_elses() -> None:
    said = messenger.event("77", message={"mid": "m_3", "text": "hello"})
    entry = {"id": messenger.account, "standby": [said]}
    assert parsed("messenger", messenger.signed({"object": "page", "entry": [entry]})) == []
    assert parsed("messenger", messenger.batch({**said, "recipient": {"id": "another page"}})) == []


def test_several_pictures_are_several_and_words_beside_them_are_words() -> None:
    pictures = [{"type": "image", "payload": {"url": "https://cdn.example/1"}}, {"type": "reel", "payload": {}}]
    found = event(message={"mid": "m_4", "text": "these", "attachments": pictures})
    assert [each.attachment.kind if each.attachment else each.text for each in found] == [
        "photo",
        "attachment",
        "these",
    ]
    assert len({each.key for each in found}) == 3


def test_instagram_has_a_secret_of_its_own_and_takes_the_apps() -> None:
    said = instagram.event("88", message={"mid": "i_1", "text": "hello"})
    for secret in (instagram.own_secret, instagram.app_secret):
        assert len(parsed("instagram", instagram.batch(said, secret=secret))) == 1
    adapter, delivery = delivered("messenger", instagram.batch(said))
    assert not adapter.verified(delivery), "Instagram's secret signs for Instagram alone"
    assert parsed("messenger", instagram.batch(said, secret=instagram.app_secret)) == [], "and is no page's"


def test_what_was_deleted_or_cannot_be_shown() -> None:
    deleted = instagram.event("88", message={"mid": "i_2", "is_deleted": True})
    assert parsed("instagram", instagram.batch(deleted)) == [Withdrawal("instagram", "88", "i_2")]
    (edited,) = event(message_edit={"mid": "m_7", "text": "put right", "num_edit": 2})
    assert (edited.key, edited.edits, edited.text) == ("m_7.edit2", "m_7", "put right")
    where = {"type": "location", "title": "Paris", "payload": {"coordinates": {"lat": 48.85, "long": 2.35}}}
    (place,) = event(message={"mid": "m_8", "attachments": [where]})
    assert (place.attachment.kind, place.attachment.about, place.attachment.place) == (
        "location",
        "Paris",
        (48.85, 2.35),
    )
    (incoming,) = parsed(
        "instagram", instagram.batch(instagram.event("88", message={"mid": "i", "is_unsupported": True}))
    )
    assert incoming.attachment.kind == "attachment"
    (receipt,) = parsed("instagram", instagram.batch(instagram.event("88", read={"mid": "i_9"})))
    assert (receipt.state, receipt.provider_id) == ("read", "i_9")


async def test_check(alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Api() as api:
        for name in ("messenger", "instagram"):
            assert await alone.adapters[name].check(api) == []
            monkeypatch.setattr(providers.fakes[name], "answer", lambda call: (200, {"id": "1", "user_id": "1"}))
            assert "is not a token of" in (await alone.adapters[name].check(api))[0]


async def test_a_long_answer_goes_to_instagram_in_parts_of_bytes(alone: Alone, providers: Providers) -> None:
    one = alone.hear("instagram", "89")
    alone.log.append(one, "assistant", "お客様のご注文は本日発送されました。" * 40)
    async with alone.sender():
        await alone.drained()
    parts = providers.fakes["instagram"].said("89")
    assert len(parts) > 1
    assert "".join(parts) == "お客様のご注文は本日発送されました。" * 40
