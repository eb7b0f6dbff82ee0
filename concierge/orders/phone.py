"""Whether an order was placed with a telephone number: both with their country, however they are written."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

from concierge.orders.model import Order

_SHORTEST, _LONGEST = 8, 15  # digits with the country's code: E.164
_NOT_DIGITS = re.compile(r"\D")


def international(text: str) -> str:
    """The digits, from the country's code on; empty without one: a number as it is dialled at home may be anybody's
    abroad. What is written in brackets to be left out, as in +44 (0)20, is."""
    said = text.strip().replace("(0)", "")
    digits = _NOT_DIGITS.sub("", said)
    if said.startswith("00"):
        digits = digits[2:]
    elif not said.startswith("+"):
        return ""
    return digits if _SHORTEST <= len(digits) <= _LONGEST else ""


def is_placed_with(order: Order | None, phone: str) -> bool:
    """An order that there is not takes the same work, and was not."""
    wanted, given = international(order.phone if order else ""), international(phone)
    equal = hmac.compare_digest(sha256(wanted.encode()).digest(), sha256(given.encode()).digest())
    return equal and bool(wanted)
