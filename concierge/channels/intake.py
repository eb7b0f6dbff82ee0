"""What is done with every text from outside before it is stored: cleaned, measured, and stripped of secrets.

Knows nothing of HTTP or Rasa. HTML stays what it is, text: whoever shows it escapes it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from concierge.masking.texts import examine

# Invisible: control characters but tab and line ends, zero-width and direction marks. Joiners stay: emoji need them.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SECRET_CHARS = 200
_SLASHES = re.compile(r"^[\s/]+")


@dataclass(frozen=True)
class Intake:
    text: str
    meta: dict[str, Any]
    # "empty_message", "no_words", "message_too_long" or "secrets_alone": the assistant says so and does not think
    problem: str = ""
    masked: tuple[str, ...] = ()  # the kinds of secrets that were taken out


def take(raw: str, max_chars: int) -> Intake:
    """A customer's text as it is stored. A longer one than ``max_chars`` is cut, and the cut is noted."""
    meta: dict[str, Any] = {}
    problem = ""
    cut = len(raw) > max_chars
    if cut:
        meta["cut_from"] = len(raw)
        problem = "message_too_long"
        raw = raw[: max_chars + _SECRET_CHARS]  # half a card number would not be recognised as one
    masked = examine(visible(raw).strip())
    text = masked.text[:max_chars] if cut else masked.text
    if not problem:
        if not text:
            problem = "empty_message"
        elif not any(unicodedata.category(character)[0] in "LN" for character in text):
            problem = "no_words"
        elif masked.alone:
            problem = "secrets_alone"
    return Intake(text, meta, problem, masked.kinds)


def visible(text: str) -> str:
    """Without what nobody sees and no database takes."""
    return _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))


def without_command(text: str) -> str:
    """Rasa takes a leading slash for an intent; from the public it is text like any other."""
    return _SLASHES.sub("", text)
