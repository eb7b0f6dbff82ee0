"""Whom a conversation is proved to be with, by what, and until when: kept in its attributes. Every proof has an end.

The shop's token proves a customer until it expires; number and e-mail of an order prove one until nothing has been
written for some hours (``CONCIERGE_PROOF_HOURS``). Knows no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

ASKED_AGAIN = "again"  # the slot ``order_asking``, once a proof has ended
_RENEWED_AFTER = timedelta(hours=1)  # a use is noted so often, not with every message
Attributes = Mapping[str, Any]


def by_shop(subject: str, email: str, until: int) -> dict[str, Any]:
    """The attributes that say so; ``until`` in seconds since 1970."""
    return {"verified_subject": subject, "verified_email": email, "verified_until": until}


def by_order(known: Attributes, email: str, at: datetime, hours: float) -> dict[str, Any]:
    """The attributes that say so: at this moment somebody knew number and e-mail of an order.

    While the shop says that the customer is another, they prove no more than it does, and for no longer.
    """
    until = int((at + timedelta(hours=hours)).timestamp())
    if shop_email(known, at) not in ("", email):
        until = min(until, int(known["verified_until"]))
    several = known.get("proved_email") not in (None, email)
    return {"proved_email": email, "proved_until": until, **({"several_proved": True} if several else {})}


def is_of(known: Attributes, contact: str, subject: str, email: str) -> bool:
    """Whether nothing in the conversation was proved by anybody but this customer of the shop's, however long ago.

    ``contact``: the conversation's e-mail, which only a proof sets.
    """
    if known.get("verified_email"):
        return (known.get("verified_subject"), known["verified_email"]) == (subject, email)
    return not known.get("several_proved") and contact in ("", email)


def shop_email(attributes: Attributes, at: datetime) -> str:
    """The address whose orders may be looked up without asking; empty where the shop's word has ended."""
    return str(attributes.get("verified_email") or "") if _before(attributes, "verified_until", at) else ""


def email(attributes: Attributes, at: datetime) -> str:
    """The proved address, whatever has proved it; empty where no proof holds."""
    proved = str(attributes.get("proved_email") or "") if _before(attributes, "proved_until", at) else ""
    return shop_email(attributes, at) or proved


def holds(attributes: Attributes, at: datetime) -> bool:
    """Whether anything proves at that moment whose orders may be told of."""
    return bool(email(attributes, at))


def has_ended(attributes: Attributes, at: datetime) -> bool:
    """There was a proof, and it holds no longer."""
    return bool(attributes.get("verified_email") or attributes.get("proved_email")) and not holds(attributes, at)


def used(attributes: Attributes, at: datetime, hours: float) -> dict[str, Any]:
    """The attributes to change now that the customer writes again: none for a proof with a fixed end."""
    if not _before(attributes, "proved_until", at):
        return {}
    renewed = by_order(attributes, str(attributes["proved_email"]), at, hours)
    gained = renewed["proved_until"] - int(attributes["proved_until"])
    return renewed if gained >= min(_RENEWED_AFTER.total_seconds(), hours * 360) else {}


def _before(attributes: Attributes, name: str, at: datetime) -> bool:
    until = attributes.get(name)
    return isinstance(until, (int, float)) and at.timestamp() < until
