"""Hearing the answer to an open question in the customer's own words."""

from __future__ import annotations

import pytest

from concierge.dialogue import line_choice, questions
from concierge.policy.answers import ASKED, VOLUNTEERED
from tests.dialogue.unit.conftest import bot


@pytest.fixture
def lines(shop):
    return shop.orders().get("BA10000004").lines  # shoes, then a fragrance


@pytest.mark.parametrize(
    ("text", "entities", "meant"),
    [
        ("the trainers", {"category": "shoes"}, 0),
        ("not the perfume", {"category": "fragrance"}, 0),
        ("the second one", {}, 1),
        ("the last", {}, 1),
        ("die zweite bitte", {}, 1),
        ("la última, no: el último", {}, 1),
        ("the one from last week", {}, None),
        ("bought on the 2nd of May", {}, None),
        ("that one", {}, None),
        ("", {"choice": "2"}, 1),
    ],
)
def test_which_item(take, lines, text, entities, meant):
    turn = take(text, entities=[{"entity": name, "value": value} for name, value in entities.items()])
    found = line_choice.which_line(turn, lines)
    assert found == (None if meant is None else lines[meant])


@pytest.mark.parametrize(
    ("text", "intent", "ranking", "answer"),
    [
        ("yes", "affirm", [], True),
        ("no", "deny", [], False),
        ("sì certo", "nlu_fallback", [], True),
        ("nein", "inform", [], False),
        ("hm", "nlu_fallback", [{"name": "deny", "confidence": 0.3}], False),
        ("hm", "nlu_fallback", [{"name": "deny", "confidence": 0.1}], None),
        ("yes where is it", "track_order", [], None),
    ],
)
def test_yes_or_no(take, text, intent, ranking, answer):
    assert questions.yes_or_no(take(text, intent, ranking=ranking)) is answer


@pytest.mark.parametrize(
    ("name", "text", "intent", "value"),
    [
        ("opened", "no", "deny", False),
        ("purchase_channel", "in the boutique in Paris", "inform", "boutique"),
        ("purchase_channel", "on your website", "inform", "online"),
        ("damage_cause", "no idea, it ripped", "nlu_fallback", "unknown"),
        ("replacement", "size 39 please", "inform", "size 39 please"),
        ("purchase_date", "12/03/2025", "inform", "2025-03-12"),
        ("purchase_date", "a while back", "inform", None),
        ("opened", "what is your policy", "return_item", None),
    ],
)
def test_a_fact(take, name, text, intent, value):
    assert questions.fact(take(text, intent), {"kind": "fact", "name": name}) == value


def test_every_yes_or_no_fact_of_the_policy_is_heard_as_one(take):
    """A fact that the policy newly asks for needs no line in the dialogue."""
    asked = [name for name, choices in {**ASKED, **VOLUNTEERED}.items() if choices == ("true", "false")]
    assert {"seal_intact", "tags_on"} <= set(asked)
    for name in asked:
        assert questions.fact(take("yes", "affirm"), {"name": name}) is True
        assert questions.fact(take("no", "deny"), {"name": name}) is False


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ({"kind": "number", "number": "BA10000003"}, "utter_did_you_mean_number"),
        ({"kind": "item", "options": ["1", "2"]}, "utter_ask_fact_line"),
        ({"kind": "fact", "name": "opened"}, "utter_ask_fact_opened"),
        ({"kind": "offer", "name": "repair"}, "utter_offer_repair"),
        ({"kind": "order", "buttons": [], "more": True}, "utter_ask_which_order_of_many"),
    ],
)
def test_each_kind_of_question_is_put_into_words(take, shop, question, reply):
    turn = take(question=question)
    questions.put(turn, shop.orders().get("BA10000004"))
    assert turn.outcome.replies == [reply]


def test_a_question_that_its_reply_has_put_is_not_put_again_at_once(take):
    turn = take(question={"kind": "offer", "name": "look_up", "asked": True})
    questions.put(turn, None)
    assert turn.outcome.replies == []
    assert turn.get("question")["asked"] is False


@pytest.mark.parametrize(("text", "title"), [("no, grazie", "Sì, grazie"), ("non merci", "Oui, merci")])
def test_a_refusal_is_none_of_the_buttons_that_agree(take, text, title):
    offer = bot("utter_offer_advisor", {"title": title, "payload": "/affirm"}, {"title": "…", "payload": "/deny"})
    assert questions.yes_or_no(take(text, "deny", before=[offer])) is False
    assert questions.yes_or_no(take(title, "inform", before=[offer])) is True
