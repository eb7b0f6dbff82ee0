"""The order system is down: what is offered, what a promise keeps, and how it is kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from concierge.dialogue import promised_answers
from concierge.orders import OrdersUnavailable
from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model
LATER = "Tell me when it is back"


@pytest.fixture
def outage(shop, monkeypatch):
    """``outage(True)``: the order system does not answer from here on; ``outage(False)``: it does again."""
    book, answer, state = shop.orders(), shop.orders().get, {"down": False}

    def guard(real):
        def call(*args, **kwargs):
            if state["down"]:
                raise OrdersUnavailable("the order system does not answer")
            return real(*args, **kwargs)

        return call

    for name in ("get", "find", "find_by_email"):
        monkeypatch.setattr(book, name, guard(getattr(book, name)))
    assert answer("BA10000003")
    return lambda down: state.update(down=down)


async def back(conversation, shop):
    """The order system answers again, and the worker has noticed."""
    promise = await conversation.slot("promised_answer")
    found = shop.promised().get(promise["id"])
    assert await asyncio.to_thread(promised_answers.answers, found, shop.log(), shop.orders())
    shop.promised().ask(found, "orders_back")
    return await conversation.woken()


async def test_what_was_asked_goes_on_when_the_system_is_back(talk, shop, outage):
    conversation = talk()
    await conversation.say("can I cancel my order")
    outage(True)
    down = await conversation.say(f"BA10000003 {EMAIL}")
    assert down.replies == ["utter_orders_unavailable"]
    assert "BA10000003" in down.text
    assert (await conversation.press(LATER)).replies == ["utter_told_later"]
    outage(False)
    answer = await back(conversation, shop)
    assert answer.replies[:2] == ["utter_orders_back", "utter_cancel_dispatched"]


@pytest.mark.parametrize("words", ["yes please", "tell me when it's back", "ok, write to me when it is back"])
async def test_the_wish_to_be_told_may_be_typed(talk, shop, outage, words):
    conversation = talk()
    outage(True)
    await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    assert (await conversation.say(words)).replies == ["utter_told_later"]


async def test_an_order_known_before_the_outage_needs_no_new_proof(talk, shop, outage):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    outage(True)
    await conversation.say("can I cancel it")
    await conversation.press(LATER)
    outage(False)
    assert "utter_cancel_dispatched" in (await back(conversation, shop)).replies


async def test_an_order_whose_proof_has_ended_meanwhile_is_asked_for_again(talk, shop, outage):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    outage(True)
    await conversation.say("can I cancel it")
    await conversation.press(LATER)
    shop.log().update(conversation.id, attributes={"proved_until": 1})
    outage(False)
    answer = await back(conversation, shop)
    assert answer.replies == ["utter_orders_back", "utter_ask_order_form_order_number"]
    assert "It has been a while" in answer.text
    assert "utter_cancel_dispatched" in (await conversation.say(f"BA10000003 {EMAIL}")).replies


async def test_a_wrong_email_is_still_wrong_when_the_system_is_back_and_counts_once(talk, shop, outage):
    conversation = talk()
    outage(True)
    await conversation.says("where is my order", "BA10000003 evil@example.com")
    await conversation.press(LATER)
    outage(False)
    answer = await back(conversation, shop)
    assert answer.replies == ["utter_orders_back", "utter_ask_order_form_order_number"]
    assert await conversation.slot("verified_order") is None
    assert await conversation.slot("wrong_tries") == 1


async def test_a_promise_of_another_conversation_is_not_answered_here(talk, shop, outage):
    conversation, other = talk(), talk()
    await other.say("hello")
    outage(True)
    await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    await conversation.press(LATER)
    outage(False)
    promise = (await conversation.slot("promised_answer"))["id"]
    event = {"event": "orders_back", "promise": promise}
    shop.log().append(other.id, "system", "", kind="event", payload=event, state="new")
    assert (await other.woken()).replies == []


async def test_who_asks_again_and_is_answered_is_not_told_twice(talk, shop, outage):
    conversation = talk()
    outage(True)
    await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    await conversation.press(LATER)
    promise = (await conversation.slot("promised_answer"))["id"]
    outage(False)
    answer = await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    assert "utter_status_dispatched" in answer.replies
    assert shop.promised().get(promise).state == "done"


async def test_still_down_a_person_takes_over(talk, shop, outage):
    conversation = talk()
    outage(True)
    await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    await conversation.press(LATER)
    promise = await conversation.slot("promised_answer")
    shop.promised().ask(shop.promised().get(promise["id"]), "orders_still_down")
    answer = await conversation.woken()
    assert answer.replies == ["utter_handoff_orders_still_down"]
    assert shop.cases().live(conversation.id).reason == "orders_still_down"


async def test_an_advisor_at_once_gets_the_number_and_the_reason(talk, shop, outage):
    conversation = talk()
    outage(True)
    await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    assert (await conversation.press("Speak to an advisor")).replies == ["utter_handoff"]
    case = shop.cases().live(conversation.id)
    assert case.reason == "technical_problem"
    assert case.package["context"]["slots"]["order_number"] == "BA10000003"


async def test_the_worker_gives_up_in_time(talk, shop, outage, monkeypatch):
    conversation = talk()
    outage(True)
    await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    monkeypatch.setattr("concierge.conversations.promised.FIRST_PAUSE", 0.0)
    shop.promised().promise(conversation.id, "k", {"task": "track"}, within=timedelta(0))
    promised_answers.work()
    assert shop.log().messages(conversation.id)[-1].payload["event"] == "orders_still_down"
