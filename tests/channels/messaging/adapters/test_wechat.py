"""WeChat's deliveries in safe mode: what is signed, whose they are, what is in them; and tokens that end."""

from __future__ import annotations

from typing import Any

import pytest

from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import NotNow, Unreadable
from tests.channels.conftest import Site
from tests.channels.messaging.adapters.parsing import delivered, parsed
from tests.channels.messaging.conftest import HTTP, Alone, Customer
from tests.channels.messaging.fakes import FakeWeChat
from tests.channels.messaging.provider import Providers

fake = FakeWeChat()


def test_wechat_asks_whether_we_are_there(served: Site) -> None:
    address = f"{served.urls[0]}/webhooks/messaging/wechat"
    assert HTTP.get(address, params={**fake.query("signature"), "echostr": "7315"}).text == "7315"
    assert HTTP.get(address, params={**fake.query("signature"), "signature": "0" * 40}).status_code == 403


def test_what_is_not_signed_does_not_come_in(served: Site, providers: Providers) -> None:
    someone = Customer(served, providers.fakes["wechat"])
    sent = fake.text(someone.address, "hello", 1)
    plain = b"<xml><FromUserName>1</FromUserName><MsgType>text</MsgType><Content>hello</Content></xml>"
    for wrong in (
        {"params": {}},
        {"params": {**sent["params"], "nonce": "43"}},
        {"content": fake.text(someone.address, "jello", 2)["content"]},
        {"content": plain, "params": fake.query("signature")},  # as in plain mode, which signs no text
    ):
        assert someone.deliver({**sent, **wrong}).status_code == 403
    assert someone.conversation is None
    assert someone.deliver(sent).text == "success"


def test_another_accounts_and_odd_documents_cannot_be_read() -> None:
    for sent in (
        fake.encrypted(b"<xml></xml>", app="wx9"),
        fake.encrypted(b"<!DOCTYPE xml [<!ENTITY a 'b'>]><xml>&a;</xml>"),
        fake.encrypted(b"<xml>"),
    ):
        with pytest.raises(Unreadable):
            parsed("wechat", sent)


def test_following_opens_leaving_stops_and_other_events_say_nothing() -> None:
    (incoming,) = parsed("wechat", fake.message("o1", 1, MsgType="event", Event="subscribe"))
    assert incoming.opens
    assert incoming.details == {"left": 3}
    (standing,) = parsed("wechat", fake.message("o1", 1, MsgType="event", Event="unsubscribe"))
    assert (standing.address, standing.stopped) == ("o1", "blocked_by_customer")
    for event in ("VIEW", "TEMPLATESENDJOBFINISH"):
        assert parsed("wechat", fake.message("o1", 1, MsgType="event", Event=event)) == []


def test_events_without_an_id_are_known_by_who_and_when() -> None:
    sent = fake.message("o1", 1, 1_700_000_000, MsgId="", MsgType="event", Event="subscribe")
    assert [each.key for each in parsed("wechat", sent)] == ["o1.1700000000.subscribe"]
    adapter, delivery = delivered("wechat", sent)
    adapter = type(adapter)({**adapter.values, "CONCIERGE_WECHAT_TOKEN": ""})
    assert not adapter.verified(delivery), "an empty token lets nobody in"


async def test_a_token_that_has_ended_is_asked_for_anew(alone: Alone, providers: Providers) -> None:
    wechat: Any = providers.fakes["wechat"]
    one = alone.hear("wechat", "o2")
    alone.log.append(one, "assistant", "Où est-elle ?")
    async with alone.sender():
        await alone.drained()
        wechat.access = "access-2"
        alone.log.append(one, "assistant", "Elle est là.")
        await alone.drained()
    assert wechat.said("o2") == ["Où est-elle ?", "Elle est là."]


@pytest.mark.parametrize(("code", "error"), [(45015, "window_closed"), (45047, "quota_spent"), (40003, "wechat_40003")])
async def test_what_wechat_never_takes(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch, code: int, error: str
) -> None:
    wechat: Any = providers.fakes["wechat"]
    answer = wechat.answer
    refuses = {"errcode": code, "errmsg": "no"}
    monkeypatch.setattr(wechat, "answer", lambda call: (200, refuses) if wechat.is_send(call) else answer(call))
    one = alone.hear("wechat", "o3")
    alone.log.append(one, "assistant", "hello")
    async with alone.sender():
        await alone.drained()
    assert [letter.error for letter in alone.letters("failed")] == [error]


async def test_check(alone: Alone) -> None:
    wechat: Any = alone.adapters["wechat"]
    async with Api() as api:
        assert await wechat.check(api) == []
        short = type(wechat)({**wechat.values, "CONCIERGE_WECHAT_AES_KEY": "short"})
        assert "EncodingAESKey" in (await short.check(api))[0]
        unknown = type(wechat)({**wechat.values, "CONCIERGE_WECHAT_APP_SECRET": "wrong"})
        with pytest.raises(NotNow, match="token_refused"):
            await unknown.check(api)
