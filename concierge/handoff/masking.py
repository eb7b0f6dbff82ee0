"""What an advisor or another system must not read: secrets never, contact details only once they are revealed.

The channels mask card numbers before anything is stored; this is the second lock, for slots and text from elsewhere.
"""

from __future__ import annotations

import re

DOTS = "••••"

# Issuer prefixes and lengths (ISO/IEC 7812): without them every tenth tracking number would pass as a card.
_CARD = re.compile(
    r"(?<![\w.])(?:4(?:[ -]?\d){12}(?:(?:[ -]?\d){3})?(?:(?:[ -]?\d){3})?"
    r"|(?:5[ -]?[1-5]|2[ -]?[2-7]|6[ -]?[0-9]|3[ -]?5)(?:[ -]?\d){14}"
    r"|3[ -]?[47](?:[ -]?\d){13}"
    r"|3[ -]?[068](?:[ -]?\d){12})(?![\w])"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b")
_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|\b(?:Bearer|Basic)\s+[\w.~+/=-]{16,}", re.IGNORECASE)
_SAID = re.compile(
    r"\b(password|passcode|passwort|mot de passe|contraseña|password di accesso|cvv|cvc|cvv2|security code|pin code)"
    r"(\s*(?:is|est|ist|es|è|:|=)\s*)\S+",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"\b([\w.+%-])[\w.+%-]*@([\w-]+(?:\.[\w-]+)+)")
_PHONE = re.compile(
    r"(?<![\w/])(?:\+\d{1,3}[ .()-]{0,2}(?:\d[ .()/-]{0,2}){6,12}\d"
    r"|0\d(?:[ .()/-]?\d){7,11}"
    r"|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?!\w)"
)


def secrets(text: str) -> str:
    """Without card numbers (the last four digits stay), bank accounts, passwords and access tokens."""
    text = _CARD.sub(_card, text)
    text = _IBAN.sub(_iban, text)
    text = _TOKEN.sub(DOTS, text)
    return _SAID.sub(rf"\1\2{DOTS}", text)


def contacts(text: str) -> str:
    """Without e-mail addresses and telephone numbers: enough is left to recognise one, not to write to it."""
    return _PHONE.sub(_phone, _EMAIL.sub(rf"\1{DOTS}@\2", text))


def _card(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    total = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        total += digit if place % 2 == 0 else digit * 2 - (9 if digit > 4 else 0)
    return f"{DOTS} {digits[-4:]}" if total % 10 == 0 else match[0]


def _iban(match: re.Match[str]) -> str:
    account = match[0].replace(" ", "")
    moved = "".join(str(int(each, 36)) for each in account[4:] + account[:4])
    return f"{account[:2]}{DOTS}" if int(moved) % 97 == 1 else match[0]


def _phone(match: re.Match[str]) -> str:
    return f"{DOTS}{re.sub(r'[^0-9]', '', match[0])[-2:]}"
