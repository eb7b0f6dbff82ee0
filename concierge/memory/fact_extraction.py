"""What the customer's own words have told of a fact, in the house's languages, so that it is not asked for again."""

from __future__ import annotations

import re
from functools import lru_cache

from concierge.languages import lexicon
from concierge.languages.keys import KEYS

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
    words = " ".join(part for part in _SENTENCE.findall(words.replace("’", "'")) if not _asks(name, part))
    value = next((value for value, pattern in _patterns(name) if pattern.search(words)), None)
    return _BOOL.get(value, value) if value is not None else None


def _asks(name: str, sentence: str) -> bool:
    """“What if the box is gone?” tells nothing of the box; “where is it, it never came?” does of the parcel."""
    return name != "problem" and sentence.rstrip().endswith("?")


_SENTENCE = re.compile(r"[^.!?;]+[.!?;]*")


@lru_cache(maxsize=64)
def _patterns(name: str) -> list[tuple[str, re.Pattern[str]]]:
    values = KEYS[name].parts if name in _FACTS else ()
    return [(value, re.compile(lexicon.either(name, value), re.IGNORECASE)) for value in values]
