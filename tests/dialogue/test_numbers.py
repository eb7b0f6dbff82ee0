"""An order number that is not quite one: asked back where it may be, asked for again where it may not."""

from __future__ import annotations

import pytest

from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model


@pytest.mark.parametrize("typed", ["10000003", "B10000003", "A 1000 0003", "BA1000000З".replace("З", "B")])
async def test_what_its_form_determines_is_asked_back(talk, typed):
    conversation = talk()
    await conversation.say("where is my order")
    asked = await conversation.say(f"{typed} and {EMAIL}")
    assert asked.replies == ["utter_did_you_mean_number"]
    assert asked.titles == ["Yes, that one", "No"]
    meant = "BA10000008" if typed.endswith("B") else "BA10000003"
    assert meant in asked.text
    answer = await conversation.press("Yes, that one")
    assert answer.replies[0] in {"utter_status_dispatched", "utter_status_delivered"}
    assert await conversation.slot("verified_order") == meant


@pytest.mark.parametrize("typed", ["BA1000003", "BA100000033", "1000003", "XY1000003"])
async def test_what_could_be_several_numbers_is_asked_for_again(talk, typed):
    conversation = talk()
    await conversation.say("where is my order")
    asked = await conversation.say(f"{typed} {EMAIL}")
    assert asked.replies == ["utter_number_incomplete", "utter_ask_order_form_order_number"]
    assert "2 letters and 8 digits" in asked.text
    assert (await conversation.say("BA10000003")).replies == ["utter_status_dispatched"]  # the e-mail is remembered


async def test_a_question_back_says_nothing_of_which_numbers_exist(talk):
    known, unknown = talk(), talk()
    for number, conversation in (("10000003", known), ("99999993", unknown)):
        await conversation.say("where is my order")
        answer = await conversation.say(number)
        assert answer.text == f"Did you mean order BA{number}?"
    assert (await known.say("yes")).replies == (await unknown.say("yes")).replies


async def test_asking_back_is_no_try_and_its_answer_is_one(talk, shop):
    conversation = talk()
    await conversation.says("where is my order", "10000003 evil@example.com")
    tries = shop.log().failed_lookups
    assert tries(conversation_id=conversation.id) == 0
    await conversation.say("yes")
    assert tries(conversation_id=conversation.id) == 1
    assert await conversation.slot("wrong_tries") == 1


@pytest.mark.parametrize("no", ["no", "no, it is BA10000002", "BA10000002"])
async def test_no_and_the_right_one(talk, no):
    conversation = talk()
    await conversation.says("where is my order", f"10000003 {EMAIL}")
    answer = await conversation.say(no)
    if no == "no":
        assert answer.replies == ["utter_ask_order_form_order_number"]
        answer = await conversation.say("BA10000002")
    assert answer.replies == ["utter_status_preparing"]


async def test_the_task_that_was_asked_goes_on_after_the_question(talk):
    conversation = talk()
    await conversation.say(f"I want to cancel my order 10000003, {EMAIL}")
    assert (await conversation.say("yes")).replies[0] == "utter_cancel_dispatched"


async def test_an_identified_customer_who_slips_is_asked_for_their_own_order(talk):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    asked = await conversation.say("and when was BA1000003 charged")
    assert asked.replies == ["utter_did_you_mean_number"]
    assert (await conversation.say("yes")).replies[0].startswith("utter_charge")


async def test_a_signed_in_customer_who_slips_is_asked_for_their_own_order(talk):
    conversation = talk(verified_email=EMAIL)
    asked = await conversation.say("where is order BA1000010")
    assert asked.replies == ["utter_did_you_mean_number"]
    assert "BA10000010" in asked.text
    assert (await conversation.say("yes")).replies[0] == "utter_status_dispatched"


async def test_a_number_of_theirs_is_enough_for_a_signed_in_customer(talk):
    answer = await talk(verified_email=EMAIL).say("where is my order BA10000003")
    assert answer.replies == ["utter_status_dispatched"]


async def test_a_number_that_is_not_theirs_needs_its_own_email(talk, shop):
    from dataclasses import replace

    mine = shop.orders().get("BA10000003")
    shop.orders().put([replace(mine, number="BA98765432", email="other@example.org")])
    answer = await talk(verified_email=EMAIL).say("where is my order BA98765432")
    assert answer.replies == ["utter_ask_order_form_order_email"]


async def test_a_telephone_number_or_a_date_is_no_order_number(talk):
    conversation = talk()
    await conversation.say("where is my order")
    for text in ("my phone is 0612345678", "I ordered it on 12/11/2026"):
        assert "utter_number_incomplete" not in (await conversation.say(text)).replies
