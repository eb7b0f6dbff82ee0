"""What has a fixed shape in a message: order numbers, sizes, dates."""

from __future__ import annotations

import re

from concierge.orders.numbers import find_numbers

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SIZE = re.compile(
    r"\bsize\s+((?:EU|UK|US|IT|FR)?\s?\d{1,2}(?:[.,]5)?|X{0,3}S|M|X{0,3}L|small|medium|large)\b", re.IGNORECASE
)
# Without one of these spaCy cannot find a date, and need not look for one.
DATE_SIGN = re.compile(
    r"\d|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|"
    r"jun|jul|aug|sept?|oct|nov|dec|monday|tuesday|wednesday|thursday|friday|saturday|sunday|yesterday|today|tomorrow|"
    r"ago|last|next)\b",
    re.IGNORECASE,
)
_ALIKE = {"O": "[O0]", "0": "[O0]", "I": "[I1|]", "1": "[1IL|]"}


def order_number_spans(text: str) -> list[tuple[str, tuple[int, int]]]:
    """Normalised order numbers and where they stand as typed; the whole text where folding changed its shape."""
    spans = []
    for number in find_numbers(text):
        loose = r"\W{0,3}".join(_ALIKE.get(character, character) for character in number)
        found = re.search("#?" + loose, text, re.IGNORECASE)
        spans.append((number, found.span() if found else (0, len(text))))
    return sorted(spans, key=lambda item: item[1])
