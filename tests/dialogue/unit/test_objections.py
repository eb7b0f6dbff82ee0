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
    assert [said.reply for said in turn.outcome.said] == ["utter_person_instead"]
    assert turn.outcome.remembered["question"]["name"] == "advisor"


ANSWER = "You may keep it for 30 days. After that it is yours. An advisor can tell you more about it."


def test_what_is_not_clear_is_said_in_short(take):
    before = [asked("keep_item"), {**bot("utter_keep_item"), "text": ANSWER}]
    turn = take("in simple words please", "unclear_answer", before=before)
    objections.objected(turn)
    (said,) = turn.outcome.said
    assert (said.reply, said.values) == ("utter_in_short", {"short_answer": "You may keep it for 30 days."})
    assert said.more["choices"] == ["return_item", "final_sale"]


def test_then_it_is_asked_what_is_not_clear_and_then_a_person(take):
    before = [asked("keep_item"), {**bot("utter_keep_item"), "text": ANSWER}, user("unclear_answer"), bot("x")]
    turn = take("what?", "unclear_answer", before=before)
    objections.objected(turn)
    assert [said.reply for said in turn.outcome.said] == ["utter_which_part_is_unclear"]
    turn = take("huh", "unclear_answer", before=[*before, user("unclear_answer"), bot("y")])
    objections.objected(turn)
    assert [said.reply for said in turn.outcome.said] == ["utter_person_instead"]


def test_a_question_of_ours_that_is_not_clear_is_no_answer_to_shorten(take):
    before = [user("track_order"), {**bot("utter_ask"), "text": "May I have the number? It is in your e-mail."}]
    turn = take("what?", "unclear_answer", before=before, form="order_form")
    objections.objected(turn)
    assert [said.reply for said in turn.outcome.said] == ["utter_question_unclear"]


def test_what_the_answer_offered_is_offered_where_the_ranking_has_nothing(take):
    offered = bot("utter_repair_cost", {"title": "Warranty", "payload": "/repair_warranty"})
    turn = take("that's not what I asked", "wrong_answer", before=[user("repair_cost"), offered])
    objections.objected(turn)
    assert turn.outcome.said[0].more["choices"] == ["repair_warranty"]


def test_that_the_same_was_said_is_no_mistaken_question(take):
    for text in (
        "you told me that already",
        "vous vous répétez",
        "das haben Sie mir schon geschrieben",
        "me repite lo mismo",
    ):
        turn = take(text, "wrong_answer", before=[asked("keep_item"), bot("utter_keep_item")])
        objections.objected(turn)
        assert turn.outcome.replies == ["utter_said_twice"], text
    turn = take("I told you that already", "wrong_answer", before=[asked("keep_item"), bot("utter_keep_item")])
    objections.objected(turn)
    assert turn.outcome.replies == ["utter_was_it_one_of_these"]
