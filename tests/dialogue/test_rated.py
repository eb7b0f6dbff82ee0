"""How it was, asked in a messenger once a case is resolved, and told from what only follows it."""

from __future__ import annotations

import pytest

from concierge.conversations import satisfaction

pytestmark = pytest.mark.model

WISH = {
    "en": "I want to talk to a person",
    "fr": "je veux parler à quelqu'un",
    "it": "voglio parlare con una persona",
    "de": "ich möchte mit einem Menschen sprechen",
    "es": "quiero hablar con una persona",
}


async def resolved(talk, shop, language="en"):
    """A conversation in a messenger whose customer is asked."""
    conversation = talk(language=language)
    shop.log().go_on(conversation.id, 1, "telegram", conversation.id)
    await conversation.say(WISH[language])
    end = await conversation.resolve(ask=True)
    assert end.replies == ["utter_case_resolved", "utter_rate_case"]
    assert [len(each.get("buttons", [])) for each in end.messages] == [0, 6]
    return conversation


def answers(shop, conversation):
    rows = shop.log().messages(conversation.id)
    return [(each.payload["score"], each.text) for each in rows if each.payload.get("event") == satisfaction.ANSWERED]


@pytest.mark.parametrize(
    ("language", "comment"),
    [
        ("en", "The return took far too long"),
        ("en", "Camille was wonderful"),
        ("en", "Patient and helpful"),
        ("en", "Not bad"),
        ("fr", "Très aimable"),
        ("fr", "Rapide et clair"),
        ("fr", "Personne très agréable"),
        ("it", "Persona squisita"),
        ("it", "Che gentile!"),
        ("de", "Die Beraterin war sehr freundlich"),
        ("es", "Muy amable y paciente"),
        ("es", "Una persona muy amable"),
    ],
)
async def test_the_number_and_the_words_after_it_are_the_answer(talk, shop, language, comment):
    conversation = await resolved(talk, shop, language)
    assert (await conversation.say("4")).replies == ["utter_rate_thanks"]
    assert (await conversation.say(comment)).replies == ["utter_rate_noted"]
    assert answers(shop, conversation) == [(4, comment)]


async def test_what_asks_for_something_is_answered_as_ever(talk, shop):
    conversation = await resolved(talk, shop)
    assert (await conversation.say("5 days ago I sent my shoes back")).replies != ["utter_rate_noted"]
    assert answers(shop, conversation) == []
    conversation = await resolved(talk, shop)
    await conversation.say("5")
    assert (await conversation.say("when will my card be charged")).replies == ["utter_charge_policy"]
    assert answers(shop, conversation) == [(5, "")]


@pytest.mark.parametrize(
    ("language", "said"), [("es", "Muy amable, pero quiero hablar con una persona"), ("en", "No thanks")]
)
async def test_a_wish_beside_praise_and_a_no_are_no_comment(talk, shop, language, said):
    conversation = await resolved(talk, shop, language)
    await conversation.say("4")
    assert (await conversation.say(said)).replies != ["utter_rate_noted"]
    assert answers(shop, conversation) == [(4, "")]


async def test_an_alarm_beside_the_number_is_heard(talk, shop):
    conversation = await resolved(talk, shop)
    answer = await conversation.say("1, the heel broke and I hurt myself, this is dangerous")
    assert answer.replies == ["utter_handoff_injury"]
