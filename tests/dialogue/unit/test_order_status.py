"""Where an order is, and topics that it has an answer of its own to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from concierge.dialogue import order_status, order_topics
from concierge.orders.model import Attempt, Repair, Status

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


@pytest.mark.parametrize(
    ("number", "cell"),
    [
        ("BA10000010", "delivery_attempts/who_pays"),
        ("BA10000010", "delivery_attempts/may_collect"),
        ("BA10000004", "final_sale/what_if_faulty"),
        ("BA10000004", "repair_conditions/who"),
        ("BA10000004", "repair_conditions/which_proof"),
    ],
)
async def test_what_is_the_same_for_every_order_is_said_of_the_one_in_hand_too(take, number, cell):
    turn = take("?", cell.partition("/")[0], cell=cell, verified_order=number)
    await order_topics.topic_of_order(turn)
    assert turn.outcome.replies == [f"utter_{cell}"]


async def test_what_belongs_to_final_sale_is_decided_of_the_order_in_hand(take):
    turn = take("?", "final_sale", cell="final_sale/which", verified_order="BA10000004")
    await order_topics.topic_of_order(turn)
    assert turn.get("task") == "return"


async def test_the_perfume_of_the_order_is_taken_up_as_its_return(take):
    turn = take("can I return the perfume", "return_fragrance", verified_order="BA10000004")
    await order_topics.topic_of_order(turn)
    assert turn.get("task") == "return"
    assert turn.get("question")["name"] == "opened"


def test_an_order_past_its_day_says_so_and_a_person_is_offered(take, shop):
    turn, order = take(), shop.orders().get("BA10000003")
    [shipment] = order.shipments
    yesterday = (turn.now - timedelta(days=1)).date()
    late = replace(order, shipments=(replace(shipment, expected_from=None, expected_to=yesterday),))
    order_status.tell(turn, late)
    [said] = turn.outcome.said
    assert said.reply == "utter_status_dispatched"
    assert "expected_date" not in said.values
    assert said.more["also"][0]["response"] == "utter_delivery_overdue"
    assert said.more["also"][0]["values"]["expected_date"] == yesterday.isoformat()
    assert said.more["choices"] == ["talk_to_advisor"]


def test_sixteen_days_in_preparation_are_told(take, shop):
    turn, order = take(), shop.orders().get("BA10000002")
    order_status.tell(turn, replace(order, placed_at=turn.now - timedelta(days=16)))
    [said] = turn.outcome.said
    assert [also["response"] for also in said.more["also"]] == ["utter_delivery_preparing_long"]


def test_after_the_laws_limit_an_advisor_is_offered_not_promised(take, shop):
    turn, order = take(), shop.orders().get("BA10000002")
    order_status.tell(turn, replace(order, placed_at=turn.now - timedelta(days=40)))
    [said] = turn.outcome.said
    assert [also["response"] for also in said.more["also"]] == ["utter_delivery_late"]


def test_news_from_customs_is_no_failed_attempt(shop):
    order = shop.orders().get("BA10000003")
    [shipment] = order.shipments
    held = replace(order, shipments=(replace(shipment, attempts=(Attempt(order.placed_at, "customs"),)),))
    assert order_status.replies(held) == ["utter_status_dispatched"]
