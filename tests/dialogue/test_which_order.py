"""A signed-in customer with several orders chooses one: by button, item, day, place in the list, or number."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from concierge.orders.model import Category, Line

pytestmark = pytest.mark.model
ANNA = "anna@example.org"
NOW = datetime.now(timezone.utc)


def line(product, category, colour="Black"):
    return (Line("1", product, "", category, Decimal(500), colour=colour),)


@pytest.fixture
def annas(shop):
    """Three orders, the newest first: a bag today, sneakers last week, a coat in April of last year."""
    like = shop.orders().get("BA10000003")
    delivered = shop.orders().get("BA10000005")
    last_week = NOW - timedelta(days=7)
    orders = [
        replace(
            like,
            number="BA30000001",
            email=ANNA,
            placed_at=NOW - timedelta(minutes=1),  # today, also just after midnight
            lines=line("Rodeo Handbag", Category.BAG),
        ),
        replace(
            delivered,
            number="BA30000002",
            email=ANNA,
            placed_at=last_week,
            lines=line("3XL Sneaker", Category.SHOES, "White"),
        ),
        replace(
            delivered,
            number="BA30000003",
            email=ANNA,
            placed_at=datetime(NOW.year - 1, 4, 12, 10, tzinfo=timezone.utc),
            lines=line("Cocoon Coat", Category.READY_TO_WEAR),
        ),
    ]
    shop.orders().put(orders)
    return [order.number for order in orders]


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ("the bag", 0),
        ("the white sneakers", 1),
        ("the coat please", 2),
        ("the one from last week", 1),
        ("the one I placed today", 0),
        ("the one from April", 2),
        ("the second one", 1),
        ("the third", 2),
        ("the most recent", 0),
        ("my latest order", 0),
        ("the oldest one", 2),
        ("BA30000002", 1),
        ("ba3000 0003", 2),
    ],
)
async def test_each_way_of_saying_which(talk, annas, words, chosen):
    conversation = talk(verified_email=ANNA)
    asked = await conversation.say("where is my order")
    assert asked.replies == ["utter_ask_which_order"]
    assert [title.split(",")[0] for title in asked.titles] == annas
    answer = await conversation.say(words)
    assert await conversation.slot("verified_order") == annas[chosen]
    assert answer.replies[0].startswith("utter_status_")


@pytest.mark.parametrize(
    ("words", "language", "chosen"),
    [
        ("la plus récente", "fr", 0),
        ("la deuxième", "fr", 1),
        ("die neueste", "de", 0),
        ("l'ultimo", "it", 0),
        ("el segundo", "es", 1),
        ("celle de la semaine dernière", "fr", 1),
    ],
)
async def test_in_the_houses_other_languages(talk, annas, words, language, chosen):
    conversation = talk(language=language, verified_email=ANNA)
    await conversation.choose("/track_order")
    await conversation.say(words)
    assert await conversation.slot("verified_order") == annas[chosen]


async def test_the_first_message_may_say_which(talk, annas):
    conversation = talk(verified_email=ANNA)
    answer = await conversation.say("I want to return the sneakers")
    assert await conversation.slot("verified_order") == annas[1]
    assert answer.replies[0] != "utter_ask_which_order"


async def test_what_fits_two_is_asked_again(talk, annas):
    conversation = talk(verified_email=ANNA)
    answer = await conversation.says("where is my order", "the black one")
    assert answer.replies == ["utter_please_choose", "utter_ask_which_order"]
    assert await conversation.slot("verified_order") is None


async def test_buttons_show_number_day_and_item(talk, annas):
    asked = await talk(language="fr", verified_email=ANNA).choose("/track_order")
    assert asked.titles[2] == "BA30000003, 12 avril: Cocoon Coat"


async def test_of_many_an_earlier_one_is_found_by_its_item(talk):
    conversation = talk(verified_email="claire@example.com")
    asked = await conversation.say("where is my order")
    assert asked.replies == ["utter_ask_which_order_of_many"]
    assert len(asked.buttons) == 5
    await conversation.say("the one from 40 months ago")
    assert await conversation.slot("verified_order") == "BA10000009"


async def test_one_is_no_item(talk):
    conversation = talk(verified_email="claire@example.com")  # who has a “One-Piece Swimsuit” too
    await conversation.says("where is my order", "the most recent one")
    assert await conversation.slot("verified_order") == "BA10000001"


async def test_while_the_orders_are_down_a_signed_in_customer_is_told_so(talk, shop, monkeypatch):
    from concierge.orders import OrdersUnavailable

    def down(email):
        raise OrdersUnavailable("down")

    monkeypatch.setattr(shop.orders(), "find_by_email", down)
    assert (await talk(verified_email=ANNA).say("where is my order")).replies == ["utter_orders_unavailable"]
