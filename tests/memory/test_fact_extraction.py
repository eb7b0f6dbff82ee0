"""What customers say of their item in their own words, so that nobody asks for it again, or hears the contrary."""

from __future__ import annotations

import pytest

from concierge.memory.fact_extraction import fact_in

TOLD = [
    ("original_condition", True, "never worn outside, tags still on, box too"),
    ("original_condition", True, "They are unworn, tags on, original box."),
    ("original_condition", True, "yes, never worn, tags on, box too"),
    ("original_condition", True, "I haven't worn them, like new"),
    ("original_condition", True, "no, I only tried them on at home"),
    ("original_condition", True, "jamais porté, étiquettes en place"),
    ("original_condition", True, "mai indossato, come nuovo"),
    ("original_condition", True, "ungetragen, Etiketten noch dran"),
    ("original_condition", True, "sin estrenar, con las etiquetas"),
    ("original_condition", False, "I wore them once to a dinner"),
    ("original_condition", False, "never worn, but I threw the box away"),
    ("original_condition", False, "the tags are cut off"),
    ("original_condition", False, "worn twice"),
    ("original_condition", False, "je n'ai plus la boîte"),
    ("original_condition", False, "ho tolto i cartellini"),
    ("original_condition", False, "ich habe sie getragen"),
    ("original_condition", False, "ya no tengo la caja"),
    ("opened", True, "I sprayed it twice"),
    ("opened", True, "the plastic is off"),
    ("opened", False, "not opened, still in its plastic"),
    ("opened", False, "never used"),
    ("opened", False, "noch in Folie, nicht geöffnet"),
    ("seal_intact", True, "the little sticker inside is still on"),
    ("seal_intact", False, "I peeled the sticker off"),
    ("damage_cause", "defect", "It simply gave way, I was just walking"),
    ("damage_cause", "unknown", "no idea, it happened overnight"),
    ("damage_cause", "wear", "just worn, honestly"),
    ("damage_cause", "accident", "my dog chewed the heel"),
    ("damage_cause", "third_party", "my cobbler put rubber under the sole and it came off"),
    ("damage_cause", "accident", "es ist mir heruntergefallen"),
    ("proof_of_purchase", True, "I still have the receipt"),
    ("proof_of_purchase", False, "I lost the receipt"),
    ("on_sale", True, "it was in your end of season sale"),
    ("on_sale", False, "no, full price"),
    ("opened", False, "the perfume is sealed, can it go back?"),
    ("original_condition", False, "worn twice, may I still return them?"),
    ("original_condition", False, "je n'ai plus la boîte, est-ce que je peux le rendre ?"),
]


@pytest.mark.parametrize(("fact", "value", "words"), TOLD)
def test_what_is_told_is_heard(fact, value, words):
    assert fact_in(words, fact) == value


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ("original_condition", "what if the box is gone?"),
        ("original_condition", "which condition do you mean"),
        ("original_condition", "yes"),
        ("opened", "may I open it?"),
        ("opened", "if it is opened, can it go back?"),
        ("opened", "can it go back, now that it is opened?"),
        ("original_condition", "falls ich sie getragen habe, geht das noch?"),
        ("damage_cause", "who pays for it?"),
        ("on_sale", "where do I see that"),
    ],
)
def test_what_is_asked_or_not_said_is_not_heard(fact, words):
    assert fact_in(words, fact) is None


DENIED = [
    ("original_condition", True, "trainers back, worn never"),
    ("opened", False, "which I havent opened"),
    ("original_condition", True, "i didnt wear them"),
    ("original_condition", True, "they werent used"),
    ("original_condition", True, "never been worn"),
    ("original_condition", True, "has never been used"),
    ("original_condition", True, "hasn't been worn at all"),
    ("original_condition", True, "it was never used"),
    ("original_condition", True, "not been used"),
    ("original_condition", True, "I've never even worn it"),
    ("original_condition", True, "they were never worn"),
    ("original_condition", True, "I did not wear them"),
    ("original_condition", True, "jamais été portées"),
    ("original_condition", True, "elles n'ont jamais été portées"),
    ("original_condition", True, "je ne les ai pas portées"),
    ("original_condition", True, "je ne les ai encore jamais portées"),
    ("original_condition", True, "pas encore utilisé"),
    ("original_condition", True, "nie getragen"),
    ("original_condition", True, "noch nie getragen"),
    ("original_condition", True, "niemals getragen"),
    ("original_condition", True, "sie wurden nicht getragen"),
    ("original_condition", True, "ich habe sie nie wirklich getragen"),
    ("original_condition", True, "noch gar nicht benutzt"),
    ("original_condition", True, "mai indossate"),
    ("original_condition", True, "non le ho mai indossate"),
    ("original_condition", True, "non sono mai state indossate"),
    ("original_condition", True, "non è mai stata usata"),
    ("original_condition", True, "non l'ho ancora usata"),
    ("original_condition", True, "nunca usados"),
    ("original_condition", True, "no los he usado"),
    ("original_condition", True, "no se han usado nunca"),
    ("original_condition", True, "no ha sido usada"),
    ("original_condition", True, "nunca me los he puesto"),
    ("original_condition", True, "no los he llevado"),
    ("original_condition", True, "aún no la he usado"),
    ("original_condition", False, "worn once"),
    ("original_condition", False, "worn twice, not more"),
    ("original_condition", False, "I wore them once"),
    ("original_condition", False, "no, worn once"),
    ("original_condition", False, "used it twice"),
    ("original_condition", False, "portées une fois"),
    ("original_condition", False, "je les ai portées deux fois"),
    ("original_condition", False, "einmal getragen"),
    ("original_condition", False, "ich habe sie zweimal getragen"),
    ("original_condition", False, "schon benutzt"),
    ("original_condition", False, "indossate una volta"),
    ("original_condition", False, "portate una volta"),
    ("original_condition", False, "le ho messe una volta"),
    ("original_condition", False, "usate due volte"),
    ("original_condition", False, "usados una vez"),
    ("original_condition", False, "los he llevado un día"),
    ("original_condition", False, "me los puse una vez"),
    ("original_condition", False, "puestas una vez"),
    ("original_condition", False, "worn but not washed"),
    ("original_condition", False, "worn outside once"),
    ("opened", False, "never been opened"),
    ("opened", False, "hasn't been opened"),
    ("opened", False, "I have never opened it"),
    ("opened", False, "not opened yet"),
    ("opened", False, "haven't even opened it"),
    ("opened", False, "it is unopened"),
    ("opened", False, "not yet opened"),
    ("opened", False, "je ne l'ai pas encore ouvert"),
    ("opened", False, "il n'a jamais été ouvert"),
    ("opened", False, "jamais ouvert"),
    ("opened", False, "pas ouvert"),
    ("opened", False, "n'est pas ouvert"),
    ("opened", False, "je ne l'ai même pas ouvert"),
    ("opened", False, "noch nicht geöffnet"),
    ("opened", False, "niemals geöffnet"),
    ("opened", False, "nicht einmal geöffnet"),
    ("opened", False, "nie aufgemacht"),
    ("opened", False, "noch ungeöffnet"),
    ("opened", False, "noch zu"),
    ("opened", False, "nicht aufgemacht"),
    ("opened", False, "non l'ho ancora aperto"),
    ("opened", False, "non è mai stato aperto"),
    ("opened", False, "mai aperto"),
    ("opened", False, "ancora chiuso"),
    ("opened", False, "non ancora aperto"),
    ("opened", False, "ancora sigillato"),
    ("opened", False, "no lo he abierto"),
    ("opened", False, "no se ha abierto"),
    ("opened", False, "aún no lo he abierto"),
    ("opened", False, "nunca lo he abierto"),
    ("opened", False, "sin abrir"),
    ("opened", False, "no ha sido abierto"),
    ("opened", False, "todavía cerrado"),
    ("opened", True, "opened"),
    ("opened", True, "opened already"),
    ("opened", True, "sprayed once"),
    ("opened", True, "I opened it"),
    ("opened", True, "ouvert"),
    ("opened", True, "déjà ouvert"),
    ("opened", True, "je l'ai ouvert"),
    ("opened", True, "geöffnet"),
    ("opened", True, "schon aufgemacht"),
    ("opened", True, "einmal gesprüht"),
    ("opened", True, "aperto"),
    ("opened", True, "l'ho già aperto"),
    ("opened", True, "aperta ieri"),
    ("opened", True, "abierto"),
    ("opened", True, "ya lo he abierto"),
    ("opened", True, "lo abrí ayer"),
]
ADDED_TO_A_QUESTION = [
    ("opened", False, "And the scent, which I haven't opened?"),
    ("opened", False, "can I return the perfume, still sealed?"),
    ("opened", True, "and the fragrance, opened already?"),
    ("original_condition", False, "what about the shoes, worn once?"),
    ("original_condition", True, "and the bag, never used?"),
    ("seal_intact", True, "can I return the swimsuit, the seal is still on?"),
    ("opened", False, "et le parfum, que je n'ai pas ouvert ?"),
    ("original_condition", False, "et les chaussures, portées une fois ?"),
    ("opened", False, "und der Duft, den ich nicht geöffnet habe?"),
    ("original_condition", False, "und die Schuhe, einmal getragen?"),
    ("opened", False, "e il profumo, che non ho aperto?"),
    ("original_condition", True, "e le scarpe, mai indossate?"),
    ("opened", False, "¿y el perfume, que no he abierto?"),
    ("original_condition", False, "¿y los zapatos, usados una vez?"),
]


@pytest.mark.parametrize(("fact", "value", "words"), DENIED)
def test_what_is_denied_with_words_between_is_heard_as_denied(fact, value, words):
    assert fact_in(words, fact) == value


@pytest.mark.parametrize(("fact", "value", "words"), ADDED_TO_A_QUESTION)
def test_what_is_added_to_a_question_is_told(fact, value, words):
    assert fact_in(words, fact) == value


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ("original_condition", "Must it be unworn, with tags on?"),
        ("original_condition", "doit-il être neuf, étiquettes en place ?"),
        ("opened", "does it have to be sealed, or may it be opened?"),
        ("opened", "can it go back, if it is opened?"),
        ("opened", "can it go back, sealed or opened?"),
        ("opened", "kann es zurück, oder geöffnet nicht?"),
    ],
)
def test_what_is_asked_after_or_left_open_is_not_told(fact, words):
    assert fact_in(words, fact) is None


@pytest.mark.parametrize(
    "words",
    [
        "no accident",
        "never dropped it",
        "I didn't drop it, never dropped",
        "it's not my fault",
        "it wasn't my fault",
        "not an accident",
        "pas d'accident",
        "ce n'est pas ma faute",
        "je ne l'ai jamais fait tomber",
        "kein unfall",
        "nicht meine schuld",
        "nie heruntergefallen",
        "nicht fallen gelassen",
        "nessun incidente",
        "non è colpa mia",
        "non mi è mai caduta",
        "ningún accidente",
        "no fue un accidente",
        "no es culpa mía",
        "nunca se me cayó",
        "no cobbler touched it",
        "never saw a cobbler",
    ],
)
def test_a_cause_that_is_denied_is_not_told(words):
    assert fact_in(words, "damage_cause") not in {"accident", "third_party", "wear"}


@pytest.mark.parametrize(
    "words", ["no, I dropped it", "it doesn't close since I dropped it", "not sure, my dog chewed it"]
)
def test_a_no_to_something_else_denies_no_cause(words):
    assert fact_in(words, "damage_cause") == "accident"
