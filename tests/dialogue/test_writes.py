"""What is asked for is recorded once, whoever clicks how often, and what is refused is not recorded at all."""

from __future__ import annotations

import asyncio
import re

import pytest

from concierge import yaml_files
from concierge.settings import ROOT
from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model


async def offered_a_return(talk):
    conversation = talk()
    await conversation.says("I want to return something", f"BA10000004 {EMAIL}", "the trainers")
    assert (await conversation.say("yes")).replies[-1] == "utter_offer_return"
    return conversation


async def test_two_windows_and_two_clicks_make_one_return(talk, shop):
    one, other = await offered_a_return(talk), await offered_a_return(talk)
    first, second = await asyncio.gather(one.press("Yes, please"), other.press("Yes, please"))
    assert first.replies == second.replies == ["utter_return_registered"]
    [made] = shop.orders().get("BA10000004").returns
    assert made.id in first.text
    assert made.id in second.text


async def test_a_click_that_comes_late_is_told_of_the_one_there_is(talk, shop):
    late = await offered_a_return(talk)
    await (await offered_a_return(talk)).press("Yes, please")
    assert (await late.press("Yes, please")).replies == ["utter_return_registered"]
    assert len(shop.orders().get("BA10000004").returns) == 1


async def test_many_at_once_make_one_record(shop):
    from concierge.dialogue.next_steps import register

    def repair(words):
        return register(shop, "BA10000008", ["1"], "repair", words=words, at=shop.now(), conversation="hers")

    made = await asyncio.gather(*(asyncio.to_thread(repair, f"broken {each}") for each in range(12)))
    assert len({each.id for each in made}) == 1
    assert len(shop.orders().get("BA10000008").repairs) == 1


@pytest.mark.parametrize(
    ("number", "wish"),
    [
        ("BA10000005", "I want to return the hoodie"),
        ("BA10000003", "please cancel it"),
        ("BA10000003", "change the delivery address"),
        ("BA10000002", "add a belt to my order"),
    ],
)
async def test_what_is_refused_is_not_recorded(talk, shop, number, wish):
    conversation = talk()
    await conversation.says("where is my order", f"{number} {EMAIL}", wish, "no thank you")
    order = shop.orders().get(number)
    assert (order.returns, order.repairs, shop.orders().notes(number)) == ((), (), [])
    assert shop.log().decisions(conversation.id)


async def test_the_advisor_is_shown_what_was_recorded(talk, shop):
    conversation = await offered_a_return(talk)
    await conversation.press("Yes, please")
    await conversation.say("now I want to talk to a person")
    case = shop.cases().live(conversation.id)
    assert shop.orders().get("BA10000004").returns[0].id in str(case.package)


async def test_a_wish_that_cannot_be_noted_is_not_said_to_be(talk, shop, monkeypatch):
    from concierge.orders import OrdersUnavailable

    def refuses(*args, **kwargs):
        raise OrdersUnavailable("down")

    conversation = talk()
    await conversation.says("where is my order", f"BA10000001 {EMAIL}")
    monkeypatch.setattr(shop.orders(), "note", refuses)
    assert (await conversation.say("please cancel it")).replies == ["utter_handoff_cancel_urgent"]
    assert shop.cases().live(conversation.id).priority == "urgent"


# Every reply that says something was noted, registered or passed on, and the record behind it. A new one comes here
# together with its record and a test of that.
RECORDS = {
    "utter_cancel_confirmed": "a note on the order and a case",
    "utter_address_confirmed": "a note on the order and a case",
    "utter_modify_confirmed": "a note on the order and a case",
    "utter_return_registered": "a return",
    "utter_cancel_done": "the order itself, cancelled",
    "utter_cancel_taken": "a cancellation that the order system has taken",
    "utter_address_changed": "a new address that the order system has taken",
    "utter_exchange_registered": "an exchange",
    "utter_return_registered_several": "a return",
    "utter_exchange_registered_several": "an exchange",
    "utter_replacement_unseen": "a case",
    "utter_replacement_price": "a case",
    "utter_status_return_requested": "a return",
    "utter_status_exchange_requested": "an exchange",
    "utter_told_later": "a promised answer",
    "utter_handoff": "a case",
    "utter_handoff_staff_complaint": "a case",
    "utter_noted": "a fact in the conversation's memory, which the desk shows",
    "utter_handoff_unseen": "a case",
    "utter_handoff_orders_still_down": "a case",
    "utter_handoff_press": "a case",
    "utter_delivery_late_by_law": "a case",
    "utter_delivery_not_received": "a case",
}


def test_every_reply_that_promises_has_a_record_behind_it():
    says = re.compile(r"I have (?:noted|registered|passed)|(?<!No return )is registered|I am passing|am asking", re.I)
    promising = set()
    for path in sorted((ROOT / "data").rglob("*.yml")):
        for name, variants in (yaml_files.read(path).get("responses") or {}).items():
            if any(says.search(variant["text"]) for variant in variants):
                promising.add(name)
    assert promising - set(RECORDS) == set()
