"""A message after an answer: all answers weighed after what was asked, and what stays outside of that."""

from __future__ import annotations

from typing import Any

import pytest

from concierge.evaluation.understanding import Assistant
from concierge.nlu.context_ranking import Before, rank
from concierge.nlu.read_on import Asked, read_on
from concierge.selection import ANSWERS, FOLLOW_UP, GUESSES, SELECTOR, selected


def after(assistant: Assistant, before: Before, said: str, asked: Asked | None = None) -> dict[str, Any]:
    return dict(read_on(assistant.parse([said])[0], before, asked or Asked()))


RETURN = Before("return_item")
DELIVERY = Before("delivery_attempts")


@pytest.mark.parametrize(
    ("before", "said", "means"),
    [
        (RETURN, "and who pays for that", "return_item/who_pays"),
        (RETURN, "until when exactly", "return_item/until_when"),
        (DELIVERY, "and at weekends?", "delivery_attempts/when"),
        (DELIVERY, "could the neighbour take it", "delivery_attempts/may_other_person"),
        (
            Before("delivery_attempts", ("return_item",)),
            "and my money?",
            "refund_status/how_long",
        ),
        (Before("store_pickup"), "do I need to bring my id", "store_pickup/need"),
        (
            Before("care_leather"),
            "how often does it need air",
            "care_leather/how_often",
        ),
    ],
)
def test_what_is_asked_on_is_about_what_was_asked(assistant: Assistant, before: Before, said: str, means: str) -> None:
    found = after(assistant, before, said)
    assert (selected(found) or found["intent"]["name"]) in {means, means.partition("/")[0]}
    if "/" in means:
        assert selected(found) == means
    assert ANSWERS not in found  # it would be kept with every message


def test_a_new_subject_is_a_new_subject(assistant: Assistant) -> None:
    found = after(assistant, RETURN, "which payment methods do you accept")
    assert found["intent"]["name"] == "payment_methods"


@pytest.mark.parametrize("said", ["I want to talk to a person", "the child has swallowed a button of it"])
def test_alarms_and_wishes_for_a_person_are_not_weighed(assistant: Assistant, said: str) -> None:
    alone = assistant.parse([said])[0]["intent"]["name"]
    assert after(assistant, RETURN, said)["intent"]["name"] == alone


def test_what_answers_a_question_is_not_weighed(assistant: Assistant) -> None:
    asked = Asked(question_open=True, offered=True)
    found = after(assistant, RETURN, "worn once, tags are on", asked)
    assert found["intent"]["name"] != FOLLOW_UP or selected(found) is None


def test_what_is_told_of_an_order_in_hand_is_not_weighed(assistant: Assistant) -> None:
    found = after(assistant, Before("repair_item"), "no, the other one", Asked(False, True, True))
    assert selected(found) is None
    assert GUESSES not in found


def test_what_stays_unclear_has_guesses(assistant: Assistant) -> None:
    found = after(assistant, Before("promo_code"), "hm what about a purple one then")
    shares = [each["confidence"] for each in found[GUESSES]]
    assert len(shares) > 1
    assert sum(shares) <= 1.001


@pytest.mark.parametrize("before", [RETURN, Before("repair_item")])
@pytest.mark.parametrize("said", ["who won the match?", "can you write me a poem", "tell me a joke", "my cat is sick"])
def test_what_is_no_question_of_the_house_stays_none(assistant: Assistant, before: Before, said: str) -> None:
    assert after(assistant, before, said)["intent"]["name"] == "out_of_scope"


@pytest.mark.parametrize(
    "said", ["where is your boutique in milan", "can I pay with paypal", "is the bag real leather"]
)
def test_a_question_with_a_subject_of_its_own_keeps_it(assistant: Assistant, said: str) -> None:
    found = after(assistant, RETURN, said)
    assert found["intent"]["name"] == assistant.parse([said])[0]["intent"]["name"]
    assert GUESSES not in found


def parsed(ranking: dict[str, float], answers: dict[str, dict[str, float]] | None = None) -> dict[str, Any]:
    return {"intent_ranking": [{"name": n, "confidence": c} for n, c in ranking.items()], ANSWERS: answers or {}}


def test_what_was_asked_decides_where_the_words_do_not() -> None:
    fragment = parsed(
        {"return_item": 0.3, "repair_item": 0.3},
        {"return_item": {"return_item": 0.3, "return_item/who_pays": 0.7}, "repair_item": {"repair_item": 1.0}},
    )
    assert rank(fragment, Before("return_item"))[0][0] == "return_item/who_pays"
    assert rank(fragment, Before("repair_item"))[0][0] == "repair_item"
    beliefs = [belief for _, belief in rank(fragment, Before("repair_item"))]
    assert sum(beliefs) == pytest.approx(1)
    assert beliefs == sorted(beliefs, reverse=True)


def test_what_was_asked_earlier_is_nearer_than_what_never_was() -> None:
    fragment = parsed({"return_item": 0.3, "repair_item": 0.3})
    asked_once = Before("payment_methods", ("repair_item",))
    assert rank(fragment, asked_once)[0][0] == "repair_item"


def test_a_question_is_no_answer_where_nothing_was_asked() -> None:
    said: dict[str, Any] = {
        "text": "how do I prevent that",
        "intent": {"name": "stop", "confidence": 0.6},
        "entities": [],
        SELECTOR: {},
        **parsed({"stop": 0.6, "care_leather": 0.3}, {"care_leather": {"care_leather": 1.0}}),
    }
    care = Before("care_leather")
    assert read_on(said, care, Asked())["intent"]["name"] == "care_leather"
    assert read_on(said, care, Asked(question_open=True, offered=True))["intent"]["name"] == "stop"


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("ah bah nickel", "thank"),
        ("na super", "thank"),
        ("pues estupendo", "thank"),
        ("qué simpática", "thank"),
        ("ihr seid echt lieb", "thank"),
        ("oh mince, pff", "reaction"),
        ("hihi", "reaction"),
        ("pero qué faena", "reaction"),
        ("che sfortuna", "reaction"),
        ("e vabbè, pazienza", "reaction"),
    ],
)
def test_joy_and_pity_are_heard_in_every_language(assistant: Assistant, said: str, means: str) -> None:
    assert after(assistant, Before("promotions"), said)["intent"]["name"] == means


def test_perfect_is_a_yes_where_one_is_asked_for(assistant: Assistant) -> None:
    assert after(assistant, RETURN, "perfetto", Asked(offered=True))["intent"]["name"] != "thank"
