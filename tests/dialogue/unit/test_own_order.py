"""What is asked on of an order that has not come: how much exactly, what to do now, when, and why not."""

from __future__ import annotations

import pytest

from concierge.dialogue import follow_ups, own_order, task_requests, warranty
from tests.dialogue.unit.conftest import bot, user


@pytest.mark.parametrize(
    ("number", "text", "last", "replies"),
    [
        ("BA10000003", "what sum was taken?", "utter_status_dispatched", ["utter_amount_charged"]),
        ("BA10000003", "and the exact figure, how much", "utter_charge_twice", ["utter_amount_charged"]),
        ("BA10000007", "by how much?", "utter_charge_lower", ["utter_amount_less"]),
        ("BA10000002", "how much precisely", "utter_charge_authorised", ["utter_amount_to_charge"]),
        ("BA10000001", "how much have you taken so far", "utter_status_confirmed", ["utter_charge_authorised"]),
        ("BA10000010", "how much in all", "utter_status_dispatched", []),  # after where it is that may be anything
        ("BA10000010", "what amount was that", "utter_refund_issued_card", ["utter_refund_in_transit"]),
        ("BA10000010", "how much was charged", "utter_status_dispatched", ["utter_charge_in_parts"]),
        ("BA10000003", "and since when", "utter_amount_charged", ["utter_charge_twice"]),
        ("BA10000003", "what does a return cost me", "utter_charge_twice", []),
    ],
)
async def test_an_amount_is_told_in_a_few_words(take, number, text, last, replies):
    topic = "explain_charge" if "charge" in last else "track_order"
    turn = take(text, "follow_up", verified_order=number, topic=topic, before=[user(topic), bot(last)])
    assert await own_order.answer(turn) is bool(replies)
    assert turn.outcome.replies == replies


@pytest.mark.parametrize("text", ["how much was the bag", "and for the bag alone?"])
async def test_the_price_of_a_piece_is_that_of_the_order(take, shop, text):
    named = [{"entity": "category", "value": "bag", "start": text.index("bag"), "end": text.index("bag") + 3}]
    before = [user("explain_charge"), bot("utter_amount_charged")]
    turn = take(text, "follow_up", verified_order="BA10000003", topic="explain_charge", entities=named, before=before)
    assert await own_order.answer(turn)
    [said] = turn.outcome.said
    price = shop.orders().get("BA10000003").lines[0].price
    assert (said.reply, said.values["item_amount"]["amount"]) == ("utter_amount_of_item", str(price))


@pytest.mark.parametrize(
    ("number", "reply"),
    [
        ("BA10000001", "utter_now_prepared"),
        ("BA10000002", "utter_now_prepared"),
        ("BA10000003", "utter_now_expected"),
        ("BA10000010", "utter_now_tried"),
    ],
)
@pytest.mark.parametrize("text", ["ok, what should I do then", "und was mache ich nun", "bon, je fais quoi"])
async def test_what_is_to_be_done_until_it_comes(take, number, reply, text):
    turn = take(text, "follow_up", verified_order=number, topic="cancel_order", before=[user("cancel_order")])
    await follow_ups.follow_up(turn)
    assert turn.outcome.replies == [reply]


async def test_of_what_has_come_nothing_of_the_kind_is_said(take):
    assert not await own_order.answer(take("what do I do now", "follow_up", verified_order="BA10000004"))
    assert not await own_order.answer(take("what do I do now", "follow_up"))


async def test_what_to_do_now_is_no_button(take):
    buttons = [{"title": "Jetzt nicht", "payload": "/deny"}]
    asked = take("was mache ich jetzt", "follow_up", before=[bot("utter_offer_advisor", *buttons)])
    assert asked.pressed() is None


@pytest.mark.parametrize(
    ("number", "reply"), [("BA10000002", "utter_no_day_yet"), ("BA10000003", "utter_status_dispatched")]
)
async def test_its_day_is_told_where_there_is_one(take, number, reply):
    turn = take("when will I have it", "track_order", verified_order=number)
    await task_requests.begin(turn)
    assert turn.outcome.replies == [reply]


async def test_what_takes_long_is_no_refund(take):
    turn = take("why is this taking so long", "refund_status", verified_order="BA10000002")
    turn.confidence = 0.4
    await task_requests.begin(turn)
    assert turn.outcome.replies == ["utter_delivery_not_dispatched"]


async def test_the_warranty_of_what_is_on_its_way(take, shop):
    turn = take("for how long is it under warranty", "repair_warranty", verified_order="BA10000003")
    await warranty.tell(turn, shop.orders().get("BA10000003"))
    [said] = turn.outcome.said
    assert said.reply == "utter_warranty_not_delivered"
    assert [each["response"] for each in said.more["also"]] == ["utter_repair_not_delivered_excluded"]


async def test_what_is_asked_about_a_piece_that_was_not_ordered(take):
    named = [{"entity": "category", "value": "small_leather"}]
    ranking = [{"name": "follow_up"}, {"name": "item_price"}]
    turn = take(
        "what is a wallet",
        "follow_up",
        verified_order="BA10000003",
        topic="track_order",
        entities=named,
        ranking=ranking,
    )
    assert await own_order.answer(turn)
    assert turn.outcome.replies == ["utter_item_price"]


async def test_a_piece_that_comes_later_is_asked_for_no_price(take):
    named = [{"entity": "category", "value": "jewellery", "start": 4, "end": 12}]
    before = [user("amount_differs"), bot("utter_amount_less")]
    turn = take(
        "are earrings on their way", "follow_up", verified_order="BA10000007", topic="amount_differs", entities=named,
        before=before,
    )  # fmt: skip
    assert not await own_order.answer(turn)


async def test_the_reason_of_a_wish_is_none_of_a_refusal(take):
    decision = {"kind": "return", "outcome": "no", "next_step": "wait"}
    before = [user("return_item"), bot("utter_return_not_delivered")]
    turn = take(
        "why not", "follow_up", verified_order="BA10000003", topic="return_item", decision=decision, before=before,
        cell="return_item/why",
    )  # fmt: skip
    await follow_ups.follow_up(turn)
    assert turn.outcome.replies == ["utter_no_reason_known"]


async def test_who_may_take_it_in_is_asked_of_no_order(take):
    text = "may my daughter take BA10000003 in? claire@example.com"
    turn = take(text, "delivery_attempts", cell="delivery_attempts/may_other_person")
    await task_requests.inform(turn)
    assert turn.outcome.replies == ["utter_delivery_attempts/may_other_person"]
