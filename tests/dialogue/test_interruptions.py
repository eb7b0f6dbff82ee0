"""Questions in between, changes of mind, and taking leave."""

from __future__ import annotations

import pytest

from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model


async def test_a_question_inside_the_order_form_is_answered_and_the_form_resumes(talk):
    conversation = talk()
    await conversation.say("where is my order")
    answer = await conversation.say("what does shipping cost?")
    assert answer.replies == ["utter_shipping_costs", "utter_ask_order_form_order_number"]
    assert (await conversation.say(f"BA10000003 {EMAIL}")).replies == ["utter_status_dispatched"]


async def test_a_question_inside_a_decision_is_answered_and_the_decision_resumes(talk):
    conversation = talk()
    await conversation.says("I want to return something", f"BA10000004 {EMAIL}", "the trainers")
    answer = await conversation.say("I lost my return label")
    assert answer.replies == ["utter_lost_label", "utter_ask_fact_original_condition"]
    assert (await conversation.say("yes")).replies[0] == "utter_return_offer"


async def test_the_form_lets_go_of_a_customer_with_other_things_in_mind(talk):
    conversation = talk()
    await conversation.says("where is my order", "what does shipping cost?", "do you have gift wrapping?")
    await conversation.say("how do I clean my leather bag")
    assert (await conversation.tracker()).active_loop_name is None


async def test_another_wish_inside_the_form_replaces_the_first(talk):
    conversation = talk()
    await conversation.say("where is my order")
    answer = await conversation.say("actually I want to cancel it")
    assert answer.replies == ["utter_cancel_policy", "utter_ask_order_form_order_number"]
    assert (await conversation.say(f"BA10000002 {EMAIL}")).replies[0] == "utter_cancel_preparing"


async def test_abandoning_is_taken_politely(talk):
    conversation = talk()
    await conversation.say("where is my order")
    assert (await conversation.say("forget it")).replies == ["utter_stopped"]
    assert (await conversation.tracker()).active_loop_name is None
    assert (await conversation.say("yes")).replies == ["utter_what_else"]


async def test_without_the_number_there_is_still_a_way_on(talk):
    conversation = talk()
    await conversation.say("where is my order")
    answer = await conversation.say("I don't have it")
    assert answer.replies == ["utter_without_order"]
    assert answer.titles


async def test_no_to_an_offer_changes_nothing(talk, shop):
    conversation = talk()
    await conversation.says("I want to return something", f"BA10000004 {EMAIL}", "the trainers", "yes")
    assert (await conversation.press("Not now")).replies == ["utter_as_you_wish"]
    assert shop.orders().get("BA10000004").returns == ()


async def test_not_understood_twice_offers_a_person(talk, agent, monkeypatch):
    conversation = talk()
    parse = agent.processor.parse_message

    async def unsure(*args, **kwargs):
        parsed = await parse(*args, **kwargs)
        fallback = {"name": "nlu_fallback", "confidence": 0.4}
        rest = [{"name": "track_order", "confidence": 0.3}, {"name": "return_item", "confidence": 0.2}]
        return {**parsed, "intent": fallback, "intent_ranking": [fallback, *rest]}

    monkeypatch.setattr(agent.processor, "parse_message", unsure)
    first = await conversation.say("hm, the thing with the thing")
    assert first.replies == ["utter_did_you_mean"]
    assert [button["payload"] for button in first.buttons][:2] == ["/track_order", "/return_item"]
    second = await conversation.say("the thing")
    assert second.replies == ["utter_still_unsure"]
    monkeypatch.setattr(agent.processor, "parse_message", parse)
    assert (await conversation.say("yes")).replies == ["utter_handoff"]


async def test_the_language_can_be_changed(talk, shop):
    conversation = talk()
    answer = await conversation.say("can we speak French please")
    assert answer.messages[0]["language"] == "fr"
    assert shop.log().get(conversation.id).language == "fr"
    assert (await conversation.say("where is my order")).messages[0]["language"] == "fr"


async def test_orders_unavailable_is_said_kindly_with_the_number_kept(talk, shop, monkeypatch):
    from concierge.orders import OrdersUnavailable

    def down(*args, **kwargs):
        raise OrdersUnavailable("down")

    conversation = talk()
    await conversation.say("where is my order")
    monkeypatch.setattr(shop.orders(), "find", down)
    answer = await conversation.say(f"BA10000003 {EMAIL}")
    assert answer.replies == ["utter_orders_unavailable"]
    assert "BA10000003" in answer.text
    assert (await conversation.say("yes")).replies == ["utter_told_later"]
