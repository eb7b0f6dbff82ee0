"""Whose order it is: e-mail addresses compared, and masked for people who need not see them."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
"""A whole address, as mail systems may accept it; where one stands in a text: ``concierge.masking.contacts.EMAIL``."""


def normalise_email(text: str) -> str:
    """As addresses are compared: compatibility forms folded, case and spaces ignored. ``""`` if it is none.

    A letter of another alphabet that looks the same stays different: it is another address.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if not (folded.isascii() and folded.isprintable()):
        if any(unicodedata.category(c) in ("Cc", "Cs") and not c.isspace() for c in folded):
            return ""  # control characters and halves of characters: neither belongs in an address, or in a database
        folded = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    folded = "".join(folded.split())
    folded = folded.removeprefix("mailto:").strip("<>()[]\"',;:.!?")
    return folded if len(folded) <= 254 and ADDRESS.fullmatch(folded) else ""


def exact_email(text: str) -> str:
    """A proved address as it is compared: in composed form and lower case, and nothing else. Mail systems tell
    ``straße.example`` from ``strasse.example``, so what somebody has proved must not reach the other."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def same_email(one: str, other: str) -> bool:
    """In a time that tells nothing of where they differ, or of their lengths. Never true for what is no address."""
    first, second = normalise_email(one), normalise_email(other)
    equal = hmac.compare_digest(hashlib.sha256(first.encode()).digest(), hashlib.sha256(second.encode()).digest())
    return equal and bool(first)


def mask_email(email: str) -> str:
    """``claire@example.com`` → ``c•••@e•••.com``: enough for its owner to know it, and no more."""
    name, at, domain = email.partition("@")
    if not at or not name or not domain:
        return "•••"
    host, dot, top = domain.rpartition(".")
    return f"{name[0]}•••@{(host or domain)[0]}•••{dot}{top if host else ''}"


def mask_name(name: str) -> str:
    """``Claire Fontaine`` → ``C. F.``"""
    return " ".join(f"{part[0].upper()}." for part in name.split())
