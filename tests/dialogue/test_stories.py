"""The stories decide where the answer depends on what was said before, and nowhere else."""

from __future__ import annotations

import pytest

from tests.dialogue.talk import EMAIL

OFFER = "utter_offer_look_up"  # asked again by the form that was interrupted, once


@pytest.mark.parametrize(
    "turns",
    [
        [
            ("can I cancel my order", ["utter_cancel_policy"]),
            ("but why", ["utter_cancel_order/why", OFFER]),
            ("and can I return it then", ["utter_return_policy"]),
            ("and who pays for that", ["utter_return_item/who_pays"]),
        ],
        [
            ("can I cancel my order", ["utter_cancel_policy"]),
            ("how much does that cost", ["utter_cancel_order/how_much", OFFER]),
        ],
        [
            ("when will my card be charged", ["utter_charge_policy"]),
            ("why is that", ["utter_explain_charge/may_be_pending", OFFER]),
            ("and how long does that take", ["utter_charged_twice/when_gone"]),
        ],
        [
            ("how do I return an item", ["utter_return_policy"]),
            ("what if I lost it?", ["utter_lost_label", OFFER]),
            ("and who pays for that", ["utter_lost_label/who_pays"]),
        ],
        [
            ("I lost my return label", ["utter_lost_label"]),
            ("and do I have to pay for that", ["utter_lost_label/who_pays"]),
            ("why?", ["utter_waybill_why"]),
            ("how long does that take", ["utter_refund_policy"]),
        ],
        [
            ("how much does a repair cost", ["utter_repair_cost"]),
            ("why is that", ["utter_repair_cost_why"]),
            ("and how long does that take", ["utter_repair_duration"]),
            ("why?", ["utter_repair_duration_why"]),
        ],
    ],
    ids=["cancellation", "its price", "charges", "returns", "lost labels", "repairs"],
)
async def test_the_answer_depends_on_what_was_said_before(talk, turns):
    conversation = talk()
    assert [(message, (await conversation.say(message)).replies) for message, _ in turns] == turns


async def test_what_a_first_message_names_besides_does_not_matter(talk):
    conversation = talk()
    await conversation.say("I lost the return label for my Hourglass bag")
    assert (await conversation.say("and who pays for that")).replies == ["utter_lost_label/who_pays"]


async def test_a_turn_that_is_in_no_story_is_not_overlooked(talk):
    conversation = talk()
    await conversation.say("I lost my return label")
    await conversation.say("how do I clean a leather bag")
    assert (await conversation.say("how much does that cost")).replies != ["utter_lost_label/who_pays"]


async def test_an_order_in_hand_is_not_answered_by_a_story(talk):
    conversation = talk()
    await conversation.says("can I cancel my order", f"BA10000003 {EMAIL}")
    assert "utter_cancel_order/how_much" not in (await conversation.say("how much does that cost")).replies


@pytest.mark.parametrize(
    ("language", "messages"),
    [
        ("fr", ["j'ai perdu l'étiquette de retour", "et qui paie ?"]),
        ("it", ["ho smarrito l'etichetta per il reso", "e chi paga?"]),
        ("de", ["mein Retourenetikett ist weg", "und wer zahlt das?"]),
        ("es", ["se me ha perdido la etiqueta de devolución", "¿y quién paga?"]),
    ],
)
async def test_in_every_language(talk, language, messages):
    conversation = talk(language=language)
    await conversation.say(messages[0])
    answer = await conversation.say(messages[1])
    assert (answer.replies, answer.messages[0]["language"]) == (["utter_lost_label/who_pays"], language)
