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
_DENIABLE = {"third_party", "accident", "wear"}
_BOOL = {"so": True, "not_so": False}


def fact_in(words: str, name: str) -> str | bool | None:
    """The fact's value that the words tell; ``None`` when they do not, or ask."""
    words = " ".join(_told(name, part) for part in _SENTENCE.findall(words.replace("’", "'")))
    value = next((value for value, pattern in _patterns(name) if _says(pattern, words, name, value)), None)
    return _BOOL.get(value, value) if value is not None else None


def _says(pattern: re.Pattern[str], words: str, name: str, value: str) -> bool:
    """Whether the sign is there; of what happened to an item, undenied: “no accident”, “I never dropped it”."""
    found = pattern.finditer(words)
    if name == "damage_cause" and value in _DENIABLE:
        return any(not _denied().search(words[: each.start()]) for each in found)
    return any(found)


def _told(name: str, sentence: str) -> str:
    """What a sentence tells: “what if the box is gone?” nothing of the box, “where is it, it never came?” of the
    parcel, “it is sealed, can it go back?” what stands before the question, and “can the scent go back, which I never
    opened?” what is added to it. “Must it be new, with its tags?” tells nothing."""
    if name == "problem" or not sentence.rstrip().endswith("?"):
        return sentence
    clauses = sentence.split(",")
    asks = next(
        (
            at
            for at, clause in enumerate(clauses)
            if not (at and _adds(clause.strip())) and _asks_or_supposes(clause.strip())
        ),
        0,
    )
    requires = lexicon.signs("requires").search(sentence)
    added = [] if requires else [each for each in clauses[asks + 1 :] if _adds(each.strip())]
    return ",".join([*clauses[:asks], *added])


def _asks_or_supposes(clause: str) -> bool:
    return begins_a_question(clause) or bool(_condition().match(clause))


def _adds(clause: str) -> bool:
    """Whether it only says more of what is asked about: “still sealed”, “which I never opened”."""
    leaves_open = lexicon.phrases("alternatives").search(clause)
    return bool(_relative().match(clause)) or not (_asks_or_supposes(clause) or leaves_open)


_SENTENCE = re.compile(r"[^.!?;]+[.!?;]*")


@lru_cache(maxsize=1)
def _condition() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{lexicon.either('connectives')}\s+)?(?:{lexicon.either('conditions')})(?!\w)", re.IGNORECASE
    )


@lru_cache(maxsize=1)
def _denied() -> re.Pattern[str]:
    """At the end of what stands before a sign, with no more than two words between."""
    return re.compile(rf"\b{lexicon.either('denials')}(?!\w)(?:[^\w,.;!?]+[\w']+){{0,2}}[^\w,.;!?]*$", re.IGNORECASE)


@lru_cache(maxsize=1)
def _relative() -> re.Pattern[str]:
    return re.compile(rf"{lexicon.either('relatives')}(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=64)
def _patterns(name: str) -> list[tuple[str, re.Pattern[str]]]:
    values = KEYS[name].parts if name in _FACTS else ()
    return [(value, lexicon.signs(name, value)) for value in values]
