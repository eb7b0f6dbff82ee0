"""Situations of a real house: where the documents say nothing, that is said, with the way on."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("My aunt gave me these shoes, too small. Can I swap them without her finding out?", "utter_gift_recipient"),
        ("The jumper was bought in one of your boutiques, can I still exchange it?", "utter_bought_in_boutique"),
        ("I ordered it from Mytheresa, will you take it back", "utter_bought_from_retailer"),
        ("could you phone me tomorrow", "utter_call_back"),
        ("what time does the Paris boutique open", "utter_opening_hours"),
        ("the bag got cheaper right after I bought it", "utter_price_adjustment"),
        ("the lady at your Rome shop was lovely, please thank her", "utter_praise"),
        ("the card I used for the order was stolen, where will you refund me", "utter_lost_card"),
        ("may I keep the jacket and send back the trousers of the suit", "utter_part_of_set"),
        ("will I be charged customs in Oslo", "utter_customs_duties"),
        ("I sent it back but Klarna still wants my instalments", "utter_deferred_payment_return"),
        ("your advisor was rude to me", "utter_handoff_staff_complaint"),
        ("can someone collect the bag at my house for the repair", "utter_repair_pickup"),
        ("when was the house founded", "utter_house_history"),
        ("what can you do", "utter_capabilities"),
        ("who are you", "utter_bot_challenge"),
    ],
)
async def test_a_situation_has_its_answer(talk, said, reply):
    assert (await talk().say(said)).replies == [reply]


async def test_an_empty_box_is_put_right(talk):
    answer = await talk().say("I opened the parcel and the box was empty")
    assert answer.replies == ["utter_delivery_put_right"]


async def test_who_writes_a_language_that_is_not_spoken_is_answered_in_the_nearest_and_told_so_once(talk):
    customer = talk()
    answer = await customer.say("Onde está a minha encomenda?")
    assert answer.replies[0] == "understood_language"
    assert answer.messages[0]["text"] == "Compreendo o português, mas respondo em espanhol."
    assert "número de pedido" in answer.messages[1]["text"]
    assert "understood_language" not in (await customer.say("não tenho o número da encomenda")).replies
    answer = await talk(language="fr").say("Где мой заказ?")
    assert answer.messages[0]["text"].startswith("Я понимаю по-русски")


async def test_boutique_is_no_french(talk):
    customer = talk()
    await customer.say("I want to exchange a bag")
    answer = await customer.say("at the boutique in Barcelona")
    assert {message["language"] for message in answer.messages} == {"en"}
