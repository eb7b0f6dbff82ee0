"""The day that a customer means: a date, a month, a year, or so long ago. In the house's languages."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import get_month_names

from concierge.languages import lexicon, registry

_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_NUMERIC = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b")
_DAY_AND_YEAR = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|er|\.|º|°)?\b(?!\d)")
_YEAR = re.compile(r"\b(20\d\d)\b")
_COUNTS = {"one": 1, "two": 2, "three": 3}
_UNITS = ("day", "week", "month", "year")
_SLACK = {"day": 1, "week": 4, "month": 16, "year": 100}  # days either way that “so long ago” may mean
# The part of the lexicon's ``lately``: the unit, and which one from now.
_LATELY = {
    "day_before_yesterday": ("day", -2),
    "yesterday": ("day", -1),
    "today": ("day", 0),
    "last_week": ("week", -1),
    "this_week": ("week", 0),
    "last_month": ("month", -1),
    "this_month": ("month", 0),
}


def a_day(text: str, today: date, month_first: bool = False) -> date | None:
    """Where only a month or a year is said, its last day: a doubt serves the customer. Never after today."""
    said = text.casefold()
    if _ISO.search(said) or _NUMERIC.search(said):
        found = _exact(said, month_first)
    else:
        found = _ago(said, today) or _month(said, today)
        if found is None and (year := _YEAR.search(said)):
            found = date(int(year[1]), 12, 31)
    return min(found, today) if found else None


def a_span(text: str, today: date, month_first: bool = False) -> tuple[date, date] | None:
    """First and last day of what is said: a day, a week, a month, a year, about so long ago; ``None`` for none."""
    said = text.casefold()
    if exact := _exact(said, month_first):
        return exact, exact
    for part, pattern in _lately_patterns():
        if pattern.search(said):
            return _lately(today, *_LATELY[part])
    if (ago := _ago_pattern().search(said)) and (day := _ago(said, today)):
        slack = timedelta(days=_SLACK[_one_of(_UNITS, ago)])
        return day - slack, day + slack
    if (day := _month(said, today)) is not None:
        named = _DAY_AND_YEAR.search(said)
        return (day if named and int(named[1]) == day.day else day.replace(day=1)), day
    if year := _YEAR.search(said):
        return date(int(year[1]), 1, 1), date(int(year[1]), 12, 31)
    return None


def _lately(today: date, unit: str, offset: int) -> tuple[date, date]:
    if unit == "day":
        return (day := today + timedelta(days=offset)), day
    if unit == "week":
        monday = today + timedelta(days=7 * offset - today.weekday())
        return monday, monday + timedelta(days=6)
    first = today.replace(day=1)
    if offset:
        return (first - timedelta(days=1)).replace(day=1), first - timedelta(days=1)
    return first, today


def _exact(said: str, month_first: bool) -> date | None:
    if match := _ISO.search(said):
        return _date(*match.groups())
    if match := _NUMERIC.search(said):
        first, second, year = match.groups()
        day, month = (second, first) if month_first else (first, second)
        return _date(year if len(year) == 4 else f"20{year}", month, day) or _date(f"20{year[-2:]}", day, month)
    return None


@lru_cache(maxsize=1)
def _lately_patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(part, re.compile(rf"\b{lexicon.either('lately', part)}\b")) for part in _LATELY]


@lru_cache(maxsize=1)
def _ago_pattern() -> re.Pattern[str]:
    counts = "|".join(f"(?P<{name}>{lexicon.either('numbers', name)})" for name in _COUNTS)
    units = "|".join(f"(?P<{name}>{lexicon.either('units', name)})" for name in _UNITS)
    return re.compile(rf"\b(?:(?P<digits>\d{{1,3}})|{counts})\s+(?:{units})\b")


def _one_of(names: Iterable[str], match: re.Match[str]) -> str:
    return next(name for name in names if match[name])


def _ago(said: str, today: date) -> date | None:
    match = _ago_pattern().search(said)
    if match is None:
        return None
    count = int(match["digits"]) if match["digits"] else _COUNTS[_one_of(_COUNTS, match)]
    unit = _one_of(_UNITS, match)
    if unit in {"day", "week"}:
        return today - timedelta(days=count * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _month(said: str, today: date) -> date | None:
    month = next((number for name, number in _months() if re.search(rf"\b{name}\b", said)), None)
    if month is None:
        return None
    written = _YEAR.search(said)
    year = int(written[1]) if written else today.year - (month > today.month)
    day = _DAY_AND_YEAR.search(said)
    return (_date(year, month, day[1]) if day else None) or date(year, month, monthrange(year, month)[1])


def _date(year: int | str, month: int | str, day: int | str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _months() -> list[tuple[str, int]]:
    codes = registry.complete()
    wide = ((name.casefold(), n) for code in codes for n, name in get_month_names("wide", locale=code).items())
    short = ((name, n) for code in codes for n, name in enumerate(lexicon.list_of(code, "short_months"), start=1))
    return sorted({*wide, *short}, key=lambda item: -len(item[0]))
