"""Payment card numbers in a folded text, however their digits are grouped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from stdnum import ean, luhn

from concierge.masking.found import DOTS, Found

_BETWEEN = r"[\s./\\_|,*·•-]"
# A stretch with enough digits for a card; nothing but separators between them.
_RUN = re.compile(rf"\d(?:{_BETWEEN}{{0,6}}\d){{12,}}")
PLAIN_GAP = re.compile(rf"{_BETWEEN}{{0,6}}")  # between the digits of one run
_GROUP = re.compile(r"\d+")
# Issuer prefixes and lengths (ISO/IEC 7812). Needed where the digits are grouped as no card prints them, since every
# tenth number passes Luhn's check.
ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|220[0-4]\d{12,15}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|3(?:0[0-5]|095|[689]\d)\d{11,16}|35(?:2[89]|[3-8]\d)\d{12,15}|(?:50|5[6-9]|6\d)\d{11,17}"
)
_LIKELY = (16, 15, 14, 19, 18, 17, 13)  # the order in which lengths are tried: the digits behind may be the CVV
_PRINTED = ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4))  # a card even when a digit of it is mistyped
_MOST_DIGITS = 400  # of a run; a list of orders has fewer, and looking for cards in more would take long
_FAR_START = 2  # single digits and pairs are looked at from the start of a run alone
_MANY_GROUPS = 6
# A number that is called something else, and has no issuer's prefix and length, is what it is called.
_NEAR = 50  # characters before it
_EAN = re.compile(
    r"(?:ean|gtin|barcode|strichcode|code[ -]barres?|codice a barre|codigo de barras)(?:[ -]?13)?[^\da-z]{0,6}$"
)
_OTHER_NUMBER = re.compile(
    r"(?:tracking|parcel|shipment|serial|imei|sendung|paket|serien|suivi|colis|serie|spedizione|tracciamento|pacco"
    r"|seguimiento|envio|paquete|ean|gtin)[^\d\n]{0,25}$"
)
_USPS = re.compile(r"9\d{3}(?: \d{4}){4} \d{2}")
# What stands behind a card number: month and year, the CVV; not an amount.
_EXPIRY = r"(?:0?[1-9]|1[0-2])\s?[/.-]\s?(?:20)?\d\d"
_BEHIND = re.compile(
    rf"(?:(?:{_BETWEEN}|;){{1,6}}{_EXPIRY}(?!\d|[./-]\d))?(?:(?:{_BETWEEN}|;){{1,6}}\d{{3,4}}(?!\d|[.,]\d|\s?(?:eur|usd|chf|gbp|[€$£%])))?"
)


def is_card(digits: str) -> bool:
    """Whether an issuer gives such numbers, and the check digit is right."""
    return ISSUED.fullmatch(digits) is not None and luhn.is_valid(digits)


def shown(digits: str) -> str:
    """What is left of a card number."""
    return f"{DOTS} {digits[-4:]}"


class _Run:
    """A stretch of digits as its groups."""

    def __init__(self, text: str, run: re.Match[str]) -> None:
        self.text = text
        self.groups = [match.span() for match in _GROUP.finditer(text, run.start(), run.end())]
        self.sizes = [end - start for start, end in self.groups]
        self.offsets = [0, *accumulate(self.sizes)]
        self.digits = "".join(_GROUP.findall(run[0]))

    def cards(self) -> Iterator[tuple[int, int, str]]:
        """Start, end and digits of each card number."""
        first = 0
        while first < len(self.groups):
            lasts = self._cards_at(first)
            if not lasts:
                first += 1
                continue
            digits, last = self._digits(first, lasts[0]), max(lasts)
            if max(self.sizes[first : last + 1]) <= 2:
                last += self._strays(last + 1)
            yield self.groups[first][0], self.groups[last][1], digits
            first = last + 1

    def _strays(self, after: int) -> int:
        """Of digits written one by one or in pairs: how many groups of the number, or its CVV, are left behind it."""
        left = len(self.sizes) - after
        return left if left <= 4 else 0

    def _cards_at(self, first: int) -> list[int]:
        """The last groups of what may be a card number that begins with this group, the likeliest first."""
        if self.digits[self.offsets[first]] not in "23456":
            return []
        if self.sizes[first] <= 2 and first > _FAR_START and self.sizes[first - 1] == self.sizes[first]:
            return []
        lasts = {}
        even = self.sizes[first : first + 1] == self.sizes[first + 1 : first + 2]
        for last in range(first, min(len(self.groups), first + (19 if even else _MANY_GROUPS))):
            length = self.offsets[last + 1] - self.offsets[first]
            if length > 19:
                break
            lasts[length] = last
        tried = [lasts[length] for length in _LIKELY if length in lasts]
        right = [last for last in tried if self._right(first, last)]
        return right or [last for last in tried if self._mistyped(first, last)]

    def _right(self, first: int, last: int) -> bool:
        return self._grouped_as_card(first, last) and luhn.is_valid(self._digits(first, last))

    def _mistyped(self, first: int, last: int) -> bool:
        """Grouped as cards print it, although a digit is wrong."""
        shape = tuple(self.sizes[first : last + 1])
        return shape in _PRINTED and self._stands_alone(first, last) and self._issued(first, last)

    def _issued(self, first: int, last: int) -> bool:
        return ISSUED.fullmatch(self._digits(first, last)) is not None

    def _grouped_as_card(self, first: int, last: int) -> bool:
        shape = self.sizes[first : last + 1]
        even = shape[-1] <= shape[0] and len(set(shape[:-1])) <= 1
        if len(shape) > _MANY_GROUPS and not even:
            return False
        digits, issued = self._digits(first, last), self._issued(first, last)
        if first == last:
            return self._solid_as_card(self.groups[first][0], digits, issued)
        if tuple(shape) == _PRINTED[0]:
            return issued or not digits.startswith("20")  # years
        if not issued or even or tuple(shape) in _PRINTED:
            return issued
        between = self._between(first, last)
        return len(between) == 1 and between <= {"", "-", "."}

    def _solid_as_card(self, start: int, digits: str, issued: bool) -> bool:
        """Digits with nothing between them: parcels, articles and devices have such numbers, too."""
        before = max(0, start - _NEAR)
        if self.text[max(0, start - 2) : start] == "1z":  # a tracking number of UPS
            return False
        if len(digits) == 13 and ean.is_valid(digits):
            return issued and not _EAN.search(self.text, before, start)
        return issued or not _OTHER_NUMBER.search(self.text, before, start)

    def _stands_alone(self, first: int, last: int) -> bool:
        """Not a part of a longer number, such as an account's or a parcel's."""
        glued = first > 0 and self.text[self.groups[0][0] - 1 : self.groups[0][0]].isalpha()
        around = [*self.sizes[max(0, first - 1) : first], *self.sizes[last + 1 : last + 2]]
        return all(size < 4 for size in around) and not glued and self._between(first, last) <= {"", "-", ".", "/"}

    def _between(self, first: int, last: int) -> set[str]:
        return {self.text[self.groups[at][1] : self.groups[at + 1][0]].strip() for at in range(first, last)}

    def _digits(self, first: int, last: int) -> str:
        return self.digits[self.offsets[first] : self.offsets[last + 1]]


def cards(text: str) -> Iterator[Found]:
    for run in _RUN.finditer(text):
        if _USPS.fullmatch(run[0]):
            continue
        if len(run[0]) > _MOST_DIGITS and len(_GROUP.sub("", run[0])) < len(run[0]) - _MOST_DIGITS:
            yield Found(*run.span(), "card", DOTS)
            continue
        for start, stop, digits in _Run(text, run).cards():
            behind = _BEHIND.match(text, stop)
            end = behind.end() if behind else stop
            yield Found(start, stop, "card", shown(digits))
            if end > stop:
                yield Found(_skip(text, stop), end, "card", DOTS)


def _skip(text: str, at: int) -> int:
    while not text[at].isdigit():
        at += 1
    return at
