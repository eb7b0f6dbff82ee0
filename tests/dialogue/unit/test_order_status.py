"""Where an order is, and topics that it has an answer of its own to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from concierge.dialogue import order_status, order_topics
from concierge.orders.model import Repair, Status

STATES = {
    "BA10000001": ["utter_status_confirmed"],
    "BA10000002": ["utter_status_preparing"],
    "BA10000003": ["utter_status_dispatched"],
    "BA10000004": ["utter_status_delivered"],
    "BA10000010": ["utter_status_dispatched", "utter_status_attempts", "utter_status_return_requested"],
}


@pytest.mark.parametrize("number", STATES)
def test_the_state_comes_first_and_at_most_two_things_beside_it(shop, number):
    assert order_status.replies(shop.orders().get(number)) == STATES[number]


def test_the_message_is_one_in_the_orders_own_region(take, shop):
    turn, order = take(), shop.orders().get("BA10000010")
    order_status.tell(turn, order)
    [said] = turn.outcome.said
    assert (said.reply, said.more["region"]) == ("utter_status_dispatched", order.region)
    assert [also["response"] for also in said.more["also"]] == STATES["BA10000010"][1:]


@pytest.mark.parametrize(
    ("status", "fit"),
    [
        (Status.CONFIRMED, ["cancel_order", "track_order"]),
        (Status.DELIVERED, ["return_item", "track_order"]),
        (Status.CANCELLED, ["track_order", "talk_to_advisor"]),
    ],
)
def test_next_steps_fit_the_state(shop, status, fit):
    order = replace(shop.orders().get("BA10000001"), status=status)
    assert order_status.fitting(["cancel_order", "return_item", "track_order"], order) == fit


@pytest.mark.parametrize(
    ("state", "reply"),
    [(None, "utter_no_repair"), ("in_repair", "utter_repair_state"), ("declined", "utter_repair_declined")],
)
def test_how_far_a_repair_is(take, shop, state, reply):
    order = shop.orders().get("BA10000008")
    repairs = (Repair("BA10000008-C7", "1", state, order.placed_at),) if state else ()
    turn = take()
    order_status.tell_repair(turn, replace(order, repairs=repairs))
    assert turn.outcome.replies == [reply]


@pytest.mark.parametrize(
    ("number", "intent", "reply"),
    [
        (None, "invoice", "utter_invoice"),
        ("BA10000002", "invoice", "utter_invoice"),
        ("BA10000003", "invoice", "utter_invoice_of_order"),
        ("BA10000003", "delivery_attempts", "utter_status_no_attempt"),
        ("BA10000010", "delivery_attempts", "utter_status_attempts"),
        ("BA10000010", "return_tracking", "utter_refund_in_transit"),
        ("BA10000003", "return_fragrance", "utter_return_fragrance"),
    ],
)
async def test_a_topic_is_that_of_the_order_where_it_has_an_answer(take, number, intent, reply):
    turn = take("?", intent, **({"verified_order": number} if number else {}))
    await order_topics.topic_of_order(turn)
    assert turn.outcome.replies[0] == reply


async def test_the_perfume_of_the_order_is_taken_up_as_its_return(take):
    turn = take("can I return the perfume", "return_fragrance", verified_order="BA10000004")
    await order_topics.topic_of_order(turn)
    assert turn.get("task") == "return"
    assert turn.get("question")["name"] == "opened"
