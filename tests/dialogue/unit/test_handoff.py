"""Handing over, coming back, and small talk in between."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from concierge.conversations.model import REST_ANONYMOUS
from concierge.dialogue import chitchat, handoff, language_choice, order_form, task_form
from concierge.dialogue.outcome import FormSwitched, HandedOver
from tests.dialogue.talk import EMAIL


@pytest.mark.parametrize(
    ("intent", "known", "reason", "priority", "reply"),
    [
        ("talk_to_advisor", {}, "customer_asked", "normal", "utter_handoff"),
        ("safety", {}, "safety", "urgent", "utter_handoff_safety"),
        ("legal_threat", {}, "legal_threat", "high", "utter_handoff_legal_threat"),
        ("alarm_injury", {}, "injury", "urgent", "utter_handoff_injury"),
        ("alarm_injury", {"handoff": {"reason": "return_unclear"}}, "injury", "urgent", "utter_handoff_injury"),
        ("affirm", {"handoff": {"reason": "exception"}}, "exception", "normal", "utter_handoff"),
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
    turn = take("please", intent, channel="rest", **known)  # where nothing else shows the place
    await handoff.hand_over(turn)
    case = shop.cases().live(conversation)
    assert (case.reason, case.priority) == (reason, priority)
    assert turn.outcome.replies == [reply]
    assert turn.outcome.said[0].values == {"position": 1}
    assert turn.outcome.changes[-1] == HandedOver()


async def test_the_widget_shows_the_place_itself_so_it_is_not_said_to_go_stale(take):
    turn = take("please", "talk_to_advisor", channel="website")
    await handoff.hand_over(turn)
    assert turn.outcome.replies == ["utter_handoff"]
    assert turn.outcome.said[0].values == {}


async def test_an_alarm_has_its_words_and_numbers_where_nothing_can_be_shown(take):
    turn = take("I want to die", "alarm_self_harm", channel=REST_ANONYMOUS)
    await handoff.hand_over(turn)
    assert turn.outcome.replies == ["utter_handoff_self_harm"]
    also = [each["response"] for each in turn.outcome.said[0].more["also"]]
    assert also == ["utter_crisis_line", "utter_emergency_number", "utter_handoff_unseen"]


async def test_the_topic_beside_a_wish_for_a_person_is_told_to_the_advisor(take, shop, conversation):
    ranking = [{"name": "talk_to_advisor", "confidence": 1.0}, {"name": "repair_item", "confidence": 0.8}]
    await handoff.hand_over(take("it broke, a human please", "talk_to_advisor", ranking=ranking))
    case = shop.cases().live(conversation)
    assert case.package["metadata"]["about"] == "repair_item"
    assert "asks to speak with an advisor about “Repair my item”" in case.summary


@pytest.mark.parametrize("intent", ["alarm_self_harm", "press", "talk_to_advisor"])
@pytest.mark.parametrize(
    ("form", "hear", "known"),
    [
        ("order_form", order_form.hear_order, {}),
        ("task_form", task_form.hear_answer, {"question": {"kind": "fact", "name": "damage_cause"}}),
    ],
)
async def test_no_form_takes_it_for_an_answer(take, intent, form, hear, known):
    turn = take(f"yes, online, BA10000003 {EMAIL}", intent, form=form, **known)
    await hear(turn)
    assert (turn.outcome.replies, turn.outcome.changes) == ([], [])


async def test_numbers_are_told_though_no_case_can_be_opened(take, shop, monkeypatch):
    def broken(*args, **kwargs):
        raise IntegrityError("INSERT INTO cases", {}, Exception("no such conversation"))

    monkeypatch.setattr(shop.cases(), "start", broken)
    turn = take("I want to die", "alarm_self_harm")
    await handoff.hand_over(turn)
    assert turn.outcome.replies == ["utter_handoff_failed"]
    assert {"response": "utter_emergency_number"} in turn.outcome.said[0].more["also"]


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
    assert turn.outcome.said[0].values == {"advisor_name": "Camille", "note": "Return agreed."}
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
