"""LINE's deliveries beside plain messages, and what its check tells an operator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import Standing, Withdrawal
from tests.channels.messaging.adapters.parsing import parsed
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.fakes import FakeLine
from tests.channels.messaging.provider import Providers

fake = FakeLine()


def event(**content: Any) -> list[Any]:
    return parsed("line", fake.batch({**fake.event("U1", 3, 1_700_000_000.0), **content}))


def test_the_consoles_own_check_holds_nothing() -> None:
    assert parsed("line", fake.batch()) == []


def test_following_opens_and_leaving_stops() -> None:
    (incoming,) = event(type="follow")
    assert incoming.opens
    assert event(type="unfollow") == [Standing("line", "U1", "blocked_by_customer")]


def test_what_is_unsent_is_taken_back() -> None:
    (incoming,) = event(type="message", message={"id": "44", "type": "text", "text": "hello"})
    (withdrawal,) = event(type="unsend", unsend={"messageId": "44"})
    assert withdrawal == Withdrawal("line", incoming.address, incoming.key)
    place = {"id": "45", "type": "location", "title": "Ginza", "latitude": 35.67, "longitude": 139.76}
    (incoming,) = event(type="message", message=place)
    assert (incoming.attachment.about, incoming.attachment.place) == ("Ginza", (35.67, 139.76))


def test_standby_and_groups_are_not_ours() -> None:
    message = {"id": "1", "type": "text", "text": "hello"}
    assert event(type="message", message=message, mode="standby") == []
    group = {"type": "group", "groupId": "C1", "userId": "U1"}
    assert event(type="message", message=message, source=group) == []


def test_the_reply_token_is_good_for_less_than_a_minute() -> None:
    (incoming,) = event(type="message", message={"id": "1", "type": "text", "text": "hello"})
    assert incoming.details["reply_token"] == "reply-3"
    assert incoming.details["reply_until"] == (incoming.at + timedelta(seconds=50)).isoformat()


def test_taps_and_what_is_no_text() -> None:
    (incoming,) = event(type="postback", postback={"data": "c.2.1"})
    assert incoming.choice == "c.2.1"
    for kind, told in (("sticker", "sticker"), ("file", "file"), ("audio", "voice message"), ("new", "attachment")):
        (incoming,) = event(type="message", message={"id": "1", "type": kind})
        assert incoming.attachment.kind == told


async def test_check(alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Api() as api:
        assert await alone.adapters["line"].check(api) == []
        off = {"endpoint": "https://house.example/", "active": False}
        monkeypatch.setattr(providers.fakes["line"], "answer", lambda call: (200, off))
        told = await alone.adapters["line"].check(api)
        assert "does not end with /webhooks/messaging/line" in told[0]
        assert "Use webhook" in told[1]
        monkeypatch.setattr(providers.fakes["line"], "answer", lambda call: (404, {}))
        assert "calls no webhook yet" in (await alone.adapters["line"].check(api))[0]
