"""Two questions in one message, and a question without its subject."""

from __future__ import annotations

import pytest

from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    ("text", "replies"),
    [
        ("when is my card charged and can I still add a belt?", ["utter_charge_policy", "utter_modify_policy"]),
        (
            "How long do I have to return something? And I lost my return label",
            ["utter_return_item/until_when", "utter_lost_label"],
        ),
        ("do you deliver on saturdays and which payment methods do you take", ["utter_payment_methods"]),
    ],
)
async def test_both_questions_are_answered(talk, text, replies):
    answer = await talk().say(text)
    assert [reply for reply in replies if reply in answer.replies] == replies


@pytest.mark.parametrize(
    ("language", "said", "replies"),
    [
        (
            "en",
            ["is sending it back free and when do I see the money"],
            ["utter_return_item/who_pays", "utter_refund_"],
        ),
        ("en", ["how much and how long is a repair"], ["utter_repair_cost", "utter_repair_duration"]),
        (
            "en",
            ["I want my loafers repaired", "what will it cost and how long does it take"],
            ["utter_repair_cost", "utter_repair_duration", "utter_ask_fact_purchase_channel"],
        ),
        (
            "fr",
            ["la réparation coûte combien et ça dure combien de temps"],
            ["utter_repair_cost", "utter_repair_duration"],
        ),
        (
            "de",
            ["was kostet der Versand und wie lange ist es unterwegs"],
            ["utter_shipping_costs", "utter_shipping_times"],
        ),
        ("es", ["puedo devolverlo y quién paga los portes"], ["utter_return_policy", "utter_return_item/who_pays"]),
    ],
)
async def test_halves_that_share_a_subject_are_each_answered(talk, language, said, replies):
    answer = await talk(language).says(*said)
    assert len(answer.replies) >= len(replies)
    assert all(reply.startswith(begins) for begins, reply in zip(replies, answer.replies, strict=False))


@pytest.mark.parametrize(
    "text",
    [
        "my bag has a broken zip and I want it repaired",
        "where is my order and when will it be here",
        f"where is my order BA10000003 and my email is {EMAIL}",
        "I bought a coat for my sister and she loves it but the sleeves are too long, can you shorten them",
        "yes and no",
    ],
)
async def test_one_question_stays_one(agent, text):
    from concierge.nlu.multi_intent import questions

    assert [part.text for part in await questions(agent.parse_message, text)] == [text]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("what a lovely day. where's my stuff?", "utter_ask_order_form_order_number"),
        ("it's so hot today, when do you open", "utter_opening_hours"),
        ("hope you are well! my parcel never came", "utter_delivery_not_there"),
        ("lol ok. can I return perfume", "utter_return_fragrance"),
        ("you're a robot right? anyway, where is my parcel", "utter_ask_order_form_order_number"),
        ("Are you a bot? I want to speak to a human", "utter_handoff"),
        ("I love your brand! do you repair zips?", "utter_repair_services"),
        ("what's up! need help with a return", "utter_return_policy"),
        ("fuck this fucking fuck. store locator", "utter_find_boutique"),
        ("what a lovely day. you are stupid idiots", "utter_handoff_abuse"),
        ("Hope you're having a great weekend. My bag arrived damaged.", "utter_delivery_put_right"),
        ("my cat just died. can I return the collar I bought for her", "utter_return_policy"),
        ("thank you so much! I lost my return label", "utter_lost_label"),
        ("haha you're funny. how long does shipping take", "utter_shipping_times"),
        ("sorry to bother you. can I pay in instalments?", "utter_deferred_payment"),
        ("merry christmas! is gift wrapping available", "utter_gifts"),
        ("I can't wait for my holiday! how do I clean my leather bag", "utter_care_leather/how_clean"),
        ("Ciao! Come stai? Vorrei restituire un articolo", "utter_return_policy"),
    ],
)
async def test_small_talk_beside_a_question_does_not_win(talk, text, reply):
    assert reply in (await talk().say(text)).replies


@pytest.mark.parametrize(
    ("language", "text", "replies"),
    [
        (
            "en",
            "We had the builders in, so I am late with this. Has my bag been repaired yet? Do forgive the essay.",
            ["utter_ask_order_form_order_number"],
        ),
        (
            "de",
            "Nun, das Haus voller Gäste. Könnten Sie meine Bestellung anschauen? Pardon für so viel Text.",
            ["utter_ask_order_form_order_number"],
        ),
        ("es", "Qué desastre. ¿Cuándo llega mi paquete? Y ya.", ["utter_ask_order_form_order_number"]),
    ],
)
async def test_sentences_that_only_frame_a_question_do_not_outweigh_it(talk, language, text, replies):
    answer = await talk(language).say(text)
    assert [reply for reply in replies if reply in answer.replies] == replies
    assert not any(reply.startswith("utter_handoff") for reply in answer.replies)


@pytest.mark.parametrize(
    "text",
    [
        "My mother gave me a coat as a present. Can I return it?",  # the story says which question it is
        "I am allergic to nickel. Where is my order?",  # an alarm is never a frame
        "You will regret this, I know where you work. Where is my order?",
    ],
)
async def test_what_belongs_to_the_matter_is_no_frame(agent, text):
    from concierge.nlu.framing import framed

    assert await framed(agent.parse_message, text) is None


async def test_the_words_of_a_message_with_small_talk_stay_together(agent):
    from concierge.nlu.multi_intent import questions

    text = "what a lovely day. where's my order BA10000003?"
    [part] = await questions(agent.parse_message, text)
    assert part.text == text
    chat = "what a lovely day in France! where's my stuff?"
    [part] = await questions(agent.parse_message, chat)
    assert part.understood["intent"]["name"] == "track_order"
    assert part.understood["text"] == chat
    assert [(entity["value"], chat[entity["start"] : entity["end"]]) for entity in part.understood["entities"]] == [
        ("FR", "France")
    ]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("thank you, goodbye", {"thank", "goodbye"}),
        ("what a lovely day. I am off to the beach, bye", {"goodbye", "out_of_scope"}),
        ("hello, how are you? nice to meet you", {"greet"}),
        ("no, the other order", {"other_order"}),
        ("can you tell me a joke? my day was awful", {"out_of_scope"}),
    ],
)
async def test_small_talk_alone_stays_small_talk(agent, text, intent):
    from concierge.nlu.multi_intent import questions

    [part] = await questions(agent.parse_message, text)
    assert part.understood["intent"]["name"] in intent


async def test_a_follow_up_asks_the_last_question_for_another_place(talk):
    conversation = talk()
    await conversation.say("when will my card be charged")
    answer = await conversation.say("and in the United States?")
    assert answer.replies[0] == "utter_for_country"
    assert answer.text.startswith("For United States:\nYour card is charged when your order is shipped and leaves")
    assert "Look at my order" in answer.titles


async def test_a_follow_up_of_nothing_asks_to_say_it_in_other_words(talk):
    assert (await talk().say("and in the United States?")).replies == ["utter_rephrase"]


async def test_and_for_perfume_after_the_return_policy(talk):
    conversation = talk()
    await conversation.say("what is your return policy")
    assert "utter_return_fragrance" in (await conversation.say("and for perfume?")).replies


@pytest.mark.parametrize(
    "question", ["how long does shipping take", "how long does a repair take", "what is your return policy"]
)
async def test_where_the_region_makes_no_difference_the_answer_still_stands_there(talk, question):
    answer = await talk().says(question, "and outside Europe?")
    assert answer.replies[0] == "utter_for_elsewhere"
    assert "same holds" not in answer.text
    assert answer.buttons


async def test_an_answer_that_names_its_places_is_given_again_for_another(talk):
    answer = await talk().says("how long does shipping take", "and outside Europe?")
    assert answer.replies[0] == "utter_for_elsewhere"
    assert "Delivery times" in answer.text


@pytest.mark.parametrize(
    ("question", "follow_up", "reply"),
    [
        ("what is your return policy", "and how long does that take?", "utter_return_item/how_long"),
        ("what is your return policy", "what if I lost it?", "utter_lost_label"),
        ("what is your return policy", "and if it was a gift?", "utter_gifts"),
        ("what is your return policy", "how much?", "utter_return_item/who_pays"),
        ("what is your return policy", "what about shoes", "utter_same_for_kind"),
        ("what is your return policy", "sorry I meant perfume", "utter_return_fragrance"),
        ("what is your return policy", "no I meant exchange", "utter_exchange_policy"),
        ("what kind of repairs do you do", "and how long does that take?", "utter_repair_duration"),
        ("what kind of repairs do you do", "how much?", "utter_repair_cost"),
        ("what kind of repairs do you do", "what about sunglasses", "utter_repair_exclusions"),
        ("what kind of repairs do you do", "what about jewellery", "utter_repair_exclusions"),
        ("how do I clean my leather bag", "and for sunglasses?", "utter_which_part"),
        ("how long does shipping take", "and how much is that", "utter_shipping_costs"),
        ("how much is shipping", "and how long does that take?", "utter_shipping_times"),
        ("how do I clean my leather bag", "what about sneakers", "utter_care_sneakers"),
        ("why do you need the security code", "why?", "utter_reason_given"),
        ("how can I contact you", "and how long does that take?", "utter_reply_time"),
        ("can I return an opened perfume", "and a pair of sneakers?", "utter_return_policy"),
        ("can I send a bikini back", "what about fragrance", "utter_return_fragrance"),
    ],
)
async def test_a_question_on_from_the_last_one(talk, question, follow_up, reply):
    conversation = talk()
    await conversation.say(question)
    assert (await conversation.say(follow_up)).replies[0] == reply


async def test_a_follow_up_of_a_follow_up_is_on_from_the_topic(talk):
    answer = await talk().says("what kind of repairs do you do", "and how long does that take?", "and how much?")
    assert answer.replies == ["utter_repair_cost"]


async def test_cancelling_and_the_money_in_one_message(talk):
    answer = await talk().say("cancel my order and when will I get my money back")
    assert [reply for reply in answer.replies if reply in {"utter_cancel_policy", "utter_refund_policy"}] == [
        "utter_cancel_policy",
        "utter_refund_policy",
    ]


async def test_a_signed_in_customer_is_not_asked_again(talk, shop):
    conversation = talk(verified_email=EMAIL)
    asked = await conversation.say("where is my order")
    assert asked.replies == ["utter_ask_which_order_of_many"]
    title = next(title for title in asked.titles if title.startswith("BA10000003"))
    assert (await conversation.press(title)).replies[0] == "utter_status_dispatched"


async def test_a_signed_in_customer_sees_nobody_elses_orders(talk, shop):
    conversation = talk(verified_email="other@example.org")
    assert (await conversation.say("where is my order")).replies == ["utter_ask_order_form_order_number"]
