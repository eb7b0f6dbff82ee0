"""The buttons under every answer: they fit the order's state, are few, and none is there twice."""

from __future__ import annotations

import re

import pytest

from concierge import yaml_files
from concierge.answers.buttons import fill_in_titles
from concierge.languages.registry import complete
from concierge.settings import ROOT
from tests.dialogue.talk import EMAIL

MOST, MOST_OF_A_QUESTION = 3, 5
LANGUAGES = complete()
OF_STATE = {
    "BA10000001": ["cancel_order", "change_address"],
    "BA10000002": ["cancel_order", "change_address"],
    "BA10000003": ["delivery_problem", "change_address"],
    "BA10000004": ["return_item", "repair_item", "delivery_problem"],
}
TASKS = (
    "track_order",
    "cancel_order",
    "change_address",
    "refund_status",
    "charged_twice",
    "return_item",
    "repair_item",
)
ONLY_OF_DELIVERED = {"return_item", "exchange_item", "repair_item", "alteration", "lost_label"}


def check(messages):
    for message in messages:
        buttons = message.get("buttons") or []
        asks = any("{" in button["payload"] for button in buttons)
        assert len(buttons) <= (MOST_OF_A_QUESTION if asks else MOST), message
        assert len({button["title"] for button in buttons}) == len(buttons), message
        assert len({button["payload"] for button in buttons}) == len(buttons), message


def test_written_replies_offer_no_button_twice_and_not_too_many():
    for path in sorted((ROOT / "data").rglob("*.yml")):
        responses = yaml_files.read(path).get("responses") or {}
        fill_in_titles(responses)
        check(variant for variants in responses.values() for variant in variants)


@pytest.mark.model
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", OF_STATE)
async def test_the_state_of_an_order_brings_its_own_next_steps(talk, number, language):
    answer = await talk(language=language).says("where is my order", f"{number} {EMAIL}")
    assert [button["payload"].lstrip("/") for button in answer.buttons] == OF_STATE[number]
    assert len(answer.messages) == 1


@pytest.mark.model
@pytest.mark.parametrize("order", range(1, 11))
async def test_whatever_is_asked_of_the_ten_orders(talk, shop, order):
    number = f"BA1{order:07d}"
    for task in TASKS:
        conversation = talk()
        await conversation.says("where is my order", f"{number} {EMAIL}")
        answer = await conversation.choose(f"/{task}")
        check(answer.messages)
        offered = {re.sub(r"\W", "", button["payload"]) for button in answer.buttons}
        if shop.orders().get(number).status.value != "delivered":
            assert not offered & ONLY_OF_DELIVERED, answer.replies
        assert all(not message.get("buttons") for message in answer.messages[:-1]), answer.replies


@pytest.mark.model
async def test_a_button_of_an_earlier_order_is_about_that_order(talk):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000004 {EMAIL}")
    await conversation.says("and where is my order BA10000003")
    answer = await conversation.choose('/return_item{"order_number": "BA10000004"}')
    assert await conversation.slot("verified_order") == "BA10000004", answer.replies
    answer = await conversation.choose('/return_item{"order_number": "BA10000004"}')
    assert await conversation.slot("verified_order") == "BA10000004", "which is no other one when it is said again"


@pytest.mark.model
async def test_a_note_of_the_law_stands_before_the_buttons(talk):
    answer = await talk().says("where is my order", f"BA10000003 {EMAIL}", "can I still cancel it")
    assert answer.replies == ["utter_cancel_dispatched"]
    assert "14 days" in answer.text
    assert answer.titles
