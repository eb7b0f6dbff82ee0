"""How a message is read before its meaning is looked for."""

from __future__ import annotations

import pytest

from concierge.nlu.normaliser import Normaliser

NORMALISER = Normaliser.learn(
    ["I lost my return label", "where is my order", "cancel my order", "my password is forgotten", "return the shoes"]
    * 9,
    brands=["Gucci", "Louis Vuitton", "H&M"],
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("i lost my lable", "i lost my label"),
        ("cancle my oder", "cancel my order"),
        ("pasword forgoten", "password forgotten"),
        ("RETRUN THEM PLEASE", "return THEM PLEASE"),
        ("where is my order", "where is my order"),
        ("it was delivered to Bicester", "it was delivered to Bicester"),
        ("the roder", "the roder"),  # only a word with the same first letter
        ("it wont let me, i wasnt home", "it won't let me, i wasn't home"),
        ("wheres my lable", "where's my label"),
    ],
)
def test_a_slip_is_mended_and_nothing_else(written, read):
    assert NORMALISER.read(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Return?", "return"),
        ("RETRUN PLEASE", "return"),
        ("  order, pls!! 🙂", "order"),
        ("please", "please"),
        ("Gucci?", "otherbrand"),
        ("返品。", "返品"),
        ("Return it?", "Return it?"),
        ("Size 38?", "Size 38?"),
        ("BA10000003.", "order number ."),
        ("?!", "?!"),
        ("", ""),
    ],
)
def test_one_word_is_read_without_capitals_and_marks(written, read):
    assert NORMALISER.read(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "J'ai perdu mon étiquette de retour",
        "ho perso l'etichetta di reso ieri",
        "Ich habe das Rücksendeetikett verloren",
        "quiero cancelar mi pedido ahora",
    ],
)
def test_another_language_is_left_alone(written):
    assert NORMALISER.read(written) == written


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("track my order please BA10000003", "track my order please"),
        ("BA10000003", "order number"),
        ("it's ba 1000 0003, claire@example.com", "it's order number , email address"),
        ("please find my order for claire@example.com", "please find my order for"),
        ("the zip of my gucci bag broke", "the zip of my otherbrand bag broke"),
        ("louis vuitton's wallet", "otherbrand wallet"),
        ("an h&m dress", "an otherbrand dress"),
    ],
)
def test_names_that_mislead_are_taken_out(written, read):
    assert NORMALISER.read(written) == read


def test_what_is_not_a_word_survives():
    for written in ("", " ", "😀", "???", "<b>", "\u202e"):
        assert isinstance(NORMALISER.read(written), str)


def test_words_read_are_not_learnt():
    from concierge.nlu.english import english_words, load_english

    load_english().make_doc("pasword")
    assert "pasword" not in english_words()
    assert NORMALISER.read("pasword") == "password"


@pytest.mark.parametrize("text", ["Ich habe das Etikett verloren", "Ho perso la carta", "¿cuándo se hace el cargo?"])
def test_another_language_s_words_are_no_slips_of_english_ones(text):
    """“habe” is one letter from “have”, “perso” from “person”, “hace” too."""
    learnt = Normaliser.learn(["I have lost the person's card", "pay the charge"] * 9)
    assert learnt.read(text) == text


MARKED = Normaliser.learn(
    ["j'ai déjà reçu l'étiquette", "où est mon colis", "ist die Größe verfügbar für mich", "la dirección que está allí"]
    * 9
    + ["que esta talla"] * 9
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("jai deja recu letiquette mais ou est mon colis", "j'ai déjà reçu l'étiquette mais ou est mon colis"),
        ("ist die Groesse verfugbar fuer mich", "ist die Größe verfügbar für mich"),
        ("la direccion que esta alli", "la dirección que esta allí"),  # which of two words it is nobody knows
        ("is the label for me", "is the label for me"),
    ],
)
def test_accents_are_put_back_where_the_topics_always_write_them(written, read):
    assert MARKED.read(written) == read
