"""Paths into a document: where a mapping finds a value, and what a value is as a list, an amount, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any


class MappingError(ValueError):
    """A mapping that cannot be read; says where in it, and what would be right."""


@dataclass(frozen=True)
class Scope:
    """Where paths start."""

    here: Any
    up: Any
    order: Any


Value = Callable[[Scope], Any]
Test = Callable[[Scope], bool]


def compile_path(text: Any, where: str) -> Value:
    """Raises ``MappingError``."""
    if not isinstance(text, str) or not text:
        raise MappingError(f"{where}: {text!r} is not a path such as customer.first_name")
    parts = [] if text == "." else text.split(".")
    start = parts.pop(0) if parts[:1] in (["$"], ["^"]) else ""

    def follow(scope: Scope) -> Any:
        value = {"$": scope.order, "^": scope.up}.get(start, scope.here)
        for part in parts:
            value = step(value, part)
        return value

    return follow


def step(value: Any, part: str) -> Any:
    """What is under a name or, in a list, at a place; of a list, what each of its items has there."""
    if isinstance(value, Mapping):
        return value.get(part)
    if isinstance(value, list):
        if part.lstrip("-").isdigit():
            position = int(part)
            return value[position] if -len(value) <= position < len(value) else None
        found = [step(item, part) for item in value]
        return [item for one in found for item in (one if isinstance(one, list) else [one])]
    return None


def is_empty(value: Any) -> bool:
    """Zero and false are values."""
    return value is None or value in ("", [])


def among(value: Any, wanted: Any) -> bool:
    """Texts whatever their case: they are written by people."""
    if not isinstance(value, str):
        return value in wanted
    return any(isinstance(each, str) and each.casefold() == value.casefold() for each in wanted)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def amount(value: Any) -> Decimal:
    """Zero for what is no number."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def flat(value: Any) -> list[Any]:
    """Lists within lists as one."""
    return [one for item in as_list(value) for one in (flat(item) if isinstance(item, list) else [item])]


def amounts(value: Any) -> list[Decimal]:
    return [amount(item) for item in flat(value)]
