"""Long texts in parts that a provider takes, cut where a reader would pause."""

from __future__ import annotations

import re
import unicodedata

from concierge.channels.messaging.model import Measure

# The best place first: behind a paragraph, a line, a sentence, a clause, a word.
_PLACES = tuple(
    re.compile(pattern)
    for pattern in (r"\n\s*\n", r"\n", r"[.!?…]+[\"'”’»)]*\s+|[。！？]+[」』”]?", r"[;:,]\s+|[、，；：]", r"\s+")
)
_LEAST = 0.4  # of the limit: a better place that leaves less is passed over for one further on
_JOINER = "\u200d"


def split(text: str, limit: int, unit: Measure) -> list[str]:
    """In order, none longer than ``limit`` and none empty; only white space at the cuts is gone."""
    rest, parts = text.strip(), []
    while unit(rest) > limit:
        end = _end(rest, limit, unit)
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [part for part in [*parts, rest] if part]


def shorten(text: str, limit: int, unit: Measure = len) -> str:
    """The whole, or its beginning and an ellipsis."""
    if unit(text) <= limit:
        return text
    return text[: _whole(text, _longest(text, limit - unit("…"), unit))].rstrip() + "…"


def _end(text: str, limit: int, unit: Measure) -> int:
    longest = _longest(text, limit, unit)
    window = text[: longest + 1]
    for place in _PLACES:
        ends = [match.end() for match in place.finditer(window) if match.end() <= longest]
        if ends and ends[-1] >= _LEAST * longest:
            return ends[-1]
    return _whole(text, longest)


def _longest(text: str, limit: int, unit: Measure) -> int:
    """How many characters of the beginning fit: by halving, for no unit counts less than one a character."""
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if unit(text[:middle]) <= limit else (low, middle - 1)
    return low


def _whole(text: str, end: int) -> int:
    """Not inside what is seen as one character: an accent, an emoji of several."""
    cut = end
    while 1 < cut < len(text) and (_goes_on(text[cut]) or text[cut - 1] == _JOINER):
        cut -= 1
    return cut if cut > 1 else max(end, 1)


def _goes_on(character: str) -> bool:
    return bool(unicodedata.combining(character)) or character == _JOINER or "\ufe00" <= character <= "\ufe0f"
