"""How an order number is written: the one home of its pattern. That of this installation is in ``numbers``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

_LETTER_FOR = str.maketrans({"0": "O", "1": "I", "|": "I"})
_DIGIT_FOR = str.maketrans({"O": "0", "I": "1", "L": "1", "|": "1"})
# Not read without asking: an 8 in a price or a size is far likelier to be one.
_LIKELY_DIGIT_FOR = str.maketrans({"O": "0", "I": "1", "L": "1", "|": "1", "S": "5", "B": "8", "Z": "2"})
_JOINERS = r"[\s#._\-/]"
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u00ad\u30fc]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")

# "my order is 10483726" is not the number IS10483726: words that stand before a number in the house's languages.
_SMALL_WORDS_TEXT = """
AB AL AM AN AS AT BE BY CE DA DE DI DO DU EL EN ER ES ET FU GO HA HE HO IF IL IM IN IO IS IT JA JE LA LE LO MA ME MI MY
NE NO NR OB OF ON OR OU SA SE SI SO SU TA TE TO TU UM UN UP US WE WO ZU"""
_SMALL_WORDS = frozenset(_SMALL_WORDS_TEXT.split())


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def plain(text: str) -> str:
    """Upper case, compatibility forms and digits of any script folded, one kind of dash, nothing invisible."""
    if text.isascii():
        return text.upper()
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    folded = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in folded)
    return _DASHES.sub("-", folded).upper()


@dataclass(frozen=True)
class Mistyped:
    """What was meant for an order number and is none. ``meant``: the number that its form determines, else ""."""

    said: str
    meant: str = ""


@dataclass(frozen=True)
class NumberFormat:
    """So many letters, then so many digits. ``max_digits`` 0 means exactly ``digits``."""

    letters: int = 2
    digits: int = 8
    max_digits: int = 0
    example: str = "BA10483726"

    @classmethod
    def like(cls, examples: str) -> NumberFormat:
        """That of an order number as written, ``W0000000``, or of the shortest and the longest: ``1001 99999999``.

        Raises ``ValueError`` for two that differ in more than their length.
        """
        shortest, longest = (examples.replace("#", "").split() * 2)[:2]
        letters = len(shortest) - len(shortest.lstrip(_ALPHABET))
        if letters != len(longest) - len(longest.lstrip(_ALPHABET)) or len(longest) < len(shortest):
            raise ValueError(f"CONCIERGE_ORDER_NUMBER: {examples!r}: write the shortest and the longest of one kind")
        return cls(letters, len(shortest) - letters, len(longest) - letters, examples.split(maxsplit=1)[0])

    @property
    def regex(self) -> str:
        """For one token without spaces, such as an entity ruler sees; use it without regard to case."""
        letters = f"[A-Za-z]{{{self.letters}}}" if self.letters else ""
        return f"#?{letters}[0-9]{{{self.digits},{self.max_digits or self.digits}}}"

    @cached_property
    def _loose(self) -> re.Pattern[str]:
        letter, digit, joint = "[A-Z01|]", "[0-9OIL|]", f"{_JOINERS}{{0,3}}"
        letters = "".join(letter + joint for _ in range(self.letters))
        last = (self.max_digits or self.digits) - 1
        return re.compile(
            rf"(?<![A-Z0-9])#?({letters})({digit}(?:{joint}{digit}){{{self.digits - 1},{last}}})(?![A-Z0-9])"
        )

    def normalise(self, text: str) -> str | None:
        """The number that ``text`` is and nothing more, as it is stored; else ``None``."""
        match = self._loose.fullmatch(plain(text).strip(" \t\r\n#.,;:!?'\"()[]<>"))
        return self._number(match) if match else None

    def find(self, text: str) -> list[str]:
        """The numbers in a sentence, in order, each once."""
        folded, found, position = plain(text), [], 0
        while match := self._loose.search(folded, position):
            number = self._number(match)
            if number is None or self._is_a_word(match) or (not self.letters and not self._stands_out(match, folded)):
                position = match.start() + 1
                continue
            found.append(number)
            position = match.end()
        return list(dict.fromkeys(found))

    def mistyped(self, text: str) -> Mistyped | None:
        """For a sentence in which ``find`` finds nothing, where the customer was to give a number."""
        for match in self._attempt.finditer(plain(text)):
            letters, joint, written = match.groups()
            if letters in _SMALL_WORDS and joint:
                letters = ""
            digits = re.sub(_JOINERS, "", written)
            least, most = self.digits, self.max_digits or self.digits
            if not letters and (re.search(r"[./-]", written) or not least - 1 <= len(digits) <= most + 1):
                continue  # a date, a price, a telephone number
            if sum(each.isdigit() for each in digits) * 3 >= len(digits):
                return Mistyped(letters + digits, self._meant(letters, digits) if least <= len(digits) <= most else "")
        return None

    def _meant(self, letters: str, digits: str) -> str:
        ours = self.example.lstrip("#")[: self.letters]
        if len(letters) == self.letters:
            return letters + digits.translate(_LIKELY_DIGIT_FOR)
        part_of_ours = not letters or ours.startswith(letters) or ours.endswith(letters)
        return ours + digits.translate(_LIKELY_DIGIT_FOR) if part_of_ours else ""

    @cached_property
    def _attempt(self) -> re.Pattern[str]:
        digit, joint = "[0-9OILSBZ|]", f"{_JOINERS}{{0,3}}"
        fewest, most = max(4, self.digits - 3), (self.max_digits or self.digits) + 3
        return re.compile(
            rf"(?<![A-Z0-9@])#?([A-Z]{{0,{self.letters + 1 if self.letters else 0}}})({joint})"
            rf"([0-9](?:{joint}{digit}){{{fewest - 1},{most - 1}}})(?![A-Z0-9@])"
        )

    def _number(self, match: re.Match[str]) -> str | None:
        letters, digits = (re.sub(_JOINERS, "", part) for part in match.groups())
        if (letters and not re.search("[A-Z]", letters)) or not re.search("[0-9]", digits):
            return None  # a telephone number, or a word
        return letters.translate(_LETTER_FOR) + digits.translate(_DIGIT_FOR)

    def _is_a_word(self, match: re.Match[str]) -> bool:
        """The letters are a word of the sentence, and a space divides it from what follows."""
        return match[1].rstrip() in _SMALL_WORDS and match[1] != match[1].rstrip()

    def _stands_out(self, match: re.Match[str], folded: str) -> bool:
        """A bare number may be a year or a size; take it for an order when marked, alone, or long."""
        return match[0].startswith("#") or match[0] == folded.strip() or len(match[2]) >= 6


HOUSE = NumberFormat()


def one_slip_apart(one: str, other: str) -> bool:
    """Whether one character too many, too few or another, or two that changed places, makes one of the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    if left[1:] == right or left == right[1:] or left[1:] == right[1:]:
        return True
    return left[:2] == right[:2][::-1] and left[2:] == right[2:]
