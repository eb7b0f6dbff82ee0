"""A customer asks for their data, or to have them erased: a case for a person, once it is proved who asks."""

from __future__ import annotations

import pytest

from tests.dialogue.talk import EMAIL

pytestmark = pytest.mark.model

MONTH = {"en": "1 month", "fr": "1 mois", "it": "1 mese", "de": "1 Monat", "es": "1 mes"}
ASKED = {
    "en": ("please delete all my data", "send me all the data you have about me"),
    "fr": ("supprimez toutes mes données", "envoyez-moi toutes mes données personnelles"),
    "it": ("cancellate tutti i miei dati personali", "mandatemi tutti i miei dati personali"),
    "de": ("bitte löschen Sie alle meine Daten", "bitte schicken Sie mir alle meine Daten"),
    "es": ("eliminen todos mis datos personales", "envíenme todos mis datos personales"),
}
BOTH = [
    (language, words, reason)
    for language, asked in ASKED.items()
    for words, reason in zip(asked, ("privacy_erasure", "privacy_export"), strict=True)
]


@pytest.mark.parametrize(("language", "words", "reason"), BOTH)
async def test_it_is_a_case_once_it_is_proved_who_asks(talk, shop, language, words, reason):
    conversation = talk(language=language)
    asked = await conversation.say(words)
    assert asked.replies == ["utter_privacy_needs_proof", "utter_ask_order_form_order_number"]
    assert shop.cases().live(conversation.id) is None
    answer = await conversation.say(f"BA10000003 {EMAIL}")
    assert answer.replies == [f"utter_handoff_{reason}"]
    assert MONTH[language] in answer.text.replace("\xa0", " ")
    case = shop.cases().live(conversation.id)
    assert (case.reason, case.priority) == (reason, "normal")
    assert case.package["customer"]["email"] == EMAIL
    assert (await conversation.tracker()).is_paused()


@pytest.mark.parametrize("reason", ["privacy_erasure", "privacy_export"])
async def test_who_is_signed_in_to_the_shop_is_not_asked_whatever_they_ordered(talk, shop, reason):
    for email in (EMAIL, "somebody.new@example.org"):
        conversation = talk(verified_email=email, verified_subject="c-1")
        answer = await conversation.choose(f"/{reason}")
        assert answer.replies == [f"utter_handoff_{reason}"]
        assert shop.cases().live(conversation.id).reason == reason


async def test_who_was_signed_in_to_the_shop_and_is_no_longer_proves_it_anew(talk, shop):
    conversation = talk(verified_email=EMAIL, verified_subject="c-1", verified_until=1)
    asked = await conversation.choose("/privacy_erasure")
    assert asked.replies == ["utter_privacy_needs_proof", "utter_ask_order_form_order_number"]
    assert shop.cases().live(conversation.id) is None
    assert (await conversation.say(f"BA10000003 {EMAIL}")).replies == ["utter_handoff_privacy_erasure"]


async def test_who_has_proved_an_order_before_is_not_asked_again(talk, shop):
    conversation = talk()
    await conversation.says("where is my order", f"BA10000003 {EMAIL}")
    assert (await conversation.say("delete my data please")).replies == ["utter_handoff_privacy_erasure"]


async def test_order_and_address_in_the_same_message(talk, shop):
    conversation = talk()
    answer = await conversation.say(f"please delete all my data, order BA10000003, {EMAIL}")
    assert answer.replies == ["utter_handoff_privacy_erasure"]


async def test_no_proof_no_case(talk, shop):
    conversation = talk()
    await conversation.says("delete my data", "BA10000003 evil@example.com")
    assert (await conversation.say("I insist, delete my data")).replies[-1] != "utter_handoff_privacy_erasure"
    assert shop.cases().live(conversation.id) is None


async def test_the_topic_offers_both(talk, shop):
    conversation = talk()
    answer = await conversation.say("how do you use my personal data")
    assert answer.titles[:2] == ["Receive my data", "Delete my data"]
    assert (await conversation.press("Delete my data")).replies[0] == "utter_privacy_needs_proof"


async def test_after_the_case_the_conversation_goes_on(talk):
    conversation = talk()
    await conversation.says("send me my data", f"BA10000003 {EMAIL}")
    await conversation.leave()
    assert (await conversation.say("where is my order")).replies == ["utter_status_dispatched"]
