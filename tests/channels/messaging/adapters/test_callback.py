"""A program of the house's own, by callback: what it posts, what is posted to it, and what it is told by the check."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import NotNow, NotSent, Outlet, Part, Refused, Unclear, Unreadable
from tests.channels.messaging.adapters.parsing import delivered, parsed
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.fake_callback import FakeCallback
from tests.channels.messaging.provider import Providers

fake = FakeCallback()


def test_words_and_choices() -> None:
    (incoming,) = parsed("callback", fake.text("c1", "bonjour", 1, 1_700_000_000.0))
    assert (incoming.address, incoming.text, incoming.key, incoming.at.year) == ("c1", "bonjour", "c1.1", 2023)
    (incoming,) = parsed("callback", fake.tap("c1", ("Yes", "c.1.0"), 2))
    assert (incoming.text, incoming.choice) == ("Yes", "c.1.0")


def test_what_is_not_signed_or_has_no_sender() -> None:
    adapter, delivery = delivered("callback", fake.text("c1", "hello", 1))
    assert adapter.verified(delivery)
    assert not type(adapter)({**adapter.values, "CONCIERGE_CALLBACK_SECRET": ""}).verified(delivery)
    for body in ({"message": "hello", "message_id": "1"}, {"sender": "c1", "message": "hello"}, [1]):
        adapter, delivery = delivered("callback", fake.signed(body))
        with pytest.raises(Unreadable):
            list(adapter.parse(delivery))


async def test_answers_are_posted_signed_and_name_the_advisor(alone: Alone, providers: Providers) -> None:
    one = alone.hear("callback", "c7")
    buttons = [{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}]
    alone.log.append(one, "assistant", "Shall I?", payload={"buttons": buttons})
    alone.log.append(one, "advisor", "Good evening", author="Camille")
    async with alone.sender():
        await alone.drained()
    first, second = providers.fakes["callback"].taken["c7"]
    assert (first.text, first.choices) == ("Shall I?", [("Yes", "c.1.0"), ("No", "c.1.1")])
    assert (second.text, second.author, second.raw["id"]) == ("Good evening", "Camille", f"{one}.2.0")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NotNow), (403, NotNow), (404, NotNow), (408, NotNow), (500, Unclear), (400, Refused), (413, Refused)],
)
async def test_only_what_the_program_will_never_take_is_given_up(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch, status: int, kind: type[NotSent]
) -> None:
    monkeypatch.setattr(providers.fakes["callback"], "answer", lambda call: (status, {}))
    to = Outlet("c7", datetime.now(timezone.utc), {}, again=False)
    async with Api() as api:
        with pytest.raises(kind):
            await alone.adapters["callback"].send(api, to, [Part("hello")])


async def test_check(alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter: Any = alone.adapters["callback"]
    async with Api() as api:
        assert await adapter.check(api) == []
        monkeypatch.setattr(providers.fakes["callback"], "answer", lambda call: (404, {}))
        assert await adapter.check(api) == ["CONCIERGE_CALLBACK_URL answers 404: nobody takes answers there."]
        monkeypatch.setattr(providers.fakes["callback"], "answer", lambda call: (403, {}))
        with pytest.raises(NotNow, match="token_refused"):
            await adapter.check(api)
