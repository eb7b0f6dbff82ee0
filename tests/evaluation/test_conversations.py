"""How a turn is judged: by what came back and by what is known, without a model."""

from __future__ import annotations

import pytest

from concierge.evaluation.conversations import BadConversation, Said, State, judge, read, worst
from concierge.settings import ROOT

SAID = Said("You have 30 days from delivery.", ["Look at my order"], ["utter_return_item/until_when"])
STATE = State(
    {"order": "BA10000004", "opened": True}, {"kind": "return", "outcome": "no"}, ["return BA10000004 1"], "none"
)


@pytest.mark.parametrize(
    ("turn", "score"),
    [
        ({}, None),
        ({"expect": ["30", "delivery"]}, "right"),
        ({"expect": ["30", "UPS"]}, "partial"),
        ({"expect": ["UPS"]}, "wrong"),
        ({"expect": ["UPS"], "offer": ["look at my order"]}, "asked_back"),
        ({"any": ["UPS", "THIRTY|30"]}, "right"),
        ({"expect": ["30"], "forbid": ["days"]}, "wrong"),
        ({"expect": ["30"], "avoid": ["days"]}, "partial"),
        ({"expect": ["30"], "lang": "en"}, "right"),
        ({"expect": ["30"], "lang": "fr"}, "partial"),
        ({"told": ["utter_return_item"]}, "right"),
        ({"told": ["utter_refund"], "expect": ["30"]}, "wrong"),
        ({"not_told": ["utter_return"]}, "wrong"),
        ({"known": {"order": "BA10000004", "opened": True}}, "right"),
        ({"known": {"opened": False}}, "wrong"),
        ({"decided": {"outcome": "no"}}, "right"),
        ({"decided": {"outcome": "yes"}}, "wrong"),
        ({"recorded": ["return BA10000004 1"], "case": "none"}, "right"),
        ({"recorded": []}, "wrong"),
        ({"case": "customer_asked"}, "wrong"),
    ],
)
def test_a_turn_is_judged(turn, score):
    assert judge({"say": "until when?", **turn}, SAID, STATE).score == score


def test_no_answer_and_not_understood_are_told_apart():
    assert judge({"expect": ["30"]}, Said("", (), ()), STATE).score == "silent"
    assert judge({"expect": ["30"], "silent": True}, Said("", (), ()), STATE).score == "right"
    assert judge({"expect": ["30"]}, Said("What do you mean?", (), ["utter_rephrase"]), STATE).score == "refused"


def test_a_conversation_is_its_worst_turn():
    judged = [judge({"expect": [word]}, SAID, STATE) for word in ("30", "UPS", "days")]
    assert worst(judged) == "wrong"
    assert worst([]) is None


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("[{id: a, area: b, turns: [{say: hi, expects: [x]}]}]", "no expects"),
        ("[{id: a, turns: []}]", "area is missing"),
        ("[{id: a, area: b, turns: [{expect: [x]}]}]", "neither says nor presses"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path, written, problem):
    (tmp_path / "talks.yml").write_text(written, encoding="utf-8")
    with pytest.raises(BadConversation, match=problem):
        read(tmp_path)


def test_every_round_can_be_played_again():
    ids = [each.id for each in read(ROOT / "bench" / "rounds")]
    assert len(set(ids)) == len(ids)
