from __future__ import annotations

import pytest

from concierge.channels.language import CHOSEN, evidence, settle
from concierge.languages.registry import supported


@pytest.mark.parametrize(
    ("now", "said", "then"),
    [
        ("en", "Where is my order?", "en"),
        ("en", "Où est ma commande ?", "fr"),
        ("en", "Ich möchte die Schuhe zurückgeben", "de"),
        ("en", "habe falsche Größe bestellt", "de"),
        ("en", "wo ist meine bestellung", "de"),
        ("en", "Vorrei parlare con una persona", "it"),
        ("en", "dov'è il mio ordine?", "it"),
        ("en", "mi serve una taglia più grande", "it"),
        ("en", "quiero devolver los zapatos", "es"),
        ("en", "¿dónde está mi pedido?", "es"),
        ("en", "mon sac est cassé", "fr"),
        ("en", "je voudrais annuler", "fr"),
        ("fr", "I lost my return label", "en"),
        ("fr", "where is my parcel", "en"),
        ("fr", "my zip broke", "en"),
        ("de", "hello i want refund", "en"),
        ("es", "mi pedido no llega", "es"),
        ("en", "¿aceptan paypal?", "es"),
        ("en", "keine werbung mehr!!", "de"),
        ("en", "colis perdu", "fr"),
        ("en", "taglia sbagliata", "it"),
        ("es", "E quando recebo o dinheiro?", "es"),  # Portuguese, which Spanish answers
    ],
)
def test_a_sentence_tells_its_language(now, said, then):
    assert settle(evidence(said), now, {}) == then


@pytest.mark.parametrize("now", ["en", "fr", "it", "de", "es"])
@pytest.mark.parametrize(
    "said",
    [
        "merci", "cancel", "Reparatur", "ok", "no", "return", "grazie", "sí", "BA10000003", "",
        "BA10000003 claire@example.com", "Balenciaga Hourglass", "Le Cagole", "Claire Fontaine", "🙂",
        "Via Bentivoglio 5 Bologna", "https://example.com/where-is-my-order",
    ],
)  # fmt: skip
def test_a_word_a_name_or_a_number_changes_nothing(now, said):
    assert settle(evidence(said), now, {}) == now


def test_a_language_that_was_chosen_stays():
    assert settle(evidence("Où est ma commande ?"), "en", {CHOSEN: True}) == "en"


@pytest.mark.parametrize(
    ("locale", "language"),
    [("fr-CH", "fr"), ("de_AT", "de"), ("ja-JP", "en"), ("", "en"), ("pt-PT,es;q=0.8", "es")],
)
def test_the_page_says_where_to_begin(locale, language):
    assert supported(locale) == language
