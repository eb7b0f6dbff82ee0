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
