"""Handing over, coming back, and small talk in between."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from concierge.dialogue import chitchat, handoff, language_choice
from concierge.dialogue.outcome import FormSwitched, HandedOver


@pytest.mark.parametrize(
    ("intent", "known", "reason", "priority", "reply"),
    [
        ("talk_to_advisor", {}, "customer_asked", "normal", "utter_handoff"),
        ("safety", {}, "safety", "urgent", "utter_handoff_safety"),
        ("legal_threat", {}, "legal_threat", "high", "utter_handoff_legal_threat"),
        ("EXTERNAL_orders_still_down", {}, "orders_still_down", "normal", "utter_handoff_orders_still_down"),
        ("affirm", {"handoff": {"reason": "return_unclear"}}, "return_unclear", "normal", "utter_handoff"),
        (
            "affirm",
            {"handoff": {"reason": "cancel_urgent", "priority": "urgent"}},
            *("cancel_urgent", "urgent", "utter_handoff_cancel_urgent"),
        ),
        ("talk_to_advisor", {"question": {"name": "tell_later"}}, "technical_problem", "normal", "utter_handoff"),
    ],
)
async def test_reason_priority_and_words(take, shop, conversation, intent, known, reason, priority, reply):
    turn = take("please", intent, **known)
    await handoff.hand_over(turn)
    case = shop.cases().live(conversation)
    assert (case.reason, case.priority) == (reason, priority)
    assert turn.outcome.replies == [reply]
    assert turn.outcome.said[0].values == {"position": 1}
    assert turn.outcome.changes[-1] == HandedOver()


async def test_a_log_that_is_locked_has_the_turn_taken_again(take, shop, monkeypatch):
    def locked(*args, **kwargs):
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    monkeypatch.setattr(shop.cases(), "start", locked)
    with pytest.raises(OperationalError):
        await handoff.hand_over(take("a person please", "talk_to_advisor"))


async def test_a_case_that_cannot_be_opened_is_admitted_and_nobody_is_silenced(take, shop, monkeypatch):
    def locked(*args, **kwargs):
        raise IntegrityError("INSERT INTO cases", {}, Exception("no such conversation"))

    monkeypatch.setattr(shop.cases(), "start", locked)
    turn = take("a person please", "talk_to_advisor")
    await handoff.hand_over(turn)
    assert (turn.outcome.replies, turn.outcome.changes) == (["utter_handoff_failed"], [])


def test_the_advisors_note_is_kept(take):
    found = [{"entity": "note", "value": "Return agreed."}, {"entity": "person", "value": "Camille"}]
    turn = take("", "EXTERNAL_handed_back", entities=found, handoff={"reason": "customer_asked"})
    handoff.after_case(turn)
    assert turn.outcome.replies == ["utter_handed_back"]
    assert turn.outcome.said[0].values == {"advisor_name": "Camille"}
    assert turn.outcome.remembered["advisor_note"] == "Return agreed."
    assert turn.get("handoff") is None


@pytest.mark.parametrize(
    ("form", "reply"), [("order_form", "utter_without_order"), ("task_form", "utter_as_you_wish"), (None, None)]
)
def test_no_lets_go(take, form, reply):
    turn = take("no", "deny", form=form)
    chitchat.deny(turn)
    assert turn.outcome.replies == [reply or "utter_as_you_wish"]
    assert (FormSwitched(None) in turn.outcome.changes) is bool(form)


def test_stop_forgets_the_task(take):
    turn = take("forget it", "stop", form="order_form", task="cancel", order_number="BA10000003")
    chitchat.stop(turn)
    assert (turn.get("task"), turn.get("order_number")) == (None, None)


@pytest.mark.parametrize(
    ("text", "language"), [("en français s'il vous plaît", "fr"), ("auf Deutsch bitte", "de"), ("in klingon", "en")]
)
def test_the_language_that_is_asked_for(take, text, language):
    turn = take(text, "change_language")
    language_choice.change_language(turn)
    assert turn.get("language") == language
