"""A delivery address as a customer writes it, in its parts: what a retailer's system wants to have apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Shapes of postcodes that are not four to six digits in a row, by country (Universal Postal Union, addressing systems).
_POSTCODES = {
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
    "CA": r"[A-Z]\d[A-Z] ?\d[A-Z]\d",
    "IE": r"[A-Z]\d[\dW] ?[A-Z\d]{4}",
    "NL": r"\d{4} ?[A-Z]{2}",
    "US": r"\d{5}(?:-\d{4})?",
    "JP": r"\d{3}-?\d{4}",
    "PT": r"\d{4}-\d{3}",
    "PL": r"\d{2}-\d{3}",
    **dict.fromkeys(("SE", "CZ", "SK", "GR"), r"\d{3} ?\d{2}"),
}
_USUAL = r"\d{4,6}"
_WITHOUT = frozenset({"AE", "HK", "QA", "MO", "AG", "BS", "BZ", "FJ", "GY", "PA", "JM"})  # know no postcodes
LONGEST = 200


@dataclass(frozen=True)
class Address:
    """``street`` with the number, and what else stands before the town; ``postcode`` is empty where there is none."""

    street: str
    postcode: str
    city: str

    def __str__(self) -> str:
        return ", ".join(part for part in (self.street, f"{self.postcode} {self.city}".strip()) if part)


def read_address(text: str, country: str) -> Address | None:
    """The address in a message that is hardly more than that; ``country`` (ISO 3166-1) says what a postcode looks like.
    ``None`` where street, number, postcode or town is not there to be seen."""
    told = re.sub(r"\s*[\n;]+\s*", ", ", re.sub(r"[ \t]+", " ", text.strip())).strip(" ,.")
    if not told or len(told) > LONGEST:
        return None
    if country in _WITHOUT:
        street, _, city = told.rpartition(",")
        return _whole(street, "", city)
    shape = rf"(?<![\w-])(?:[A-Z]{{1,2}}-)?({_POSTCODES.get(country, _USUAL)})(?![\w-])"
    codes = list(re.finditer(shape, told, re.IGNORECASE))
    if not codes:
        return None
    code = codes[-1]
    before, behind = told[: code.start()].strip(" ,"), told[code.end() :].strip(" ,")
    if re.search(r"[^\W\d_]{2}", behind):  # 12 rue de la Paix, 75002 Paris
        return _whole(before, code[1], behind)
    street, _, city = before.partition(",")  # 350 Fifth Avenue, New York, NY 10118
    return _whole(street, code[1], city)


def _whole(street: str, postcode: str, city: str) -> Address | None:
    street, city = street.strip(" ,"), city.strip(" ,")
    has_number, has_name = re.search(r"\d", street), re.search(r"[^\W\d_]{2}", street)
    if not (has_number and has_name and re.search(r"[^\W\d_]{2}", city)):
        return None
    return Address(street, postcode.upper(), city)
