"""A question without a subject is read on from the topic in hand; nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from concierge.nlu.in_context import in_context, topic_after
from concierge.selection import FOLLOW_UP, SELECTOR, selected, selection


def understood(intent: str, confidence: float, *cells: tuple[str, float], **entity: str) -> dict[str, Any]:
    return {
        "intent": {"name": intent, "confidence": confidence},
        "intent_ranking": [{"name": intent, "confidence": confidence}],
        "entities": [{"entity": name, "value": value, "role": value} for name, value in entity.items()],
        SELECTOR: {"default": selection(intent), FOLLOW_UP: selection(intent, cells)},
    }


@pytest.mark.parametrize(
    ("asked", "parsed", "cell"),
    [
        ("return_item", understood("goodbye", 0.5, ("return_item/until_when", 0.8)), "return_item/until_when"),
        ("return_item", understood("nlu_fallback", 0.4, ("return_item/who_pays", 0.35)), "return_item/who_pays"),
        ("own_courier", understood("follow_up", 1.0, ("return_item/who_pays", 0.55)), "return_item/who_pays"),
        ("return_item", understood("own_courier", 0.5, ("return_item/where", 0.7)), "return_item/where"),
        # of the group, but not near enough
        ("cvv_request", understood("follow_up", 1.0, ("explain_charge/when", 0.45)), None),
        # of another group, too far off, sure of itself, a person's, a story's
        ("care_leather", understood("follow_up", 1.0, ("return_item/who_pays", 0.9)), None),
        ("return_item", understood("thanks", 1.0, ("return_item/who_pays", 0.2)), None),
        ("return_item", understood("shipping_costs", 0.95, ("return_item/who_pays", 0.9)), None),
        ("return_item", understood("talk_to_advisor", 0.9, ("return_item/who_pays", 0.9)), None),
        ("return_item", understood("follow_up", 1.0, ("return_item/what_if_stolen", 0.8), part="lost"), None),
        (None, understood("follow_up", 1.0, ("return_item/who_pays", 0.9)), None),
    ],
)
def test_what_is_read_on(asked: str | None, parsed: dict[str, Any], cell: str | None) -> None:
    found = in_context(parsed, asked)
    assert selected(found) == cell
    assert (found["intent"]["name"] == FOLLOW_UP) is (cell is not None or parsed["intent"]["name"] == FOLLOW_UP)


def test_the_cells_of_the_very_topic_come_first() -> None:
    near = (("return_item/who_pays", 0.65), ("own_courier/who_pays", 0.6))
    assert selected(in_context(understood("follow_up", 1.0, *near), "own_courier")) == "own_courier/who_pays"


def test_another_product_or_place_is_the_same_question_again() -> None:
    parsed = understood("follow_up", 1.0, ("return_item/need", 0.4), category="shoes")
    assert selected(in_context(parsed, "return_item")) is None


@pytest.mark.parametrize("asked", ["modify_order", "cancel_order"])
def test_a_product_beside_a_change_of_the_order_is_no_other_case_of_the_same(asked: str) -> None:
    parsed = understood("nlu_fallback", 0.0, ("modify_order/may_remove", 0.9), category="shoes")
    assert selected(in_context(parsed, asked)) == "modify_order/may_remove"


def test_what_a_form_waits_for_is_no_question() -> None:
    parsed = understood("affirm", 0.6, ("return_item/need", 0.9))
    assert selected(in_context(parsed, "return_item", question_open=True)) is None
    assert selected(in_context(parsed, "return_item")) == "return_item/need"


def test_the_topic_in_hand_is_the_last_question() -> None:
    assert topic_after(understood("return_item", 0.9), None) == "return_item"
    assert topic_after(understood("thanks", 0.9), "return_item") == "return_item"
    assert topic_after(understood("complaint", 0.9), "return_item") == "complaint"


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("no, it was full price", "repair_item"),
        ("do you adjust prices?", "price_adjustment"),
        ("/price_adjustment", "price_adjustment"),
    ],
)
def test_an_answer_to_an_open_question_leaves_the_topic(text: str, topic: str) -> None:
    parsed = {**understood("price_adjustment", 0.7), "text": text}
    assert topic_after(parsed, "repair_item", question_open=True) == topic
    assert topic_after(parsed, "repair_item") == "price_adjustment"


def test_an_alarm_is_doubted_more_while_a_form_asks() -> None:
    parsed = understood("alarm_injury", 0.4)
    assert in_context(parsed, None, question_open=True)["intent"]["name"] == "nlu_fallback"
    assert in_context(parsed, None)["intent"]["name"] == "alarm_injury"
    for name, belief in (("alarm_injury", 0.5), ("alarm_self_harm", 0.36)):
        assert in_context(understood(name, belief), None, question_open=True)["intent"]["name"] == name


@pytest.mark.parametrize(("text", "on_from_it"), [("free?", True), ("is an exchange free?", False)])
def test_words_without_a_subject_are_of_the_topic_in_hand(text: str, on_from_it: bool) -> None:
    parsed = {**understood("exchange_item", 0.9, ("repair_cost/who_pays", 0.7)), "text": text}
    assert (selected(in_context(parsed, "repair_cost")) == "repair_cost/who_pays") is on_from_it


def test_why_alone_is_no_anger() -> None:
    parsed = {**understood("swearing", 0.8), "text": "Warum?"}
    assert in_context(parsed, "refund_other_card")["intent"]["name"] == FOLLOW_UP
    assert in_context(parsed, "refund_other_card", offered=True)["intent"]["name"] == "swearing"
