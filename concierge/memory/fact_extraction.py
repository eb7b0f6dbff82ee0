"""What the customer's own words have told of a fact, in the house's languages, so that it is not asked for again."""

from __future__ import annotations

import re
from functools import lru_cache

from concierge.languages import lexicon
from concierge.languages.keys import KEYS
from concierge.languages.question_form import begins_a_question

# The facts whose values are parts of a key of the lexicon.
_FACTS = (
    "problem",
    "original_condition",
    "opened",
    "seal_intact",
    "damage_cause",
    "proof_of_purchase",
    "on_sale",
    "purchase_channel",
)
_BOOL = {"so": True, "not_so": False}


def fact_in(words: str, name: str) -> str | bool | None:
    """The fact's value that the words tell; ``None`` when they do not, or ask."""
    words = " ".join(_told(name, part) for part in _SENTENCE.findall(words.replace("’", "'")))
    value = next((value for value, pattern in _patterns(name) if pattern.search(words)), None)
    return _BOOL.get(value, value) if value is not None else None


def _told(name: str, sentence: str) -> str:
    """What a sentence tells: “what if the box is gone?” nothing of the box, “where is it, it never came?” of the
    parcel, and “it is sealed, can it go back?” what stands before the question."""
    if name == "problem" or not sentence.rstrip().endswith("?"):
        return sentence
    clauses = sentence.split(",")
    asks = next((at for at, clause in enumerate(clauses) if _asks_or_supposes(clause.strip())), 0)
    return ",".join(clauses[:asks])


def _asks_or_supposes(clause: str) -> bool:
    return begins_a_question(clause) or bool(_condition().match(clause))


_SENTENCE = re.compile(r"[^.!?;]+[.!?;]*")


@lru_cache(maxsize=1)
def _condition() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{lexicon.either('connectives')}\s+)?(?:{lexicon.either('conditions')})(?!\w)", re.IGNORECASE
    )


@lru_cache(maxsize=64)
def _patterns(name: str) -> list[tuple[str, re.Pattern[str]]]:
    values = KEYS[name].parts if name in _FACTS else ()
    return [(value, re.compile(lexicon.either(name, value), re.IGNORECASE)) for value in values]
