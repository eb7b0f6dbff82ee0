"""What is done with every text from outside before it is stored: cleaned, measured, and stripped of secrets.

Knows nothing of HTTP or Rasa. HTML stays what it is, text: whoever shows it escapes it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from concierge.masking.found import DOTS
from concierge.masking.texts import examine

# Invisible: control characters but tab and line ends, zero-width and direction marks. Joiners stay: emoji need them.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SECRET_CHARS = 200
CODE = "code"  # of a message, in its meta: the seal of a one-time code in it
CODE_SHOWN = DOTS  # in the place of a one-time code
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


def take_code(raw: str, digits: int) -> tuple[str, str] | None:
    """The text without the one-time code in it, and the code; ``None`` for a text that has none, or several."""
    found = list(_spaced(digits).finditer(raw))
    if len(found) != 1:
        return None
    code = "".join(str(unicodedata.decimal(each)) for each in found[0].group() if each.isdecimal())
    return raw[: found[0].start()] + CODE_SHOWN + raw[found[0].end() :], code


@lru_cache(maxsize=4)
def _spaced(digits: int) -> re.Pattern[str]:
    """“123456”, “123 456”, “12-34-56”: alone, not within a longer number or word."""
    return re.compile(rf"(?<![\w-])\d(?:[ \u00a0-]?\d){{{digits - 1}}}(?![\w-])")


def visible(text: str) -> str:
    """Without what nobody sees and no database takes."""
    return _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))


def without_command(text: str) -> str:
    """Rasa takes a leading slash for an intent; from the public it is text like any other."""
    return _SLASHES.sub("", text)
