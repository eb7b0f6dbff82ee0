"""What the house says in general of a return or a repair is not said of a piece that was made for one customer."""

from __future__ import annotations

import pytest

from concierge.dialogue import follow_ups, task_requests
from concierge.dialogue.made_for_one import answer_for_one


@pytest.mark.parametrize(
    ("text", "intent", "reply"),
    [
        ("can I return a bag with my initials", "return_item", "utter_final_sale"),
        ("je voudrais échanger un manteau sur mesure", "exchange_item", "utter_final_sale"),
        ("repariert ihr eine gravierte Tasche", "repair_item", "utter_repair_exclusions/may_personalised"),
        ("can I return a bag", "return_item", "utter_return_policy"),
        ("can I return a bag that is not personalised", "return_item", "utter_return_policy"),
    ],
)
async def test_what_is_wanted_of_it(take, text, intent, reply):
    turn = take(text, intent)
    await task_requests.begin(turn)
    assert turn.outcome.said[0].reply == reply


@pytest.mark.parametrize(
    ("asked", "text", "reply"),
    [
        ("return_item", "and made to order?", "utter_final_sale"),
        ("repair_cost", "e per una borsa personalizzata?", "utter_repair_exclusions/may_personalised"),
        ("right_of_withdrawal", "y si lleva mis iniciales?", "utter_right_of_withdrawal/may_personalised"),
    ],
)
async def test_a_question_on_from_the_last(take, asked, text, reply):
    turn = take(text, "follow_up", topic=asked)
    await follow_ups.follow_up(turn)
    assert turn.outcome.said[0].reply == reply


def test_an_order_in_hand_knows_it_itself(take):
    turn = take("can I return the engraved one", "return_item", verified_order="BA10000006")
    assert answer_for_one(turn, "return_item") is None


def test_of_another_topic_it_changes_nothing(take):
    assert answer_for_one(take("where is my engraved bag", "track_order"), "track_order") is None
