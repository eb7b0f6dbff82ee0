"""Digits as words: a CVV, a one-time code or a whole card number, “four two four two …”. The texts are folded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from concierge.masking.card_numbers import is_card, shown
from concierge.masking.found import DOTS, Found
from concierge.masking.secret_words import beside_code, beside_cvv

_DIGITS = {
    0: "zero oh null cero",
    1: "one un une eins ein uno una",
    2: "two deux zwei zwo due dos",
    3: "three trois drei tre tres",
    4: "four quatre vier quattro cuatro",
    5: "five cinq funf fuenf cinque cinco",
    6: "six sechs sei seis",
    7: "seven sept sieben sette siete",
    8: "eight huit acht otto ocho",
    9: "nine neuf neun nove nueve",
}
_DIGIT_OF = {word: str(digit) for digit, words in _DIGITS.items() for word in words.split()}
_ONE = rf"(?:{'|'.join(sorted(_DIGIT_OF, key=len, reverse=True))})"
_RUN = re.compile(rf"(?<![a-z]){_ONE}(?:[\s,.-]{{1,3}}{_ONE}(?![a-z])){{2,}}")
_FEWEST = 3
_WORD = re.compile(r"[a-z]+")


def spoken(text: str, card_ends: list[int]) -> Iterator[Found]:
    """``card_ends``: where the card numbers end that were found. Three or four digits right behind one are its CVV."""
    if sum(word in _DIGIT_OF for word in _WORD.findall(text)) < _FEWEST:
        return  # nearly always, and the pattern below would be slow to find that out
    for run in _RUN.finditer(text):
        digits = "".join(_DIGIT_OF[word] for word in _WORD.findall(run[0]))
        if is_card(digits):
            yield Found(*run.span(), "card", shown(digits))
        elif len(digits) in (3, 4) and (
            beside_cvv(text, *run.span()) or any(0 <= run.start() - end <= 4 for end in card_ends)
        ):
            yield Found(*run.span(), "cvv", DOTS)
        elif 4 <= len(digits) <= 8 and beside_code(text, *run.span()):
            yield Found(*run.span(), "code", DOTS)
