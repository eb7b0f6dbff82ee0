"""Where nobody can know whether a message arrived: it is not sent again by itself but shown, and the rest goes on."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import Any

import pytest

from concierge.channels.messaging import sending
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.registry import kinds
from concierge.conversations.deliveries import Deliveries
from concierge.conversations.outbox_states import UNKNOWN
from concierge.orders.breaker import Breaker
from tests.channels.messaging.conftest import Alone
from tests.channels.messaging.provider import Call, Providers

BLIND = ("apple", "wechat")
blind = pytest.mark.parametrize("channel", BLIND)
unclear = pytest.mark.parametrize("trouble", ["lost", "500 taken", "cut", "500"])


def say(alone: Alone, conversation: str, *texts: str, role: str = "assistant") -> None:
    for text in texts:
        alone.log.append(conversation, role, text, author="Camille" if role == "advisor" else "")


def test_who_is_blind() -> None:
    assert {kind.name for kind in kinds() if not kind.once} == set(BLIND)


@blind
@unclear
async def test_it_is_held_and_shown_and_what_follows_goes_on(
    alone: Alone, providers: Providers, channel: str, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    fake = providers.fakes[channel]
    one = alone.hear(channel, "361")
    fake.trouble.append(trouble)
    say(alone, one, "first", "second", "third")
    async with alone.sender():
        await alone.drained(10)
    arrived = ["first"] if trouble in ("lost", "500 taken") else []
    assert fake.said("361") == [*arrived, "second", "third"]
    assert alone.states(one) == ["failed", "sent", "sent"]
    assert [(letter.seq, letter.error, letter.attended) for letter in alone.letters(UNKNOWN)] == [(1, UNKNOWN, False)]
    assert alone.outbox.counts()[channel] == {"failed": 0, UNKNOWN: 1, "sent": 2}
    assert Deliveries(alone.engine).of(one)[1] == {"state": "failed", "error": UNKNOWN}
    listed = Deliveries(alone.engine).undelivered(datetime(2020, 1, 1, tzinfo=timezone.utc), 9)
    assert [(row["seq"], row["reason"]) for row in listed] == [(1, UNKNOWN)]
    (told,) = [row.payload for row in alone.log.messages(one) if row.kind == "event"]
    assert (told["event"], told["message"], told["reason"], told["audience"]) == ("not_delivered", 1, UNKNOWN, "desk")
    assert f"Message 1 of {one}: nobody knows whether it arrived" in caplog.text
    assert "no advisor is there" in caplog.text
    assert "first" not in caplog.text


@blind
async def test_who_decides_to_send_it_again_does(either: Alone, providers: Providers, channel: str) -> None:
    fake = providers.fakes[channel]
    one = either.hear(channel, "362")
    fake.trouble.append("cut")
    say(either, one, "first", "second", role="advisor")
    async with either.sender():
        await either.drained(10)
        assert fake.said("362") == ["second"]
        assert either.outbox.retry(one, 1)
        await either.drained(10)
    assert (fake.said("362"), either.states(one)) == (["second", "first"], ["sent", "sent"])


@blind
async def test_the_answer_to_what_the_customer_writes_then_is_sent(
    alone: Alone, providers: Providers, channel: str
) -> None:
    fake = providers.fakes[channel]
    one = alone.hear(channel, "363")
    fake.trouble.append("cut")
    say(alone, one, "your answer")
    async with alone.sender():
        await alone.drained(10)
        await asyncio.to_thread(alone.hear, channel, "363", datetime.now(timezone.utc))
        await asyncio.to_thread(say, alone, one, "your answer, again")
        await alone.drained(10)
    assert (fake.said("363"), alone.states(one)) == (["your answer, again"], ["failed", "sent"])


@blind
async def test_only_the_part_in_question_is_held(alone: Alone, providers: Providers, channel: str) -> None:
    """And only that part is sent again, where somebody wants it."""
    fake = providers.fakes[channel]
    limit = alone.adapters[channel].limits.text // 2
    sentences = [f"{name} " + "x" * limit + "." for name in ("First", "Second", "Third")]
    one = alone.hear(channel, "364")
    fake.trouble.extend(["", "cut"])
    say(alone, one, " ".join(sentences), "and then")
    async with alone.sender():
        await alone.drained(10)
        assert [text.split()[0] for text in fake.said("364")] == ["First", "Third", "and"]
        assert alone.states(one) == ["failed", "sent"]
        assert alone.outbox.retry(one, 1)
        await alone.drained(10)
    assert [text.split()[0] for text in fake.said("364")] == ["First", "Third", "and", "Second"]
    assert alone.states(one) == ["sent", "sent"]


async def test_that_a_part_is_in_doubt_is_told_before_all_else(alone: Alone, providers: Providers) -> None:
    """The count is spent at the last part; whoever sends the message again has to know that the first may be there."""
    limit = alone.adapters["wechat"].limits.text // 2
    one = alone.hear("wechat", "382", left=3)
    providers.fakes["wechat"].trouble.append("lost")
    say(alone, one, " ".join(f"{name} " + "x" * limit + "." for name in ("First", "Second", "Third")))
    async with alone.sender():
        await alone.drained(10)
    assert [text.split()[0] for text in providers.fakes["wechat"].said("382")] == ["First", "Second"]
    assert [letter.error for letter in alone.letters(UNKNOWN)] == [UNKNOWN]
    alone.outbox.hear(one, "wechat", datetime.now(timezone.utc), {"left": 5})
    assert alone.outbox.retry(one, 1)
    async with alone.sender():
        await alone.drained(10)
    assert [text.split()[0] for text in providers.fakes["wechat"].said("382")] == ["First", "Second", "First", "Third"]


@blind
@pytest.mark.parametrize("trouble", ["429", "503"])
async def test_what_surely_was_not_taken_is_sent_again(
    alone: Alone, providers: Providers, channel: str, trouble: str
) -> None:
    fake = providers.fakes[channel]
    one = alone.hear(channel, "365")
    fake.trouble.extend([trouble, trouble])
    say(alone, one, "first")
    async with alone.sender():
        await alone.drained(10)
    assert (fake.said("365"), alone.states(one)) == (["first"], ["sent"])


@blind
async def test_a_sender_that_dies_before_it_calls_has_sent_nothing(
    alone: Alone, providers: Providers, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LEASE_SECONDS", 0.3)
    one = alone.hear(channel, "366")
    say(alone, one, "first")
    assert alone.outbox.claim(one, 0.2) is not None, "and nothing more comes of it"
    async with alone.sender():
        await alone.drained(10)
    assert (providers.fakes[channel].said("366"), alone.states(one)) == (["first"], ["sent"])


async def test_wechats_token_is_asked_for_before_anything_is_sent(
    alone: Alone, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    wechat: Any = providers.fakes["wechat"]
    answer, refusals = wechat.answer, [(500, {}), (500, {})]

    def busy(call: Call) -> tuple[int, Any]:
        return refusals.pop() if call.path == "/cgi-bin/stable_token" and refusals else answer(call)

    monkeypatch.setattr(wechat, "answer", busy)
    one = alone.hear("wechat", "367")
    say(alone, one, "first")
    async with alone.sender():
        await alone.drained(10)
    assert (wechat.said("367"), alone.states(one), refusals) == (["first"], ["sent"], [])


async def test_what_may_have_arrived_counts_with_wechat(alone: Alone, providers: Providers) -> None:
    one = alone.hear("wechat", "368", left=4)
    providers.fakes["wechat"].trouble.append("lost")
    say(alone, one, "first", "second", "third")
    async with alone.sender():
        await alone.drained(10)
    assert providers.fakes["wechat"].said("368") == ["first", "second", "third"]
    assert Deliveries(alone.engine).ways([one])[one].left == 1


@blind
async def test_while_a_provider_is_away_no_more_messages_are_risked(
    alone: Alone, providers: Providers, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the next one, a call that leaves nothing has to be answered."""
    monkeypatch.setattr(sending, "Breaker", lambda: Breaker(10_000))  # which would rest for longer
    fake: Any = providers.fakes[channel]
    answer, away = fake.answer, [True]
    monkeypatch.setattr(fake, "answer", lambda call: (500, {}) if away else answer(call))
    ones = [alone.hear(channel, f"37{number}") for number in range(6)]
    if channel == "wechat":  # which has a token already
        away.clear()
        async with Api() as api:
            await alone.adapters[channel].check(api)
        away.append(True)
    say(alone, ones[0], "first")
    async with alone.sender():
        await alone.drained(10)
        for one in ones:
            await asyncio.to_thread(say, alone, one, "second", "third")
        await asyncio.sleep(0.5)
        away.clear()
        await alone.drained(30)
    assert [letter.conversation_id for letter in alone.letters(UNKNOWN)] == [ones[0]], "of the first call alone"
    assert [fake.said(f"37{number}") for number in range(6)] == [["second", "third"]] * 6


@blind
@pytest.mark.parametrize(
    ("wish", "role", "said", "state"),
    [
        ("again", "assistant", ["first", "first", "second"], "sent"),
        ("again", "advisor", ["first", "first", "second"], "sent"),
        ("people", "assistant", ["first", "first", "second"], "sent"),
        ("people", "advisor", ["first", "second"], "failed"),
    ],
)
async def test_a_house_may_want_it_again(
    alone: Alone,
    providers: Providers,
    channel: str,
    wish: sending.UnknownOutcome,
    role: str,
    said: list[str],
    state: str,
) -> None:
    alone.unknown = wish
    fake = providers.fakes[channel]
    one = alone.hear(channel, "369", left=4)
    fake.trouble.append("lost")
    say(alone, one, "first", "second", role=role)
    async with alone.sender():
        await alone.drained(10)
    assert (fake.said("369"), alone.states(one)) == (said, [state, "sent"])
    assert Deliveries(alone.engine).ways([one])[one].left == 4 - len(said)


async def test_the_second_try_is_not_kept_back_for_the_count(alone: Alone, providers: Providers) -> None:
    """Two are left, one of them an advisor's: the first try may have taken the other."""
    alone.unknown = "again"
    fake = providers.fakes["wechat"]
    one = alone.hear("wechat", "380", left=2)
    fake.trouble.append("cut")
    say(alone, one, "first", "second")
    async with alone.sender():
        await alone.drained(10)
    assert (fake.said("380"), alone.states(one)) == (["first"], ["sent", "failed"])


@blind
async def test_a_wish_that_changes_meanwhile(alone: Alone, providers: Providers, channel: str) -> None:
    """What was to be sent again by the earlier one, and may have arrived, is held from then on."""
    fake = providers.fakes[channel]
    one = alone.hear(channel, "381")
    say(alone, one, "first", "second")
    claim = alone.outbox.claim(one, 5)
    assert claim is not None
    alone.outbox.put_off(claim, 1, 0.0, "http_500", 0)
    async with alone.sender():
        await alone.drained(10)
    assert (fake.said("381"), alone.states(one)) == (["second"], ["failed", "sent"])
