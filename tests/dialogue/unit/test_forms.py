"""What the two forms make of an answer, of something else, and of patience."""

from __future__ import annotations

import pytest

from concierge.dialogue import order_form, task_form
from concierge.dialogue.outcome import ActionDue
from concierge.orders import OrdersUnavailable
from tests.dialogue.talk import EMAIL
from tests.dialogue.unit.conftest import bot, user

ORDER = "BA10000004"  # delivered: shoes and a fragrance
REJECTED = {"event": "action_execution_rejected"}
OPENED = {"event": "active_loop", "name": "order_form"}
FACT = {"kind": "fact", "name": "original_condition"}


async def test_number_then_email(take):
    first = take(ORDER, form="order_form", task="track")
    await order_form.hear_order(first)
    assert first.outcome.remembered == {"order_number": ORDER, "requested_slot": "order_email"}
    second = take(EMAIL, form="order_form", task="track", order_number=ORDER)
    await order_form.hear_order(second)
    assert second.outcome.remembered["verified_order"] == ORDER
    assert second.outcome.remembered["requested_slot"] is None


async def test_a_wrong_email_and_an_unknown_number_are_asked_alike(take):
    wrong, unknown = take(f"{ORDER} x@example.org", form="order_form"), take(f"BA99999999 {EMAIL}", form="order_form")
    for turn in (wrong, unknown):
        await order_form.hear_order(turn)
    assert wrong.outcome.remembered["order_asking"] == unknown.outcome.remembered["order_asking"] == "not_found"
    assert wrong.outcome.replies == unknown.outcome.replies == []


async def test_the_order_form_steps_aside_for_another_matter(take):
    turn = take("what does shipping cost", "shipping_costs", form="order_form")
    await order_form.hear_order(turn)
    assert (turn.outcome.replies, turn.outcome.changes) == ([], [])


async def test_what_was_meant_as_an_answer_is_asked_for_in_other_words(take):
    turn = take("the usual one", "nlu_fallback", form="order_form")
    await order_form.hear_order(turn)
    assert turn.outcome.remembered["order_asking"] == "unclear"


@pytest.mark.parametrize(("others", "slot"), [(2, "order_number"), (3, None)])
async def test_the_order_form_lets_go_after_three_other_matters(take, others, slot):
    answered = [user("shipping_costs"), REJECTED, bot("utter_shipping_costs")]
    turn = take(form="order_form", events=[OPENED, *answered * others])
    await order_form.hear_order(turn)
    assert turn.outcome.remembered.get("requested_slot") == slot
    assert turn.outcome.said == []


@pytest.mark.parametrize(
    ("text", "slot", "replies"),
    [
        ("where can I see it?", "order_number", []),  # asked for once more
        ("I bought it as a guest", None, ["utter_without_order"]),
    ],
)
async def test_the_order_form_is_not_silent_of_its_own_matter(take, text, slot, replies):
    others = [user("shipping_costs"), REJECTED, bot("utter_shipping_costs")] * 2
    turn = take(text, "track_order", form="order_form", events=[OPENED, *others, user("track_order"), REJECTED])
    turn.confidence = 0.6
    await order_form.hear_order(turn)
    assert turn.outcome.remembered.get("requested_slot") == slot
    assert turn.outcome.replies == replies


async def test_a_fact_is_remembered_for_its_item_and_the_task_goes_on(take):
    turn = take("yes", "affirm", form="task_form", task="return", verified_order=ORDER, active_line="1", question=FACT)
    await task_form.hear_answer(turn)
    assert turn.memory.facts({"original_condition"}, {f"{ORDER}/1"}) == {"original_condition": True}
    assert turn.outcome.replies == ["utter_return_offer", "utter_offer_return"]
    assert turn.outcome.remembered["requested_slot"] == "answer"


async def test_an_answer_that_is_none_is_asked_again(take):
    turn = take("hm", "nonsense", form="task_form", verified_order=ORDER, question={"kind": "item", "options": ["1"]})
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_please_choose", "utter_ask_fact_line"]


async def test_the_task_form_steps_aside_for_another_matter(take):
    turn = take("I lost my label", "lost_label", form="task_form", verified_order=ORDER, question=FACT)
    await task_form.hear_answer(turn)
    assert (turn.outcome.replies, turn.outcome.changes) == ([], [])


async def test_a_yes_to_a_return_records_it(take, shop):
    offer = {"kind": "offer", "name": "return", "asked": True}
    turn = take("yes", "affirm", form="task_form", verified_order=ORDER, active_line="1", question=offer)
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_return_registered"]
    [made] = shop.orders().get(ORDER).returns
    assert turn.outcome.said[0].values["case_number"] == made.id
    assert turn.orders.get(ORDER).returns == (made,)


async def test_a_no_to_it_records_nothing(take, shop):
    offer = {"kind": "offer", "name": "return", "asked": True}
    turn = take("no", "deny", form="task_form", verified_order=ORDER, active_line="1", question=offer)
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_as_you_wish"]
    assert shop.orders().get(ORDER).returns == ()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hmm", "affirm"),
        ("ok let me sleep on it", "affirm"),
        ("il faut que je réfléchisse", "affirm"),
        ("da muss ich erst meinen Mann fragen", "affirm"),
        ("tengo que pensarlo", "affirm"),
        ("devo pensarci", "affirm"),
    ],
)
async def test_who_hesitates_agrees_to_nothing_and_may_later(take, text, intent):
    offer = {"kind": "offer", "name": "advisor", "reason": "return_unclear", "asked": True}
    turn = take(text, intent, form="task_form", question=offer)
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_leave_for_now"]
    assert not turn.outcome.is_due()
    assert turn.get("put_aside")["question"]["name"] == "advisor"


@pytest.mark.parametrize(
    "text", ["are you quite sure", "êtes-vous sûr", "Sind Sie da sicher?", "¿está segura?", "ne è sicuro"]
)
async def test_who_doubts_what_was_said_agrees_to_nothing(take, text):
    offer = {"kind": "offer", "name": "advisor", "reason": "return_unclear", "asked": True}
    turn = take(text, "follow_up", form="task_form", question=offer)
    await task_form.hear_answer(turn)
    assert not turn.outcome.replies
    assert not turn.outcome.is_due()


async def test_a_yes_to_an_advisor_is_followed_by_the_handoff(take):
    offer = {"kind": "offer", "name": "advisor", "reason": "not_understood", "asked": True}
    turn = take("yes", "affirm", form="task_form", question=offer)
    await task_form.hear_answer(turn)
    assert turn.outcome.remembered["handoff"] == {"reason": "not_understood"}
    assert ActionDue("action_handoff") in turn.outcome.changes


@pytest.mark.parametrize(
    ("channel", "reply", "offered"),
    [
        ("website", "utter_orders_unavailable", "tell_later"),
        ("rest", "utter_orders_unavailable_now", "advisor"),
    ],
)
async def test_while_the_orders_are_out_of_reach_it_says_so(take, shop, monkeypatch, channel, reply, offered):
    def down(number):
        raise OrdersUnavailable("down")

    monkeypatch.setattr(shop.orders(), "get", down)
    turn = take("yes", "affirm", form="task_form", channel=channel, verified_order=ORDER, question=FACT)
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == [reply]
    assert turn.get("question")["name"] == offered


async def test_a_yes_to_being_told_later_makes_the_promise(take, shop):
    offer = {"kind": "offer", "name": "tell_later", "asked": True}
    turn = take("yes", "affirm", form="task_form", task="track", order_number=ORDER, question=offer)
    await task_form.hear_answer(turn)
    assert turn.outcome.replies == ["utter_told_later"]
    promise = shop.promised().get(turn.outcome.remembered["promised_answer"]["id"])
    assert promise.request == {"task": "track", "number": ORDER}
