"""After a decision said no: why, and who may decide otherwise."""

from __future__ import annotations

import pytest

from concierge.dialogue import refusals
from tests.dialogue.unit.conftest import bot, user

LATE = "BA10000005"
NO = {"kind": "return", "outcome": "no", "next_step": "offer_repair"}


def said(*replies):
    return [user("return_item"), *(bot(each) for each in replies), user("follow_up")]


@pytest.mark.parametrize("text", ["why not?", "warum nicht?", "pourquoi ?", "perché no?", "¿por qué no?"])
async def test_the_reason_is_the_decision_s_own(take, text):
    events = said("utter_return_too_late", "utter_ask_offer")
    turn = take(text, "follow_up", verified_order=LATE, active_line="1", decision=NO, events=events)
    assert await refusals.asks_on_from_a_refusal(turn)
    assert turn.outcome.replies == ["utter_reason_given"]
    assert list(turn.outcome.said[0].values) == ["returned_from_date"]


@pytest.mark.parametrize(
    "text",
    [
        "who can decide that",
        "wer entscheidet das denn?",
        "qui peut en décider ?",
        "chi può deciderlo?",
        "¿quién lo decide?",
    ],
)
async def test_whoever_asks_for_somebody_to_decide_is_offered_an_advisor(take, text):
    turn = take(text, "follow_up", verified_order=LATE, decision=NO, events=said("utter_return_too_late"))
    assert await refusals.asks_on_from_a_refusal(turn)
    assert turn.outcome.remembered["question"]["name"] == "exception"


@pytest.mark.parametrize(
    ("text", "replies", "decision"),
    [
        ("why not?", ["utter_shipping_costs"], NO),
        ("why not?", ["utter_return_too_late"], {**NO, "outcome": "yes"}),
        ("why does a return take so long to be processed?", ["utter_return_too_late"], NO),
        ("until when?", ["utter_return_too_late"], NO),
    ],
)
async def test_anything_else_is_left_to_others(take, text, replies, decision):
    turn = take(text, "follow_up", verified_order=LATE, decision=decision, events=said(*replies))
    assert not await refusals.asks_on_from_a_refusal(turn)
    assert turn.outcome.said == []


@pytest.mark.parametrize(
    "text", ["four days only!", "was kann ich jetzt noch machen", "¿y qué puedo hacer?", "e cosa posso fare?"]
)
async def test_what_is_left_after_a_refusal_is_an_advisor_who_may_decide_otherwise(take, text):
    turn = take(text, "follow_up", verified_order=LATE, decision=NO, events=said("utter_return_too_late"))
    assert await refusals.asks_on_from_a_refusal(turn)
    assert turn.outcome.remembered["question"]["name"] == "exception"
