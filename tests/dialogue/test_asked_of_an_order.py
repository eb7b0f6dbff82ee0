"""What is asked beside an order number is answered of that order, whatever identification takes; nothing before it."""

from __future__ import annotations

import pytest

from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("is 26 days too late to send {} back?", "utter_return_too_late"),
        ("until when may {} go back", "utter_return_too_late"),
        ("is it too late to exchange {} for another size?", "utter_exchange_too_late"),
        ("how much longer is {} under warranty", "utter_warranty_runs"),
        ("{}: can I have a receipt for it", "utter_invoice_of_order"),
        ("combien de temps me reste-t-il pour rendre {} ?", "utter_return_too_late"),
        ("posso ancora restituire {}?", "utter_return_too_late"),
        ("läuft die Garantie von {} noch?", "utter_warranty_runs"),
        ("¿todavía puedo devolver {}?", "utter_return_too_late"),
    ],
)
@pytest.mark.parametrize("order", ["number and e-mail", "number first", "e-mail first"])
async def test_the_question_survives_identification(talk, text, reply, order):
    conversation, number = talk(), "BA10000005"
    if order == "number and e-mail":
        answer = await conversation.say(f"{text.format(number)} {EMAIL}")
    elif order == "number first":
        asked = await conversation.say(text.format(number))
        assert "2026" not in asked.text
        assert "Hoodie" not in asked.everything
        answer = await conversation.say(EMAIL)
    else:
        await conversation.say(f"my e-mail is {EMAIL}")
        answer = await conversation.say(text.format(number))
    assert reply in answer.everything


@pytest.mark.parametrize(
    ("question", "number", "reply"),
    [
        ("how long do I have to return something", "BA10000005", "utter_return_too_late"),
        ("what is the warranty on bags", "BA10000008", "utter_warranty_runs"),
        ("how long does shipping take", "BA10000003", "utter_status_dispatched"),
        ("when do you take the money from my card", "BA10000002", "utter_charge_authorised"),
        ("what about returning swimwear", "BA10000006", "utter_ask_fact_seal_intact"),
    ],
)
async def test_a_number_after_a_general_answer_goes_on_with_the_question(talk, question, number, reply):
    conversation = talk()
    await conversation.say(question)
    answer = await conversation.says(f"my order is {number}", EMAIL)
    assert reply in answer.everything


async def test_the_item_that_was_named_is_not_asked_for_after_identification(talk):
    answer = await talk().says("can the trainers of BA10000004 go back?", EMAIL)
    assert answer.replies == ["utter_if_so_return", "utter_ask_fact_original_condition"]


async def test_a_topic_that_no_order_changes_is_answered(talk):
    answer = await talk().say(f"do you take paypal? my order is BA10000003, {EMAIL}")
    assert answer.replies == ["utter_payment_methods/may_common"]


async def test_a_doubtful_question_cancels_nothing(talk, shop):
    await talk(language="fr").say(f"Ma commande BA10000002 est en retard, {EMAIL}")
    assert list(shop.orders().notes("BA10000002")) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "where is BA10000003, it's late"),
        ("fr", "ma commande BA10000003 est en retard"),
        ("it", "il mio ordine BA10000003 è in ritardo"),
        ("de", "meine Bestellung BA10000003 ist verspätet"),
        ("es", "mi pedido BA10000003 se retrasa"),
    ],
)
async def test_whether_it_is_late_is_told(talk, language, text):
    answer = await talk(language=language).say(f"{text}, {EMAIL}")
    assert answer.replies[0] == "utter_order_not_late"


async def test_by_how_much_it_is_late_is_told_and_what_follows(talk, shop):
    from dataclasses import replace
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    order = shop.orders().get("BA10000003")
    [parcel] = order.shipments
    expected = datetime.now(ZoneInfo(order.timezone)).date() - timedelta(days=3)
    late = replace(parcel, expected_from=expected, expected_to=expected)
    shop.orders().put([replace(order, shipments=(late,))])
    conversation = talk()
    answer = await conversation.say(f"where is BA10000003, it's late. {EMAIL}")
    assert "3 days late" in answer.text
    assert answer.replies[-1] == "utter_offer_advisor"


async def test_the_same_state_is_not_told_twice_in_the_same_words(talk):
    conversation = talk()
    first = await conversation.say(f"where is BA10000003 {EMAIL}")
    again = await conversation.say("where is it?")
    assert first.replies == ["utter_status_dispatched"]
    assert again.replies == ["utter_status_unchanged"]


@pytest.mark.parametrize(
    "texts",
    [
        [f"where is BA10000003 and can I still return BA10000005? {EMAIL}"],
        ["where is BA10000003 and can I still return BA10000005?", EMAIL],
    ],
)
async def test_two_orders_in_one_message_are_both_dealt_with(talk, texts):
    answer = await talk().says(*texts)
    replies = answer.replies
    assert replies[:2] == ["utter_status_dispatched", "utter_return_too_late"]
    assert not [reply for reply in replies if reply.startswith("utter_ask_order_form")]


async def test_one_question_of_two_orders_is_answered_for_each(talk):
    answer = await talk().says("where are BA10000002 and BA10000003?", EMAIL)
    assert answer.replies == ["utter_status_preparing", "utter_status_dispatched"]


async def test_two_items_to_ask_for_are_asked_one_after_the_other(talk):
    conversation = talk()
    asked = await conversation.say(f"I want to return BA10000004 and BA10000006, {EMAIL}")
    assert asked.replies == ["utter_ask_fact_line"]
    assert await conversation.slot("verified_order") == "BA10000004"
    await conversation.says("the trainers", "never worn")
    answer = await conversation.press("Not now")
    assert answer.replies[-1] == "utter_ask_fact_line"
    assert "Swimsuit" in str(answer.titles)


async def test_of_a_corrected_number_only_the_last_counts(talk):
    answer = await talk().say(f"where is BA10000002, sorry, BA10000003, {EMAIL}")
    assert answer.replies == ["utter_status_dispatched"]


async def test_another_customers_order_stays_unsaid_beside_ones_own(talk, shop):
    from dataclasses import replace

    mine = shop.orders().get("BA10000003")
    shop.orders().put([replace(mine, number="BA98765432", email="other@example.org")])
    answer = await talk().say(f"where are BA10000002 and BA98765432? {EMAIL}")
    assert answer.replies == ["utter_status_preparing", "utter_ask_order_form_order_email"]
