"""Codes by a real mail server, in whole conversations: what the customer reads, and where the code is not."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from concierge.channels.intake import CODE_SHOWN
from concierge.conversations import schema
from tests.trackers import all_events

pytestmark = pytest.mark.model


@pytest.fixture(autouse=True)
def _before_the_shop(mail):
    return mail


SAID = {
    "en": (
        "where is BA10000004? I don't have the e-mail here",
        *("I want to return the shoes", "no code came", "unwanted"),
    ),
    "fr": (
        "Où est ma commande BA10000004 ? Je n'ai pas l'adresse e-mail",
        *("Je veux retourner les chaussures", "je n'ai rien reçu", "indésirables"),
    ),
    "it": (
        "Dov'è il mio ordine BA10000004? Non ho l'e-mail qui",
        *("Vorrei restituire le scarpe", "non è arrivato niente", "indesiderata"),
    ),
    "de": (
        "Wo ist BA10000004? Ich habe die E-Mail nicht hier",
        *("Ich möchte die Schuhe zurückgeben", "es kam keine Mail", "Spam"),
    ),
    "es": (
        "¿Dónde está BA10000004? No tengo el correo aquí",
        *("Quiero devolver los zapatos", "no ha llegado nada", "no deseados"),
    ),
}
SUBJECTS = {"en": "Your code", "fr": "Votre code", "it": "Il suo codice", "de": "Ihr Code", "es": "Su código"}


@pytest.mark.parametrize("language", list(SAID))
async def test_a_code_is_asked_for_and_opens_the_rest(talk, mail, language):
    asks, wish, nothing, where = SAID[language]
    customer = talk(language=language)
    assert (await customer.say(asks)).replies == ["utter_ask_holder_first"]
    assert (await customer.say("Claire Fontaine, 75003")).replies == ["utter_status_delivered"]
    asked = await customer.say(wish)
    assert asked.replies == ["utter_ask_code"]
    assert "c•••@e•••.com" in asked.text
    assert mail.mails[0]["Subject"].startswith(SUBJECTS[language])
    looked = await customer.say(nothing)
    assert looked.replies == ["utter_ask_code_look"]
    assert where in looked.text
    proved = await customer.say(mail.code)
    assert not any(reply.startswith("utter_ask_code") for reply in proved.replies)
    assert await customer.slot("task") == "return"


async def test_the_code_is_nowhere_but_in_the_mail(talk, mail, shop, caplog):
    customer = talk()
    await customer.says("I want to return BA10000004, I don't have the email", "Claire Fontaine 75003")
    code = mail.code
    await customer.say(f"hello, my code is {code[:3]} {code[3:]}, thanks")
    await customer.says("I want to talk to a person")
    with shop.log().engine.connect() as connection:
        rows = [row for table in schema.metadata.sorted_tables for row in connection.execute(sa.select(table))]
        remembered = all_events(connection)
    kept = " ".join(map(str, [*rows, remembered]))
    assert CODE_SHOWN in str(remembered)
    assert code not in kept
    assert f"{code[:3]} {code[3:]}" not in kept
    assert code not in caplog.text
    assert CODE_SHOWN in shop.log().messages(customer.id)[4].text
    package = shop.cases().live(customer.id).package
    assert (package["customer"]["proof"], package["metadata"]["proof"]) == ("code", "code")


async def test_by_name_and_postcode_alone_the_advisor_is_told_so(talk, shop):
    customer = talk()
    await customer.says("where is BA10000004, I don't have the email", "Claire Fontaine 75003", "I want a person")
    assert shop.cases().live(customer.id).package["customer"]["proof"] == "name_postcode"


async def test_buttons_send_it_again_and_call_a_person(talk, mail):
    customer = talk()
    await customer.says("I want to return BA10000004, I don't have the email", "Claire Fontaine 75003")
    again = await customer.press("Send it again")
    assert (again.replies, len(mail.mails)) == (["utter_ask_code_again"], 2)
    gone = await customer.press("I cannot reach this mailbox")
    assert gone.replies == ["utter_code_unreachable", "utter_offer_advisor"]


async def test_a_code_that_comes_late_is_heard_though_something_else_was_asked(talk, mail):
    customer = talk()
    wish = "why was I charged twice for BA10000003? I don't have the email"
    asked = await customer.says(wish, "Claire Fontaine 75003")
    assert asked.replies == ["utter_ask_code"]
    assert (await customer.say("and when does it come?")).replies == ["utter_status_dispatched"]
    proved = await customer.say(mail.code)
    assert proved.replies[0].startswith("utter_charge"), "and what it was asked for is answered"


async def test_six_digits_are_a_code_only_where_one_was_sent(talk, shop):
    customer = talk()
    await customer.say("my number is 123456")
    assert "123456" in shop.log().messages(customer.id)[0].text


async def test_the_mail_goes_out_once_the_server_is_back(talk, mail, shop, monkeypatch):
    from concierge.conversations import mailed_codes
    from concierge.mail.codes import keep_sending

    monkeypatch.setattr(mailed_codes, "FIRST_PAUSE", 0.1)
    mail.stop()
    customer = talk()
    late = await customer.says("I want to return BA10000004, I don't have the email", "Claire Fontaine 75003")
    assert late.replies == ["utter_ask_code_later"]
    sending = asyncio.create_task(keep_sending(shop.code_mail))
    mail.start()
    for _ in range(100):
        if mail.mails:
            break
        await asyncio.sleep(0.1)
    sending.cancel()
    proved = await customer.say(mail.code)
    assert not any(reply.startswith("utter_ask_code") for reply in proved.replies)
