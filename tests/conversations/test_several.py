"""Two questions in one message, and a question without its subject."""

from __future__ import annotations

import pytest

from conversations.talk import EMAIL

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    ("text", "replies"),
    [
        ("when is my card charged and can I still add a belt?", ["utter_charge_policy", "utter_modify_policy"]),
        (
            "How long do I have to return something? And I lost my return label",
            ["utter_return_policy", "utter_lost_label"],
        ),
        ("do you deliver on saturdays and which payment methods do you take", ["utter_payment_methods"]),
    ],
)
async def test_both_questions_are_answered(talk, text, replies):
    answer = await talk().say(text)
    assert [reply for reply in replies if reply in answer.replies] == replies


@pytest.mark.parametrize(
    "text",
    [
        "my bag has a broken zip and I want it repaired",
        f"where is my order BA10000003 and my email is {EMAIL}",
        "I bought a coat for my sister and she loves it but the sleeves are too long, can you shorten them",
        "yes and no",
    ],
)
async def test_one_question_stays_one(agent, text):
    from concierge.answers.several import questions

    assert await questions(agent.parse_message, text) == [text]


async def test_a_follow_up_asks_the_last_question_for_another_place(talk):
    conversation = talk()
    await conversation.say("when will my card be charged")
    answer = await conversation.say("and in the United States?")
    assert answer.replies[:2] == ["utter_for_country", "utter_charge_policy"]
    assert "United States" in answer.text


async def test_a_follow_up_of_nothing_asks_to_say_it_in_other_words(talk):
    assert (await talk().say("and in the United States?")).replies == ["utter_rephrase"]


async def test_and_for_perfume_after_the_return_policy(talk):
    conversation = talk()
    await conversation.say("what is your return policy")
    assert "utter_return_fragrance" in (await conversation.say("and for perfume?")).replies


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("how long does shipping take", "utter_shipping_times"),
        ("how long does a repair take", "utter_repair_duration"),
        ("what is your return policy", "utter_return_policy"),
    ],
)
async def test_and_outside_europe(talk, question, reply):
    answer = await talk().says(question, "and outside Europe?")
    assert answer.replies[:2] == ["utter_for_elsewhere", reply]


async def test_a_signed_in_customer_is_not_asked_again(talk, shop):
    conversation = talk(verified_email=EMAIL)
    asked = await conversation.say("where is my order")
    assert asked.replies == ["utter_ask_which_order"]
    title = next(title for title in asked.titles if title.startswith("BA10000003"))
    assert (await conversation.press(title)).replies[0] == "utter_status_dispatched"


async def test_a_signed_in_customer_sees_nobody_elses_orders(talk, shop):
    conversation = talk(verified_email="other@example.org")
    assert (await conversation.say("where is my order")).replies == ["utter_ask_order_form_order_number"]
