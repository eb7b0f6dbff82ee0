"""Tasks told in sentences: what was said is not asked for, a correction replaces, and answers come in any order."""

from __future__ import annotations

import pytest

ORDER, EMAIL = "BA10000004", "claire@example.com"  # trainers and a perfume, delivered five days ago
pytestmark = pytest.mark.model


async def test_a_repair_is_decided_from_a_story(talk):
    say = talk().say
    asked = await say(
        "Good evening, I bought shoes in one of your boutiques in Lyon four months ago, I still have the receipt, "
        "and the sole is coming off by itself. Please repair them."
    )
    assert asked.replies == ["utter_repair_policy", "utter_ask_fact_on_sale"]
    assert (await say("no, full price")).replies == ["utter_repair_free", "utter_offer_repair"]


async def test_what_is_told_beside_a_question_is_not_asked_later(talk):
    here = talk()
    await here.say("how do I clean leather? I bought my bag in your outlet last spring and I kept the invoice")
    asked = await here.say("can you repair it")
    assert asked.replies[-1] == "utter_ask_fact_on_sale"


async def test_answers_come_in_any_order(talk):
    here = talk()
    await here.say("I need a repair")
    assert (await here.say("it was in a boutique, the strap broke by itself")).replies == [
        "utter_ask_fact_proof_of_purchase"
    ]
    assert (await here.say("yes, a bag, full price")).replies == ["utter_ask_fact_purchase_date"]
    assert (await here.say("for my birthday")).replies == ["utter_ask_month_of_that_day"]
    assert (await here.say("in June last year")).replies == ["utter_repair_free", "utter_offer_repair"]


async def test_i_already_told_you_goes_on_with_the_one_thing_that_lacks(talk):
    here = talk()
    await here.says("I need a repair", "I bought it in a boutique in May 2025")
    again = await here.say("I already told you")
    assert again.replies == ["utter_one_thing_lacking", "utter_ask_fact_proof_of_purchase"]


async def test_both_are_decided_on_before_one_of_them_is_registered(talk, shop):
    here = talk()
    await here.say(f"I want to return something from {ORDER}, {EMAIL}")
    assert (await here.say("both of them")).replies == ["utter_ask_fact_original_condition_of"]
    assert (await here.say("yes unworn, tags on, box too")).replies == ["utter_ask_fact_opened_of"]
    told = await here.say("no, still wrapped in its plastic")
    assert told.replies == ["utter_return_offer", "utter_offer_return_of"]
    assert "an advisor gives you the instructions" in told.text, "the perfume's own way is told in the same answer"
    registered = await here.say("yes please")
    assert registered.replies == ["utter_return_registered", "utter_offer_advisor"]
    assert [each.lines for each in shop.orders().get(ORDER).returns] == [("1",)]


@pytest.mark.parametrize(
    "correction", ["no, the other one, the trainers", "not the perfume, the trainers", "hang on, I meant the other one"]
)
async def test_the_other_one_is_an_item(talk, correction):
    here = talk()
    await here.says(f"return from {ORDER} {EMAIL}", "the perfume")
    assert (await here.say(correction)).replies == ["utter_if_so_return", "utter_ask_fact_original_condition"]


async def test_an_item_named_before_the_order_is_known_is_not_asked_for(talk):
    here = talk()
    await here.say("I never wore the trainers, the tags are still on, I would like to send them back")
    assert "utter_ask_order_form_order_number" not in (await here.say(f"it is {ORDER}")).replies
    assert (await here.say(EMAIL)).replies == ["utter_return_offer", "utter_offer_return"]


async def test_the_size_that_was_told_is_the_one_of_the_exchange(talk):
    here = talk()
    await here.say(f"exchange the trainers of {ORDER} for size 39, {EMAIL}")
    await here.say("never worn, tags on")
    registered = await here.say("yes please")
    assert registered.replies == ["utter_exchange_registered"]
    assert "39" in registered.text


async def test_no_idea_is_no_refusal(talk):
    here = talk()
    await here.says("I need a repair", "boutique", "yes", "a bag", "October 2025", "full price")
    assert (await here.say("no idea, it just ripped")).replies[-1] == "utter_offer_repair"


@pytest.mark.parametrize(
    ("language", "told", "answer", "asked"),
    [
        (
            "fr",
            "Bonjour, j'ai acheté des chaussures en boutique il y a trois mois, j'ai le ticket, la semelle s'est "
            "décollée toute seule, pouvez-vous les réparer ?",
            "non, plein tarif",
            "utter_ask_fact_on_sale",
        ),
        (
            "de",
            "Ich habe im Sommer in der Boutique eine Tasche gekauft, die Rechnung habe ich noch. Der Reißverschluss "
            "ist von selbst aufgegangen, bitte reparieren.",
            "nein, voller Preis",
            "utter_ask_fact_on_sale",
        ),
        (
            "it",
            "ho comprato una borsa in negozio due mesi fa, ho lo scontrino, la cucitura si è scucita da sola, la "
            "potete riparare?",
            "no, prezzo pieno",
            "utter_ask_fact_on_sale",
        ),
        (
            "es",
            "compré un bolso en una tienda hace cinco meses y tengo el ticket, la costura se ha descosido por sí "
            "sola, quiero repararlo",
            "no, precio completo",
            "utter_ask_fact_on_sale",
        ),
    ],
)
async def test_it_is_heard_in_each_language(talk, language, told, answer, asked):
    here = talk(language=language)
    assert (await here.say(told)).replies[-1] == asked
    assert (await here.say(answer)).replies == ["utter_repair_free", "utter_offer_repair"]


async def test_the_advisor_is_given_what_was_told(talk, shop):
    here = talk()
    await here.say("I bought my bag in a boutique last month and the strap is torn, I need it back before my wedding")
    await here.say("I want to speak to a person")
    told = shop.cases().live(here.id).package["context"]["told"]
    assert {each["what"] for each in told} >= {"category", "purchase_channel", "purchase_date", "fault", "deadline"}
