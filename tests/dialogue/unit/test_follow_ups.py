"""A question without its subject is on from the last one that had one."""

from __future__ import annotations

import pytest

from concierge.dialogue import fallback, follow_ups
from concierge.nlu.in_context import topic_after
from tests.dialogue.unit.conftest import bot, user


def _of(asked: str) -> str | None:
    """What is in hand after this was asked."""
    return topic_after({"intent": {"name": asked}}, None)


async def follow(take, asked, text, **entities):
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    turn = take(text, "follow_up", entities=found, topic=_of(asked), before=[user(asked), bot(f"utter_{asked}")])
    await follow_ups.follow_up(turn)
    return turn.outcome.said[0]


@pytest.mark.parametrize(
    ("asked", "text", "entities", "reply"),
    [
        ("return_item", "and how long does that take", {}, "utter_refund_policy"),
        ("repair_services", "how much", {}, "utter_repair_cost"),
        ("return_item", "how much", {}, "utter_return_item/who_pays"),
        ("return_item", "and for perfume", {"category": "fragrance"}, "utter_return_fragrance"),
        ("return_swimwear", "and shoes", {"category": "shoes"}, "utter_return_policy"),
        ("lost_label", "what about a bag", {"category": "bag"}, "utter_same_for_kind"),
        ("alteration", "what about a bag", {"category": "bag"}, "utter_which_part"),
        ("cvv_request", "why", {}, "utter_which_part"),
        ("greet", "and for perfume", {"category": "fragrance"}, "utter_rephrase"),
        ("complaint", "and how long will that take", {}, "utter_reply_time"),
        ("complaint", "and in the United States", {"country": "US"}, "utter_rephrase"),
        ("complaint", "and for perfume", {"category": "fragrance"}, "utter_rephrase"),
        ("legal_threat", "and in the United States", {"country": "US"}, "utter_rephrase"),
        ("safety", "why", {}, "utter_rephrase"),
    ],
)
async def test_a_kind_of_product_or_a_part_of_the_answer(take, asked, text, entities, reply):
    assert (await follow(take, asked, text, **entities)).reply == reply


async def test_the_answer_for_another_place(take):
    said = await follow(take, "shipping_times", "and in the United States", country="US")
    assert (said.reply, said.values, said.more["region"]) == ("utter_for_country", {"country": "US"}, "US")
    assert said.more["also"] == [{"response": "utter_shipping_times", "values": {}}]


async def test_the_answer_for_anywhere_else(take):
    said = await follow(take, "right_of_withdrawal", "and outside Europe")
    assert (said.reply, said.more["region"]) == ("utter_for_elsewhere", "ROW")


async def test_what_asks_for_neither_place_nor_part_is_asked_back(take):
    assert (await follow(take, "cancel_order", "then what are my options")).reply == "utter_which_part"


@pytest.mark.parametrize(
    ("asked", "text", "entities", "on"),
    [
        ("return_swimwear", "is it free?", {}, True),
        ("return_item", "and how long does that take?", {}, True),
        ("return_item", "for shoes too?", {"category": "shoes"}, True),
        ("explain_charge", "and in Japan", {"country": "JP"}, True),
        ("return_item", "what a lovely day it is", {}, False),
        ("cvv_request", "why", {}, False),
        ("return_item", "I was told by your colleague in Paris that the whole thing would be free", {}, False),
        ("greet", "is it free?", {}, False),
    ],
)
async def test_what_was_not_understood_may_ask_on(take, asked, text, entities, on):
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    turn = take(
        text,
        "nlu_fallback",
        entities=found,
        topic=_of(asked),
        before=[user(asked), bot(f"utter_{asked}")],
    )
    assert follow_ups.asks_on(turn) is on
    await fallback.not_understood(turn)
    assert (turn.outcome.replies[0] not in {"utter_rephrase", "utter_did_you_mean"}) is on


@pytest.mark.parametrize(
    ("before", "ranking", "reply"),
    [
        ([], [("track_order", 0.3), ("affirm", 0.2)], "utter_did_you_mean"),
        ([], [("affirm", 0.3)], "utter_rephrase"),
        ([user("nlu_fallback")], [("track_order", 0.3)], "utter_still_unsure"),
    ],
)
async def test_not_understood(take, before, ranking, reply):
    turn = take("hm", "nlu_fallback", before=before, ranking=[{"name": n, "confidence": c} for n, c in ranking])
    await fallback.not_understood(turn)
    assert turn.outcome.replies == [reply]
    assert (turn.get("question") or {}).get("name") == ("advisor" if reply == "utter_still_unsure" else None)
