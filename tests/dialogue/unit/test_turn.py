"""What a turn keeps of what happens in it, and what it reads of the conversation before it."""

from __future__ import annotations

import pytest

from concierge.dialogue.history import History
from concierge.dialogue.outcome import ActionDue, FormSwitched, HandedOver, Remembered
from tests.dialogue.unit.conftest import bot, user

RETURN = {"title": "Return an item", "payload": "/return_item"}
EXCHANGE = {"title": "Exchange an item", "payload": "/exchange_item"}


def rejected():
    return {"event": "action_execution_rejected"}


def test_what_is_known_already_is_no_change(take):
    turn = take(task="track")
    turn.set(task="track", words="where is it")
    assert turn.outcome.changes == [Remembered("words", "where is it")]
    assert turn.get("words") == "where is it"


def test_a_form_is_told_even_that_nothing_changed(take):
    turn = take(question=None)
    turn.set(question=None)
    assert turn.outcome.changes == [Remembered("question", None)]


def test_a_question_opens_its_form_once(take):
    turn = take()
    turn.ask({"kind": "fact", "name": "opened"})
    assert turn.outcome.changes[-1] == FormSwitched("task_form")
    inside = take(form="task_form")
    inside.ask({"kind": "fact", "name": "opened"})
    assert FormSwitched("task_form") not in inside.outcome.changes


def test_closing_leaves_the_form_that_is_open(take):
    turn = take(form="order_form", requested_slot="order_number")
    turn.close()
    assert turn.outcome.changes == [
        Remembered("question", None),
        FormSwitched(None),
        Remembered("requested_slot", None),
    ]
    assert FormSwitched(None) not in take().outcome.changes


def test_stepping_aside_remembers_nothing_but_takes_back_no_word(take):
    turn = take()
    turn.say("utter_number_read_as")
    turn.set(order_number="BA10000003")
    turn.step_aside()
    assert (turn.outcome.replies, turn.outcome.changes) == (["utter_number_read_as"], [])


def test_changes_keep_their_order(take):
    turn = take()
    turn.set(handoff={"reason": "customer_asked"})
    turn.then("action_handoff")
    turn.hand_over()
    assert [type(change) for change in turn.outcome.changes] == [Remembered, ActionDue, HandedOver]


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("Return an item", "/return_item"),
        ("return AN item!", "/return_item"),
        ("the exchange please", "/exchange_item"),
        ("an item", None),
        ("neither", None),
    ],
)
def test_a_button_may_be_typed(take, text, payload):
    assert take(text, before=[user("greet"), bot("utter_greet", RETURN, EXCHANGE)]).pressed() == payload


def test_a_button_of_the_answer_before_the_last_is_gone(take):
    before = [user("greet"), bot("utter_greet", RETURN), user("thank"), bot("utter_thank", EXCHANGE)]
    assert take("Return an item", before=before).pressed() != "/return_item"


def test_what_was_said_and_asked_before():
    history = History([user("greet"), bot("utter_greet"), user("track_order")])
    assert history.last_reply() == "utter_greet"
    assert history.intents() == ["track_order", "greet"]
    assert History().last_reply() is None


@pytest.mark.parametrize(
    ("after", "unanswered"),
    [
        ([], True),
        ([{"event": "action", "name": "action_extract_slots"}], True),
        ([{"event": "action", "name": "order_form"}], True),
        ([{"event": "action", "name": "action_task"}], False),
        ([rejected()], False),
    ],
)
def test_whether_the_message_is_still_to_be_heard(after, unanswered):
    assert History([user("inform"), *after]).is_unanswered("order_form") is unanswered
    assert History([]).is_unanswered("order_form") is False


def test_interruptions_in_a_row_are_counted():
    opened = {"event": "active_loop", "name": "order_form"}
    other = [user("shipping_costs"), rejected()]
    assert History([opened, *other]).interruptions() == 1
    assert History([opened, *other, *other]).interruptions() == 2
    assert History([opened, *other, user("inform"), *other]).interruptions() == 1


def test_a_question_that_was_asked_meanwhile_has_not_been_interrupted_yet():
    opened = {"event": "active_loop", "name": "task_form"}
    closed, asked = ({"event": "slot", "name": "question", "value": value} for value in (None, {"kind": "item"}))
    other = [user("follow_up"), rejected()]
    assert History([opened, *other, closed, asked, *other]).interruptions() == 1
    assert History([opened, closed, asked, *other, *other]).interruptions() == 2


def test_a_turn_is_told_from_others_by_the_time_of_its_message():
    assert History([user("greet", timestamp=1.5), user("inform", timestamp=2.5), bot("x")]).turn() == "2.5"
    assert History([user("greet")]).turn() == ""
