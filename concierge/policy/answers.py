"""The customer's answers as they arrive (words, slots, command line) turned into the values that facts have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from concierge.policy.errors import PolicyError, did_you_mean
from concierge.policy.facts import ASKED

_WORDS = {"true": True, "yes": True, "false": False, "no": False}
_BOOL = ("true", "false")


def coerce(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Raises ``PolicyError`` for a fact or an answer that does not exist. ``None`` means not asked yet."""
    return {name: _one(name, value) for name, value in facts.items() if value is not None}


def _one(name: str, value: Any) -> Any:
    if name not in ASKED:
        raise PolicyError(f"There is no fact {name!r}.", did_you_mean(name, ASKED))
    choices = ASKED[name]
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
