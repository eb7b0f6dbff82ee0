"""Which language a customer writes: the conversation so far, letter statistics and small words, weighed by length.

A single word never changes the language, nor does an order number or a product's name; a customer who asked for a
language keeps it. The statistics are lingua's small models (11 MB; the large ones, 155 MB, are no better together with
the small words).
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

from concierge.languages import registry, small_words

# Set in a conversation's attributes once the customer has chosen a language.
CHOSEN = "language_chosen"

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_NOT_LANGUAGE = re.compile(r"https?://\S+|\S+@\S+|\S*\d\S*")
# In natural logarithms: what the language so far counts, what a small word counts, and what it takes to change.
_STAY = 1.6
_SMALL_WORD = 1.5
_CHANGE = 1.0
_LEAST_WORDS = 2
_LEAST_WITHOUT_SMALL = 4  # names of products, people and streets come in twos and threes
_FULL_LENGTH = 24  # letters from which the statistics count fully
_FLOOR = 0.02


@lru_cache(maxsize=1)
def _detector() -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, language.upper()) for language in registry.complete()]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()


def load() -> None:
    """Reads the models, so that the first customer does not wait for it."""
    evidence("Where is my order? Où est ma commande ?")


def evidence(text: str) -> dict[str, float]:
    """How much the text speaks for each language; empty when it says nothing."""
    text = _NOT_LANGUAGE.sub(" ", text)
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    if len(words) < _LEAST_WORDS:
        return {}
    weight = min(1.0, sum(map(len, words)) / _FULL_LENGTH)
    small = small_words.by_language()
    if len(words) < _LEAST_WITHOUT_SMALL and not any(word in known for word in words for known in small.values()):
        return {}
    scores = {}
    for found in _detector().compute_language_confidence_values(" ".join(words)):
        language = found.language.iso_code_639_1.name.lower()
        known = sum(word in small[language] for word in words)
        scores[language] = weight * math.log(found.value + _FLOOR) + _SMALL_WORD * known
    return scores


def settle(scores: dict[str, float], current: str, attributes: dict[str, Any]) -> str:
    """The language from here on."""
    if not scores or attributes.get(CHOSEN):
        return current
    best = max(scores, key=lambda language: scores[language])
    ahead = scores[best] - scores.get(current, min(scores.values()))
    return best if best != current and ahead > _STAY + _CHANGE else current
