"""What goes wrong between the outbox and a provider: nothing is lost, nothing comes twice, and all of it in order."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from concierge.channels.messaging import sending
from concierge.channels.messaging.registry import kinds
from concierge.conversations.deliveries import Deliveries
from concierge.conversations.outbox import Claim, Outbox, Taken
from concierge.conversations.outbox_states import UNKNOWN, Place
from concierge.orders.breaker import Breaker
from concierge.settings import ROOT
from tests.channels.conftest import until
from tests.channels.messaging.conftest import Alone, Customer
from tests.channels.messaging.fakes import FakeMessenger, FakeWhatsApp
from tests.channels.messaging.provider import Fake, Providers, Refusal, Sent

MANY = int(os.environ.get("CONCIERGE_TEST_MESSAGES", "48"))  # by each channel, with faults: 1000 takes minutes
ONCE = {kind.name for kind in kinds() if kind.once}


def say(alone: Alone, conversation: str, *texts: str, role: str = "assistant") -> None:
    for text in texts:
        alone.log.append(conversation, role, text, author="Camille" if role == "advisor" else "")


def address(fake: Fake, number: int) -> str:
    return fake.address_of(customer(fake, number))


def customer(fake: Fake, number: int) -> str:
    return ("+" if fake.name == "sms" else "") + str(99_000_000 + number)


async def test_hundreds_of_messages_with_faults(
    alone: Alone, fake: Fake, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """Also lost answers, which the provider tells of later where it can; where nothing tells, their messages are held
    and shown, and no others."""
    chance = random.Random(fake.name)
    conversations = {number: alone.hear(fake.name, address(fake, number)) for number in range(MANY // 8)}
    faults = ["429", "500", "cut", "lost", "500 taken"]
    coming = [chance.choice(faults) if chance.random() < 0.15 else "" for _ in range(2000)]
    fake.trouble.extend(coming)
    wanted = {number: [f"{number}: {word}" for word in range(8)] for number in conversations}
    monkeypatch.setattr(sending, "Breaker", lambda: Breaker(10_000))  # the circuit has a test of its own
    # What is told must come before the next try, also on a machine that has other work; the product gives it minutes.
    alone.tells_within(alone.adapters[fake.name], max(2.0, 3 * MANY / 1000))
    telling = asyncio.get_running_loop().create_task(tell_of_all(alone, fake))
    async with alone.sender():
        for number, texts in wanted.items():
            say(alone, conversations[number], *texts[:4])
        await asyncio.sleep(0.1)
        for number, texts in wanted.items():
            say(alone, conversations[number], *texts[4:])
        await alone.drained(30 + MANY)
    telling.cancel()
    come = coming[: len(coming) - len(fake.trouble)]
    said = {number: fake.said(customer(fake, number)) for number in conversations}
    shown = {(letter.conversation_id, letter.seq) for letter in alone.letters(UNKNOWN)}
    held = {
        number: {text for seq, text in enumerate(wanted[number], 1) if (one, seq) in shown}
        for number, one in conversations.items()
    }
    doubled = sum(len(texts) - len(set(texts)) for texts in said.values())
    unseen = sum(len(set(wanted[number]) - set(said[number]) - held[number]) for number in wanted)
    for name, figure in (
        *(("failed", sum(map(bool, come))), ("doubled", doubled), ("held", len(shown))),
        ("arrived", sum(len(set(said[number]) & held[number]) for number in wanted)),
    ):
        record_property(name, figure)
    assert (doubled, unseen) == (0, 0)
    assert said == {number: [text for text in wanted[number] if text in said[number]] for number in wanted}, "in order"
    unclear = sum(each not in ("", "429") for each in come)
    assert len(shown) == (0 if fake.name in ONCE else unclear), "whatever surely was not taken is sent again"
    states = {state for conversation in conversations.values() for state in alone.states(conversation)}
    assert states <= ({"sent", "delivered"} if fake.name in ONCE else {"sent", "failed"})


async def tell_of_all(alone: Alone, fake: Fake) -> None:
    """What providers tell of their own: an id and our reference, for each message that they have taken."""
    told: set[str] = set()
    while True:
        with fake.lock:
            every = [sent for some in fake.taken.values() for sent in some if sent.id not in told and sent.reference]
        told |= {sent.id for sent in every}
        await asyncio.gather(*(tell_of(alone, fake, sent) for sent in every))
        await asyncio.sleep(0.02)


async def tell_of(alone: Alone, fake: Fake, sent: Sent) -> None:
    conversation_id, seq, part = sent.reference.removeprefix("ref=").split(".")
    place = Place(conversation_id, int(seq), int(part))
    await asyncio.to_thread(alone.outbox.receipt_for, fake.name, place, sent.id, "sent")


async def test_a_sender_that_dies_between_the_call_and_its_note(
    alone: Alone, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LEASE_SECONDS", 0.5)
    tell = asyncio.get_running_loop().create_task(tell_of_all(alone, fake))
    token = {"reply_token": "token-9", "reply_until": (datetime.now(timezone.utc) + timedelta(seconds=40)).isoformat()}
    if fake.name == "line":
        fake.reply_tokens["token-9"] = customer(fake, 9)
    one = alone.hear(fake.name, address(fake, 9), **(token if fake.name == "line" else {}))
    say(alone, one, "first")
    died = asyncio.Event()

    def die(*args: Any) -> None:
        died.set()
        raise SystemError("the process is gone")

    with monkeypatch.context() as gone:
        gone.setattr(alone.outbox, "taken", die)
        async with alone.sender():
            await asyncio.wait_for(died.wait(), 10)
    await asyncio.to_thread(say, alone, one, "second")  # which the next sender must not take for sent with the first
    async with alone.sender():
        await alone.drained()
    tell.cancel()
    assert fake.said(customer(fake, 9)) == ["first", "second"]
    assert alone.states(one) == ["sent" if fake.name in ONCE else "failed", "sent"]
    assert [letter.seq for letter in alone.letters(UNKNOWN)] == ([] if fake.name in ONCE else [1])


SENDER = """
import asyncio
from concierge.channels.messaging import sending
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.registry import configured
from concierge.conversations import ConversationLog, Notifications
from concierge.conversations.outbox import Outbox
from concierge.settings import get_settings
from concierge.storage.database import open_engine

async def main():
    log = ConversationLog(open_engine(get_settings().database))
    async with Api() as api:
        await sending.Sender(Outbox(log), configured(), api, asyncio.to_thread).work(Notifications(log))

sending.LEASE_SECONDS = 1.0
asyncio.run(main())
"""


def test_a_process_that_is_killed_in_the_middle_of_a_call(alone: Alone, providers: Providers) -> None:
    """Its message is with LINE already, and is not sent again: the retry key is the same."""
    line: Any = providers.fakes["line"]
    conversations = {f"U{number}": alone.hear("line", f"U{number}") for number in range(5)}
    for conversation in conversations.values():
        say(alone, conversation, "one", "two")
    line.trouble.extend(["slow"] * 3)
    environment = {**os.environ, **providers.environment(), "CONCIERGE_DATABASE_URL": str(alone.engine.url)}
    environment["CONCIERGE_DATABASE_URL"] = environment["CONCIERGE_DATABASE_URL"].replace("sqlite+concierge", "sqlite")
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", SENDER], env=environment, cwd=ROOT)
        until(lambda: len(line.taken) == len(conversations))
        process.kill()
        process.wait()
        for conversation in conversations.values():
            say(alone, conversation, "three")
    process = subprocess.Popen([sys.executable, "-c", SENDER], env=environment, cwd=ROOT)
    until(lambda: not alone.letters("waiting"))
    process.kill()
    process.wait()
    assert {each: line.said(each) for each in conversations} == {
        each: ["one", "two", "three", "three"] for each in conversations
    }


async def test_several_senders_share_the_outbox(either: Alone, providers: Providers) -> None:
    fake = providers.fakes["whatsapp"]
    conversations = {number: either.hear("whatsapp", str(number)) for number in range(10)}
    for number, conversation in conversations.items():
        say(either, conversation, *(f"{number}.{word}" for word in range(5)))
    async with either.sender(), either.sender(), either.sender():
        await either.drained()
    assert {number: fake.said(str(number)) for number in conversations} == {
        number: [f"{number}.{word}" for word in range(5)] for number in conversations
    }


async def test_what_a_provider_never_takes_is_told_and_holds_nothing_up(either: Alone, providers: Providers) -> None:
    fake = providers.fakes["telegram"]
    blocked, other = either.hear("telegram", "403"), either.hear("telegram", "404")
    say(either, blocked, "one", "two", role="advisor")
    say(either, other, "hello")
    async with either.sender():
        await either.drained()
    assert either.states(blocked) == ["failed", "failed"]
    assert fake.said("404") == ["hello"]
    told = [row.payload for row in either.log.messages(blocked) if row.kind == "event"]
    assert [(each["event"], each["message"], each["reason"], each["audience"]) for each in told] == [
        ("not_delivered", 1, "blocked_by_customer", "desk"),
        ("not_delivered", 2, "blocked_by_customer", "desk"),
    ]
    ways = Deliveries(either.engine).ways([blocked, other])
    assert (ways[blocked].stopped, ways[other].stopped) == ("blocked_by_customer", "")
    claim = said_again(either, blocked)
    either.outbox.taken(claim, [Taken(claim.messages[0].seq, 0, "1")], {}, 5)
    assert Deliveries(either.engine).ways([blocked])[blocked].stopped == "", "what is taken is not refused"


def said_again(alone: Alone, conversation_id: str) -> Claim:
    say(alone, conversation_id, "three")
    claim = alone.outbox.claim(conversation_id, 5)
    assert claim is not None
    return claim


async def test_no_more_is_sent_than_the_provider_takes_until_the_customer_writes(
    alone: Alone, providers: Providers
) -> None:
    wechat: Any = providers.fakes["wechat"]
    one = alone.hear("wechat", "o1", left=3)
    say(alone, one, "one", "two", "three")
    async with alone.sender():
        await alone.drained()
        assert (wechat.said("o1"), alone.states(one)) == (["one", "two"], ["sent", "sent", "failed"])
        assert Deliveries(alone.engine).ways([one])[one].left == 1, "which is kept for a person"
        await asyncio.to_thread(say, alone, one, "mine", "mine, too", role="advisor")
        await alone.drained()
    assert (wechat.said("o1"), alone.states(one)[3:]) == (["one", "two", "mine"], ["sent", "failed"])
    assert Deliveries(alone.engine).ways([one])[one].left == 0
    failed, later = alone.letters("failed")
    assert (failed.error, later.error) == (sending.QUOTA_SPENT, sending.QUOTA_SPENT)
    alone.outbox.hear(one, "wechat", datetime.now(timezone.utc), {"left": 5})
    alone.outbox.retry(one, failed.seq)
    async with alone.sender():
        await alone.drained()
    assert wechat.said("o1") == ["one", "two", "mine", "three"]
    assert Deliveries(alone.engine).ways([one])[one].left == 4


async def test_a_failed_message_may_be_sent_after_all(either: Alone, providers: Providers) -> None:
    fake: Any = providers.fakes["whatsapp"]
    one = either.hear("whatsapp", "131047")
    say(either, one, "hello")
    async with either.sender():
        await either.drained()
        assert [letter.error for letter in either.letters("failed")] == ["window_closed"]
        either.log.update(one, address="3361")
        assert either.outbox.retry(one, 1)
        await either.drained()
    assert fake.said("3361") == ["hello"]
    assert not either.outbox.retry(one, 1), "it did not fail"


@pytest.mark.parametrize(
    ("channel", "ago", "role", "state"),
    [
        ("whatsapp", timedelta(hours=25), "assistant", "failed"),
        ("whatsapp", timedelta(hours=25), "advisor", "failed"),  # WhatsApp has no word for people
        ("whatsapp", timedelta(hours=23), "assistant", "sent"),
        ("messenger", timedelta(hours=25), "assistant", "failed"),
        ("messenger", timedelta(hours=25), "advisor", "sent"),
        ("messenger", timedelta(days=8), "advisor", "failed"),
        ("instagram", timedelta(hours=25), "advisor", "failed"),  # its permission is not configured here
        ("telegram", timedelta(days=90), "assistant", "sent"),
    ],
)
async def test_windows(alone: Alone, providers: Providers, channel: str, ago: timedelta, role: str, state: str) -> None:
    messenger: Any = alone.adapters["messenger"]
    alone.adapters["messenger"] = type(messenger)({**messenger.values, "CONCIERGE_MESSENGER_HUMAN_AGENT": "true"})
    one = alone.hear(channel, "3362", datetime.now(timezone.utc) - ago)
    say(alone, one, "hello", role=role)
    async with alone.sender():
        await alone.drained()
    assert alone.states(one) == [state]
    if channel == "messenger" and state == "sent":
        assert providers.fakes[channel].taken["3362"][0].raw["tag"] == "HUMAN_AGENT"


async def test_line_answers_by_its_free_token_and_pushes_only_later(either: Alone, providers: Providers) -> None:
    line: Any = providers.fakes["line"]
    line.reply_tokens["free"], line.pushed = "U1", 0
    until = (datetime.now(timezone.utc) + timedelta(seconds=40)).isoformat()
    one = either.hear("line", "U1", reply_token="free", reply_until=until)
    say(either, one, "a", "b", "c")
    async with either.sender():
        await either.drained()
        assert (line.said("U1"), line.pushed) == (["a", "b", "c"], 0), "in one call"
        say(either, one, "d")
        await either.drained()
    assert (line.said("U1"), line.pushed) == (["a", "b", "c", "d"], 1)


async def test_a_customer_who_writes_while_an_answer_is_lost(alone: Alone, providers: Providers) -> None:
    """The call is repeated by its own reply token; the new one is for what comes after it."""
    line: Any = providers.fakes["line"]
    until_then = (datetime.now(timezone.utc) + timedelta(seconds=40)).isoformat()
    line.reply_tokens |= {"first": "U2", "second": "U2"}
    line.pushed = 0
    one = alone.hear("line", "U2", reply_token="first", reply_until=until_then)
    say(alone, one, "a", "b")
    line.trouble.append("lost")
    async with alone.sender():
        await asyncio.to_thread(until, lambda: line.said("U2"))
        await asyncio.to_thread(alone.hear, "line", "U2", reply_token="second", reply_until=until_then)
        await asyncio.to_thread(say, alone, one, "c")
        await alone.drained()
    assert (line.said("U2"), line.pushed, line.reply_tokens.get("second")) == (["a", "b", "c"], 0, None)


async def test_a_reply_token_that_was_never_used_and_is_refused_loses_nothing(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sender that dies before its call, and one that is told to wait, have sent nothing."""
    line: Any = providers.fakes["line"]
    monkeypatch.setattr(sending, "LEASE_SECONDS", 0.3)
    until_then = (datetime.now(timezone.utc) + timedelta(seconds=40)).isoformat()
    one = alone.hear("line", "U3", reply_token="gone", reply_until=until_then)
    say(alone, one, "a")
    assert alone.outbox.claim(one, 0.2) is not None, "and nothing more comes of it"
    async with alone.sender():
        await alone.drained()
        line.trouble.append("429")
        alone.hear("line", "U3", reply_token="gone too", reply_until=until_then)
        say(alone, one, "b")
        await alone.drained()
    assert line.said("U3") == ["a", "b"]


async def test_one_refused_part_of_a_call_does_not_keep_the_others(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    line: Any = providers.fakes["line"]
    check = line._check

    def refuses(message: dict[str, Any]) -> None:
        if message["text"] == "odd":
            raise Refusal(400, {"message": "The property, 'text', is invalid"})
        check(message)

    monkeypatch.setattr(line, "_check", refuses)
    one = alone.hear("line", "U4")
    say(alone, one, "a", "odd", "b")
    async with alone.sender():
        await alone.drained()
    assert line.said("U4") == ["a", "b"]
    assert alone.states(one) == ["sent", "failed", "sent"]


async def test_a_provider_that_is_down_is_left_alone_and_tried_again(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "concierge.orders.breaker.Breaker.__init__.__defaults__", (3, 0.5, __import__("time").monotonic)
    )
    fake = providers.fakes["sms"]
    fake.calls.clear()
    conversations = [alone.hear("sms", f"+4400{number}") for number in range(6)]
    fake.trouble.extend(["500"] * 3)
    for conversation in conversations:
        say(alone, conversation, "hello")
    async with alone.sender():
        await alone.drained()
    assert [alone.states(conversation) for conversation in conversations] == [["sent"]] * 6


async def test_after_a_day_it_is_given_up_and_told(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "GIVE_UP", timedelta(0))
    providers.fakes["slack"].trouble.append("500")
    one = alone.hear("slack", "D7")
    say(alone, one, "hello", "and then")
    async with alone.sender():
        await alone.drained()
    assert [letter.error for letter in alone.letters("failed")] == ["http_500"]
    assert providers.fakes["slack"].said("D7") == ["and then"]


async def test_a_wrong_token_is_an_operators_matter(
    alone: Alone, providers: Providers, caplog: pytest.LogCaptureFixture
) -> None:
    wrong: Any = alone.adapters["whatsapp"]
    alone.adapters["whatsapp"] = type(wrong)({**wrong.values, "CONCIERGE_WHATSAPP_TOKEN": "expired"})
    one = alone.hear("whatsapp", "3363")
    say(alone, one, "a secret word")
    async with alone.sender():
        await asyncio.sleep(0.4)
    assert alone.states(one) == ["waiting"]
    assert "WhatsApp refuses us (token_refused); see `concierge channels check`" in caplog.text
    assert "a secret word" not in caplog.text
    assert "3363" not in caplog.text


def test_receipts_never_go_down_and_tell_of_failures(either: Alone) -> None:
    one = either.hear("whatsapp", "3364")
    say(either, one, "hello", "and then")
    for seq in (1, 2):
        assert either.outbox.receipt_for("whatsapp", Place(one, seq, 0), f"wamid.{seq}", "sent")
        claim = either.outbox.claim(one, 5)
        assert claim is not None
        either.outbox.taken(claim, [Taken(seq, 0, f"wamid.{seq}")], {}, 0)
        either.outbox.release(claim)
    for state in ("read", "sent", "delivered"):
        either.outbox.receipt("whatsapp", "wamid.1", state)
    assert either.states(one)[0] == "read"
    either.outbox.receipt("whatsapp", "wamid.2", "failed", "meta_131026")
    either.outbox.receipt("whatsapp", "wamid.2", "delivered")
    assert either.states(one) == ["read", "failed"]
    assert not either.outbox.receipt("whatsapp", "wamid.3", "read")
    assert not either.outbox.receipt("telegram", "wamid.1", "read"), "another channel's"


def test_a_provider_may_tell_before_it_answers(alone: Alone) -> None:
    one = alone.hear("whatsapp", "3365")
    say(alone, one, "hello")
    claim = alone.outbox.claim(one, 5)
    assert claim is not None
    assert alone.outbox.receipt_for("whatsapp", Place(one, 1, 0), "wamid.9", "read")
    alone.outbox.taken(claim, [Taken(1, 0, "wamid.9")], {}, 0)
    assert alone.states(one) == ["read"]


def test_nobody_elses_conversations_go_out(alone: Alone) -> None:
    website = alone.log.open("website").id
    say(alone, website, "hello")
    assert alone.outbox.counts() == {}


def test_statuses_of_whatsapp_and_echoes_of_messenger_name_our_messages(served: Any, providers: Providers) -> None:
    for kind in (FakeWhatsApp, FakeMessenger):
        fake: Any = providers.fakes[kind.name]
        someone = Customer(served, fake)
        someone.write("hello")
        until(lambda fake=fake, someone=someone: len(fake.said(someone.address)) == 2)
        sent = fake.taken[someone.address][1]
        told = fake.status(sent, "read") if kind is FakeWhatsApp else fake.echo(someone.address, sent)
        assert someone.deliver(told).status_code == 200
        if kind is FakeMessenger:
            seen = {"watermark": int(datetime.now(timezone.utc).timestamp() * 1000)}
            assert someone.deliver(fake.batch(fake.event(someone.address, read=seen))).status_code == 200
        outbox, one = Outbox(served.log), someone.conversation.id
        until(lambda outbox=outbox, one=one: one in {each.conversation_id for each in outbox.letters("read", 1000)})


@pytest.mark.parametrize("channel", ["whatsapp", "twilio_whatsapp"])
async def test_what_is_approved_goes_out_after_the_window(alone: Alone, providers: Providers, channel: str) -> None:
    fake = providers.fakes[channel]
    one = alone.hear(channel, fake.address_of("+3363"), datetime.now(timezone.utc) - timedelta(days=30))
    template = {"name": "order_news", "code": "en_GB", "id": "HX1", "values": ["Claire", "BA10000003"]}
    alone.log.append(one, "advisor", "Good day Claire", author="Camille", payload={"template": template})
    say(alone, one, "and then", role="advisor")
    async with alone.sender():
        await alone.drained()
    assert alone.states(one) == ["sent", "failed"]
    assert fake.said("+3363") == ["order_news: Claire, BA10000003"]
