"""The values of one reply: figures of the house for this customer's region and today, and what the action passed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timezone
from typing import Any

from concierge.answers import values
from concierge.languages.registry import locale_of
from concierge.orders.numbers import house_format
from concierge.policy import load_house
from concierge.settings import get_settings


class Filling:
    def __init__(self, language: str, region: str, passed: Mapping[str, Any], today: date | None = None) -> None:
        self.locale = locale_of(language, region)
        self.today = today or get_settings().policy_date or datetime.now(timezone.utc).date()
        self.missing: set[str] = set()
        self._region = region
        self._passed = passed
        self._figures: dict[str, dict[str, Any]] = {}

    def __call__(self, name: str) -> str | None:
        if "." in name:
            return self._figure(name)
        value = self._passed.get(name, self._passed.get("values", {}).get(name))
        if name == "number_example":
            value = house_format().example
        if value is None or value in ("", [], ()) or (name.startswith("days_") and value <= 0):
            self.missing.add(name)
            return None
        return values.plain(name, value, self.locale, self.today)

    def used(self) -> list[dict[str, Any]]:
        """The figures that were really said, each with its source."""
        return list(self._figures.values())

    def _figure(self, key: str) -> str:
        figure = load_house(get_settings().policy_figures).figure(key, self._region, self.today)
        self._figures[key] = {
            "key": key,
            "value": figure.value if isinstance(figure.value, str | int | float | list | dict) else str(figure.value),
            "unit": figure.unit,
            "source": figure.source.id,
        }
        return values.figure(figure.value, figure.unit, self.locale)
