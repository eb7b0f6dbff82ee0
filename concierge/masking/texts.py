"""Card numbers, CVV, expiry, IBANs, passwords, one-time codes and access tokens never get past here.

What is masked where, always before it is stored, logged or shown:

========================================  ============================================================================
a customer's message, every channel       ``channels/intake.take``, at the door. The tracker's events, the message's
                                          ``parts`` and entities, slots, order requests, promised answers and packages
                                          are made of that text.
page path, name from the shop             ``channels/website``
REST: sender, ``message_id``; page's key  ``identifier``: they have to stay different from each other. Language and
                                          region are taken from lists or too short to hold a secret; the rest of
                                          ``metadata`` is not read.
an advisor's message, note, closing note  ``desk/work``: one reads a number back to be sure
a request of an order                     ``orders/records``, once more: other programs call it, too
a promised answer                         ``conversations/promised``, once more
a handoff package, its summary            ``handoff/package``, once more: slots and decisions come from elsewhere
========================================  ============================================================================

What is one secret in two messages, half a card number in each, is not recognised. Contact details are another matter:
``contacts.py``.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from concierge.masking import number_words, pieces, secret_words
from concierge.masking.account_numbers import accounts
from concierge.masking.card_numbers import cards
from concierge.masking.folding import Folded, fold
from concierge.masking.found import Found
from concierge.serialisation import texts

_DIGIT = re.compile(r"\d")
_CARD_DIGITS = 13
_ACCOUNT_DIGITS = 8  # an account number may be half letters (Malta, the United Kingdom)
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Masked:
    text: str
    kinds: tuple[str, ...] = ()
    """Of ``card``, ``cvv``, ``expiry``, ``iban``, ``password``, ``code``, ``token``; empty where nothing was found."""
    alone: bool = False
    """Whether nothing else was said than what was masked."""


def examine(text: str) -> Masked:
    folded = fold(text)
    found = _found(folded.text)
    if not found:
        return Masked(text)
    kinds = tuple(sorted({each.kind for each in found}))
    return Masked(_replaced(text, folded, found), kinds, _alone(folded.text, found))


def secrets(text: str) -> str:
    """Without card numbers (the last four digits stay) and all the other secrets. Twice is the same as once."""
    folded = fold(text)
    found = _found(folded.text)
    return _replaced(text, folded, found) if found else text


# A UUID, as programs name things: one in a thousand has a run of digits that could be a card's.
_RANDOM = re.compile(r"(?=.*[a-f])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


def identifier(text: str, key: str) -> str:
    """A name that others chose for a conversation or a message: one with a secret in it becomes a digest of it.

    With ``key``: there are few enough card numbers to try them all.
    """
    if _RANDOM.fullmatch(text) or secrets(text) == text:
        return text
    return f"masked.{hmac.new(key.encode(), text.encode('utf-8', 'replace'), sha256).hexdigest()[:40]}"


def everywhere(value: Any) -> Any:
    """The same JSON, without secrets in any of its texts (keys are left alone)."""
    return texts(value, secrets)


def _found(text: str) -> list[Found]:
    """In order, none inside another."""
    found = [*secret_words.tokens(text), *secret_words.passwords(text)]
    digits = len(_DIGIT.findall(text))
    numbers: list[Found] = []
    if digits >= _CARD_DIGITS:
        numbers = _apart([*cards(text), *pieces.cards(text)])
        behind = (pieces.code_behind(text, each.end) for each in numbers)
        found += [*numbers, *(each for each in behind if each)]
    found += number_words.spoken(text, [each.end for each in numbers])
    if digits >= _ACCOUNT_DIGITS:
        found += accounts(text)
    if digits:
        found += secret_words.codes(text, card_found=any(each.kind == "card" for each in found))
    return _apart(found) if len(found) > 1 else found


def _apart(found: Iterable[Found]) -> list[Found]:
    """Of two that overlap, the one that begins first, as far as both reach."""
    kept: list[Found] = []
    for each in sorted(found, key=lambda one: (one.start, -one.end)):
        if kept and each.start < kept[-1].end:
            if each.end > kept[-1].end:
                kept[-1] = kept[-1]._replace(end=each.end)
        else:
            kept.append(each)
    return kept


def _replaced(text: str, folded: Folded, found: list[Found]) -> str:
    parts, after = [], 0
    for each in found:
        start, end = folded.span(each.start, each.end)
        parts += [text[after:start], each.shown]
        after = end
    return "".join([*parts, text[after:]])


def _alone(text: str, found: list[Found]) -> bool:
    after, rest = 0, []
    for each in found:
        rest.append(text[after : each.start])
        after = each.end
    left = " ".join([*rest, text[after:]])
    return not any(character.isdigit() for character in left) and all(
        word in secret_words.words("around") for word in _LETTERS.findall(left)
    )
