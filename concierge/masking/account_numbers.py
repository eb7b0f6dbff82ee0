"""Bank account numbers (IBAN) in a folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stdnum import iban, numdb

from concierge.masking.found import DOTS, Found

_REGISTER = numdb.get("iban")
_NAMED_ACCOUNT = re.compile(
    r"iban(?:[\s:=,.(]{1,4}(?:is|est|ist|es|e|lautet|number|nummer|no|nr|numero|my|mon|mein|il|el))*[\s:=,.(]{0,4}"
    r"([a-z]{2}[\s./_-]{0,3}\d[\s./_-]{0,3}\d(?:[\s./_-]{0,3}(?:\d{1,30}|[a-z]{4}(?=[\s./_-]{0,3}\d)|[a-z]\d)){3,20})"
)
_ACCOUNT_SIGNS = 12  # fewer than any IBAN has
_ACCOUNT = re.compile(r"[a-z]{2}[\s./_-]{0,3}\d[\s./_-]{0,3}\d")


def accounts(text: str) -> Iterator[Found]:
    """IBANs whose check digits are right, and what is called an IBAN although a digit of it is wrong or missing."""
    for named in _NAMED_ACCOUNT.finditer(text):
        if len(re.findall("[a-z0-9]", named[1])) >= _ACCOUNT_SIGNS:
            yield Found(*named.span(1), "iban", f"{named[1][:2].upper()}{DOTS}")
    after = 0
    for begins in _ACCOUNT.finditer(text):
        country = text[begins.start() : begins.start() + 2]
        shape = _account_of(country)
        if shape is None or begins.start() < after:
            continue
        whole = shape.match(text, begins.start())
        if whole is None or not iban.is_valid(re.sub(r"[^a-z0-9]", "", whole[0]), check_country=False):
            continue
        after = whole.end()
        yield Found(whole.start(), after, "iban", f"{country.upper()}{DOTS}")


@lru_cache(maxsize=1024)
def _account_of(country: str) -> re.Pattern[str] | None:
    """How an account of this country is written, from the register that python-stdnum carries."""
    known = _REGISTER.info(country.upper())[0][1]
    if "bban" not in known:
        return None
    classes = {"n": r"\d", "a": "[a-z]", "c": "[a-z0-9]"}
    parts = re.findall(r"(\d+)!([nac])", known["bban"])
    return re.compile(
        country + "".join(rf"(?:[\s./_-]{{0,3}}{classes[kind]}){{{size}}}" for size, kind in [("2", "n"), *parts])
    )
