"""While an advisor is waited for: nobody is left alone, and nothing is lost."""

from __future__ import annotations

import pytest

from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model

LANGUAGES = ["en", "fr", "it", "de", "es"]
SAID = {
    "person": {
        "en": "could I speak with someone from your team",
        "fr": "je voudrais parler à un conseiller",
        "it": "vorrei parlare con un consulente",
        "de": "ich möchte mit einem Berater sprechen",
        "es": "quisiera hablar con un asesor",
    },
    "how long": {
        "en": "how long do I have to wait?",
        "fr": "combien de temps dois-je attendre ?",
        "it": "quanto devo aspettare?",
        "de": "wie lange muss ich warten?",
        "es": "¿cuánto tengo que esperar?",
    },
    "there": {
        "en": "is anybody there?",
        "fr": "il y a quelqu'un ?",
        "it": "c'è qualcuno?",
        "de": "ist da jemand?",
        "es": "¿hay alguien ahí?",
    },
    "note": {
        "en": "the dust bag was torn as well when it came",
        "fr": "la boîte était abîmée, elle aussi",
        "it": "anche la scatola era rovinata",
        "de": "auch der Karton war eingedrückt",
        "es": "la caja también llegó rota",
    },
    "fact": {
        "en": "how do I clean leather",
        "fr": "comment entretenir le cuir",
        "it": "come si pulisce la pelle",
        "de": "wie pflege ich Leder",
        "es": "cómo se cuida la piel",
    },
    "cancel": {
        "en": "cancel that please",
        "fr": "annulez ma demande",
        "it": "annulla la richiesta",
        "de": "das bitte abbrechen",
        "es": "cancele la solicitud",
    },
    "back": {
        "en": "go back please",
        "fr": "retour",
        "it": "torna indietro",
        "de": "zurück bitte",
        "es": "volver",
    },
    "write": {
        "en": "please write to me at anna@example.com",
        "fr": "écrivez-moi à anna@example.com s'il vous plaît",
        "it": "mi scriva ad anna@example.com",
        "de": "bitte schreiben Sie mir an anna@example.com",
        "es": "escríbame a anna@example.com, por favor",
    },
}
WAIT = ("utter_waiting_place", "utter_waiting_nobody_yet")


async def waiting(talk, language="en"):
    conversation = talk(language=language)
    assert (await conversation.say(SAID["person"][language])).replies == ["utter_handoff"]
    return conversation


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_wait_is_told_and_never_twice_in_the_same_words(talk, language):
    conversation = await waiting(talk, language)
    first = await conversation.say(SAID["how long"][language])
    second = await conversation.say(SAID["there"][language])
    assert first.replies[0] in WAIT
    assert second.replies[0] in WAIT
    assert "1" in first.text
    assert first.text != second.text
    assert first.messages[0]["language"] == language


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_added_is_acknowledged_and_kept(talk, shop, language):
    conversation = await waiting(talk, language)
    assert (await conversation.say(SAID["note"][language])).replies == ["utter_waiting_noted"]
    assert (await conversation.say(SAID["note"][language])).replies == ["utter_waiting_noted_too"]
    third = await conversation.say(SAID["note"][language])
    assert third.replies == ["utter_waiting_place"]
    kept = [row.text for row in shop.log().messages(conversation.id) if row.role == "customer"]
    assert kept == [SAID["person"][language], *[SAID["note"][language]] * 3]
    assert shop.cases().live(conversation.id).status == "queued"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_question_of_fact_is_answered(talk, shop, language):
    conversation = await waiting(talk, language)
    assert (await conversation.say(SAID["fact"][language])).replies == ["utter_care_leather"]
    assert shop.log().get(conversation.id).owner == "queue"
    assert (await conversation.tracker()).is_paused()


async def test_an_order_is_looked_at(talk, shop):
    conversation = await waiting(talk)
    await conversation.says("where is my order", "BA10000003")
    assert (await conversation.say(EMAIL)).replies == ["utter_status_dispatched"]
    assert shop.cases().live(conversation.id).status == "queued"


@pytest.mark.parametrize("said", ["cancel", "back"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_no_longer_wants_an_advisor_goes_on_with_the_assistant(talk, shop, language, said):
    conversation = await waiting(talk, language)
    assert (await conversation.say(SAID[said][language])).replies == ["utter_customer_left"]
    (case,) = shop.cases().of(conversation.id)
    assert case.status == "left"
    assert (await conversation.say(SAID["fact"][language])).replies == ["utter_care_leather"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_address_is_kept_for_the_advisor_and_said_without_its_name(talk, shop, language):
    conversation = await waiting(talk, language)
    answer = await conversation.say(SAID["write"][language])
    assert answer.replies == ["utter_waiting_address_kept"]
    assert "@example.com" in answer.text
    assert "anna" not in answer.text
    case = shop.cases().live(conversation.id)
    assert "anna@example.com" in case.summary
    assert case.package["metadata"]["reply_to"] == "anna@example.com"


async def test_asked_for_again_the_case_is_the_same(talk, shop):
    conversation = await waiting(talk)
    case = shop.cases().live(conversation.id)
    assert (await conversation.say("I want to talk to a person")).replies[0] in WAIT
    assert shop.cases().live(conversation.id).id == case.id


async def test_what_an_advisor_is_to_do_is_left_to_the_advisor(talk):
    conversation = await waiting(talk)
    assert (await conversation.say("I want to cancel my order")).replies == ["utter_waiting_noted"]


async def test_a_button_leaves_the_queue(talk, shop):
    conversation = await waiting(talk)
    await conversation.say("how long do I have to wait?")
    assert (await conversation.press("No longer wait")).replies == ["utter_customer_left"]
    assert shop.log().get(conversation.id).owner == "assistant"


async def test_once_an_advisor_has_it_there_is_silence(talk):
    conversation = await waiting(talk)
    await conversation.claimed()
    for text in ("how long?", "how do I clean leather", "cancel that please", "write to me at anna@example.com"):
        assert (await conversation.say(text)).messages == []
