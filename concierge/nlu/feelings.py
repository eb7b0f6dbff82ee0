"""What is told of a customer's life or mood, beside the question: one sentence shows that it was heard."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from concierge.intents import Kind, of_kind
from concierge.languages import lexicon
from concierge.languages.keys import KEYS
from concierge.nlu.alarms import plain


def to_answer(text: str, intent: str, heard: Collection[str]) -> str | None:
    """The feeling to answer before this message's question; none twice in a conversation. What goes to a
    person has words of its own."""
    found = None if intent in of_kind(Kind.PERSON) else feeling_in(text)
    return found if found not in heard else None


def feeling_in(text: str) -> str | None:
    said = plain(text)
    return next((feeling for feeling, signs in _signs() if signs.search(said)), None)


@lru_cache(maxsize=1)
def _signs() -> tuple[tuple[str, re.Pattern[str]], ...]:
    parts = KEYS["feelings"].parts
    return tuple((part, re.compile(rf"\b{lexicon.either('feelings', part)}")) for part in parts)
