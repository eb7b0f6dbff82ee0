"""Apple's deliveries: tokens that are old or another's; lists, attachments, and what is packed too tight."""

from __future__ import annotations

import gzip
import time
from typing import Any

import jwt
import pytest

from concierge.channels.messaging.adapters.apple_interactive import offer
from concierge.channels.messaging.calling import Api
from concierge.channels.messaging.model import Choice, Part, Standing, Typing, Unreadable
from tests.channels.conftest import Site, until
from tests.channels.messaging.adapters.parsing import delivered, parsed
from tests.channels.messaging.conftest import Alone, Customer
from tests.channels.messaging.fake_apple import FakeApple
from tests.channels.messaging.provider import Providers

fake = FakeApple()


def test_whose_token_it_is_and_how_old() -> None:
    for claims, known in (({}, True), ({"aud": "another"}, False), ({"iat": int(time.time()) - 4000}, False)):
        adapter, delivery = delivered("apple", fake.signed({}, **claims))
        assert adapter.verified(delivery) is known, claims
    for headers in ({}, {"authorization": "Bearer"}, {"authorization": "Bearer ü.x.y"}):
        assert not adapter.verified(type(delivery)("POST", "", headers, b"{}"))
    unsigned = jwt.encode({"aud": fake.msp, "iat": int(time.time())}, "", algorithm="none")
    assert not adapter.verified(type(delivery)("POST", "", {"authorization": f"Bearer {unsigned}"}, b"{}"))
    nothing = type(adapter)({**adapter.values, "CONCIERGE_APPLE_SECRET": ""})
    signed = jwt.encode({"aud": fake.msp, "iat": int(time.time())}, "x" * 32, algorithm="HS256")
    assert not nothing.verified(type(delivery)("POST", "", {"authorization": f"Bearer {signed}"}, b"{}"))


def test_what_unpacks_to_too_much_or_to_nothing() -> None:
    for body in (gzip.compress(b"[" * 6_000_000), b"\x1f\x8bnothing", gzip.compress(b"no JSON")):
        adapter, delivery = delivered("apple", fake.signed(body))
        with pytest.raises(Unreadable):
            list(adapter.parse(delivery))


def test_typing_says_no_words_and_other_houses_nothing() -> None:
    assert parsed("apple", fake.message("c", 1, type="typing_start")) == [Typing("apple", "c", True)]
    assert parsed("apple", fake.message("c", 1, type="typing_end")) == [Typing("apple", "c", False)]
    assert parsed("apple", fake.message("c", 1, body="x", destinationId="urn:biz:another")) == []
    assert parsed("apple", fake.message("c", 1, type="close")) == [Standing("apple", "c", "closed_by_customer")]
    (incoming,) = parsed("apple", fake.message("c", 1, body="bonjour", locale="fr_FR"))
    assert (incoming.text, incoming.language) == ("bonjour", "fr")


def test_a_row_of_a_list_and_words_beside_a_photo() -> None:
    picked = {"data": {"listPicker": {"sections": [{"items": [{"identifier": "c.1.2", "title": "Third"}]}]}}}
    (incoming,) = parsed("apple", fake.message("c", 1, type="interactive", interactiveData=picked))
    assert (incoming.text, incoming.choice) == ("Third", "c.1.2")
    (unknown,) = parsed("apple", fake.message("c", 1, type="interactive", interactiveDataRef={"url": "x"}))
    assert unknown.attachment.kind == "attachment"
    both = parsed("apple", fake.message("c", 1, body="is it \ufffc broken?", attachments=[fake.attachment("p")]))
    assert [each.attachment.kind if each.attachment else each.text for each in both] == ["photo", "is it  broken?"]


def test_more_choices_than_quick_replies_are_a_list() -> None:
    part = Part("Which", tuple(Choice(f"Row {n}", f"c.1.{n}") for n in range(8)), True, "Please choose")
    assert fake._choices(offer(part)) == [(f"Row {n}", f"c.1.{n}") for n in range(8)]


def chooses(alone: Alone, conversation: str, many: int) -> None:
    buttons = [{"title": f"Bag {number}", "payload": f"/bag{number}"} for number in range(many)]
    alone.log.append(conversation, "assistant", "Which one", kind="quick_replies", payload={"buttons": buttons})


@pytest.mark.parametrize(
    ("able", "many", "sent"),
    [
        ("AUTH, quick,List", 3, "quick-reply"),
        ("QUICK,LIST", 8, "listPicker"),
        ("LIST,TIME", 3, "listPicker"),
        ("QUICK,LIST", 1, "listPicker"),  # a quick reply has two at least
        ("QUICK", 1, "words"),
        ("QUICK", 8, "words"),
        ("AUTH2,FORM", 3, "words"),
        ("", 3, "words"),
    ],
)
async def test_a_device_is_sent_what_it_can_show(
    alone: Alone, providers: Providers, able: str, many: int, sent: str
) -> None:
    apple: Any = providers.fakes["apple"]
    (incoming,) = parsed("apple", apple.message("c7", 1, able=able, body="hello"))
    one = alone.hear("apple", "c7", **incoming.details)
    apple.able["c7"] = able
    chooses(alone, one, many)
    apple.calls.clear()
    async with alone.sender():
        await alone.drained()
    assert not apple.complaints
    (taken,) = apple.taken["c7"]
    shown = [call.json["interactiveData"]["data"] for call in apple.calls if call.json["type"] == "interactive"]
    if sent == "words":
        assert not shown
        assert taken.text.startswith("Which one\n\n1. Bag 0")
    else:
        assert [sent in each for each in shown] == [True]
        assert len(taken.choices) == many


async def test_choices_that_are_refused_for_now_do_not_bring_their_question_again(
    alone: Alone, providers: Providers
) -> None:
    apple: Any = providers.fakes["apple"]
    one = alone.hear("apple", "c8")
    apple.trouble.extend(["", "429", "503"])
    chooses(alone, one, 3)
    async with alone.sender():
        await alone.drained()
    (taken,) = apple.taken["c8"]
    assert (taken.text, len(taken.choices)) == ("Which one", 3)


def test_a_number_is_an_answer_also_from_another_device(served: Site, providers: Providers) -> None:
    """The question went to a watch, in words; the answer is written on a telephone, which would have had buttons."""
    apple: Any = providers.fakes["apple"]
    someone = Customer(served, apple)
    watch = apple.message(someone.address, someone.next(), able="", body="choose")
    assert someone.deliver(watch).status_code == 200
    until(lambda: len(apple.said(someone.address)) == 2)
    assert apple.said(someone.address)[1].endswith("2. The second\n\nPlease answer with a number.")
    someone.write("1")
    until(lambda: apple.said(someone.address)[2:] == ["Hello"])


async def test_a_machines_words_say_so_and_a_persons_do_not(alone: Alone, providers: Providers) -> None:
    apple: Any = providers.fakes["apple"]
    one, gone = alone.hear("apple", "c9"), alone.hear("apple", "closed")
    alone.log.append(one, "assistant", "Good morning")
    alone.log.append(one, "advisor", "Good evening", author="Camille")
    alone.log.append(gone, "assistant", "Good morning")
    async with alone.sender():
        await alone.drained()
    assert [(sent.text, sent.raw["auto"]) for sent in apple.taken["c9"]] == [
        ("Good morning", "true"),
        ("Good evening", ""),
    ]
    assert [letter.error for letter in alone.letters("failed")] == ["closed_by_customer"]


async def test_check(alone: Alone) -> None:
    adapter: Any = alone.adapters["apple"]
    async with Api() as api:
        assert await adapter.check(api) == []
        for name, value in (("SECRET", "no base64"), ("BUSINESS_ID", "house")):
            wrong = type(adapter)({**adapter.values, f"CONCIERGE_APPLE_{name}": value})
            assert f"CONCIERGE_APPLE_{name}" in (await wrong.check(api))[0]
