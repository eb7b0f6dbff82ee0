"""A question without its subject is on from the last one that had one."""

from __future__ import annotations

import pytest

from concierge.dialogue import fallback, follow_ups, task_requests
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
        ("cvv_request", "why", {}, "utter_no_reason_known"),
        ("deferred_payment", "what does that cost", {}, "utter_deferred_payment/how_much"),
        ("escalation", "and how long does that take", {}, "utter_escalation/how_long"),
        ("exchange_item", "how much", {}, "utter_exchange_item/how_much"),
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
    said = await follow(take, "shipping_times", "and outside Europe")
    assert (said.reply, said.more["region"]) == ("utter_for_elsewhere", "ROW")


@pytest.mark.parametrize(
    ("asked", "country", "reply"),
    [
        ("repair_warranty", "AU", "utter_repair_warranty/which_countries"),
        ("account_benefits", "IT", "utter_account_country/may_elsewhere"),
    ],
)
async def test_the_single_answer_of_countries_where_the_topic_has_one(take, asked, country, reply):
    assert (await follow(take, asked, "and over there", country=country)).reply == reply


async def test_a_part_that_was_just_told_is_told_again_rather_than_asked_about(take):
    before = [user("repair_item"), bot("utter_repair_cost")]
    turn = take("how much", "follow_up", topic=_of("repair_item"), before=before)
    await follow_ups.follow_up(turn)
    assert turn.outcome.said[0].reply == "utter_repair_cost"


def _guesses(**shares: float) -> list[dict[str, object]]:
    return [{"name": name, "confidence": share} for name, share in shares.items()]


@pytest.mark.parametrize(
    ("said_last", "guesses", "reply", "also"),
    [
        ("utter_gifts", _guesses(gift_recipient=0.5, gifts=0.3), "utter_gift_recipient", True),
        ("utter_gifts", _guesses(gifts=0.5), "utter_gifts", False),  # other words are found for it, which is no guess
        ("utter_gifts", _guesses(return_item=0.5), "utter_return_policy", True),
        ("utter_gifts", _guesses(gift_recipient=0.2), "utter_which_part", False),
    ],
)
async def test_what_is_likely_is_answered_as_a_guess(take, said_last, guesses, reply, also):
    turn = take(
        "and if she hates it", "follow_up", guesses=guesses, topic="gifts", before=[user("gifts"), bot(said_last)]
    )
    await follow_ups.follow_up(turn)
    (said,) = turn.outcome.said
    assert said.reply == reply
    assert bool(said.more.get("also")) is also


@pytest.mark.parametrize(("share", "reply"), [(0.5, "utter_find_boutique"), (0.2, "utter_what_about")])
async def test_what_is_only_told_after_a_question_may_belong_to_it(take, share, reply):
    turn = take("in Tokyo", "inform", guesses=_guesses(find_boutique=share), topic="sizing", before=[user("sizing")])
    await task_requests.inform(turn)
    assert [said.reply for said in turn.outcome.said] == [reply]


async def test_what_was_doubted_is_what_was_stated_not_what_was_asked(take):
    before = [
        user("return_item"),
        bot("utter_return_item", text="You have 30 days, counted from delivery. Is it worn?"),
    ]
    turn = take("really?", "follow_up", topic="return_item", before=before)
    await follow_ups.follow_up(turn)
    (said,) = turn.outcome.said
    assert (said.reply, said.values) == ("utter_it_is_so", {"short_answer": "You have 30 days, counted from delivery."})


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


@pytest.mark.parametrize(
    ("said", "text", "reply", "short"),
    [
        ("It goes to no other card, for security reasons. Ask an advisor.", "why not", "utter_reason_given", "It goes"),
        ("It goes to no other card. Ask an advisor.", "why not", "utter_no_reason_known", None),
        ("You need do nothing more. A form alone has no effect.", "really?", "utter_it_is_so", "You need"),
        ("Sie brauchen nichts weiter zu tun.", "sicher??", "utter_it_is_so", "Sie brauchen"),
    ],
)
async def test_a_reason_or_a_doubt_is_met_with_what_was_said(take, said, text, reply, short):
    told = {**bot("utter_refund_other_card"), "text": said}
    turn = take(text, "follow_up", topic="refund_other_card", before=[user("refund_other_card"), told])
    await follow_ups.follow_up(turn)
    answer = turn.outcome.said[0]
    assert (answer.reply, (answer.values or {}).get("short_answer", "").startswith(short or "")) == (reply, True)
