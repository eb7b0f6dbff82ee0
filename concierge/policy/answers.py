"""The customer's own account: what may be asked, and how answers (words, slots, command line) become facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from concierge.orders.model import Category, SalesChannel
from concierge.policy.errors import PolicyError, did_you_mean
from concierge.policy.situation import UNKNOWABLE, Missing, Situation

_BOOL = ("true", "false")
ASKED: dict[str, tuple[str, ...]] = {
    "original_condition": _BOOL,
    "opened": _BOOL,
    "seal_intact": _BOOL,
    "country_now": (),  # ISO 3166-1 alpha-2
    "damage_cause": ("defect", "wear", "accident", "misuse", "third_party", "unknown"),
    "problem": ("not_received", "damaged", "wrong_item", "missing_item"),
    "purchase_channel": tuple(channel.value for channel in SalesChannel),
    "purchase_date": (),  # ISO date
    "category": tuple(category.value for category in Category),
    "on_sale": _BOOL,
    "proof_of_purchase": _BOOL,
}
"""What a customer may be asked, with the answers; each one also takes "unknown"."""

VOLUNTEERED: dict[str, tuple[str, ...]] = {
    "worn": _BOOL,
    "tags_on": _BOOL,
    "original_packaging": _BOOL,
    "altered_by_third_party": _BOOL,
    "own_courier": _BOOL,
    "lost_label": _BOOL,
}
"""What a customer may tell without being asked."""

_CHOICES = {**ASKED, **VOLUNTEERED}
YES_OR_NO = frozenset(name for name, choices in _CHOICES.items() if choices == _BOOL)
_WORDS = {"true": True, "yes": True, "false": False, "no": False}


def given(at: Situation, name: str) -> Any:
    """The customer's answer; "unknown" can only be resolved by a person."""
    value = at.given.get(name)
    if value is None:
        return Missing(name)
    return UNKNOWABLE if value == "unknown" else value


def stated(at: Situation, name: str, wanted: bool = True) -> bool:
    """Whether the customer said so."""
    return at.given.get(name) is wanted


def coerce(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Raises ``PolicyError`` for a fact or an answer that does not exist. ``None`` means not asked yet."""
    return {name: _one(name, value) for name, value in facts.items() if value is not None}


def _one(name: str, value: Any) -> Any:
    if name not in _CHOICES:
        raise PolicyError(f"There is no fact {name!r}.", did_you_mean(name, _CHOICES))
    choices = _CHOICES[name]
    text = value.strip().lower() if isinstance(value, str) else value
    if text == "unknown":
        return "unknown"
    if choices == _BOOL:
        found = _WORDS.get(text) if isinstance(text, str) else text
        if not isinstance(found, bool):
            raise PolicyError(f"{name} is never {value!r}.", "Write true, false or unknown.")
        return found
    if name == "purchase_date":
        return _date(value)
    if name == "country_now":
        if not isinstance(value, str) or len(value.strip()) != 2:
            raise PolicyError(f"{name} is never {value!r}.", "Write a country's two letters, for example FR.")
        return value.strip().upper()
    if text not in choices:
        raise PolicyError(f"{name} is never {value!r}.", did_you_mean(str(text), (*choices, "unknown")))
    return text


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise PolicyError(f"purchase_date is never {value!r}.", "Write a day as 2026-01-31.") from None
