"""What a customer can ask of an order, each in several wordings, answered with that order's own facts."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model


def day(moment):
    """As it is said where the demo orders are."""
    there = moment.astimezone(ZoneInfo("Europe/Rome")) if isinstance(moment, datetime) else moment
    return f"{there.day} {there:%B}"


async def ask(talk, number, text):
    conversation = talk()
    await conversation.says("where is my order", f"{number} {EMAIL}")
    return await conversation.say(text)


@pytest.mark.parametrize(
    "text", ["what's my tracking number", "can you give me the tracking link", "how do I follow my parcel"]
)
async def test_tracking_number_and_link(talk, shop, text):
    [parcel] = shop.orders().get("BA10000003").shipments
    answer = await ask(talk, "BA10000003", text)
    assert parcel.tracking in answer.text
    assert parcel.url in answer.text


@pytest.mark.parametrize("text", ["when will it arrive", "what day should I expect my parcel", "when is it coming"])
async def test_expected_date(talk, shop, text):
    [parcel] = shop.orders().get("BA10000003").shipments
    assert day(parcel.expected_to) in (await ask(talk, "BA10000003", text)).text


@pytest.mark.parametrize("text", ["did UPS try to deliver it", "how many times did the courier try", "I missed UPS"])
async def test_attempts(talk, text):
    assert "tried" in (answer := await ask(talk, "BA10000010", text)).text
    assert "twice" in answer.text


async def test_no_attempt_yet(talk):
    answer = await ask(talk, "BA10000003", "how many times did the courier try")
    assert answer.replies[0] == "utter_status_no_attempt"


@pytest.mark.parametrize(
    "text", ["what was I charged and when", "how much did you take from my card", "when was my card charged"]
)
async def test_what_was_charged_and_when(talk, shop, text):
    [taken] = shop.orders().get("BA10000007").payments[0].captures
    answer = await ask(talk, "BA10000007", text)
    assert f"{taken.amount:,.2f}" in answer.text
    assert day(taken.at) in answer.text


@pytest.mark.parametrize(
    "text", ["why is the amount different", "why did I pay less than the total", "the charge is lower than my order"]
)
async def test_why_the_amount_differs(talk, text):
    answer = await ask(talk, "BA10000007", text)
    assert "Force Striped Hoop" in answer.text
    assert "€450.00" in answer.text


@pytest.mark.parametrize(
    "text",
    ["which item of my order was not available", "one item is missing from my parcel", "what could not be sent"],
)
async def test_items_that_were_not_available(talk, text):
    assert "Force Striped Hoop" in (await ask(talk, "BA10000007", text)).text


@pytest.mark.parametrize("text", ["can I get an invoice", "send me the invoice please", "I need a receipt"])
async def test_invoice(talk, text):
    assert "/invoices/BA10000003.pdf" in (await ask(talk, "BA10000003", text)).text


async def test_no_invoice_before_the_order_has_left(talk):
    assert (await ask(talk, "BA10000002", "can I get an invoice")).replies == ["utter_invoice"]


@pytest.mark.parametrize("text", ["has my return arrived", "what's happening with my return", "did you get my return"])
async def test_return_progress(talk, shop, text):
    sent = shop.orders().get("BA10000010").returns[-1]
    answer = await ask(talk, "BA10000010", text)
    assert day(sent.requested_at) in answer.text
    assert "not reached" in answer.text


@pytest.mark.parametrize("text", ["where is my refund", "when will I get my money back", "how much is my refund"])
async def test_refund_progress(talk, shop, text):
    [refund] = shop.orders().get("BA10000010").refunds
    answer = await ask(talk, "BA10000010", text)
    assert f"{refund.amount:,.2f}" in answer.text
    assert day(refund.issued_at) in answer.text


async def exchanged(talk):
    conversation = talk()
    await conversation.says("I want to exchange my shoes", "yes", f"BA10000004 {EMAIL}")
    answer = await conversation.say("not the perfume")
    for _ in range(2):  # its condition, the offer
        answer = await conversation.say("yes")
    assert answer.replies == ["utter_ask_fact_replacement"]
    return conversation, await conversation.say("39")


async def test_an_exchange_is_recorded_and_told_afterwards(talk, shop):
    _, done = await exchanged(talk)
    assert done.replies == ["utter_exchange_registered"]
    [made] = shop.orders().get("BA10000004").returns
    assert (made.kind, made.replacement, made.lines) == ("exchange", "Black, 39", ("1",))
    later = await talk().say(f"how far is my order BA10000004 {EMAIL}")
    assert "utter_status_exchange_requested" in str(later.messages)


async def repaired(talk):
    conversation = talk()
    await conversation.says("my bag has a broken zip, can you repair it", "bought it online", f"BA10000008 {EMAIL}")
    await conversation.say("dunno")
    return conversation, await conversation.say("yes please")


@pytest.mark.parametrize("text", ["what is the status of my repair", "is my repair done yet", "any news on my repair"])
async def test_repair_case(talk, shop, text):
    _, done = await repaired(talk)
    assert done.replies == ["utter_repair_registered"]
    [made] = shop.orders().get("BA10000008").repairs
    answer = await ask(talk, "BA10000008", text)
    assert answer.replies == ["utter_repair_state"]
    assert made.id in answer.text
    assert "registered" in answer.text


async def test_no_repair_to_tell_of(talk):
    assert (await ask(talk, "BA10000008", "what is the status of my repair")).replies == ["utter_no_repair"]


@pytest.mark.parametrize("state", ["received", "assessed", "in_repair", "ready", "sent_back", "declined"])
async def test_every_state_of_a_repair_has_words(talk, shop, state):
    from dataclasses import replace

    from concierge.orders.model import Repair

    order = shop.orders().get("BA10000008")
    repair = Repair("BA10000008-C7", "1", state, order.placed_at)
    shop.orders().put([replace(order, repairs=(repair,))])
    answer = await ask(talk, "BA10000008", "what is the status of my repair")
    assert "BA10000008-C7" in answer.text
    assert state not in answer.text.replace("received", "").split()


async def test_the_same_answer_twice_is_followed_by_an_offer_of_a_person(talk):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000010 {EMAIL}", "my parcel is late")
    answer = await conversation.say("your driver never came")
    assert answer.replies[-1] == "utter_offer_advisor"


async def test_another_order_of_the_same_address_needs_only_its_number(talk, shop):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    assert (await conversation.say("where is BA10000002")).replies == ["utter_status_preparing"]


@pytest.mark.parametrize(
    "text",
    [
        f"sure, it's BA10000003 and the mail is {EMAIL}, my husband set it up for me",
        f"hello dear, I'm not very good with computers. My order number is BA 1OO0 0OO3 I think, mail {EMAIL}",
    ],
)
async def test_an_order_number_is_not_overheard_among_chat(talk, text):
    assert "utter_status_dispatched" in (await talk().say(text)).replies
