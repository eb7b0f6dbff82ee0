"""What the customer's own words have told of a fact, in the house's languages, so that it is not asked for again."""

from __future__ import annotations

import re
from functools import lru_cache

from concierge.languages import lexicon
from concierge.languages.keys import KEYS

_FACTS = ("problem",)  # the facts whose values are parts of a key of the lexicon


def fact_in(words: str, name: str) -> str | None:
    """The fact's value that the words tell; ``None`` when they do not."""
    return next((value for value, pattern in _patterns(name) if pattern.search(words)), None)


@lru_cache(maxsize=64)
def _patterns(name: str) -> list[tuple[str, re.Pattern[str]]]:
    values = KEYS[name].parts if name in _FACTS else ()
    return [(value, re.compile(lexicon.either(name, value), re.IGNORECASE)) for value in values]
