"""An order found, and what it means for the customer's wish."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model


async def test_where_is_my_order_asks_for_number_and_email_then_tells_the_real_state(talk):
    conversation = talk()
    assert (await conversation.say("where is my order")).replies == ["utter_ask_order_form_order_number"]
    assert (await conversation.say("BA10000003")).replies == ["utter_ask_order_form_order_email"]
    answer = await conversation.say(EMAIL)
    assert answer.replies == ["utter_status_dispatched"]
    assert "UPS" in answer.text
    assert "1Z999" in answer.text
    assert await conversation.slot("order_known") is True


async def test_email_first_then_number(talk):
    conversation = talk()
    await conversation.says("track my parcel", f"my e-mail is {EMAIL}")
    assert (await conversation.say("and the number is ba 1000 0002")).replies == ["utter_status_preparing"]


async def test_both_in_one_message_without_being_asked(talk):
    answer = await talk().say(f"where is my order BA10000003, my email is {EMAIL}")
    assert answer.replies == ["utter_status_dispatched"]


async def test_a_number_with_look_alikes_is_confirmed_back(talk):
    conversation = talk()
    await conversation.say("where is my order")
    answer = await conversation.say(f"BA1OOOOOO3 and {EMAIL}")
    assert answer.replies == ["utter_number_read_as", "utter_status_dispatched"]
    assert "BA10000003" in answer.text


async def test_cancel_is_decided_by_the_state_of_the_order(talk):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000002 {EMAIL}")
    answer = await conversation.say("I want to cancel it please")
    assert answer.replies[0] == "utter_cancel_preparing"
    assert "30 days" in answer.text


async def test_cancelling_before_preparation_reaches_an_advisor_at_once(talk, shop):
    conversation = talk()
    policy = await conversation.say("can I cancel my order")
    assert policy.replies == ["utter_cancel_policy"]
    await conversation.press("Look at my order")
    answer = await conversation.say(f"BA10000001 {EMAIL}")
    assert answer.replies == ["utter_cancel_confirmed", "utter_handoff_cancel_urgent"]
    case = shop.cases().live(conversation.id)
    assert (case.reason, case.priority, case.queue) == ("cancel_urgent", "urgent", "returns")
    notes = shop.orders().notes("BA10000001")
    assert [(note.kind, note.text) for note in notes] == [("cancel_if_possible", "can I cancel my order")]
    assert (await conversation.tracker()).is_paused()
    assert [decision.kind for decision in shop.log().decisions(conversation.id)] == ["cancel"]


async def test_a_return_is_decided_item_by_item_and_recorded_once(talk, shop):
    conversation = talk()
    await conversation.says("I want to return something", f"BA10000004 {EMAIL}")
    asked = await conversation.press("Track Trainers (Black, 38)")
    assert asked.replies == ["utter_if_so_return", "utter_ask_fact_original_condition"]
    offer = await conversation.say("yes")
    assert offer.replies == ["utter_return_offer", "utter_offer_return"]
    done = await conversation.press("Yes, please")
    assert done.replies == ["utter_return_registered"]
    returns = shop.orders().get("BA10000004").returns
    assert [(each.kind, each.lines) for each in returns] == [("return", ("1",))]
    assert returns[0].id in done.text
    again = await conversation.say("I want to return the trainers")
    assert again.replies[0] == "utter_return_already_requested"


async def test_the_other_item_is_decided_anew(talk):
    conversation = talk()
    await conversation.says("I want to return something", f"BA10000004 {EMAIL}", "the trainers", "yes")
    other = await conversation.say("no, the other item")  # there are two
    assert other.replies == ["utter_if_so_return", "utter_ask_fact_opened"]
    assert await conversation.say("yes it has been opened")
    assert (await conversation.slot("decision"))["outcome"] == "no"


async def test_too_late_for_a_return_is_offered_the_next_best_thing(talk):
    conversation = talk()
    answer = await conversation.says("how do I return my hoodie", f"BA10000005 {EMAIL}")
    assert answer.replies[0] == "utter_return_too_late"
    assert answer.replies[-1] == "utter_offer_try_repair"
    assert (await conversation.say("yes please")).replies == ["utter_if_so_repair", "utter_ask_fact_damage_cause"]


async def test_a_broken_zip_is_repaired_under_warranty_and_a_case_opened(talk, shop):
    conversation = talk()
    asked = await conversation.say("my bag has a broken zip, can you repair it")
    assert asked.replies == ["utter_repair_policy", "utter_ask_fact_purchase_channel"]
    await conversation.press("On the website")
    of_it = await conversation.say(f"BA10000008 {EMAIL}")
    assert of_it.replies == ["utter_if_so_repair", "utter_ask_fact_damage_cause"]
    decided = await conversation.press("It gave way in normal use")
    assert decided.replies[0] == "utter_repair_free"
    assert decided.replies[-1] == "utter_offer_repair"
    assert (await conversation.press("Yes, please")).replies == ["utter_repair_registered"]
    assert [each.line for each in shop.orders().get("BA10000008").repairs] == ["1"]


async def test_a_repair_without_an_order_is_decided_from_what_the_customer_says(talk):
    conversation = talk()
    year = datetime.now(timezone.utc).year - 4
    await conversation.say("my bag has a broken zip, can you repair it")
    last = await conversation.press("In a boutique")
    answers = {"category": "a bag", "on_sale": "no", "purchase_date": f"in March {year}", "damage_cause": "it is worn"}
    asked = []
    while last.replies[0].startswith("utter_ask_fact_"):
        asked.append(last.replies[0].removeprefix("utter_ask_fact_"))
        last = await conversation.say(answers.get(asked[-1], "yes"))
    assert len(asked) == len(set(asked))
    assert (await conversation.slot("decision"))["kind"] == "repair"


async def test_why_the_amount_differs(talk):
    conversation = talk()
    await conversation.says("why was I charged less than the total", "yes", f"BA10000007 {EMAIL}")
    answer = await conversation.say("the amount I paid is different from my order")
    assert answer.replies[0] == "utter_charge_lower"
    assert "Force Striped Hoop" in answer.text


async def test_when_the_card_is_charged_without_and_with_an_order(talk):
    conversation = talk()
    assert (await conversation.say("when will my card be charged")).replies == ["utter_charge_policy"]
    answer = await conversation.says("yes please", f"BA10000001 {EMAIL}")
    assert answer.replies[0] == "utter_charge_authorised"


async def test_two_entries_are_explained_before_the_lower_charge(talk):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000007 {EMAIL}")
    answer = await conversation.say("why was I charged twice")
    assert answer.replies == ["utter_charge_twice"]
    assert answer.text.index("authorisation") < answer.text.index("Force Striped Hoop")


async def test_when_and_why_twice_are_both_answered_for_the_order_in_hand(talk):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000007 {EMAIL}")
    answer = await conversation.say("when is my card charged and why do I see it twice?")
    assert answer.replies == ["utter_charge_lower", "utter_charge_twice"]
    assert answer.text.count("no longer available") == 1


async def test_another_wish_is_another_note_and_the_same_one_is_not(talk, shop):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000001 {EMAIL}")
    wishes = ["I want to change the address to Rue de Rivoli", "I want to change the address to Rue du Bac"]
    for wish in [*wishes, wishes[0]]:
        assert (await conversation.say(wish)).replies[0] == "utter_address_confirmed"
        await conversation.hand_back()
    assert [note.text for note in shop.orders().notes("BA10000001")] == wishes


@pytest.mark.parametrize(
    ("text", "replies"),
    [
        ("My order BA10000001 placed with {} - I want to cancel it, wrong size", "utter_cancel_confirmed"),
        ("My order BA10000003 placed with {}, I need to change the delivery address", "utter_address_dispatched"),
        ("order BA10000004 {}, I would like to return the trainers", "utter_if_so_return"),
        ("BA10000010 {} I missed my delivery", "utter_delivery_missed"),
    ],
)
async def test_order_and_wish_in_one_message_are_decided_at_once(talk, text, replies):
    assert (await talk().say(text.format(EMAIL))).replies[0] == replies


async def test_charged_twice(talk):
    assert (await talk().say("why did you charge me twice")).replies == ["utter_charged_twice_policy"]


async def test_a_missed_delivery_tells_the_attempts_that_are_left(talk):
    conversation = talk()
    answer = await conversation.says("I missed the delivery", "yes please", f"BA10000010 {EMAIL}")
    assert answer.replies[0] == "utter_delivery_missed"


async def test_a_second_order_needs_its_own_proof_and_the_first_stays_known(talk):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    assert (await conversation.say("no, the other order")).replies == ["utter_ask_order_form_order_number"]
    await conversation.say(f"BA10000002 {EMAIL}")
    assert await conversation.slot("verified_order") == "BA10000002"


async def test_of_two_orders_the_other_replaces_the_one_in_hand(talk):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000001 {EMAIL}", "where is BA10000003")
    for other in ("BA10000001", "BA10000003"):
        answer = await conversation.say("no, the other order")
        assert answer.replies == ["utter_status_unchanged"], "both were told: not again in the same words"
        assert other in answer.text
        assert await conversation.slot("verified_order") == other


async def test_what_was_asked_of_one_order_is_asked_of_the_other_instead(talk, shop):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000001 {EMAIL}", "where is BA10000003")
    assert (await conversation.say("I want to cancel it")).replies == ["utter_cancel_dispatched"]
    answer = await conversation.say("no, the other order")
    assert answer.replies[0] == "utter_cancel_confirmed"
    assert "BA10000001" in answer.text
    assert "BA10000003" not in answer.text
    assert await conversation.slot("verified_order") == "BA10000001"


async def test_of_three_orders_it_is_asked_which(talk):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000003 {EMAIL}", "where is BA10000002", "where is BA10000001")
    assert (await conversation.say("no, the other order")).replies == ["utter_ask_order_form_order_number"]
    assert (await conversation.say("BA10000003")).replies == ["utter_status_dispatched"]
    assert await conversation.slot("verified_order") == "BA10000003"


async def test_exchange_records_the_size_wanted(talk, shop):
    conversation = talk()
    await conversation.says("I want to exchange my shoes for another size", "yes")
    answer = await conversation.say(f"BA10000004 {EMAIL}")  # the shoes were told: no question which item
    for _ in range(2):  # its condition, the offer
        answer = await conversation.say("yes")
    assert answer.replies == ["utter_ask_fact_replacement"]
    assert (await conversation.say("size 39 please")).replies == ["utter_exchange_registered"]
    made = shop.orders().get("BA10000004").returns[-1]
    assert (made.kind, made.replacement) == ("exchange", "Black, 39")


@pytest.mark.parametrize(
    ("number", "text", "reply"),
    [
        ("BA10000004", "can I return the perfume", "utter_if_so_return"),
        ("BA10000003", "can I return a perfume", "utter_return_fragrance"),
        ("BA10000006", "I want to return the swimsuit", "utter_if_so_return"),
        ("BA10000010", "have you received my return", "utter_refund_in_transit"),
        ("BA10000008", "have you received my return", "utter_return_tracking"),
    ],
)
async def test_a_topic_is_answered_for_the_order_in_hand(talk, number, text, reply):
    answer = await talk().says("where is my order", f"{number} {EMAIL}", text)
    assert answer.replies[0] == reply


async def test_an_item_that_the_order_has_not_is_said_so(talk):
    answer = await talk().says("where is my order", f"BA10000007 {EMAIL}", "and can I still send the shoes back?")
    assert answer.replies == ["utter_not_in_order"]
    assert answer.text.startswith("Order BA10000007 has no such item")
    assert "You can return an item" in answer.text


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("you sent me the wrong item", "utter_delivery_wrong_item"),
        ("one item is missing from my parcel", "utter_delivery_missing_item"),
        ("my bag arrived damaged", "utter_delivery_damaged"),
    ],
)
async def test_what_the_customer_has_told_is_not_asked_for_again(talk, text, reply):
    conversation = talk()
    assert (await conversation.say(text)).replies[0] == "utter_delivery_put_right"
    assert (await conversation.say(f"BA10000005 {EMAIL}")).replies[0] == reply
