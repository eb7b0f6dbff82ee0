"""The day that a customer means: a date, a month, a year, or so long ago. The house's five languages."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import get_month_names

LANGUAGES = ("en", "fr", "it", "de", "es")
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_NUMERIC = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b")
_DAY_AND_YEAR = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|er|\.|º|°)?\b(?!\d)")
_YEAR = re.compile(r"\b(20\d\d)\b")
_AGO = re.compile(
    r"\b(\d{1,3}|an?|one|un[ao]?e?|ein(?:em|er)?|two|deux|due|zwei|dos|three|trois|tre|drei|tres)\s+"
    r"(?:(?P<days>days?|jours?|giorn[oi]|tage?n?|d[ií]as?)|(?P<weeks>weeks?|semaines?|settiman[ae]|wochen?|semanas?)|"
    r"(?P<months>months?|mois|mes[ei]?s?|monate?n?)|(?P<years>years?|ans?|années?|ann[oi]|jahre?n?|años?))\b"
)
_COUNTS = {"two": 2, "deux": 2, "due": 2, "zwei": 2, "dos": 2, "three": 3, "trois": 3, "tre": 3, "drei": 3, "tres": 3}


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
    for pattern, unit, offset in _LATELY:
        if pattern.search(said):
            return _lately(today, unit, offset)
    if (ago := _AGO.search(said)) and (day := _ago(said, today)):
        slack = timedelta(days=1 if ago["days"] else 4 if ago["weeks"] else 16 if ago["months"] else 100)
        return day - slack, day + slack
    if (day := _month(said, today)) is not None:
        named = _DAY_AND_YEAR.search(said)
        return (day if named and int(named[1]) == day.day else day.replace(day=1)), day
    if year := _YEAR.search(said):
        return date(int(year[1]), 1, 1), date(int(year[1]), 12, 31)
    return None


_LATELY = tuple(
    (re.compile(rf"\b(?:{words})\b"), unit, offset)
    for words, unit, offset in (
        ("day before yesterday|avant-hier|l'altro ieri|vorgestern|anteayer", "day", -2),
        ("yesterday|hier|ieri|gestern|ayer", "day", -1),
        ("today|this morning|aujourd'hui|ce matin|oggi|stamattina|heute|hoy|esta mañana", "day", 0),
        ("last week|la semaine derni[eè]re|settimana scorsa|scorsa settimana|letzter? woche|semana pasada", "week", -1),
        ("this week|cette semaine|questa settimana|diese(?:r)? woche|esta semana", "week", 0),
        ("last month|le mois dernier|mese scorso|scorso mese|letzten monat|mes pasado", "month", -1),
        ("this month|ce mois-ci|questo mese|diese[nm] monat|este mes", "month", 0),
    )
)


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


def _ago(said: str, today: date) -> date | None:
    match = _AGO.search(said)
    if match is None:
        return None
    count = int(match[1]) if match[1].isdigit() else _COUNTS.get(match[1], 1)
    if match["days"] or match["weeks"]:
        return today - timedelta(days=count * (7 if match["weeks"] else 1))
    months = today.year * 12 + today.month - 1 - count * (12 if match["years"] else 1)
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
    wide = ((name.casefold(), n) for code in LANGUAGES for n, name in get_month_names("wide", locale=code).items())
    short = ((name.casefold().rstrip("."), n) for n, name in get_month_names("abbreviated", locale="en").items())
    return sorted({*wide, *short}, key=lambda item: -len(item[0]))
