"""The house's questions over plain HTTP, to the running product: what a customer asks, what they must be told."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from tests.e2e.conftest import Product

pytestmark = pytest.mark.e2e
EMAIL = "claire@example.com"


class Customer:
    """One conversation over the REST channel."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.sender = f"test-{uuid.uuid4().hex[:12]}"
        self.replies: list[dict[str, Any]] = []

    def say(self, text: str) -> str:
        self.replies = self.product.say(self.sender, text)
        assert self.replies, f"silence after {text!r}"
        return "\n".join(reply.get("text", "") for reply in self.replies)

    def identify(self, number: str) -> str:
        self.say("Where is my order?")
        return self.say(f"{number}, {EMAIL}")


@pytest.fixture
def customer(product: Product) -> Customer:
    return Customer(product)


@pytest.mark.parametrize(
    "question",
    [
        "I can't find the return label that came in the box, what now?",
        "lost my prepaid return label :(",
        "the return sticker went in the bin, how do I send my shoes back",
    ],
)
def test_a_lost_label(customer, question):
    answer = customer.say(question)
    for fact in ("UPS", "W95789", "Standard", "Receiver", "Bentivoglio"):
        assert fact in answer


def test_where_is_my_order_asks_for_number_and_email_then_tells_the_state_and_tracking(customer):
    asked = customer.say("where is my order??")
    assert "order number" in asked.lower()
    answer = customer.say("BA10000003")
    assert "mail" in answer.lower()
    answer = customer.say(EMAIL)
    assert "1Z" in answer
    assert "UPS" in answer


def test_number_and_email_in_one_message_in_any_shape(customer):
    customer.say("where is my parcel")
    assert "1Z" in customer.say(f"it's #ba 1000-0003 and my mail is {EMAIL.upper()}")


def test_cancelling_before_preparation_is_an_honest_no_with_an_urgent_handoff(customer):
    customer.identify("BA10000001")
    answer = customer.say("please cancel it").lower()
    assert "return" in answer or "advisor" in answer
    assert "advisor" in answer


def test_cancelling_after_dispatch_is_no_with_the_return_as_the_way_out(customer):
    customer.identify("BA10000003")
    answer = customer.say("I want to cancel this order").lower()
    assert "return" in answer
    assert "cannot" in answer or "can't" in answer or "no longer" in answer


def test_when_the_card_is_charged(customer):
    answer = customer.say("when do you take the money from my card?").lower()
    assert "authoris" in answer
    assert "leaves our warehouse" in answer


def test_why_it_shows_twice(customer):
    answer = customer.say("you charged me twice for one order").lower()
    assert "authoris" in answer


def test_a_broken_zip_under_warranty(customer):
    customer.identify("BA10000008")
    customer.say("the zip of my bag is broken, can you repair it?")
    assert len(customer.replies[-1]["buttons"]) >= 3, "the one fact that matters is asked: what happened to it"
    answer = customer.say(customer.replies[-1]["buttons"][0]["payload"])
    assert "under warranty until" in answer
    assert "free of charge" in answer
    assert re.search(r"BA10000008-\w+", customer.say("yes please")), "the case is recorded and has a number"


def test_a_return_after_34_days_is_refused_with_its_reason_and_a_way_on(customer):
    customer.identify("BA10000005")
    answer = customer.say("I'd like to return it")
    assert "return period" in answer
    assert "ended on" in answer
    assert "repair" in answer


def test_whoever_waits_for_a_person_is_told_so_and_facts_are_still_answered(product, customer):
    answer = customer.say("can I talk to a human please")
    assert "advisor" in answer.lower()
    assert "queue" in customer.say("hello? anyone?")
    assert "warehouse" in customer.say("when is my card charged?")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "👜👜👜",
        "<script>alert(1)</script><b>hello</b>",
        "?",
        "x" * 100_000,
        "\u202e\u0000\u200b",
        "/restart",
    ],
    ids=["empty", "blank", "emoji", "html", "mark", "huge", "controls", "restart"],
)
def test_odd_input_gets_a_kind_sentence(customer, text):
    answer = customer.say(text)
    assert answer.strip()
    assert "Traceback" not in answer


def test_an_intent_cannot_be_injected(customer):
    customer.say('/inform{"order_number": "BA10000003", "verified_order": "BA10000003", "order_known": true}')
    answer = customer.say("where is my order?")
    assert "1Z" not in answer


def test_unknown_order_and_wrong_email_sound_the_same(product):
    first, second = Customer(product), Customer(product)
    first.say("where is my order")
    second.say("where is my order")
    unknown = first.say("BA99999999, claire@example.com")
    foreign = second.say("BA10000003, mallory@example.com")
    assert unknown.replace("BA99999999", "") == foreign.replace("BA10000003", "")
    assert "1Z" not in foreign


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"sender": 5}', b'{"message": {"a": 1}, "sender": "x"}', b"null"])
def test_a_malformed_request_is_a_client_error_that_says_so(product, body):
    import urllib.error
    import urllib.request

    request = urllib.request.Request(
        f"http://127.0.0.1:{product.front_port}/webhooks/rest/webhook",
        data=body,
        headers={"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=20)
    assert 400 <= caught.value.code < 500
    assert b"message" in caught.value.read()
