"""Any value of ours as JSON can carry it: the package, webhooks, the log and the desk all speak JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any


def as_json(value: Any) -> Any:  # noqa: PLR0911 - one return for each kind of value
    """Dataclasses and whatever has ``to_dict`` become objects, money and dates become text, sets sorted lists.

    What nobody knows becomes its ``str``: a handoff must not fail because a slot held something unexpected.
    """
    if isinstance(value, Enum):  # before str: most of ours are both
        return as_json(value.value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if hasattr(value, "to_dict"):
        return as_json(value.to_dict())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: as_json(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(as_json(key)): as_json(each) for key, each in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((as_json(each) for each in value), key=str)
    if isinstance(value, Iterable):
        return [as_json(each) for each in value]
    return str(value)


def texts(value: Any, change: Callable[[str], str]) -> Any:
    """The same JSON with ``change`` applied to every text in it (not to keys)."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: texts(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [texts(each, change) for each in value]
    return value
