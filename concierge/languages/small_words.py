"""The small words that give a language away where a text is too short for statistics of its letters."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from concierge.languages import lexicon, registry, understood


@lru_cache(maxsize=1)
def by_language() -> dict[str, frozenset[str]]:
    """In small letters, with straight apostrophes; of the languages that are only understood as well."""
    listed = {language: lexicon.list_of(language, "recognised_by") for language in registry.complete()}
    known = {language: frozenset(word.replace("’", "'") for word in words) for language, words in listed.items()}
    return known | {code: each.words for code, each in understood.languages().items() if each.words}


@lru_cache(maxsize=1)
def _letters() -> dict[str, tuple[str, ...]]:
    return {language: lexicon.list_of(language, "letters") for language in registry.complete()}


def letters_of_one(text: str) -> dict[str, int]:
    """Which complete languages have a letter or sign in the text that no other of them writes: 1 or 0."""
    written = text.lower()
    return {language: int(any(letter in written for letter in letters)) for language, letters in _letters().items()}


def count(words: Iterable[str]) -> dict[str, int]:
    """How many of the words are small words of each language, or written with a letter that only it has."""
    said = [word.lower().replace("’", "'") for word in words]
    marks = {code: each.marks for code, each in understood.languages().items()}
    return {
        language: sum(word in known or not marks.get(language, frozenset()).isdisjoint(word) for word in said)
        for language, known in by_language().items()
    }
