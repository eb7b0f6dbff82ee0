"""Twilio's deliveries: which of its two channels, statuses with our reference, media, and what it answers itself."""

from __future__ import annotations

from typing import Any

import pytest

from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import Standing
from tests.channels.messaging.adapters.parsing import delivered, parsed
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.fakes import FakeTwilio, FakeTwilioWhatsApp
from tests.channels.messaging.provider import Providers, Sent

sms, whatsapp = FakeTwilio(), FakeTwilioWhatsApp()


def test_each_channel_takes_its_own() -> None:
    assert [each.text for each in parsed("sms", sms.text("+33", "hello", 1))] == ["hello"]
    assert parsed("sms", whatsapp.text("+33", "hello", 1)) == []
    (incoming,) = parsed("twilio_whatsapp", whatsapp.message("+33", 1, ButtonPayload="c.1.0", Body="The first"))
    assert (incoming.address, incoming.choice) == ("whatsapp:+33", "c.1.0")


def test_the_whole_address_is_signed_and_every_field() -> None:
    sent = Sent("hello", id="SM9", reference="ref=abc.3.0")
    (receipt,) = parsed("sms", sms.status("+33", sent, "delivered"))
    assert (receipt.state, receipt.provider_id, receipt.reference) == ("delivered", "SM9", "abc.3.0")
    told = sms.status("+33", sent, "delivered")
    adapter, delivery = delivered("sms", {**told, "params": {"ref": "abc.4.0"}})
    assert not adapter.verified(delivery)
    adapter, delivery = delivered("sms", {**told, "content": told["content"] + "&Added=later"})
    assert not adapter.verified(delivery)


def test_a_failed_message_says_why() -> None:
    ends = {"From": sms.number, "AccountSid": sms.account, "MessageSid": "SM9"}
    (receipt,) = parsed("sms", sms.form({**ends, "MessageStatus": "undelivered", "ErrorCode": "30003"}))
    assert (receipt.state, receipt.error) == ("failed", "twilio_30003")
    (queued,) = parsed("sms", sms.form({**ends, "MessageStatus": "queued"}))
    assert queued.state == "sent", "what stands in Twilio's queue will go out: it must not be sent again"
    assert parsed("sms", sms.form({**ends, "MessageStatus": "receiving"})) == []


def test_stop_is_answered_by_twilio_and_told_to_the_desk() -> None:
    assert parsed("sms", sms.message("+33", 1, Body="STOP", OptOutType="STOP")) == [
        Standing("sms", "+33", "unsubscribed")
    ]
    assert parsed("sms", sms.message("+33", 1, Body="START", OptOutType="START")) == [Standing("sms", "+33")]
    assert parsed("sms", sms.message("+33", 1, Body="HELP", OptOutType="HELP")) == []


def test_a_word_that_stops_does_so_where_twilio_only_passes_it_on() -> None:
    """Without Advanced Opt-Out there is no ``OptOutType``."""
    for word in ("STOP", " stop. ", "Unsubscribe", "ARRÊT"):
        assert parsed("sms", sms.message("+33", 1, Body=word)) == [Standing("sms", "+33", "unsubscribed")], word
    assert parsed("sms", sms.message("+33", 1, Body="Start")) == [Standing("sms", "+33")]
    wants, answers = parsed("sms", sms.message("+33", 1, Body="yes"))
    assert (wants, answers.text) == (Standing("sms", "+33"), "yes")
    for words in ("please stop", "cancel", "help", "STOP my return"):
        (incoming,) = parsed("sms", sms.message("+33", 1, Body=words))
        assert incoming.text == words
    (incoming,) = parsed("twilio_whatsapp", whatsapp.message("+33", 1, Body="stop"))
    assert incoming.text == "stop", "of texts alone"


async def test_who_has_said_stop_is_sent_nothing_until_they_say_start(alone: Alone, providers: Providers) -> None:
    fake = providers.fakes["sms"]
    one = alone.hear("sms", "+332")
    alone.outbox.stand(one, "unsubscribed")
    fake.calls.clear()
    for number in range(2):
        alone.log.append(one, "advisor", "Good evening", author="Camille")
        async with alone.sender():
            await alone.drained()
        assert alone.states(one) == ["failed"] * (number + 1)
    assert [letter.error for letter in alone.letters("failed")] == ["unsubscribed"] * 2
    assert not fake.calls, "Twilio may have been told to leave that to us"
    alone.outbox.stand(one, "")
    alone.log.append(one, "advisor", "Good evening", author="Camille")
    async with alone.sender():
        await alone.drained()
    assert fake.said("+332") == ["Good evening"]


def test_pictures_and_their_words() -> None:
    media = {"MediaUrl0": "https://1", "MediaContentType0": "image/png", "MediaUrl1": "https://2"}
    found = parsed("sms", sms.message("+33", 1, NumMedia="2", Body="look", **media))
    assert [each.attachment.kind if each.attachment else each.text for each in found] == ["photo", "attachment", "look"]


@pytest.mark.parametrize(
    ("code", "error"), [(21610, "unsubscribed"), (63016, "window_closed"), (21211, "twilio_21211")]
)
async def test_what_twilio_never_sends(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch, code: int, error: str
) -> None:
    monkeypatch.setattr(providers.fakes["sms"], "answer", lambda call: (400, {"code": code}))
    one = alone.hear("sms", "+331")
    alone.log.append(one, "assistant", "hello")
    async with alone.sender():
        await alone.drained()
    assert [letter.error for letter in alone.letters("failed")] == [error]


async def test_check(alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    twilio: Any = alone.adapters["sms"]
    async with Api() as api:
        assert await twilio.check(api) == []
        monkeypatch.setattr(providers.fakes["sms"], "answer", lambda call: (200, {"status": "suspended"}))
        assert await twilio.check(api) == ["Twilio says that the account is suspended."]
        elsewhere = type(twilio)({**twilio.values, "CONCIERGE_TWILIO_WEBHOOK": "https://house.example/sms"})
        assert "CONCIERGE_TWILIO_WEBHOOK" in (await elsewhere.check(api))[0]
