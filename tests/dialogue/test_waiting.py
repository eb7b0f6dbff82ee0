"""While an advisor is waited for: nobody is left alone, and nothing is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml

from concierge.conversations import Advisors
from concierge.masking.contacts import contacts
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
        "en": "how do I care for leather",
        "fr": "comment entretenir le cuir",
        "it": "come si cura la pelle",
        "de": "wie pflege ich Leder",
        "es": "cómo se cuida la piel",
    },
    "asked": {
        "en": "can I exchange for another size",
        "fr": "puis-je échanger la taille",
        "it": "posso cambiare taglia",
        "de": "wer zahlt das Rückporto",
        "es": "puedo cambiarlo por otra talla",
    },
    "told": {
        "en": "the box was crushed too",
        "fr": "la boîte était abîmée aussi",
        "it": "anche la scatola era rotta",
        "de": "die Schachtel war auch kaputt",
        "es": "la caja también vino rota",
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


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_question_without_its_mark_is_answered_and_what_is_told_behind_it_is_noted_once(talk, language):
    conversation = await waiting(talk, language)
    answer = await conversation.say(SAID["asked"][language])
    assert [each for each in answer.replies if each.startswith("utter_waiting")] == []
    assert (await conversation.say(SAID["told"][language])).replies == ["utter_waiting_noted"]


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


@pytest.fixture
def closed(tmp_path, monkeypatch) -> str:
    """The house opens in three days at nine. The name of that day."""
    opens = datetime.now(ZoneInfo("Europe/Rome")) + timedelta(days=3)
    week = {f"{opens:%A}".lower(): "9:00-10:00"}
    hours = {"milan": {"time_zone": "Europe/Rome", "city": {"en": "Milan"}, "week": week}}
    queue = {"title": "All", "hours": "milan", "first_reply": {"urgent": 5, "high": 5, "normal": 5}}
    file = tmp_path / "queues.yml"
    file.write_text(yaml.safe_dump({"hours": hours, "queues": {"all": queue}}))
    monkeypatch.setenv("CONCIERGE_QUEUES", str(file))
    return f"{opens:%A}"


async def test_outside_the_hours_the_customer_is_told_when_somebody_is_here_again(closed, talk):
    conversation = talk()
    answer = await conversation.say(SAID["person"]["en"])
    assert answer.replies == ["utter_handoff"]
    assert f"Nobody is here until {closed} at 9:00 in Milan." in answer.text
    assert "e-mail address and we write" not in answer.text, "no mail server: nothing is promised"
    again = await conversation.say(SAID["how long"]["en"])
    assert again.text.startswith("You are waiting for an advisor; your place in the queue is 1. Nobody is here until")


async def test_where_mails_are_sent_an_address_is_asked_for_and_kept(closed, mail, talk):
    conversation = talk()
    assert "Leave me your e-mail address" in (await conversation.say(SAID["person"]["en"])).text
    kept = await conversation.say(SAID["write"]["en"])
    assert kept.text.startswith(f"Thank you, we write to {contacts('anna@example.com')} once an advisor has answered")
    assert "We write to your e-mail address" in (await conversation.say(SAID["how long"]["en"])).text


async def test_the_range_is_told_from_what_others_waited(talk, shop):
    conversation = await waiting(talk)
    queue, cases = shop.cases().live(conversation.id).queue, shop.cases()
    camille = Advisors(shop.log().engine).create("camille", "Camille", "a long password")
    for _ in range(3):
        other = cases.start(shop.log().open("website").id, "customer_asked", queue=queue)
        cases.claim(other.id, camille.id)
        cases.say(other.id, camille.id, "Good day.")
    answer = await conversation.say(SAID["how long"]["en"])
    assert answer.text == (
        "You are waiting for an advisor; your place in the queue is 1. "
        "In the last hours a first answer took up to 5 minutes."
    )
