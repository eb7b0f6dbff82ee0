"""Where a task begins, and how far it goes with what is known."""

from __future__ import annotations

import time

import pytest

from concierge.dialogue import task_requests
from concierge.dialogue.outcome import FormSwitched
from tests.dialogue.talk import EMAIL

ORDER = "BA10000003"  # dispatched


async def test_without_an_order_the_policy_comes_first_and_an_offer_to_look(take):
    turn = take("can I cancel my order", "cancel_order")
    await task_requests.begin(turn)
    assert turn.outcome.replies == ["utter_cancel_policy"]
    assert turn.outcome.remembered["task"] == "cancel"
    assert turn.outcome.remembered["question"] == {
        "kind": "offer",
        "name": "look_up",
        "asked": True,
        "implied": True,
    }
    assert FormSwitched("task_form") in turn.outcome.changes


async def test_what_has_no_policy_asks_for_the_order(take):
    turn = take("where is my order", "track_order")
    await task_requests.begin(turn)
    assert turn.outcome.replies == []
    assert turn.outcome.remembered["order_asking"] == "first"
    assert turn.outcome.changes[-1] == FormSwitched("order_form")


async def test_number_and_email_beside_the_wish_decide_it_at_once(take):
    turn = take(f"cancel {ORDER}, {EMAIL}", "cancel_order")
    await task_requests.begin(turn)
    assert turn.outcome.replies == ["utter_cancel_dispatched"]
    assert turn.outcome.remembered["verified_order"] == ORDER
    assert turn.outcome.remembered["decision"]["outcome"] == "no"


async def test_a_decision_is_on_record_for_the_advisor(take, shop, conversation):
    await task_requests.begin(take("cancel it", "cancel_order", verified_order=ORDER))
    [decided] = shop.log().decisions(conversation)
    assert (decided.kind, decided.outcome, decided.order_number) == ("cancel", "no", ORDER)


async def test_a_question_of_the_policy_is_opened(take):
    turn = take("return the trainers", "return_item", verified_order="BA10000004")
    await task_requests.begin(turn)
    assert turn.outcome.replies == ["utter_if_so_return"]
    assert turn.outcome.remembered["active_line"] == "1"
    assert turn.outcome.remembered["question"]["name"] == "original_condition"


async def test_what_the_words_tell_is_not_asked(take):
    turn = take("one item is missing from my parcel", "delivery_problem", verified_order="BA10000005")
    await task_requests.begin(turn)
    assert turn.outcome.replies[0] == "utter_delivery_missing_item"


@pytest.mark.parametrize(
    ("ranked", "confidence", "task"),
    [
        ("cancel_order", 0.8, "cancel"),
        ("cancel_order", 0.6, "track"),  # hard to take back: not on a guess
        ("return_item", 0.5, "return"),
        ("return_item", 0.1, "track"),
        ("return_swimwear", 0.6, "return"),
        ("shipping_costs", 0.3, "track"),
    ],
)
async def test_beside_a_number_the_likeliest_question_tells_the_task(take, ranked, confidence, task):
    ranking = [{"name": "inform", "confidence": 0.9}, {"name": ranked, "confidence": confidence}]
    turn = take(f"{ORDER} {EMAIL}", ranking=ranking)
    await task_requests.inform(turn)
    assert turn.get("task") == task


async def test_chat_beside_a_number_that_sounds_a_little_like_a_task_is_none(take):
    ranking = [{"name": "greet", "confidence": 0.5}, {"name": "cancel_order", "confidence": 0.2}]
    turn = take(f"{ORDER} {EMAIL}", ranking=ranking)
    await task_requests.inform(turn)
    assert turn.get("task") == "track"


async def test_after_the_order_form_the_task_goes_on_or_its_question_is_put(take):
    turn = take(task="track", verified_order=ORDER)
    await task_requests.carry_on(turn)
    assert turn.outcome.replies == ["utter_status_dispatched"]
    asked = take(question={"kind": "number", "number": ORDER})
    await task_requests.carry_on(asked)
    assert FormSwitched("task_form") in asked.outcome.changes
    unknown = take(task="track", order_number="BA99999999")
    await task_requests.carry_on(unknown)
    assert (unknown.outcome.replies, unknown.outcome.changes) == ([], [])


async def test_the_same_answer_twice_offers_a_person(take):
    from tests.dialogue.unit.conftest import bot

    turn = take("cancel it", "cancel_order", verified_order=ORDER, before=[bot("utter_cancel_dispatched")])
    await task_requests.begin(turn)
    assert turn.outcome.remembered["question"]["name"] == "advisor"


async def test_a_signed_in_customer_is_asked_which_order(take, shop):
    mine = shop.log().open("website", attributes={"verified_email": EMAIL, "verified_until": int(time.time()) + 3600})
    turn = take("where is my order", "track_order")
    turn.conversation = mine.id
    await task_requests.begin(turn)
    question = turn.outcome.remembered["question"]
    assert (question["kind"], len(question["buttons"]), question["more"]) == ("order", 5, True)
    assert len(turn.get("verified_orders")) == 10


async def test_looking_at_an_order_that_is_known_tells_how_far_it_is(take):
    turn = take("look at my order", "look_up_order", verified_order=ORDER)
    await task_requests.look_up(turn)
    assert turn.outcome.replies == ["utter_status_dispatched"]
    assert turn.outcome.remembered["task"] == "track"


async def test_looking_at_an_order_that_is_not_known_asks_which(take):
    turn = take("look at my order", "look_up_order")
    await task_requests.look_up(turn)
    assert turn.outcome.changes[-1] == FormSwitched("order_form")


async def test_looking_at_a_number_that_is_said_beside_asks_for_the_rest(take):
    turn = take(f"look at {ORDER}", "look_up_order")
    await task_requests.look_up(turn)
    assert turn.outcome.remembered["order_number"] == ORDER
    assert turn.outcome.changes[-1] == FormSwitched("order_form")


async def test_after_the_form_an_open_question_comes_first(take):
    turn = take("", "inform", question={"kind": "offer", "name": "advisor"}, verified_order=ORDER)
    await task_requests.carry_on(turn)
    assert turn.outcome.remembered["question"]["name"] == "advisor"
    assert FormSwitched("task_form") in turn.outcome.changes


async def test_after_the_form_the_task_goes_on_with_the_order_that_was_found(take):
    turn = take("", "inform", task="track", verified_order=ORDER)
    await task_requests.carry_on(turn)
    assert turn.outcome.replies == ["utter_status_dispatched"]


async def test_after_a_form_that_found_nothing_nothing_goes_on(take):
    turn = take("", "inform", task="track")
    await task_requests.carry_on(turn)
    assert turn.outcome.replies == []


async def test_what_an_ended_proof_had_told_is_asked_for_again(take):
    turn = take("it is the black one", "inform", order_asking="again")
    await task_requests.inform(turn)
    assert turn.outcome.changes[-1] == FormSwitched("order_form")
