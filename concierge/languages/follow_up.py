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


@lru_cache(maxsize=1)
def _parts() -> list[tuple[str, re.Pattern[str]]]:
    parts = KEYS["follow_up"].parts
    return [(part, re.compile(lexicon.either("follow_up", part), re.IGNORECASE)) for part in parts]
