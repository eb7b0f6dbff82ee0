"""Who may see which order."""

from __future__ import annotations

import pytest

from concierge.dialogue import corrections
from concierge.dialogue.identification import hear, identify, own_orders
from concierge.dialogue.identification import take as take_order
from concierge.dialogue.tries import limits
from concierge.memory.memory import Memory
from tests.dialogue.talk import EMAIL

ORDER = "BA10000003"


async def outcome(turn):
    hear(turn)
    return await identify(turn)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{ORDER} {EMAIL}", "found"),
        (f"{ORDER} evil@example.com", "not_found"),
        (f"BA99999999 {EMAIL}", "not_found"),
        (ORDER, "incomplete"),
        (EMAIL, "incomplete"),
        (f"XY1000003 {EMAIL}", "mistyped"),
        (f"10000003 {EMAIL}", "stopped"),
    ],
)
async def test_number_and_email_and_nothing_less(take, text, found):
    turn = take(text)
    assert await outcome(turn) == found
    assert turn.get("verified_order") == (ORDER if found == "found" else None)


async def test_wrong_tries_end_it_even_for_the_right_email(take, shop, conversation):
    for attempt in range(limits().of_conversation):
        assert await outcome(take(f"{ORDER} wrong{attempt}@example.org")) == "not_found"
    turn = take(f"{ORDER} {EMAIL}")
    assert await outcome(turn) == "stopped"
    assert turn.outcome.replies == ["utter_too_many_tries"]
    assert turn.get("question")["reason"] == "identity_failed"


async def test_a_look_alike_is_read_back(take):
    turn = take(f"BA1OOOOOO3 {EMAIL}")
    assert await outcome(turn) == "found"
    assert [said.values for said in turn.outcome.said] == [{"order_number": ORDER}]


async def test_a_known_order_is_taken_without_another_proof(take):
    turn = take(ORDER, verified_orders=[ORDER, "BA10000002"], verified_order="BA10000002")
    assert await outcome(turn) == "found"
    assert turn.get("verified_order") == ORDER


async def test_another_order_in_hand_forgets_item_and_facts(take):
    told = Memory().next_turn().tell("opened", True, "BA10000002/1").tell("country_now", "IT").next_turn()
    turn = take(verified_order="BA10000002", active_line="1", memory=told.to_slot())
    take_order(turn, ORDER)
    assert turn.get("active_line") is None
    assert [each.what for each in turn.memory.everything()] == ["country_now"]


async def test_what_was_told_before_the_first_order_is_of_its_item(take):
    turn = take(memory=Memory().next_turn().tell("original_condition", True).next_turn().to_slot())
    take_order(turn, ORDER)
    assert turn.memory.get("original_condition") is True


async def test_whose_conversation_is_not_known_has_no_orders(take):
    assert await own_orders(take()) == []


@pytest.mark.parametrize(
    ("known", "in_hand", "then"),
    [
        ([ORDER, "BA10000002"], ORDER, "BA10000002"),
        ([ORDER], ORDER, None),
        ([ORDER, "BA10000002", "BA10000001"], ORDER, None),
    ],
)
async def test_the_other_order(take, known, in_hand, then):
    turn = take("no, the other order", "other_order", task="track", verified_orders=known, verified_order=in_hand)
    await corrections.other_order(turn)
    assert turn.get("verified_order") == (then or in_hand)
    assert turn.get("order_asking") == (None if then else "other")
