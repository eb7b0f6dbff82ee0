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

from concierge.languages import lexicon, registry, small_words, understood
from concierge.languages.keys import KEYS

# Set in a conversation's attributes once the customer has chosen a language.
CHOSEN = "language_chosen"
WRITTEN_IN = "written_in"  # of a message, in its meta: a language that is only understood

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_NOT_LANGUAGE = re.compile(r"https?://\S+|\S+@\S+|\S*\d\S*")
# In natural logarithms: what the language so far counts, what a small word counts, and what it takes to change.
_STAY = 1.6
_SMALL_WORD = 1.5
_CHANGE = 1.0
_LEAST_WORDS = 2
_CLEARLY = 2  # small words more than any of the house's languages has
_LEAST_WITHOUT_SMALL = 6  # names of products, people and streets come in twos to fives
_CLEAR = 0.7  # of the statistics
_FULL_LENGTH = 24  # letters from which the statistics count fully
_FLOOR = 0.02
_CHANNEL = "purchase_channel"
# Of every language that a house like this speaks, and so of none.
_OF_ALL = frozenset({"newsletter", "online", "email", "e-mail", "boutique", "outlet", "sneaker", "sneakers", "hoodie"})

_FOREIGN, _NOT = 3.0, -4.0  # what a language that is only understood counts for the one that answers, and for others


def load() -> None:
    """Reads the models, so that the first customer does not wait for it."""
    evidence("Where is my order? Où est ma commande ?")
    understood_only("Onde está a minha encomenda, que comprei?")


def evidence(text: str) -> dict[str, float]:
    """How much the text speaks for each complete language; empty when it says nothing."""
    if foreign := understood_only(text):
        answered_in = understood.languages()[foreign].answered_in
        return {code: _FOREIGN if code == answered_in else _NOT for code in registry.complete()}
    words = _words(text)
    if len(words) < _LEAST_WORDS:
        return {}
    letters = small_words.letters_of_one(text)
    weight = min(1.0, sum(map(len, words)) / _FULL_LENGTH)
    small = small_words.by_language()
    said = any(word in known for word in words for known in small.values()) or any(letters.values())
    if len(words) < _LEAST_WITHOUT_SMALL and not said:
        return {}
    scores = {}
    for language, value in _confidences(words, registry.complete()).items():
        known = sum(word in small[language] for word in words) + letters[language]
        scores[language] = weight * math.log(value + _FLOOR) + _SMALL_WORD * known
    return scores


@lru_cache(maxsize=1)  # of a message it is asked twice
def understood_only(text: str) -> str | None:
    """The language that the text is written in, where it is one that is understood and not spoken."""
    text = _NOT_LANGUAGE.sub(" ", text)
    if written := understood.by_letters(text):
        return written.code
    words = _words(text)
    likely = [each.code for each in understood.by_words(words)]
    if len(words) < _LEAST_WORDS or not likely:
        return None
    counts = small_words.count(words)
    most = max(counts[code] for code in registry.complete())
    best = max(likely, key=lambda code: counts[code])
    if counts[best] >= most + _CLEARLY:
        return best
    confidences = _confidences(words, (*registry.complete(), *likely))
    best = max(confidences, key=lambda code: confidences[code])
    enough = most - 1 if confidences[best] >= _CLEAR else most  # “como” and “para” are Spanish, too
    return best if best in likely and counts[best] >= enough else None


def _words(text: str) -> list[str]:
    """In small letters, without those that several of the house's languages share: “boutique” is no French."""
    said = (word.lower().replace("’", "'") for word in _WORD.findall(_NOT_LANGUAGE.sub(" ", text)))
    return [word for word in said if word not in _shared()]


@lru_cache(maxsize=1)
def _shared() -> frozenset[str]:
    lists = [
        {word for part in KEYS[_CHANNEL].parts for word in lexicon.words_of(language, _CHANNEL, part)}
        for language in registry.complete()
    ]
    return _OF_ALL | {word for words in lists for word in words if sum(word in other for other in lists) > 1}


def _confidences(words: list[str], codes: tuple[str, ...]) -> dict[str, float]:
    found = _detector(codes).compute_language_confidence_values(" ".join(words))
    return {each.language.iso_code_639_1.name.lower(): each.value for each in found}


@lru_cache(maxsize=8)
def _detector(codes: tuple[str, ...]) -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    named = [getattr(IsoCode639_1, code.upper()) for code in codes]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*named).with_low_accuracy_mode().build()


def settle(scores: dict[str, float], current: str, attributes: dict[str, Any]) -> str:
    """The language from here on."""
    if not scores or attributes.get(CHOSEN):
        return current
    best = max(scores, key=lambda language: scores[language])
    ahead = scores[best] - scores.get(current, min(scores.values()))
    return best if best != current and ahead > _STAY + _CHANGE else current
