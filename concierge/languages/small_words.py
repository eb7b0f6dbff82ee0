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


def count(words: Iterable[str]) -> dict[str, int]:
    """How many of the words are small words of each language."""
    said = [word.lower().replace("’", "'") for word in words]
    return {language: sum(word in known for word in said) for language, known in by_language().items()}
