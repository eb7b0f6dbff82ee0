"""What is done with every text from outside before it is stored: cleaned, measured, and stripped of secrets.

Knows nothing of HTTP or Rasa. HTML stays what it is, text: whoever shows it escapes it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from concierge.handoff.masking import secrets

# Invisible: control characters but tab and line ends, zero-width and direction marks. Joiners stay: emoji need them.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Thirteen to nineteen digits, however they are grouped. An order or tracking number is shorter or has letters.
_DIGITS = re.compile(r"(?<![\w])\d(?:[\s.\-–—_/·]{0,2}\d){12,18}(?![\w])")
_SLASHES = re.compile(r"^[\s/]+")


@dataclass(frozen=True)
class Intake:
    text: str
    meta: dict[str, Any]
    problem: str = ""  # "empty_message", "no_words" or "message_too_long": the assistant says so and does not think


def take(raw: str, max_chars: int) -> Intake:
    """A customer's text as it is stored. A longer one than ``max_chars`` is cut, and the cut is noted."""
    meta: dict[str, Any] = {}
    problem = ""
    if len(raw) > max_chars:
        meta["cut_from"] = len(raw)
        problem = "message_too_long"
        raw = raw[:max_chars]
    text = mask(visible(raw).strip())
    if not problem:
        if not text:
            problem = "empty_message"
        elif not any(unicodedata.category(character)[0] in "LN" for character in text):
            problem = "no_words"
    return Intake(text, meta, problem)


def visible(text: str) -> str:
    """Without what nobody sees and no database takes."""
    return _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))


def without_command(text: str) -> str:
    """Rasa takes a leading slash for an intent; from the public it is text like any other."""
    return _SLASHES.sub("", text)


def mask(text: str) -> str:
    """Without payment card numbers, and without what else is secret whoever reads it."""
    return secrets(_DIGITS.sub(_card, text))


def _card(match: re.Match[str]) -> str:
    digits = [unicodedata.digit(character) for character in match[0] if character.isdigit()]
    if digits[0] not in (2, 3, 4, 5, 6) or not _luhn(digits):
        return match[0]
    return f"•••• {''.join(map(str, digits[-4:]))}"


def _luhn(digits: list[int]) -> bool:
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
