"""Whom a conversation is proved to be with, by what, and until when: kept in its attributes. Every proof has an end.

The shop's token proves a customer until it expires. Number and e-mail of an order, or a code sent to that e-mail, prove
an address and all of its orders; name and postcode, or a link of the house, prove one order. All but the token's and
the link's hold until nothing has been written for some hours (``CONCIERGE_PROOF_HOURS``). Which suffices for what is
the policy's: ``concierge/policy/proofs.yml``. Knows no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

ASKED_AGAIN = "again"  # the slot ``order_asking``, once a proof has ended
NUMBER_EMAIL, LINK, SHOP = "number_email", "link", "shop"
# The attribute: {order number: {"by": kind, "until": seconds since 1970, "for": purpose}}. Without an end of its own
# an entry holds as long as the proved address.
ORDERS = "proved_orders"
_RENEWED_AFTER = timedelta(hours=1)  # a use is noted so often, not with every message
Attributes = Mapping[str, Any]


class Shared(NamedTuple):
    """What joins two conversations. ``by``: how the second one's customer has proved it; ``order``: the number, where
    it is an order and no address."""

    by: tuple[str, ...]
    order: str


class Held(NamedTuple):
    """A proof that holds. ``link_for``: the purpose that a link was made for."""

    kind: str
    link_for: str = ""


def by_shop(subject: str, email: str, until: int) -> dict[str, Any]:
    """The attributes that say so; ``until`` in seconds since 1970."""
    return {"verified_subject": subject, "verified_email": email, "verified_until": until}


def by_order(
    known: Attributes,
    email: str,
    at: datetime,
    hours: float,
    *,
    kind: str = NUMBER_EMAIL,
    number: str = "",
    address: bool = True,
) -> dict[str, Any]:
    """The attributes that say so: at this moment somebody has proved an order of this e-mail; ``address``: the e-mail
    itself, and so its other orders.

    While the shop says that the customer is another, they prove no more than it does, and for no longer.
    """
    until = int((at + timedelta(hours=hours)).timestamp())
    if shop_email(known, at) not in ("", email):
        until = min(until, int(known["verified_until"]))
    several = known.get("proved_email") not in (None, email)
    found: dict[str, Any] = {"several_proved": True} if several else {}
    if address:
        found |= {"proved_email": email, "proved_until": until, "proved_by": kind}
    if number:
        found[ORDERS] = {**_entries(known), number: {"by": kind, **({} if address else {"until": until})}}
    return found


def by_link(known: Attributes, number: str, purpose: str, until: int) -> dict[str, Any]:
    """The attributes that say so: somebody has opened a link that the house has made for this order and purpose."""
    return {ORDERS: {**_entries(known), number: {"by": LINK, "until": until, "for": purpose}}}


def is_of(known: Attributes, contact: str, subject: str, email: str) -> bool:
    """Whether nothing in the conversation was proved by anybody but this customer of the shop's, however long ago.

    ``contact``: the conversation's e-mail, which only a proof sets.
    """
    if known.get("verified_email"):
        return (known.get("verified_subject"), known["verified_email"]) == (subject, email)
    if not contact and _entries(known):  # by a link, of an order that nobody has looked at yet
        return False
    return not known.get("several_proved") and contact in ("", email)


def is_free_for(known: Attributes, number: str, at: datetime) -> bool:
    """Whether a link of this order may be opened here: nobody has proved anything else, however long ago."""
    if known.get("verified_email") or known.get("proved_email"):
        return bool(_valid(known, at).get(number))
    return set(_entries(known)) <= {number}


def shop_email(attributes: Attributes, at: datetime) -> str:
    """The address whose orders may be looked up without asking; empty where the shop's word has ended."""
    return str(attributes.get("verified_email") or "") if _before(attributes.get("verified_until"), at) else ""


def email(attributes: Attributes, at: datetime) -> str:
    """The proved address, whatever has proved it; empty where no proof of an address holds."""
    proved = str(attributes.get("proved_email") or "") if _before(attributes.get("proved_until"), at) else ""
    return shop_email(attributes, at) or proved


def linked_orders(attributes: Attributes, at: datetime) -> list[str]:
    """The numbers of the orders that a link has proved."""
    return [number for number, entry in _valid(attributes, at).items() if entry.get("by") == LINK]


def orders(attributes: Attributes, at: datetime) -> list[str]:
    """The numbers of the orders that are proved one by one."""
    return list(_valid(attributes, at))


def ever_proved(attributes: Attributes) -> frozenset[str]:
    """The numbers of the orders that were proved one by one, however long ago."""
    return frozenset(_entries(attributes))


def same_customer(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the same e-mail address is proved in two conversations, or the same order and no other address, however
    long ago. ``one``, ``other``: their rows."""
    if any(each["attributes"].get("several_proved") for each in (one, other)):
        return False
    addresses = {each["email"].lower() for each in (one, other) if each["email"]}
    if one["email"] and other["email"]:  # only a proof sets it
        return len(addresses) == 1
    return bool(ever_proved(one["attributes"]) & ever_proved(other["attributes"]))


def in_common(one: Attributes, other: Attributes) -> Shared | None:
    """What is proved in two conversations, however long ago: the same address, by a proof of the address itself, or the
    same order; ``None`` where nothing is, or where either may be of two customers."""
    if any(each.get("several_proved") for each in (one, other)):
        return None
    mine, theirs = _addresses(one), _addresses(other)
    if len(mine) > 1 or len(theirs) > 1:
        return None
    if mine and theirs:
        return Shared(next(iter(theirs.values())), "") if mine.keys() == theirs.keys() else None
    order = next(iter(sorted(ever_proved(one) & ever_proved(other))), "")
    return Shared((str(_entries(other)[order].get("by") or NUMBER_EMAIL),), order) if order else None


def ever_addresses(attributes: Attributes) -> frozenset[str]:
    """The addresses that were proved themselves, however long ago, and not by one of their orders alone."""
    return frozenset(_addresses(attributes))


def _addresses(attributes: Attributes) -> dict[str, tuple[str, ...]]:
    """Each with the kinds of proof."""
    found: dict[str, tuple[str, ...]] = {}
    for name, kind in (("verified_email", SHOP), ("proved_email", str(attributes.get("proved_by") or NUMBER_EMAIL))):
        if address := str(attributes.get(name) or ""):
            found[address] = (*found.get(address, ()), kind)
    return found


def of_order(attributes: Attributes, number: str, order_email: str, at: datetime) -> list[Held]:
    """Every proof that holds for this order; ``order_email`` in the form of ``exact_email``."""
    found = [Held(SHOP)] if order_email and shop_email(attributes, at) == order_email else []
    if _before(attributes.get("proved_until"), at) and attributes.get("proved_email") == order_email:
        found.append(Held(str(attributes.get("proved_by") or NUMBER_EMAIL)))
    if entry := _valid(attributes, at).get(number):
        found.append(Held(str(entry["by"]), str(entry.get("for") or "")))
    return list(dict.fromkeys(found))


def kinds(attributes: Attributes, at: datetime) -> list[str]:
    """By what the customer is proved at that moment, whatever order it is of; each once."""
    found = [SHOP] if shop_email(attributes, at) else []
    if _before(attributes.get("proved_until"), at):
        found.append(str(attributes.get("proved_by") or NUMBER_EMAIL))
    return list(dict.fromkeys([*found, *(str(entry["by"]) for entry in _valid(attributes, at).values())]))


def holds(attributes: Attributes, at: datetime) -> bool:
    """Whether anything proves at that moment whose orders may be told of."""
    return bool(kinds(attributes, at))


def has_ended(attributes: Attributes, at: datetime) -> bool:
    """There was a proof, and it holds no longer."""
    names = ("verified_email", "proved_email", ORDERS)
    return any(attributes.get(name) for name in names) and not holds(attributes, at)


def used(attributes: Attributes, at: datetime, hours: float) -> dict[str, Any]:
    """The attributes to change now that the customer writes again: none for a proof with a fixed end."""
    changed: dict[str, Any] = {}
    until, gained = int((at + timedelta(hours=hours)).timestamp()), 0
    if _before(attributes.get("proved_until"), at):
        address = str(attributes["proved_email"])
        renewed = by_order(attributes, address, at, hours, kind=str(attributes.get("proved_by") or NUMBER_EMAIL))
        gained = renewed["proved_until"] - int(attributes["proved_until"])
        changed |= renewed
    drawn_out = {} if shop_email(attributes, at) else _valid(attributes, at)  # beside the shop's word: as it was
    drawn_out = {number: entry for number, entry in drawn_out.items() if "until" in entry and entry["by"] != LINK}
    if drawn_out:
        gained = max(gained, *(until - int(entry["until"]) for entry in drawn_out.values()))
        renewed_ones = {number: {**entry, "until": until} for number, entry in drawn_out.items()}
        changed[ORDERS] = {**_entries(attributes), **renewed_ones}
    return changed if gained >= min(_RENEWED_AFTER.total_seconds(), hours * 360) else {}


def _entries(attributes: Attributes) -> dict[str, dict[str, Any]]:
    return dict(attributes.get(ORDERS) or {})


def _valid(attributes: Attributes, at: datetime) -> dict[str, dict[str, Any]]:
    with_the_address = attributes.get("proved_until")
    entries = _entries(attributes).items()
    return {number: entry for number, entry in entries if _before(entry.get("until", with_the_address), at)}


def _before(until: Any, at: datetime) -> bool:
    return isinstance(until, (int, float)) and at.timestamp() < until
