"""A provider's answer that is lost: the provider is given time to tell, and only else is the message sent again."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from typing import Any

import httpx
import pytest

from concierge.channels.messaging import calling, sending
from concierge.channels.messaging.adapter import TELLS_WITHIN, Adapter
from concierge.channels.messaging.adapters import telegram_ids
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import Card, Choice, Enclosure, NotNow, Outlet, Part, Receipt, Unclear
from concierge.channels.messaging.registry import kinds
from concierge.conversations.outbox_states import Place
from tests.channels.conftest import until
from tests.channels.messaging.conftest import Alone, Customer
from tests.channels.messaging.fakes import FakeMessenger, FakeTwilio, FakeWhatsApp
from tests.channels.messaging.provider import Fake, Providers, Sent, delivery_of

TELLING = ("whatsapp", "messenger", "sms", "twilio_whatsapp")
telling = pytest.mark.parametrize("channel", TELLING)


def told(fake: Any, customer: str, sent: Sent, state: str = "sent") -> dict[str, Any]:
    """What the provider delivers of a message of ours, with our reference in it."""
    if isinstance(fake, FakeMessenger):
        delivery: dict[str, Any] = fake.echo(customer, sent)
    elif isinstance(fake, FakeWhatsApp):
        delivery = fake.status(sent, state)
    else:
        assert isinstance(fake, FakeTwilio)
        delivery = fake.status(customer, sent, state)
    return delivery


def receipt_of(adapter: Adapter, delivery: dict[str, Any]) -> Receipt:
    """Read by the adapter itself, from the provider's own words."""
    come = delivery_of(delivery)
    assert adapter.verified(come)
    (receipt,) = adapter.parse(come)
    assert isinstance(receipt, Receipt)
    return receipt


async def tell(alone: Alone, fake: Fake, customer: str, sent: Sent, state: str = "sent") -> None:
    receipt = receipt_of(alone.adapters[fake.name], told(fake, customer, sent, state))
    conversation_id, seq, part = receipt.reference.split(".")
    about = (fake.name, Place(conversation_id, int(seq), int(part)), receipt.provider_id, receipt.state, receipt.error)
    assert await asyncio.to_thread(alone.outbox.receipt_for, *about)


def say(alone: Alone, conversation: str, *texts: str) -> None:
    for text in texts:
        alone.log.append(conversation, "assistant", text)


def test_who_tells_and_for_how_long_it_is_waited() -> None:
    waited = {kind.name: kind.tells_within for kind in kinds()}
    assert {name for name, wait in waited.items() if wait} == set(TELLING)
    assert {waited[name] for name in TELLING} == {TELLS_WITHIN}
    assert TELLS_WITHIN.total_seconds() >= 20 * sending.UNCLEAR_SECONDS, "far longer than any other pause"
    assert TELLS_WITHIN.total_seconds() > sending.LEASE_SECONDS


@telling
@pytest.mark.parametrize("trouble", ["lost", "500 taken"])
async def test_a_status_that_comes_late_ends_the_wait_and_nothing_comes_twice(
    alone: Alone, providers: Providers, channel: str, trouble: str
) -> None:
    fake, one_second = providers.fakes[channel], 1.0
    alone.tells_within(alone.adapters[channel], 60)
    address = fake.address_of("+331")
    one, other = alone.hear(channel, address), alone.hear(channel, fake.address_of("+332"))
    fake.trouble.append(trouble)
    say(alone, one, "first")
    async with alone.sender():
        await asyncio.to_thread(until, lambda: fake.said("+331"))
        await asyncio.to_thread(say, alone, one, "second", "third")
        await asyncio.to_thread(say, alone, other, "elsewhere")
        await asyncio.sleep(one_second)  # many times the pause of the tests after any other failure
        assert fake.said("+331") == ["first"], "nothing overtakes it, and it does not come again"
        assert alone.states(one) == ["waiting"] * 3
        assert fake.said("+332") == ["elsewhere"], "nobody else waits"
        before = asyncio.get_running_loop().time()
        await tell(alone, fake, address, fake.taken["+331"][0])
        await alone.drained(10)
        assert asyncio.get_running_loop().time() - before < 5, "what waited goes on at once"
    assert fake.said("+331") == ["first", "second", "third"]
    assert alone.states(one) == ["sent"] * 3


@telling
async def test_without_a_status_it_is_sent_again_and_in_order(alone: Alone, providers: Providers, channel: str) -> None:
    fake = providers.fakes[channel]
    alone.tells_within(alone.adapters[channel], 1.2)
    one = alone.hear(channel, fake.address_of("+333"))
    fake.trouble.append("cut")  # it was not taken, but who knows
    say(alone, one, "first", "second")
    began = asyncio.get_running_loop().time()
    async with alone.sender():
        await alone.drained(10)
    assert asyncio.get_running_loop().time() - began >= 1.2
    assert fake.said("+333") == ["first", "second"]


async def test_a_status_after_the_wait_names_the_message_all_the_same(alone: Alone, providers: Providers) -> None:
    """The case that is left: it came twice, and what is told of either counts for it."""
    fake: Any = providers.fakes["whatsapp"]
    one = alone.hear("whatsapp", "334")
    fake.trouble.append("lost")
    say(alone, one, "first")
    async with alone.sender():
        await alone.drained(10)
    assert fake.said("334") == ["first", "first"]
    await tell(alone, fake, "334", fake.taken["334"][0], "read")
    assert alone.states(one) == ["read"]


async def test_what_the_provider_tells_as_failed_is_not_sent_again_and_holds_nothing_up(
    alone: Alone, providers: Providers
) -> None:
    fake: Any = providers.fakes["sms"]
    alone.tells_within(alone.adapters["sms"], 60)
    one = alone.hear("sms", "+335")
    fake.trouble.append("lost")
    say(alone, one, "first", "second")
    async with alone.sender():
        await asyncio.to_thread(until, lambda: fake.said("+335"))
        await tell(alone, fake, "+335", fake.taken["+335"][0], "undelivered")
        await alone.drained(10)
    assert (alone.states(one), fake.said("+335")) == (["failed", "sent"], ["first", "second"])


async def test_nothing_waits_for_a_status_that_came_before_the_answer_was_known_to_be_lost(
    alone: Alone, providers: Providers
) -> None:
    """A provider tells within a second; that its answer is lost is known when our patience ends."""
    one = alone.hear("sms", "+336")
    say(alone, one, "first", "second")
    claim = await asyncio.to_thread(alone.outbox.claim, one, 30.0)
    assert claim is not None
    seq = claim.messages[0].seq
    assert await asyncio.to_thread(alone.outbox.receipt_for, "sms", Place(one, seq, 0), "SM1", "delivered", "")
    await asyncio.to_thread(partial(alone.outbox.put_off, counts=False), claim, seq, 600.0, "lost", 0)
    async with alone.sender():
        await alone.drained(10)
    assert alone.states(one) == ["delivered", "sent"]
    assert providers.fakes["sms"].said("+336") == ["second"]


async def test_what_was_surely_not_taken_is_tried_again_soon(alone: Alone, providers: Providers) -> None:
    fake = providers.fakes["whatsapp"]
    alone.tells_within(alone.adapters["whatsapp"], 60)
    one = alone.hear("whatsapp", "336")
    fake.trouble.extend(["429", "503"])
    say(alone, one, "first")
    async with alone.sender():
        await alone.drained(10)
    assert fake.said("336") == ["first"]


async def test_a_file_that_could_not_be_handed_over_first_is_no_lost_answer(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message that was to show it has not been sent yet."""
    fake, answer = providers.fakes["whatsapp"], providers.fakes["whatsapp"].answer

    def refuses(call: Any) -> tuple[int, Any]:
        return (500, {}) if call.path.endswith("/media") else answer(call)

    monkeypatch.setattr(fake, "answer", refuses)
    part = Part("", file=Enclosure("image/jpeg", "photo.jpg", b"photo"))
    async with Api() as api:
        with pytest.raises(NotNow, match="http_500"):
            await alone.adapters["whatsapp"].send(api, Outlet("337", datetime.now(timezone.utc), {}, False), [part])


def served_by(status: int, headers: dict[str, str], body: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda request: httpx.Response(status, headers=headers, json=body)


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind", "code"),
    [
        (503, {"Retry-After": "2"}, {}, NotNow, "http_503"),
        (503, {}, {}, Unclear, "http_503"),  # a proxy's, whose connection to the service may have broken
        (503, {}, {"error": {"code": 131016}}, NotNow, "meta_131016"),
        (500, {}, {"error": {"code": 2}}, NotNow, "meta_2"),
        (500, {}, {"error": {"code": 131000}}, Unclear, "http_500"),
        (400, {}, {"error": {"code": 131016}}, NotNow, "meta_131016"),
        (400, {}, {"error": {"code": 1}}, Unclear, "meta_1"),
    ],
)
async def test_which_errors_say_that_it_was_not_taken(
    alone: Alone, status: int, headers: dict[str, str], body: Any, kind: type[Exception], code: str
) -> None:
    async with Api() as api:
        api._client = httpx.AsyncClient(transport=httpx.MockTransport(served_by(status, headers, body)))
        with pytest.raises(kind, match=code):
            await alone.adapters["whatsapp"].send(
                api, Outlet("338", datetime.now(timezone.utc), {}, False), [Part("hello")]
            )


@telling
@pytest.mark.parametrize("told_while_it_is_dead", [False, True])
async def test_a_sender_that_dies_leaves_its_message_to_be_told_of(
    alone: Alone, providers: Providers, channel: str, told_while_it_is_dead: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LEASE_SECONDS", 0.3)
    fake = providers.fakes[channel]
    alone.tells_within(alone.adapters[channel], 60)
    address = fake.address_of("+339")
    one = alone.hear(channel, address)
    say(alone, one, "first", "second")
    died = asyncio.Event()

    def die(*args: Any) -> None:
        died.set()
        raise SystemError("the process is gone")

    with monkeypatch.context() as gone:
        gone.setattr(alone.outbox, "taken", die)
        async with alone.sender():
            await asyncio.wait_for(died.wait(), 10)
    if told_while_it_is_dead:
        await tell(alone, fake, address, fake.taken["+339"][0])
    async with alone.sender():
        if not told_while_it_is_dead:
            await asyncio.sleep(1.0)  # the lease has run out
            assert fake.said("+339") == ["first"]
            await tell(alone, fake, address, fake.taken["+339"][0])
        await alone.drained(10)
    assert fake.said("+339") == ["first", "second"]


ASKED = ("slack", "instagram", "telegram")  # before they are sent a message again
DROPPING = ("callback", "email")  # drop the second


@pytest.mark.parametrize("channel", [*ASKED, *DROPPING])
@pytest.mark.parametrize("trouble", ["lost", "500 taken", "cut", "500"])
async def test_the_same_words_said_thrice_are_there_thrice(
    alone: Alone, providers: Providers, channel: str, trouble: str
) -> None:
    """Words that were sent before are not taken for those whose answer was lost, nor the other way round."""
    fake = providers.fakes[channel]
    one = alone.hear(channel, fake.address_of("341"))
    for number in range(3):
        fake.trouble.append(trouble)
        say(alone, one, "One moment, please.")
        async with alone.sender():
            await alone.drained(20)
        assert fake.said("341") == ["One moment, please."] * (number + 1)
    assert alone.states(one) == ["sent"] * 3
    assert not fake.complaints


@pytest.mark.parametrize("channel", ASKED)
async def test_a_customer_who_writes_meanwhile_changes_nothing(
    alone: Alone, providers: Providers, channel: str
) -> None:
    fake = providers.fakes[channel]
    one = alone.hear(channel, "342")
    say(alone, one, "known")
    async with alone.sender():
        await alone.drained(20)
    fake.trouble.append("lost")
    say(alone, one, "first")
    async with alone.sender():
        await asyncio.to_thread(until, lambda: len(fake.said("342")) == 2)
        await asyncio.to_thread(alone.hear, channel, "342", datetime.now(timezone.utc))
        await asyncio.to_thread(say, alone, one, "second", "first")
        await alone.drained(20)
    assert fake.said("342") == ["known", "first", "second", "first"]
    assert not fake.complaints


async def test_what_cannot_be_told_is_sent_again(alone: Alone, providers: Providers) -> None:
    """Instagram's list does not go back far enough: a word too many is better than one too few."""
    fake: Any = providers.fakes["instagram"]
    one = alone.hear("instagram", "343")
    say(alone, one, "known")
    async with alone.sender():
        await alone.drained(20)
        fake.taken["343"][0].id = "of another list"
        fake.trouble.append("lost")
        await asyncio.to_thread(say, alone, one, "first")
        await alone.drained(20)
    assert fake.said("343") == ["known", "first", "first"]


@pytest.mark.parametrize("trouble", ["lost", "cut"])
async def test_a_file_in_slack_is_known_by_its_name(alone: Alone, providers: Providers, trouble: str) -> None:
    fake: Any = providers.fakes["slack"]
    fake.trouble.append(trouble)
    part = Part("", seq=4, conversation_id="c", file=Enclosure("image/jpeg", "bag.jpg", b"photo"))
    outlet, now = Outlet("344", datetime.now(timezone.utc), {}, False), datetime.now(timezone.utc)
    async with Api() as api:
        with pytest.raises(Unclear):
            await alone.adapters["slack"].send(api, outlet, [part])
        (told,) = await alone.adapters["slack"].send(api, replace(outlet, again=True, since=now), [part])
    (sent,) = fake.taken["344"]
    assert (sent.file[0], sent.raw["name"], told.startswith("344.")) == ("bag.jpg", "c.4.0.jpg", True)


CARDS = (Card("Small bag", "black", choices=(Choice("Choose", "c.4.0"),)), Card("Large bag", "white"))
PICTURE = Enclosure("image/jpeg", "bag.jpg", link="https://house.example/bag.jpg")


@pytest.mark.parametrize("trouble", ["lost", "cut"])
@pytest.mark.parametrize(
    ("channel", "parts"),
    [
        ("instagram", [Part("", seq=4, conversation_id="c", cards=CARDS)]),
        ("instagram", [Part("", seq=4, conversation_id="c", file=PICTURE)]),
        ("telegram", [Part("", seq=4, conversation_id="c", cards=CARDS[:1])]),
        ("telegram", [Part("", seq=4, conversation_id="c", file=Enclosure("image/jpeg", "bag.jpg", b"photo"))]),
        ("telegram", [Part("Which one", CARDS[0].choices, seq=4, conversation_id="c")]),
    ],
)
async def test_cards_and_pictures_are_looked_for_too(
    alone: Alone, providers: Providers, channel: str, parts: list[Part], trouble: str
) -> None:
    fake, adapter, now = providers.fakes[channel], alone.adapters[channel], datetime.now(timezone.utc)
    outlet = Outlet("346", now, fake.noted(adapter, "346"), False)
    async with Api() as api:
        (before,) = await adapter.send(api, outlet, [Part("words")])
        (other,) = await adapter.send(api, replace(outlet, address="347"), [*parts])  # which is not taken for it
        fake.trouble.append(trouble)
        with pytest.raises(Unclear):
            await adapter.send(api, outlet, parts)
        (told,) = await adapter.send(api, replace(outlet, again=True, before=before, since=now), parts)
    assert [len(fake.taken[each]) for each in ("346", "347")] == [2, 1]
    assert told.rpartition(".")[2] == fake.taken["346"][1].id.rpartition("-")[2] or told == fake.taken["346"][1].id
    assert told != other
    assert not fake.complaints


async def test_instagram_that_does_not_say_is_sent_it_again(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, answer = providers.fakes["instagram"], providers.fakes["instagram"].answer

    def refuses(call: Any) -> tuple[int, Any]:
        return (400, {"error": {"code": 100}}) if call.path == "/me/conversations" else answer(call)

    monkeypatch.setattr(fake, "answer", refuses)
    one = alone.hear("instagram", "348")
    fake.trouble.append("lost")
    say(alone, one, "first")
    async with alone.sender():
        await alone.drained(20)
    assert (fake.said("348"), alone.states(one)) == (["first", "first"], ["sent"])


async def test_telegram_is_asked_for_so_many_ids_and_no_more(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can have been taken, none; where too much has passed since, it comes twice."""
    fake, adapter, now = providers.fakes["telegram"], alone.adapters["telegram"], datetime.now(timezone.utc)
    part = Part("first", seq=4, conversation_id="c")

    def asked() -> int:
        return sum(call.path.endswith("/editMessageReplyMarkup") for call in fake.calls)

    monkeypatch.setattr(telegram_ids, "_SECONDS", 60.0)
    outlet = Outlet("349", now, fake.noted(adapter, "349"), False)
    again = replace(outlet, again=True, since=now)
    async with Api() as api:
        fake.calls.clear()
        fake.trouble.append("429")
        with pytest.raises(NotNow):
            await adapter.send(api, outlet, [part])
        await adapter.send(api, again, [part])
        assert asked() == 0, "it was surely not taken"
        fake.trouble.append("cut")
        with pytest.raises(Unclear):
            await adapter.send(api, outlet, [part])
        await adapter.send(api, again, [part])
        assert asked() == 32
        strange = type(adapter)(adapter.values)  # another process, which knows nothing
        await strange.send(api, replace(again, details={}), [part])
        assert asked() == 32, "it cannot know where to begin"
        busy = replace(again, address="350", details=fake.noted(strange, "350"))
        fake.count += 300
        await strange.send(api, replace(outlet, address="351"), [part])
        await strange.send(api, busy, [part])
        assert asked() == 32 + 200, "of those that have passed"


async def test_looking_that_takes_long_is_gone_on_with(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, adapter, now = providers.fakes["telegram"], alone.adapters["telegram"], datetime.now(timezone.utc)
    outlet, part = Outlet("352", now, fake.noted(adapter, "352"), False), Part("first", seq=4, conversation_id="c")
    again = replace(outlet, again=True, since=now)
    async with Api() as api:
        fake.trouble.append("lost")
        with pytest.raises(Unclear):
            await adapter.send(api, outlet, [part])
        with monkeypatch.context() as short:
            short.setattr(telegram_ids, "_SECONDS", -1.0)
            with pytest.raises(NotNow, match="looked_for"):
                await adapter.send(api, again, [part])
        await adapter.send(api, again, [part])
    assert fake.said("352") == ["first"]


async def test_who_is_asked_and_does_not_answer_is_asked_again(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, answer = providers.fakes["slack"], providers.fakes["slack"].answer
    refusals = [(429, {}), (500, {}), (200, {"ok": False, "error": "internal_error"})]

    def busy(call: Any) -> tuple[int, Any]:
        return refusals.pop() if call.path == "/conversations.history" and refusals else answer(call)

    monkeypatch.setattr(fake, "answer", busy)
    one = alone.hear("slack", "345")
    fake.trouble.append("lost")
    say(alone, one, "first", "second")
    async with alone.sender():
        await alone.drained(20)
    assert (fake.said("345"), refusals) == (["first", "second"], [])


def test_through_the_door_a_late_status_is_told_by_the_provider_itself(served: Any, providers: Providers) -> None:
    """With the product's own wait: the status comes after more than the pause that other failures have."""
    fake: Any = providers.fakes["whatsapp"]
    someone = Customer(served, fake)
    someone.write("hello")
    until(lambda: len(fake.said(someone.address)) == 2)
    fake.trouble.append("lost")
    someone.write("hello")
    until(lambda: len(fake.said(someone.address)) == 3)
    someone.write("hello")
    time.sleep(sending.UNCLEAR_SECONDS + 1.5)
    assert len(fake.said(someone.address)) == 3
    assert someone.deliver(told(fake, someone.address, fake.taken[someone.address][2])).status_code == 200
    until(lambda: len(fake.said(someone.address)) == 4)


def deaf() -> tuple[socket.socket, str]:
    """Somebody who takes connections, and says nothing at all: no TLS either."""
    listening = socket.create_server(("127.0.0.1", 0))
    return listening, f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("http://127.0.0.1:9", NotNow),  # nobody there
        ("https://nowhere.invalid", NotNow),
        ("https://{deaf}", NotNow),  # it comes to no TLS
        ("gopher://{deaf}", NotNow),
        ("http://{deaf}", Unclear),  # all of the request may be there
    ],
)
async def test_only_bytes_that_never_left_are_sure(
    address: str, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "SECONDS", 0.5)
    listening, place = deaf()
    with listening:
        async with Api() as api:
            with pytest.raises(kind):
                await api.post(address.format(deaf=place), json={"text": "hello"})
