"""Card numbers that are not written in one run: in halves with words between, with odd signs, or glued to their CVV.

Looser than ``card_numbers`` in what stands between the digits, so stricter in the digits themselves: an issuer's
prefix, its length, Luhn's check, and groups as people divide a card. The texts are folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from concierge.masking import secret_words
from concierge.masking.card_numbers import ISSUED, PLAIN_GAP, is_card, shown
from concierge.masking.found import DOTS, Found

_GROUP = re.compile(r"\d+")
_WORD = re.compile(r"[a-z]+")
_WORDS_BETWEEN = 60  # characters
_SIGNS_BETWEEN = 24
_NO_SIGNS = re.compile(r"[a-z€$£¥%#@]")
_FIRST_DIGITS = "23456"
# How people divide a number of sixteen, of fifteen (American Express), of fourteen (Diners) and of nineteen digits.
_SHAPES = frozenset(
    {(4, 4, 4, 4), (8, 8), (4, 12), (12, 4), (4, 4, 8), (8, 4, 4), (4, 8, 4), (6, 10), (10, 6)}
    | {(4, 6, 5), (4, 11), (10, 5), (4, 6, 4), (4, 10), (10, 4), (4, 4, 4, 4, 3), (16, 3), (8, 8, 3), (8, 11)}
)
_BEGINNINGS = frozenset(shape[:length] for shape in _SHAPES for length in range(1, len(shape) + 1))
_OF_CARD = r"(?:card|carte|karte|kreditkarte|carta|tarjeta|visa|mastercard|amex)"
_NAMED = re.compile(rf"(?<![a-z]){_OF_CARD}[a-z]{{0,8}}([^\d\n•]{{1,30}})(\d{{15,16}})(?!\d)")
_SOLID = re.compile(
    r"(?<!\d)(?:(4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|6\d{15}|35\d{14})|(3[47]\d{13}))"
    r"((?:(?:0[1-9]|1[0-2])\d\d)?\d{0,4})(?!\d)"
)
_ABOUT_CARDS = re.compile(r"card|carte|karte|carta|tarjeta|visa|amex|mastercard|cvv|cvc")
_CODE_BEHIND = re.compile(r"([^\d•]{1,60})(?<!\d)(\d{3,4})(?!\d|[.,:/-]\d|\s?(?:eur|usd|chf|gbp|[€$£%]))")


def cards(text: str) -> Iterator[Found]:
    groups = [match.span() for match in _GROUP.finditer(text)]
    sizes = [end - start for start, end in groups]
    odd = [at for at in range(1, len(groups)) if PLAIN_GAP.fullmatch(text, groups[at - 1][1], groups[at][0]) is None]
    first = 0
    while odd and first < odd[-1]:
        last = _last(text, groups, sizes, first)
        if last is not None:
            end = groups[last][1]
            yield Found(groups[first][0], end, "card", shown(_digits_before(text, end)))
            first = last
        first += 1
    yield from _named(text)
    yield from _glued(text)


def _digits_before(text: str, end: int) -> str:
    """The last four at least."""
    return "".join(_GROUP.findall(text[max(0, end - 2 * _WORDS_BETWEEN) : end]))


def code_behind(text: str, end: int) -> Found | None:
    """The CVV behind a card number that ends at ``end``: “and the code on the back is 123”."""
    match = _CODE_BEHIND.match(text, end)
    if match is None:
        return None
    said = _WORD.findall(match[1])
    known = said and all(word in secret_words.words("behind") for word in said)
    # Four digits without a word for it may be an order, a price or a year.
    called = any(word in secret_words.words("code_behind") for word in said)
    return Found(*match.span(2), "cvv", DOTS) if known and (called or len(match[2]) == 3) else None


def _last(text: str, groups: list[tuple[int, int]], sizes: list[int], first: int) -> int | None:
    """The last group of a card number that begins with this one and is in no plain run."""
    if text[groups[first][0]] not in _FIRST_DIGITS:
        return None
    shape: tuple[int, ...] = ()
    digits, plain = "", True
    for at in range(first, len(groups)):
        shape += (sizes[at],)
        if shape not in _BEGINNINGS:
            return None
        if at > first:
            between = text[groups[at - 1][1] : groups[at][0]]
            if PLAIN_GAP.fullmatch(between) is None:
                plain = False
                if not _may_stand_between(between):
                    return None
        digits += text[groups[at][0] : groups[at][1]]
        if shape in _SHAPES and not plain and is_card(digits):
            return at
    return None


def _may_stand_between(between: str) -> bool:
    if _NO_SIGNS.search(between) is None:
        return len(between) <= _SIGNS_BETWEEN
    if len(between) > _WORDS_BETWEEN or re.search(r"[€$£¥%#@]", between):
        return False
    return all(word in secret_words.words("between") for word in _WORD.findall(between))


def _named(text: str) -> Iterator[Found]:
    """“My card number is …”: whatever its check digit says, it was meant for a card number."""
    for match in _NAMED.finditer(text):
        beside = all(word in secret_words.words("around") for word in _WORD.findall(match[1]))
        if beside and ISSUED.fullmatch(match[2]):
            yield Found(*match.span(2), "card", shown(match[2]))


def _glued(text: str) -> Iterator[Found]:
    """A number with the expiry and the CVV right behind it; only where a card is spoken of, or nothing else is said.

    Parcels have numbers as long as that.
    """
    for match in _SOLID.finditer(text):
        number = match[1] or match[2]
        behind = len(match[3])
        with_code = behind in ((4, 8) if match[2] else (3, 7))  # as long as the CVV of this brand is
        meant = (with_code and match[0] == text.strip()) or (behind in (3, 4, 7, 8) and _ABOUT_CARDS.search(text))
        if meant and is_card(number):
            yield Found(*match.span(), "card", f"{shown(number)} {DOTS}")
