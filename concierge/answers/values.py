"""How a value is written in the customer's language: figures with their unit, dates, money, lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton, get_day_names, get_month_names
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from concierge import yaml_files
from concierge.languages.registry import DEFAULT

REGISTRY = Path(__file__).with_name("values.yml")
_CLDR_UNITS = {
    "days": "duration-day",
    "hours": "duration-hour",
    "weeks": "duration-week",
    "months": "duration-month",
    "years": "duration-year",
    "megabytes": "digital-megabyte",
}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@lru_cache(maxsize=1)
def registry() -> dict[str, Any]:
    """Which values an action may pass, and the words for units that CLDR has no name for."""
    loaded: dict[str, Any] = yaml_files.read(REGISTRY)
    return loaded


def figure(value: Any, unit: str, locale: Locale) -> str:  # noqa: PLR0911 - a table of units
    """Lists are joined, a pair of numbers is a range, and every unit is written as this language writes it."""
    if unit in {"list", "countries", "categories", "regions", "exclusions"}:
        return listing([_named(item, unit, locale) for item in value], locale)
    if unit in {"text", "url", "year"}:
        return str(value)
    if unit == "law":
        return _law(str(value), locale)
    if unit == "phone_numbers":
        return format_list([_phone(item, locale) for item in value], style="or", locale=locale)
    if unit == "address":
        return ", ".join(value)
    if unit == "money":
        return money(value, locale)
    if unit in {"weekdays", "calendar_months"}:
        return "–".join(_calendar(item, locale) for item in value)
    if isinstance(value, list | tuple):
        low, high = value
        return f"{format_decimal(low, locale=locale)}–{_quantity(high, unit, locale)}"
    return _quantity(value, unit, locale)


def day(value: str | date, locale: Locale, today: date) -> str:
    """“3 December”; with the year when it is not this one."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value).date() if "T" in value else date.fromisoformat(value)
    if value.year == today.year:
        return str(format_skeleton("MMMMd", value, locale=locale))
    return str(format_date(value, "long", locale=locale))


def money(value: Mapping[str, Any], locale: Locale) -> str:
    return str(format_currency(Decimal(str(value["amount"])), value["currency"], locale=locale))


def listing(items: list[str], locale: Locale) -> str:
    return format_list(items, locale=locale)


def plain(name: str, value: Any, locale: Locale, today: date) -> str:  # noqa: PLR0911 - a table of endings
    """A value that an action passed. Its name says what it is: ``…_date`` an ISO date, ``…_amount`` money."""
    if name.endswith("_date"):
        return day(value, locale, today)
    if name.endswith("_amount"):
        return money(value, locale)
    if name == "country" or name.endswith("_country"):
        return _territory(str(value), locale)
    if isinstance(value, list | tuple):
        return listing([str(item) for item in value], locale)
    if name.startswith("days_"):
        return _quantity(value, "days", locale)
    if name.startswith("attempts"):
        return _quantity(value, "times", locale)
    if name in registry()["names"]:
        return _named(value, name, locale)
    if isinstance(value, int | float):
        return format_decimal(value, locale=locale)
    return str(value)


def _quantity(value: Any, unit: str, locale: Locale) -> str:
    if unit in _CLDR_UNITS:
        return _with_unit(value, _CLDR_UNITS[unit], locale)
    number = str(format_decimal(value, locale=locale))
    words = registry()["units"].get(unit)  # a "count" is a bare number: the reply says of what
    if words is None:
        return number
    forms = words.get(locale.language, words[DEFAULT])
    form: str = forms.get({1: "one", 2: "two"}.get(value), forms["other"])
    return form.format(number=number, word=_word(value, locale) or number)


def _word(value: Any, locale: Locale) -> str | None:
    """A small number in letters."""
    words: list[str] = registry()["numbers"].get(locale.language, ())
    return words[value - 1] if 0 < value <= len(words) else None


def _with_unit(value: Any, unit: str, locale: Locale) -> str:
    """Some languages have no long form of their own: CLDR means the next shorter one, Babel gives the unit's code."""
    written = (str(format_unit(value, unit, length=length, locale=locale)) for length in ("long", "short", "narrow"))
    return next((text for text in written if unit not in text), str(format_decimal(value, locale=locale)))


def name(kind: str, code: str, locale: Locale) -> str:
    """What ``names`` of values.yml calls it in this language."""
    return _named(code, kind, locale)


def _named(item: Any, unit: str, locale: Locale) -> str:
    if unit == "countries":
        return _territory(str(item), locale)
    words = registry()["names"].get(unit, {}).get(item, {})
    return str(words.get(locale.language, words.get(DEFAULT, item)))


def _law(name: str, locale: Locale) -> str:
    """An act of the European Union as the Official Journal of this language calls it; other laws keep their name."""
    words: Mapping[str, str] = registry()["laws"].get(locale.language, {})
    return re.sub("[A-Za-z]+", lambda word: words.get(word[0], word[0]), name)


def _phone(number: str, locale: Locale) -> str:
    """As it is dialled; behind it the country, where the figure names one (“FR 3114”)."""
    country, _, rest = number.partition(" ")
    return f"{rest} ({_territory(country, locale)})" if country.isalpha() else number


def _territory(code: str, locale: Locale) -> str:
    return str(locale.territories.get(code, code))


def _calendar(item: str | int, locale: Locale) -> str:
    if isinstance(item, int):
        return str(get_month_names("wide", locale=locale)[item])
    return str(get_day_names("wide", locale=locale)[_WEEKDAYS.index(item)])
