"""A text as it is compared when secrets are looked for: whatever script, width, accent or dash it was written in."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_CACHED = 4096  # characters whose folding is remembered
_BREAKS = "\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85"
_DASHES = "\u2212\u30fc\uff70\u2043\u02d7"  # minus, Japanese long vowels, hyphen bullet: dashes to the eye alone
_PLAIN = re.compile("[\x00-\x7f\xa0-\xac\xae-\u02ff\u2010-\u2027\u202f-\u203b\u20ac]*")


class Folded(NamedTuple):
    text: str
    # Where each character stands in the original, and its length last; None where each stands in its own place.
    places: list[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """With what cannot be seen behind it: an accent or a key cap belongs to the character before."""
        return (start, end) if self.places is None else (self.places[start], self.places[end])


class _Table(dict[int, str]):
    """For ``str.translate``, filled as characters are met. A character becomes exactly one."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if len(self) < _CACHED:
            self[code] = folded
        return folded


def fold(text: str) -> Folded:
    """Lower case, ASCII digits, no accents, one kind of dash and blank; what cannot be seen is left out."""
    if text.isascii():
        return Folded(text.lower(), None)
    if _PLAIN.fullmatch(text):
        return Folded(text.translate(_TABLE), None)
    seen = [(place, character) for place, character in enumerate(text) if not _unseen(character)]
    places = [*(place for place, _ in seen), len(text)]
    return Folded("".join(character for _, character in seen).translate(_TABLE), places)


def _unseen(character: str) -> bool:
    """Zero-width characters, controls, and marks that belong to the character before (accents, key caps)."""
    return character >= "\x7f" and unicodedata.category(character) in ("Cf", "Cc", "Mn", "Me") and character != "\x85"


def _fold(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    numeral = unicodedata.numeric(character, None) if category == "Lo" else None
    if numeral is not None and numeral in range(10):  # Chinese and Japanese numerals
        return str(int(numeral))
    if category == "Pd" or character in _DASHES:
        return "-"
    if category in ("Zs", "Zl", "Zp") or character in _BREAKS or character == "\u2800":
        return " "
    base = unicodedata.normalize("NFKD", character)
    base = "".join(each for each in base if not unicodedata.combining(each)).lower()
    return base if len(base) == 1 else character


_TABLE = _Table()
