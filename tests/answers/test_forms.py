"""Forms beside questions: worded in every language, and what they send is heard as what was asked for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from babel.dates import format_skeleton

from concierge.answers import forms
from concierge.answers.nlg import HouseAnswers
from concierge.answers.wording import read_wording
from concierge.dialogue.identification import heard, without_contacts
from concierge.languages import lexicon
from concierge.languages.registry import complete, locale_of
from concierge.memory.date_expressions import a_day
from concierge.orders.addresses import Address, read_address
from concierge.orders.holder import read_holder
from concierge.settings import ROOT
from tests.openapi import CHANNELS

TOLD = {
    "order_number": "BA10000003",
    "email": "claire@example.com",
    "name": "Claire Fontaine",
    "postcode": "75002",
    "street": "12 rue de la Paix",
    "town": "Paris",
}
BESIDE = forms.forms()["beside"]


def sent(reply: str, language: str) -> str:
    """What the widget sends when all is filled in; concierge/web/test/forms.test.ts has what it leaves out."""
    month = format_skeleton("yMMMM", date(2025, 3, 1), locale=locale_of(language, "EU"))
    return str(forms.forms()["forms"][BESIDE[reply]]["sends"]).format(**TOLD, month=month)


@pytest.mark.parametrize("language", complete())
def test_every_form_is_worded_and_as_the_interface_describes_it(language: str) -> None:
    for reply in BESIDE:
        form = forms.beside(reply, {}, locale_of(language, "EU"))
        assert form is not None
        CHANNELS.conforms(form, {"$ref": "#/components/schemas/Form"})
        assert not any(field["label"] == field["kind"] for field in form["fields"]), "a field that nobody has worded"


def test_they_stand_beside_questions_that_there_are() -> None:
    assert set(BESIDE) <= set(read_wording(ROOT))


@pytest.mark.parametrize("language", complete())
def test_what_is_sent_is_heard(language: str) -> None:
    order = sent("utter_ask_order_form_order_number", language)
    assert heard(order) == ("BA10000003", "claire@example.com")
    holder = read_holder(without_contacts(sent("utter_ask_holder_first", language)), lexicon.words("around_a_name"))
    assert holder is not None
    assert holder.is_whole
    assert a_day(sent("utter_ask_fact_purchase_date", language), date(2026, 11, 28)) == date(2025, 3, 31)
    address = read_address(sent("utter_ask_fact_new_address", language), "FR")
    assert address == Address("12 rue de la Paix", "75002", "Paris")


def kinds(reply: str, **slots: Any) -> list[tuple[str, bool]]:
    form = forms.beside(reply, slots, locale_of("en", "EU")) or {"fields": []}
    return [(field["kind"], field["required"]) for field in form["fields"]]


def test_what_is_known_is_not_asked_for_and_one_of_two_may_be_corrected() -> None:
    number = "utter_ask_order_form_order_number"
    assert kinds(number) == [("order_number", True), ("email", True)]
    assert kinds(number, order_email="c@example.com") == [("order_number", True)]
    both = {"order_number": "BA10000003", "order_email": "c@example.com"}
    assert kinds(number, **both) == [("order_number", False), ("email", False)]
    assert kinds("utter_ask_order_form_order_email", order_number="BA10000003") == [("email", True)]
    assert ("postcode", False) in kinds("utter_ask_fact_new_address"), "some countries have none"
    assert kinds("utter_greet") == []


def test_the_question_carries_its_form_and_buttons_what_they_choose() -> None:
    answers = HouseAnswers()
    answers.responses = read_wording(ROOT)
    asked = answers.generate_from_slots("utter_ask_order_form_order_number", {}, "website")
    assert asked is not None
    assert asked["custom"]["kind"] == "text"
    assert [each["kind"] for each in asked["custom"]["form"]["fields"]] == ["order_number", "email"]
    pieces = [
        {
            "product": "Track",
            "colour": "White",
            "size": "41",
            "quantity": 1,
            "amount": {"amount": "795", "currency": "EUR"},
        }
    ] * 2
    buttons = [{"title": title, "payload": f'/inform{{"choice": "{title}"}}'} for title in "ab"]
    chosen = answers.generate_from_slots(
        "utter_ask_fact_line", {}, "website", values={"items": ["a", "b"]}, buttons=buttons, pieces=pieces
    )
    assert chosen is not None
    assert chosen["custom"] == {
        "kind": "quick_replies",
        "choices": [{"title": "Track", "detail": "White, 41", "value": "€795.00"}] * 2,
    }
