"""The order system is asked once a turn, whatever the turn needs of it."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model


@pytest.fixture
def asked(shop, monkeypatch):
    """How often each look-up has been made."""
    counted = Counter()

    def count(name, real):
        def call(*args, **kwargs):
            counted[name] += 1
            return real(*args, **kwargs)

        return call

    for name in ("get", "find", "find_by_email"):
        monkeypatch.setattr(shop.orders(), name, count(name, getattr(shop.orders(), name)))
    return counted


async def test_an_order_is_found_and_told_of_with_one_look(talk, asked):
    conversation = talk()
    await conversation.say("where is my order")
    await conversation.say(f"BA10000003 {EMAIL}")
    assert asked == {"find": 1}


async def test_a_decision_with_its_question_and_its_answer_takes_one_look_a_turn(talk, asked):
    conversation = talk()
    await conversation.says("I want to return something", f"BA10000004 {EMAIL}")
    assert asked == {"find": 1}
    asked.clear()
    await conversation.say("the trainers")
    assert asked == {"get": 1}


async def test_a_signed_in_customers_orders_are_listed_once(talk, asked):
    conversation = talk(verified_email=EMAIL)
    await conversation.say("where is BA10000003")
    assert asked == {"find_by_email": 1}
    asked.clear()
    await conversation.say("I want to cancel it")
    assert asked == {"get": 1}


async def test_what_was_recorded_is_seen_by_the_rest_of_its_turn(talk, shop, asked):
    conversation = talk()
    await conversation.says("I want to return something", f"BA10000004 {EMAIL}", "the trainers", "yes")
    asked.clear()
    assert (await conversation.press("Yes, please")).replies == ["utter_return_registered"]
    [made] = shop.orders().get("BA10000004").returns
    assert made.id in str((await conversation.say("where is my return")).messages)
