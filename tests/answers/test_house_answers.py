"""The generator: language, region, figures, values, and the errors it finds when replies are loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concierge.answers.buttons import UntitledButton, fill_in_titles
from concierge.answers.nlg import HouseAnswers
from concierge.answers.replies import BadReply
from concierge.answers.values import figure
from concierge.answers.wording import read_wording
from concierge.languages.registry import locale_of
from concierge.policy import load_house
from concierge.settings import get_settings

LANGUAGES = ("en", "fr", "it", "de", "es")


def french(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "condition": [{"type": "slot", "name": "language", "value": "fr"}], **more}


def generator(**responses: list[dict[str, Any]]) -> HouseAnswers:
    answers = HouseAnswers()
    answers.responses = responses
    return answers


def say(answers: HouseAnswers, name: str = "utter_x", channel: str = "website", **kwargs: Any) -> dict[str, Any]:
    slots = {"language": kwargs.pop("slot_language", "en"), "region": kwargs.pop("slot_region", "EU")}
    slots |= kwargs.pop("slots", {})
    message = answers.generate_from_slots(name, slots, channel, **kwargs)
    assert message is not None
    return message


@pytest.mark.parametrize(
    ("language", "text"), [("en", "within 30 days"), ("fr", "sous 30 jours"), ("fr-CA", "sous 30 jours")]
)
def test_the_variant_of_the_language_with_the_figure_in_it(language: str, text: str) -> None:
    answers = generator(utter_x=[{"text": "within {returns.window}"}, french("sous {returns.window}")])
    message = say(answers, slot_language=language)
    assert message["text"].replace("\xa0", " ") == text
    assert message["utter"] == "utter_x"
    assert message["language"] == language.split("-", maxsplit=1)[0]
    assert [(each["key"], each["value"], each["unit"]) for each in message["figures"]] == [
        ("returns.window", 30, "days")
    ]
    assert message["figures"][0]["source"] == "faq#return-policy"


def test_a_language_without_a_variant_gets_english_and_is_told() -> None:
    answers = generator(
        utter_x=[{"text": "Hello."}], utter_answered_in_english=[{"text": "English only."}, french("En anglais :")]
    )
    message = say(answers, slot_language="fr")
    assert message["text"] == "En anglais :\nHello."
    assert message["language"] == "en"


@pytest.mark.parametrize(
    ("language", "text", "written"),
    [
        ("de", "Innerhalb von zwei, also innerhalb von {returns.window}.", "innerhalb von 30 Tagen."),
        ("de", "Die Frist dauert {returns.window}.", "dauert 30 Tage."),
        ("it", "Entro il {deadline_date}.", "Entro l'8 marzo 2099."),
        ("fr", "Jusqu'au {decided_date}.", "Jusqu'au 1er mars 2099."),
    ],
)
def test_the_words_beside_a_value_agree_with_it(language: str, text: str, written: str) -> None:
    variant = {"text": text, "condition": [{"type": "slot", "name": "language", "value": language}]}
    message = say(
        generator(utter_x=[variant]), slot_language=language, deadline_date="2099-03-08", decided_date="2099-03-01"
    )
    assert message["text"].endswith(written)


@pytest.mark.parametrize(
    ("text", "language", "values", "written"),
    [
        ("until {deadline_date}", "en", {"deadline_date": "2099-12-03"}, "until 3 December 2099"),
        ("bis {deadline_date}", "de", {"deadline_date": "2099-12-03"}, "bis 3. Dezember 2099"),
        ("{charged_amount}", "en", {"charged_amount": {"amount": "1450.00", "currency": "EUR"}}, "€1,450.00"),
        ("{charged_amount}", "fr", {"charged_amount": {"amount": "1450.00", "currency": "EUR"}}, "1\u202f450,00\xa0€"),
        ("{items}", "en", {"items": ["a bag", "a belt", "shoes"]}, "a bag, a belt and shoes"),
        ("{days_left}", "en", {"days_left": 1}, "1 day"),
        ("It tried {attempts}", "en", {"attempts": 1}, "It tried once"),
        ("Versucht: {attempts_made}", "de", {"attempts_made": 2}, "Versucht: zweimal"),
        ("{days_left}", "it", {"days_left": 9}, "9 giorni"),
        ("{returns.processing}", "en", {}, "3–7 business days"),
        ("{returns.processing}", "es", {}, "3–7 días laborables"),
        ("{returns.warehouse_address}", "en", {}, "Interporto di Bologna, blocco 9.5, 40010 Bentivoglio (BO)"),
        ("{repairs.cross_border}", "fr", {}, "Russie, Inde, Chine, Brésil, Mexique, Chili, Panama et Viêt Nam"),
        ("{delivery.weekdays}", "en", {}, "Monday–Friday"),
        ("{contact.reply_time}", "de", {}, "24 Stunden"),
    ],
)
def test_values_are_written_as_the_language_writes_them(
    text: str, language: str, values: dict[str, Any], written: str
) -> None:
    variant = {"text": text, "condition": [{"type": "slot", "name": "language", "value": language}]}
    if language == "en":
        variant.pop("condition")
    message = say(generator(utter_x=[variant]), slot_language=language, values=values)
    assert message["text"].replace("Viêtnam", "Viêt Nam") == written


def test_american_customers_read_american_dates() -> None:
    answers = generator(utter_x=[{"text": "{deadline_date}"}])
    assert say(answers, slot_region="US", deadline_date="2099-12-03")["text"] == "December 3, 2099"


def test_a_sentence_whose_value_is_unknown_is_left_out() -> None:
    answers = generator(
        utter_x=[{"text": "It is on its way. It is expected by {expected_date}. Its number is {tracking}."}]
    )
    assert say(answers, tracking="1Z")["text"] == "It is on its way. Its number is 1Z."
    last_day = generator(utter_x=[{"text": "Until {deadline_date}. That leaves {days_left}."}])
    assert say(last_day, deadline_date="2099-01-01", days_left=0)["text"] == "Until 1 January 2099."


def test_a_reply_of_which_nothing_can_be_said_is_admitted() -> None:
    answers = generator(utter_x=[{"text": "Its number is {tracking}."}], utter_technical_problem=[{"text": "Sorry."}])
    assert say(answers)["text"] == "Sorry."


def test_the_most_particular_variant_wins() -> None:
    known = [{"type": "slot", "name": "order_known", "value": True}]
    answers = generator(
        utter_x=[{"text": "general"}, {"text": "known", "condition": known}, {"text": "sms", "channel": "sms"}]
    )
    assert say(answers)["text"] == "general"
    assert say(answers, slots={"order_known": True})["text"] == "known"
    assert say(answers, channel="sms")["text"] == "sms"


def test_of_several_wordings_one_is_taken_that_was_not_said_just_before() -> None:
    answers = generator(utter_x=[{"text": "Understood."}, {"text": "I see."}])
    assert {say(answers, said_before="Hello.\nUnderstood.")["text"] for _ in range(20)} == {"I see."}
    assert say(answers, said_before="Understood.\nI see.")["text"] in {"Understood.", "I see."}


def test_choices_become_buttons_titled_as_the_registry_titles_them() -> None:
    answers = generator(utter_x=[{"text": "Which?"}, french("Laquelle ?")])
    message = say(answers, choices=["track_order", "gifts"])
    shown = [{"title": "Where is my order", "payload": "/track_order"}]
    assert message["buttons"] == [*shown, {"title": "Gifts and wrapping", "payload": "/gifts"}]
    message = say(answers, slot_language="fr", choices=["track_order", "invoice"])
    assert [button["title"] for button in message["buttons"]] == ["Où est ma commande", "Obtenir ma facture"]


def test_a_button_without_a_title_says_what_the_registry_says_in_the_reply_s_language() -> None:
    own = {"title": "My way", "payload": "/return_item"}
    english: dict[str, Any] = {"text": "Which?", "buttons": [{"payload": "/return_item"}, own]}
    foreign = french("Laquelle ?", buttons=[{"payload": "/deny"}])
    fill_in_titles({"utter_x": [english, foreign]})
    assert english["buttons"] == [{"payload": "/return_item", "title": "Return an item"}, own]
    assert foreign["buttons"] == [{"payload": "/deny", "title": "Pas maintenant"}]
    with pytest.raises(UntitledButton, match=r"utter_y: data/intents\.yml has no title for /unheard_of"):
        fill_in_titles({"utter_y": [french("Oui.", buttons=[{"payload": "/unheard_of"}])]})


def test_no_button_is_there_twice_and_three_are_enough() -> None:
    own = [{"title": "Return an item", "payload": "/return_item"}, {"title": "Repair", "payload": "/repair_item"}]
    message = say(
        generator(utter_x=[{"text": "Done.", "buttons": own}]), choices=["return_item", "gifts", "sizing", "invoice"]
    )
    assert [button["payload"] for button in message["buttons"]] == ["/return_item", "/gifts", "/sizing"]


def test_the_answers_to_a_question_are_all_offered() -> None:
    own = [{"title": f"Answer {n}", "payload": f'/inform{{"choice": "{n}"}}'} for n in range(5)]
    assert say(generator(utter_x=[{"text": "Which?", "buttons": own}]))["buttons"] == own


def test_what_is_said_beside_a_reply_stands_before_the_buttons() -> None:
    own = [{"title": "Return an item", "payload": "/return_item"}]
    answers = generator(
        utter_x=[{"text": "No.", "buttons": own}, french("Non.")],
        utter_note=[{"text": "Within {returns.window} for {item}."}, french("Sous {returns.window} pour {item}.")],
    )
    also = [{"response": "utter_note", "values": {"item": "a bag"}}]
    message = say(answers, also=also)
    assert (message["text"], message["buttons"]) == ("No.\nWithin 30 days for a bag.", own)
    assert [figure["key"] for figure in message["figures"]] == ["returns.window"]
    assert say(answers, slot_language="fr", also=also)["text"].replace("\xa0", " ") == "Non.\nSous 30 jours pour a bag."


@pytest.mark.parametrize(
    ("ids", "told"),
    [(("c:1",), ["En anglais :"]), (("c:1", "c:1.1"), ["En anglais :"]), (("c:1", "c:2"), ["En anglais :"] * 2)],
)
async def test_that_it_is_english_is_said_once_for_each_message(ids: tuple[str, ...], told: list[str]) -> None:
    from rasa.shared.core.events import BotUttered, UserUttered
    from rasa.shared.core.slots import TextSlot
    from rasa.shared.core.trackers import DialogueStateTracker

    answers = generator(
        utter_x=[{"text": "Hello."}], utter_answered_in_english=[{"text": "English only."}, french("En anglais :")]
    )
    tracker = DialogueStateTracker("c", [TextSlot("language", [{"type": "custom"}], initial_value="fr")])
    said = []
    for message_id in ids:
        event = UserUttered("…")
        event.message_id = message_id
        tracker.update(event)
        for _ in range(2):
            message = await answers.generate("utter_x", tracker, "website")
            said += str((message or {})["text"]).split("\n")[:-1]
            tracker.update(BotUttered("…", metadata=message))
    assert said == told


@pytest.mark.parametrize("text", ["{returns.widnow}", "{verified_order}", "{order_numbr} is here"])
def test_an_unknown_placeholder_is_an_error_when_loaded(text: str) -> None:
    with pytest.raises(BadReply, match=r"utter_cancel_policy in data/tasks/cancel/replies\.yml: nothing is called \{"):
        generator(utter_cancel_policy=[{"text": text}])


def test_a_stray_brace_is_an_error_when_loaded() -> None:
    with pytest.raises(BadReply, match="brace"):
        generator(utter_x=[{"text": "{Returns.Window"}])


def test_a_variant_may_be_of_a_region_and_a_question_about_another_one_gets_that_one_s() -> None:
    british = {"text": "In the UK.", "condition": [{"type": "slot", "name": "region", "value": "UK"}]}
    answers = generator(utter_x=[{"text": "In general."}, british])
    assert say(answers)["text"] == "In general."
    assert say(answers, slot_region="UK")["text"] == "In the UK."
    assert say(answers, region="UK")["text"] == "In the UK."


def test_every_shipped_reply_loads() -> None:
    from rasa.shared.importers.importer import TrainingDataImporter

    from concierge.settings import ROOT

    importer = TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")]
    )
    answers = HouseAnswers(domain=importer.get_domain())
    for name in answers.responses:
        assert answers.generate_from_slots(name, {"language": "en"}, "website") is not None


def test_what_is_also_said_is_filled_for_the_region_and_brings_its_buttons() -> None:
    buttons = [{"title": "Go on", "payload": "/go_on"}]
    answers = generator(
        utter_x=[{"text": "In the UK:"}], utter_y=[{"text": "It is {guarantee.law}.", "buttons": buttons}]
    )
    message = say(answers, region="UK", also=[{"response": "utter_y", "values": {}}])
    assert message["text"] == "In the UK:\nIt is Consumer Rights Act 2015."
    assert message["buttons"] == buttons
    assert message["figures"]


@pytest.mark.parametrize(
    ("language", "key", "text"),
    [
        ("en", "exchanges.times", "once"),
        ("en", "charge.statement_entries", "twice"),
        ("fr", "exchanges.times", "une fois"),
        ("fr", "charge.statement_entries", "deux fois"),
        ("it", "charge.statement_entries", "due volte"),
        ("de", "exchanges.times", "einmal"),
        ("de", "charge.statement_entries", "zweimal"),
        ("es", "charge.statement_entries", "dos veces"),
        ("en", "orders.promotional_codes", "one code"),
        ("de", "orders.promotional_codes", "einen Code"),
        ("en", "repairs.excluded_categories", "sunglasses and fragrances"),
    ],
)
def test_a_small_figure_is_said_in_words(language: str, key: str, text: str) -> None:
    said = load_house().figure(key)
    assert figure(said.value, said.unit, locale_of(language)) == text


@pytest.mark.parametrize(("value", "text"), [(3, "three times"), (12, "twelve times"), (13, "13 times")])
def test_how_often_beyond_twice(value: int, text: str) -> None:
    assert figure(value, "times", locale_of("en")) == text


@pytest.mark.parametrize(
    ("language", "directive"),
    [("en", "Directive 2011/83/EU"), ("fr", "directive 2011/83/UE"), ("de", "Richtlinie 2011/83/EU")],
)
def test_an_act_of_the_union_has_its_name_in_the_language(language: str, directive: str) -> None:
    law = load_house().figure("withdrawal.law", "EU")
    assert figure(law.value, law.unit, locale_of(language, "EU")) == directive


def test_single_answers_say_what_the_house_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "figures.yml"
    own.write_text(
        "cancel.stages:\n  label: Stages\n  unit: stages\n  values:\n"
        "    default: [{from: 2024-01-01, value: [confirmed], source: faq#cancel}]\n"
    )
    answers = generator(**read_wording(get_settings().root))
    single = ("utter_cancel_order/why", "utter_cancel_order/until_when")
    never = {(name, each): say(answers, name, slot_language=each)["text"] for name in single for each in LANGUAGES}
    monkeypatch.setattr(get_settings(), "policy_figures", own)
    for (name, language), text in never.items():
        allowed = say(answers, name, slot_language=language)
        assert allowed["text"] != text
        assert allowed["language"] == language
    assert "can be cancelled" in say(answers, single[0])["text"]
    assert "advisor" in never[single[0], "en"]


def test_who_has_told_an_order_is_not_asked_for_it() -> None:
    name = "utter_return_item/until_when"
    answers = generator(**{name: [{"text": "Thirty days. With your order number I can tell you the last one."}]})
    assert say(answers, name, slots={"verified_order": "BA10000004"})["text"] == "Thirty days."
    assert "order number" in say(answers, name)["text"]
