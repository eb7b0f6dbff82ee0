"""“I don't understand”, “that's not what I asked”: other words, choices, a person; and no reply twice running."""

from __future__ import annotations

import pytest

from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model

QUESTION = {
    "en": "how do I care for a leather bag",
    "fr": "comment entretenir le cuir",
    "it": "come si cura la pelle",
    "de": "wie pflege ich Leder",
    "es": "cómo se cuida la piel",
}
UNCLEAR = {
    "en": "could you say that in plain words",
    "fr": "je ne comprends pas du tout",
    "it": "non capisco proprio",
    "de": "das verstehe ich leider nicht",
    "es": "no lo entiendo bien",
}
WRONG = {
    "en": "this was not my question",
    "fr": "ce n'était pas ma question",
    "it": "non era la mia domanda",
    "de": "danach habe ich nicht gefragt",
    "es": "no era esa mi pregunta",
}


@pytest.mark.parametrize("language", list(QUESTION))
async def test_what_is_not_clear_is_said_in_short_then_asked_about_then_passed_on(talk, language):
    conversation = talk(language=language)
    answer = await conversation.say(QUESTION[language])
    short = await conversation.say(UNCLEAR[language])
    assert short.replies == ["utter_in_short"]
    assert len(short.text) < len(answer.text)
    assert (await conversation.say(UNCLEAR[language])).replies == ["utter_which_part_is_unclear"]
    offered = await conversation.say(UNCLEAR[language])
    assert offered.replies == ["utter_person_instead"]
    again = await conversation.say(UNCLEAR[language])
    assert again.replies == ["utter_person_instead"]
    assert again.text != offered.text
    assert (await conversation.choose("/affirm")).replies == ["utter_handoff"]


@pytest.mark.parametrize("language", list(QUESTION))
async def test_another_question_was_meant(talk, language):
    conversation = talk(language=language)
    await conversation.say(QUESTION[language])
    asked = await conversation.say(WRONG[language])
    assert asked.replies == ["utter_was_it_one_of_these"]
    assert [button["payload"] for button in asked.buttons][:-1], "something to choose from"
    assert "_" not in "".join(asked.titles)
    assert (await conversation.say(WRONG[language])).replies == ["utter_person_instead"]


async def test_an_offer_that_was_open_before_an_objection_can_still_be_taken(talk):
    conversation = talk()
    await conversation.says("can I return my shoes", "that's not what I asked")
    assert (await conversation.say("yes")).replies == ["utter_ask_order_form_order_number"]
    await conversation.says(f"BA10000004 {EMAIL}", "yes")
    await conversation.say("I don't get it")
    assert (await conversation.say("yes please")).replies[0] == "utter_return_registered"


@pytest.mark.parametrize(
    "messages",
    [
        ("how much is shipping",) * 4,
        ("where is BA10000003",) * 3,
        ("hello", "hello", "hello"),
        ("???", "???", "???"),
        ("what is the weather in Lisbon tomorrow",) * 3,
        ("where is my order", "what?", "huh?", "I don't understand"),
        (f"where is BA10000003 {EMAIL}", "where is it", "where is it", "where is it"),
    ],
)
async def test_nothing_is_said_twice_running(talk, messages):
    conversation = talk()
    before: set[str] = set()
    for message in messages:
        texts = {part["text"] for part in (await conversation.say(message)).messages}
        assert texts
        assert not texts & before
        before = texts


async def test_what_is_likely_is_answered_with_its_alternative(talk, agent, monkeypatch):
    parse = agent.processor.parse_message

    async def unsure(*args, **kwargs):
        fallback = {"name": "nlu_fallback", "confidence": 0.45}
        rest = [{"name": "care_leather", "confidence": 0.45}, {"name": "care_hardware", "confidence": 0.4}]
        return {**await parse(*args, **kwargs), "intent": fallback, "intent_ranking": [fallback, *rest]}

    monkeypatch.setattr(agent.processor, "parse_message", unsure)
    answer = await talk().say("the clasp and the leather, tell me")
    assert answer.replies == ["utter_care_leather"]
    assert answer.text.endswith("or tell me in other words.")
    assert answer.buttons[0]["payload"] == "/care_hardware"
