"""The words of a question without its subject, which say what part of the last answer it is about."""

from __future__ import annotations

import re
from functools import lru_cache

from concierge.languages import lexicon
from concierge.languages.keys import KEYS


def find_part(text: str) -> tuple[str, re.Match[str]] | None:
    """The part that a follow-up asks about (lost, gift, time, price or why) and the words that say so; ``None`` for a
    place or a product."""
    found = ((part, words.search(text)) for part, words in _parts())
    return next(((part, match) for part, match in found if match), None)


def part_of(text: str) -> str | None:
    """What a follow-up asks about."""
    found = find_part(text)
    return found[0] if found else None


def is_doubt(text: str) -> bool:
    """Whether it only doubts what was said: “really?”, “are you sure?”."""
    return bool(lexicon.signs("doubts").match(text))


@lru_cache(maxsize=1)
def _parts() -> list[tuple[str, re.Pattern[str]]]:
    parts = KEYS["follow_up"].parts
    return [(part, lexicon.signs("follow_up", part)) for part in parts]


def names_elsewhere(text: str) -> bool:
    """Whether it asks for another place without naming one: “and abroad?”, “outside Europe”."""
    return bool(_elsewhere().search(text))


@lru_cache(maxsize=1)
def _elsewhere() -> re.Pattern[str]:
    return re.compile(rf"\b{lexicon.either('elsewhere')}\b", re.IGNORECASE)


def turns_to(text: str, start: int, end: int) -> bool:
    """Whether all that is said is that what is named from ``start`` to ``end`` is turned to: “and for the bag?”, “the
    belt too?”."""
    before, after = text[:start], text[end:]
    if _turning().fullmatch(before):
        return len(re.findall(r"\w+", after)) <= _AFTER
    return bool(_small_words().fullmatch(before) and _as_well().fullmatch(after))


_AFTER = 2  # words: “as well”, “same thing”, “worn once”


@lru_cache(maxsize=1)
def _turning() -> re.Pattern[str]:
    keys = ("connectives", "lead_ins", "what_about", "as_well", "corrects", "corrects_itself")
    words = "|".join(lexicon.either(key) for key in keys)
    return re.compile(rf"\W*(?:(?:{words})\W+)+(?:\w{{1,5}}\W+){{0,3}}", re.IGNORECASE)


@lru_cache(maxsize=1)
def _small_words() -> re.Pattern[str]:
    return re.compile(r"\W*(?:\w{1,5}\W+){0,2}")


@lru_cache(maxsize=1)
def _as_well() -> re.Pattern[str]:
    return re.compile(rf"\W*{lexicon.either('as_well')}\W*", re.IGNORECASE)
