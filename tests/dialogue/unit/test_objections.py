"""“That's not what I asked”: never the same again, then a person."""

from __future__ import annotations

from concierge.dialogue import objections
from tests.dialogue.unit.conftest import bot, user

RANKING = [
    {"name": "keep_item", "confidence": 0.6},
    {"name": "return_item", "confidence": 0.2},
    {"name": "stop", "confidence": 0.1},
    {"name": "final_sale", "confidence": 0.06},
    {"name": "gifts", "confidence": 0.01},
]


def asked(intent: str) -> dict:
    said = user(intent)
    said["parse_data"]["intent_ranking"] = RANKING
    return said


def test_the_first_time_what_else_the_question_may_have_been(take):
    turn = take("that's not what I asked", "wrong_answer", before=[asked("keep_item"), bot("utter_keep_item")])
    objections.objected(turn)
    (said,) = turn.outcome.said
    assert said.reply == "utter_was_it_one_of_these"
    assert said.more["choices"] == ["return_item", "final_sale"]


def test_where_nothing_else_was_likely_it_is_asked(take):
    turn = take("wrong answer", "wrong_answer", before=[user("keep_item"), bot("utter_keep_item")])
    objections.objected(turn)
    assert [said.reply for said in turn.outcome.said] == ["utter_tell_me_again"]


def test_what_is_not_clear_is_asked_for(take):
    turn = take("I don't understand", "unclear_answer", before=[asked("keep_item"), bot("utter_keep_item")])
    objections.objected(turn)
    assert [said.reply for said in turn.outcome.said] == ["utter_which_part_is_unclear"]


def test_the_second_time_running_a_person(take):
    before = [asked("keep_item"), bot("utter_keep_item"), user("wrong_answer"), bot("utter_tell_me_again")]
    turn = take("you are not listening", "wrong_answer", before=before)
    objections.objected(turn)
    assert [said.reply for said in turn.outcome.said] == ["utter_still_unsure"]
    assert turn.outcome.remembered["question"]["name"] == "advisor"
